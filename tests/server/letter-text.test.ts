import { describe, expect, it } from 'vitest'
import { linkProblem, mayLead, USUAL_SITES } from '#contract/letter-links'
import { BLANKS, blocksOf, picturesIn } from '#contract/letter-text'

const blocks = (body: string) => blocksOf(body, BLANKS)
const plain = (text: string) => [{ text, isBold: false }]
const ADDRESS = `/media/a/${'0a'.repeat(16)}/picture.jpg`

describe('the markup of a letter', () => {
  it('numbers what the author numbered', () => {
    expect(blocks('1. 早睡\n2. 早起\n\n10. **吃早饭**')).toEqual([
      { kind: 'number', number: 1, runs: plain('早睡') },
      { kind: 'number', number: 2, runs: plain('早起') },
      { kind: 'number', number: 10, runs: [{ text: '吃早饭', isBold: true }] },
    ])
    expect(blocks('2026.9.1 开学\n1.5小时\n100. 一百')).toEqual(
      ['2026.9.1 开学', '1.5小时', '100. 一百'].map((it) => ({ kind: 'paragraph', runs: plain(it) })),
    )
  })

  it('leads to a site by words, whose blanks are filled and whose address never is', () => {
    expect(blocks('[表](https://www.moe.gov.cn/{{孩子}})')[0]?.runs[0]?.link).toBe(
      'https://www.moe.gov.cn/{{孩子}}',
    )
    expect(
      blocks('请看[{{班级}}的课表](https://www.moe.gov.cn/a?b=1#c)，**[要紧](https://a.edu.cn)**。'),
    ).toEqual([
      {
        kind: 'paragraph',
        runs: [
          { text: '请看', isBold: false },
          { text: '七年级2班的课表', isBold: false, link: 'https://www.moe.gov.cn/a?b=1#c' },
          { text: '，', isBold: false },
          { text: '要紧', isBold: true, link: 'https://a.edu.cn' },
          { text: '。', isBold: false },
        ],
      },
    ])
  })

  it.each([
    '[点我](javascript:alert(1))',
    '[点我](http://www.moe.gov.cn)',
    '[点我](https://a.gov.cn/"onclick=x)',
    '[点我]( https://a.gov.cn)',
    '[点我](https://a.gov.cn@evil.com)',
    '[点我](https://a.gov.cn:8443/x)',
    '[[点]](data:text/html,x)',
    '![图](https://evil.com/a.jpg 1x1)',
    `![图](${ADDRESS} 0x10)`,
    `![图](${ADDRESS})`,
    `![图](/media/a/../../${'a'.repeat(32)}/picture.jpg 1x1)`,
  ])('leaves %s text that leads nowhere by itself', (body) => {
    const [block] = blocks(body)
    expect(block?.kind).toBe('paragraph')
    expect(block?.runs.every((it) => it.link === undefined || /^https:\/\//.test(it.link))).toBe(true)
  })

  it('shows a picture that stands on a line of its own, with its caption', () => {
    const line = `![操场上的孩子们](${ADDRESS} 800x600)`
    const picture = { address: ADDRESS, width: 800, height: 600 }
    expect(blocks(`看：\n${line}\n![](${ADDRESS} 1x2)`)).toEqual([
      { kind: 'paragraph', runs: plain('看：') },
      { kind: 'picture', runs: plain('操场上的孩子们'), picture },
      { kind: 'picture', runs: [], picture: { address: ADDRESS, width: 1, height: 2 } },
    ])
    expect(picturesIn(`${line}\r\n话${line}`)).toEqual([{ ...picture, caption: '操场上的孩子们' }])
  })
})

describe('where a letter may lead', () => {
  it.each([
    ['https://www.moe.gov.cn/jyb', true],
    ['https://GOV.CN', true],
    ['https://mp.weixin.qq.com/s/abc?x=1', true],
    ['https://weixin.qq.com', false],
    ['https://evilgov.cn', false],
    ['https://gov.cn.evil.com', false],
    ['https://gov.cn@evil.com', false],
    ['https://gov.cn:8443/', false],
    ['http://gov.cn', false],
    ['https://gov.cn\\.evil.com', false],
    ['https://1.2.3.4/', false],
  ])('%s: %s', (link, may) => expect(mayLead(link, USUAL_SITES)).toBe(may))

  it.each([
    ['看[这里](https://www.moe.gov.cn)', null],
    ['看 https://www.moe.gov.cn/a，谢谢', null],
    [
      '看[这里](https://evil.com/x)',
      '信里的网址 evil.com 不在可用的名单里，请去掉，或者请市管理员把它加进名单',
    ],
    [
      '第一行\n看 https://evil.com 。',
      '信里的网址 evil.com 不在可用的名单里，请去掉，或者请市管理员把它加进名单',
    ],
    ['[点](javascript:alert)', '信里的网址“javascript:alert”不能用，请换成 https:// 开头的完整网址'],
    ['看 http://www.moe.gov.cn', '信里的网址“http://www.moe.gov.cn”不能用，请换成 https:// 开头的完整网址'],
    [`![图](${ADDRESS} 1x1)`, null],
    ['比分3:2，时间8:00', null],
  ])('says of %s what is wrong', (text, problem) => expect(linkProblem(text, USUAL_SITES)).toBe(problem))

  it('takes the sites a city has added', () => {
    expect(linkProblem('[学校](https://zhxy.example.cn/a)', [...USUAL_SITES, 'example.cn'])).toBeNull()
  })
})
