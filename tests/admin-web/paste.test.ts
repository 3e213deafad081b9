import { readFileSync } from 'node:fs'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { desk, openBrowser } from '../support/browser.ts'
import type { Desk } from './pasting-desk.ts'

let browser: Browser
let page: Page

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [new URL('pasting-desk.ts', import.meta.url).pathname],
    ...{ bundle: true, write: false, format: 'iife', define: { 'process.env.NODE_ENV': '"production"' } },
  })
  browser = await openBrowser()
  page = await (await desk(browser)).newPage()
  await page.setContent('<meta charset="utf-8">')
  await page.addScriptTag({ content: outputFiles[0]?.text ?? '' })
})
afterAll(() => browser?.close())

/** Runs in the browser, where it is a text. */
const ask = <T>(name: keyof Desk, ...given: unknown[]) =>
  page.evaluate<T>(`desk.${name}(...${JSON.stringify(given)})`)
const fixture = (name: string) => readFileSync(new URL(`pasted/${name}.html`, import.meta.url), 'utf8')
const paste = (html: string) => ask<ReturnType<Desk['pasteHtml']>>('pasteHtml', html)

it('takes a document of Word: headings, levels of lists, what was changed, and no word of a comment', async () => {
  const { letter, told } = await paste(fixture('word'))
  expect(letter.split(/\n+/)).toEqual([
    '## 秋季研学活动',
    '各位家长：学校定于**11月25日**组织七年级学生到科技馆研学，请您配合做好以下准备。',
    '## 一、活动安排',
    '1. 八点前到校',
    '（1）走读生在校门口集合',
    '（2）住校生在宿舍楼下集合',
    'a. 带校牌',
    '2. 下午四点返校',
    '## 二、要带的东西',
    '- 水杯',
    '- 不带玻璃杯',
    '- 雨具',
    '费用40元，自愿参加。',
  ])
  expect(told).toBe('粘贴时去掉了1张图片（路线图）、修订里删掉的文字和批注，其余都在；图片请用“图片”按钮上传')
})

it('reads tables row by row, with what is merged, and what stands in a frame as it was written', async () => {
  const { letter, told } = await paste(fixture('word-tables'))
  expect(letter.split(/\n+/)).toEqual([
    '行程如下:',
    '**第一天**',
    '上午　8:00　集合，点名',
    '上午　—　参观[科技馆](https://www.moe.gov.cn/kjg)',
    '下午　14:00',
    '请假找谁：',
    '班主任',
    '李老师　七年级2班',
    '王老师　七年级3班',
    '工作日都在。',
    '3. 按时',
    '4. 安静',
  ])
  expect(told).toBe('表格变成了一行一行的文字，请看一看')
})

it('says the head of a column in each line of a wide table, where it is one for certain', async () => {
  const row = (...cells: string[]) => `<tr>${cells.map((it) => `<td>${it}</td>`).join('')}</tr>`
  const head = row(
    '<b>班级</b>',
    '<p><b>集合</b><b> 地点</b></p>',
    '<span style="font-weight: bold">发车</span>',
  )
  const body = row('1班', '东门', '7:40') + row('2班', '', '<b>7:45</b>')
  const linesIn = async (rows: string) => (await paste(`<table>${rows}</table>`)).letter.split(/\n+/)
  expect(await linesIn(head + body)).toEqual([
    '**1班**　集合地点：东门　发车：7:40',
    '**2班**　发车：**7:45**',
  ])
  const merged =
    '<tr><td rowspan=2>1班</td><td>东门</td><td>7:40</td></tr><tr><td>西门</td><td>7:50</td></tr>'
  expect(await linesIn(head + merged)).toEqual([
    '**1班**　集合地点：东门　发车：7:40',
    '**1班**　集合地点：西门　发车：7:50',
  ])
  expect(await linesIn(row('班级', '集合', '发车') + body)).toContain('1班　东门　7:40')
  expect(await linesIn(head + row('合计', '2班'))).toContain('合计　2班')
})

it('takes the numbered paragraphs of WPS', async () => {
  const { letter, told } = await paste(fixture('wps'))
  expect(letter.split(/\n+/)).toEqual([
    '## 温馨提示',
    '天气转凉，请**及时添衣**。',
    '1. 早睡早起',
    '2. 多喝水',
    '- 发烧不上学',
    '- 先打电话请假',
    '（1）班主任',
    '（2）校医室',
    '✓已读 签字：',
  ])
  expect(told).toBe('粘贴时去掉了1张图片，其余都在；图片请用“图片”按钮上传')
})

it('takes an article of WeChat out of its frames', async () => {
  const { letter, told } = await paste(fixture('wechat'))
  expect(letter.split(/\n+/)).toEqual([
    '**防溺水，从家里做起**',
    '暑假来了，**每一位家长**都请记住：',
    '- 不私自下水',
    '- 不和同学结伴游泳',
    '1. 看见有人落水',
    '（1）大声呼救',
    '（2）打110',
    '2. 不手拉手去救',
    '- 记在心里',
    '点[这里](https://mp.weixin.qq.com/s/abcDEF)看全文，或点这里',
  ])
  expect(told).toBe(
    '粘贴时去掉了2张图片和2段视频或录音；1个链接不在可用的网站里，只留下了文字；图片请用“图片”按钮上传',
  )
})

it('takes the cells of Excel, without what is hidden there', async () => {
  const { letter, told } = await paste(fixture('excel'))
  expect(letter.split(/\n+/)).toEqual([
    '姓名　交费日期　金额　说明',
    '张三　2026/11/25　40.00　午餐 保险',
    '李四　—　40.00',
    '合计　80.00',
  ])
  expect(told).toBe('表格变成了一行一行的文字，请看一看')
})

it.each([
  ['人均面积8m<sup>2</sup>，<span style="vertical-align:super">3</span>', '人均面积8m²，³'],
  ['<font class=font6>m</font><font class=font7><sup>3</sup></font>', 'm³'],
  ['CO<sub>2</sub>和H<span style="VERTICAL-ALIGN: sub"><sub>2</sub></span>O', 'CO₂和H₂O'],
  ['Ca<sup>2+</sup>，2<sup>10</sup>，2<sup>0.5</sup>', 'Ca²⁺，2¹⁰，2^0.5'],
  ['36.5<sup>o</sup>C，1<sup>st</sup>，微信<sup>®</sup>', '36.5°C，1st，微信®'],
  [
    '研究发现<sup><a href="#_ftn1">[1]</a></sup>，家长<sup>①</sup>和老师<sup>2</sup>',
    '研究发现[1]，家长①和老师²',
  ],
  [
    '<ruby>汉<rp>（</rp><rt>hàn</rt><rp>）</rp>字<rt>zì</rt></ruby><ruby>书<rt></rt></ruby>',
    '汉(hàn)字(zì)书',
  ],
])('keeps what %s means', async (html, said) => {
  expect(await paste(`<p>${html}</p>`)).toMatchObject({ letter: said, told: '' })
})

it('puts the words of a text box where it hung, and names a formula as one', async () => {
  const { letter, told } = await paste(fixture('word-drawings'))
  expect(letter.split(/\n+/)).toEqual([
    '请在**11月25日**前交回',
    '逾期不再补办',
    '活动费用见下。',
    '人均等于总数除以人数：。',
    '完。',
  ])
  expect(told).toBe('粘贴时去掉了1张图片、1个图形和1个公式，其余都在；图片请用“图片”按钮上传')
})

it.each(['word', 'word-tables', 'word-drawings', 'wps', 'wechat', 'excel'])(
  'leaves nothing in what comes from %s that runs, tracks or names a computer',
  async (name) => {
    const clean = await ask<string>('clean', fixture(name))
    const { shown } = await paste(fixture(name))
    for (const html of [clean, shown]) {
      expect(html).not.toMatch(
        /mso-|<o:p|<script|\son\w+=|javascript:|file:|data-src|qpic|v\.qq\.com|<!--|<(font|table|del|svg|iframe|img)\b|style="(?!font-weight)/i,
      )
    }
    expect(clean).not.toMatch(/ (class|id|onclick|data-\w+)=/)
    expect(await page.evaluate('window.pwned')).toBeUndefined()
  },
)

it('keeps what was typed by hand as it was typed', async () => {
  const typed = [
    '一、活动安排',
    '1. 早睡',
    '2. 早起',
    '（1）走读生',
    '2、带水杯',
    '３．带雨具',
    '1.5小时后返校',
  ]
  expect((await ask<string>('pasteText', typed.join('\r\n'))).split(/\n+/)).toEqual(typed)
  const { letter } = await paste(typed.map((it) => `<p>${it}</p>`).join(''))
  expect(letter.split(/\n+/)).toEqual(typed)
})

it('puts a few words into the line where they belong', async () => {
  expect(await ask('pasteText', '水杯', '请带和雨具', 3)).toBe('请带水杯和雨具')
  expect(await ask('pasteText', '水杯\n请记得帽子', '请带和雨具', 3)).toBe('请带水杯\n请记得帽子和雨具')
})

it('says the same of a letter that is copied from a letter', async () => {
  const copied =
    '<p data-pm-slice="1 1 []">亲爱的<span class="chip blank" data-name="称呼" data-raw="{{称呼}}">称呼</span></p><ol start="3"><li><p>三</p></li></ol>'
  expect((await paste(copied)).letter).toBe('亲爱的{{称呼}}\n\n3. 三')
})

it('makes of a document a lesson, whose numbers are words', async () => {
  expect(await ask('pasteLesson', fixture('word'))).toEqual([
    'heading 秋季研学活动',
    'paragraph 各位家长：学校定于**11月25日**组织七年级学生到科技馆研学，请您配合做好以下准备。',
    'heading 一、活动安排',
    'paragraph 1. 八点前到校',
    'paragraph （1）走读生在校门口集合',
    'paragraph （2）住校生在宿舍楼下集合',
    'paragraph a. 带校牌',
    'paragraph 2. 下午四点返校',
    'heading 二、要带的东西',
    'list 水杯',
    'list 不带玻璃杯',
    'list 雨具',
    'paragraph 费用40元，自愿参加。',
  ])
  const html = '<blockquote>　　问：CO<sub>2</sub>？</blockquote><ul><li><p>甲</p><p>乙</p></li></ul>'
  expect(await ask('pasteLesson', html)).toEqual(['quote 问：CO₂？', 'list 甲', 'list 乙'])
})

it('takes no indent along, and leaves the space between words that are put into a line', async () => {
  const { shown } = await paste('<p>　　各位家长：</p><p>&nbsp; <b>　您好</b>　请看<br>　　下一行</p>')
  expect(shown).toBe('<p>各位家长：</p><p><strong>您好</strong>　请看<br>下一行</p>')
  expect(await ask('clean', '<span> school</span>')).toContain('> school')
})

it('is done with a long document before anybody wonders', async () => {
  const [, start = '', item = ''] =
    /(<p class=MsoNormal[^]*?)(<p class=MsoListParagraph [^]*?<\/p>)/.exec(fixture('word')) ?? []
  const began = performance.now()
  await ask('clean', start + item.repeat(2000))
  expect(performance.now() - began).toBeLessThan(5_000)
})
