import ExcelJS from 'exceljs'
import { expect, it } from 'vitest'
import { listQuestionDrafts } from '#contract/drafts'
import { buildBranch, buildStaff } from '../support/build.ts'
import { writeProgramme } from '../support/drafts.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const HEAD = ['课', '题型', '难度', '情境', '题目', 'A', 'B', 'C', '答案', '讲解']

async function sheet(rows: string[][]) {
  const book = new ExcelJS.Workbook()
  book.addWorksheet('题库').addRows([HEAD, ...rows])
  return Buffer.from(await book.xlsx.writeBuffer())
}

async function scene() {
  const { school } = await buildBranch()
  const person = await buildStaff(school, 'lecturer')
  const call = await world.as(person, 'staff')
  const draft = await writeProgramme(call, String(school._id), { lessonTitles: ['先听他说'] })
  const token = await world.tokenOf(person, 'staff')
  const send = async (bytes: Buffer, query = '', by = token) =>
    fetch(`${world.origin()}/api/programme-drafts/${draft.id}/question-sheet${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${by}`, 'content-type': 'application/octet-stream' },
      body: new Uint8Array(bytes),
    })
  const bank = async () => (await call(listQuestionDrafts, { programmeDraftId: draft.id })).questions
  return { send, bank, school }
}

const ROWS = [
  ['先听他说', '单选', '易', '', '先说哪一句？', '别哭', '慢慢说', '', 'B', '先接住'],
  ['先听他说', '判断', '中', '', '发火时先停一停。', '', '', '', '对', ''],
  [
    '先听他说',
    '多选',
    '难',
    '晚上十点，小宇还在看手机。',
    '可以怎么做？',
    '商量',
    '约时间',
    '没收',
    'AB',
    '',
  ],
  ['先听他说', '单选', '难', '晚上十点，小宇还在看手机。', '第二天呢？', '一起复盘', '不提了', '', 'A', ''],
  ['没有这课', '单选', '易', '', '题目', '甲', '乙', '', 'A', ''],
  ['先听他说', '单选', '易', '', '两个答案？', '甲', '乙', '', 'AB', ''],
  ['先听他说', '简答', '易', '', '说说看', '', '', '', '', ''],
]

it('looks at a sheet first, tells each wrong line, and adds what is right once', async () => {
  const { send, bank } = await scene()
  const bytes = await sheet(ROWS)
  const seen = (await (await send(bytes)).json()) as { questions: object[]; problems: object[] }
  expect(seen.questions).toMatchObject([
    { row: 2, kind: 'single' },
    { row: 3, kind: 'truefalse' },
    { row: 4, kind: 'case', stem: '晚上十点，小宇还在看手机。' },
  ])
  expect(seen.problems).toEqual([
    { row: 6, message: '没有叫“没有这课”的课' },
    { row: 7, message: '这种题只能有一个答案' },
    { row: 8, message: '题型写单选、多选或判断' },
  ])
  expect(await bank()).toEqual([])

  await send(bytes, '?apply=1')
  await send(bytes, '?apply=1')
  const added = await bank()
  expect(added.map((it) => [it.kind, it.difficulty, it.parts?.length])).toEqual([
    ['single', 1, 0],
    ['truefalse', 2, 0],
    ['case', 3, 2],
  ])
  expect(added[2]?.parts?.[0]).toMatchObject({ kind: 'multiple', correct: [0, 1] })
})

it('refuses what is no sheet, lacks its columns, or comes from somebody else', async () => {
  const { send, bank, school } = await scene()
  for (const bytes of [
    Buffer.from('<html><body>'),
    Buffer.from('PK\u0003\u0004 broken'),
    Buffer.from('%PDF-1.7 x'),
  ]) {
    expect((await send(bytes)).status).toBe(415)
  }
  expect((await send(Buffer.alloc(3_000_000))).status).toBe(413)
  const book = new ExcelJS.Workbook()
  book.addWorksheet('x').addRows([['题目'], ['甲']])
  const seen = await (await send(Buffer.from(await book.xlsx.writeBuffer()))).json()
  expect(seen).toMatchObject({ problems: [{ row: 1, message: '第一行里没有“课”“题型”“答案”这一列' }] })
  const teacher = await world.tokenOf(await buildStaff(school, 'teacher'), 'staff')
  expect((await send(await sheet(ROWS), '', teacher)).status).toBe(403)
  const stranger = await world.tokenOf(
    await buildStaff((await buildBranch()).school, 'school_admin'),
    'staff',
  )
  expect((await send(await sheet(ROWS), '', stranger)).status).toBe(404)
  expect(await bank()).toEqual([])
})
