import { describe, expect, it } from 'vitest'
import { BLANKS, blocksOf } from '#contract/letter-text'
import { docOf, type Node, textOf } from '../../admin-web/src/pages/letters/letter-doc'
import { readLetterTemplates } from '../../content/schema.ts'

const there = (text: string) => textOf(docOf(text))
const text = (words: string, ...marks: Node['marks'] & object): Node => ({ type: 'text', text: words, marks })
const node = (type: string, ...content: Node[]): Node => ({ type, content })
/** What a family sees: neighbours that look alike are one, and a line without a word is none. */
const shownOf = (said: string) =>
  blocksOf(said, BLANKS).flatMap(({ kind, number, runs }) => {
    const seen = runs.map((it) => `${it.isBold ? '粗' : ''}${it.link ?? ''}<${it.text}>`).join('')
    const merged = seen.replace(/(粗?(?:https[^<]*)?)<([^>]*)>(?:\1<([^>]*)>)+/g, (all) => {
      const [, style = ''] = /^(粗?(?:https[^<]*)?)</.exec(all) ?? []
      return `${style}<${[...all.matchAll(/<([^>]*)>/g)].map(([, it = '']) => it).join('')}>`
    })
    return runs.some((it) => it.text.trim() !== '')
      ? [`${kind}${number ?? ''} ${merged.replace(/\s/g, '')}`]
      : []
  })
const ADDRESS = `/media/a/${'0a'.repeat(16)}/picture.jpg`

describe('the editor', () => {
  it.each(readLetterTemplates().map((it) => [it.code, it.body]))(
    'gives the template %s back as it was',
    (_, body) => {
      expect(there(body)).toBe(body.trim())
    },
  )

  it.each([
    '一\n二\n\n三\n\n\n四',
    '## 请您做\n- 早睡\n- 早起\n\n- 隔一行\n* 星号\n• 圆点\n### 小小标题\n# 大标题',
    '1. 一\n2. 二\n5. 五\n6. 六\n1. 又一',
    '**整行**\n前**中**后**尾**\n**开了没关',
    '看[这里](https://www.moe.gov.cn/a?b=1#c)和**[那里](https://a.edu.cn)**吧',
    '{{称呼}}：{{ 孩子 }}在**{{班级}}**，{{校长}}',
    '费用〔请填写：费用，没有就写“不收费”〕，电话〔请填写：电话〕',
    `看：\n\n![操场](${ADDRESS} 800x600)\n![](${ADDRESS} 1x1)\n\n完`,
    '<script>alert(1)</script> & &amp; <b>粗</b>',
    '[点我](javascript:alert(1)) [a](http://b.cn) ![x](https://evil.com/x.jpg 1x1)',
    '价格*不变，2*3=6，a_b',
    '',
  ])('gives %j back as it was', (said) => {
    expect(there(said)).toBe(said)
    expect(blocksOf(there(said), BLANKS)).toEqual(blocksOf(said, BLANKS))
  })

  it('drops empty space that nobody sees', () => {
    expect(there('\r\n\r\n  一  \r\n\r\n二\r\n\r\n')).toBe('一\n\n二')
  })

  it('writes what was typed as an author would', () => {
    const doc = node(
      'doc',
      node('paragraph', text('尊敬的'), { type: 'blank', attrs: { name: '称呼', raw: '{{称呼}}' } }),
      { type: 'heading', attrs: { level: 2 }, content: [text('安排')] },
      node(
        'bulletList',
        node('listItem', node('paragraph', text('一'))),
        node(
          'listItem',
          node('paragraph', text('二')),
          node('bulletList', node('listItem', node('paragraph', text('二之一')))),
        ),
      ),
      {
        type: 'orderedList',
        attrs: { start: 3 },
        content: [
          node('listItem', node('paragraph', text('三'))),
          node('listItem', node('paragraph', text('四'))),
        ],
      },
      node('paragraph', text('上'), node('hardBreak'), text('下')),
      node('paragraph'),
      node('paragraph', text('完', { type: 'bold' }), text('了', { type: 'bold' })),
    )
    expect(textOf(doc)).toBe(
      '尊敬的{{称呼}}\n\n## 安排\n\n- 一\n- 二\n- 二之一\n\n3. 三\n4. 四\n\n上\n下\n\n**完了**',
    )
  })

  it('numbers an item once, however many lines it has', () => {
    const lines = (...said: string[]) => node('listItem', ...said.map((it) => node('paragraph', text(it))))
    const doc = node('doc', node('orderedList', lines('一', '（1）甲', '（2）乙'), lines('二')))
    expect(textOf(doc)).toBe('1. 一\n（1）甲\n（2）乙\n\n2. 二')
    expect(there(textOf(doc))).toBe(textOf(doc))
  })

  it('keeps a link apart from words that would break it', () => {
    const href = 'https://a.gov.cn/x (1)*"\'`'
    const doc = node('doc', node('paragraph', text('看[表]', { type: 'link', attrs: { href } })))
    expect(textOf(doc)).toBe('[看【表】](https://a.gov.cn/x%20%281%29%2A%22%27%60)')
    const half = node(
      'doc',
      node(
        'paragraph',
        text('甲', { type: 'link', attrs: { href: 'https://a.gov.cn' } }),
        text('乙', { type: 'bold' }, { type: 'link', attrs: { href: 'https://a.gov.cn' } }),
        text('丙', { type: 'bold' }),
      ),
    )
    expect(textOf(half)).toBe('[甲](https://a.gov.cn)**[乙](https://a.gov.cn)丙**')
    expect(there(textOf(half))).toBe(textOf(half))
  })

  it('shows no picture of others, and no caption that ends it', () => {
    const image = (attrs: Record<string, unknown>) => textOf(node('doc', { type: 'image', attrs }))
    expect(image({ src: 'https://evil.com/a.jpg', alt: '', width: 1, height: 1 })).toBe('')
    expect(image({ src: ADDRESS, alt: ']( a [b]\n', width: 8, height: 6 })).toBe(`![( a b](${ADDRESS} 8x6)`)
  })

  it('is the same again after anything somebody types', () => {
    const bits = [
      '**',
      '- ',
      '1. ',
      '## ',
      '[',
      ']',
      '(',
      ')',
      'https://a.gov.cn',
      '{{孩子}}',
      '〔请填写：甲〕',
      '\n',
      '字',
      ' ',
      '!',
      '&lt;',
    ]
    let seed = 7
    const random = (most: number) => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) % most
    for (let round = 0; round < 3000; round++) {
      const said = Array.from({ length: random(12) }, () => bits[random(bits.length)]).join('')
      const once = there(said)
      expect([said, there(once)]).toEqual([said, once])
      expect([said, shownOf(once)]).toEqual([said, shownOf(said)])
    }
  })
})
