import { beforeEach, describe, expect, it } from 'vitest'
import { listDuties } from '#contract/home'
import { remindUnread } from '#contract/letters'
import { readReminderPlan } from '#contract/reminding'
import {
  answerMyStaffLetter,
  exportStaffFiles,
  exportStaffSheet,
  listStaffMissing,
  readStaffAnswers,
  showStaffNumber,
} from '#contract/staff-answers'
import { confirmMyStaffLetter, openMyStaffLetter, readStaffFigures } from '#contract/staff-letters'
import { AuditModel } from '../../server/modules/audit/model.ts'
import { StaffAnswerModel } from '../../server/modules/letters/staff/answers/model.ts'
import { StaffFileModel } from '../../server/modules/letters/staff/files/model.ts'
import { StaffSheetModel } from '../../server/modules/letters/staff/model.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { refusal, tick } from '../support/letters.ts'
import { buildMeeting, coming, MEETING, MOBILE, sendPaper } from '../support/staff-letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2026-11-23T01:00:00Z'))

const paperOf = async (personId: string, letterId: string) => (await sendPaper(world, personId, letterId)).id

describe('a receipt of a school', () => {
  it('is filled in once by whoever of the office comes first, with what is known already', async () => {
    const { head, deputy, headId, school, letterId, district, at } = await buildMeeting(world)
    const opened = await head(openMyStaffLetter, { letterId })
    expect(opened.abilities.confirm).toBe(false)
    expect(opened.receipts?.[0]?.prefill).toEqual([
      { code: 'unit', value: school.fullName },
      { code: 'name', value: '顾远' },
      { code: 'post', value: '校长(哨长)' },
      { code: 'mobile', value: MOBILE },
    ])
    expect(opened.isDone).toBe(false)

    const answers = coming([await paperOf(headId, letterId)])
    const given = await head(answerMyStaffLetter, { letterId, answers })
    await Promise.all([1, 2, 3].map(() => head(answerMyStaffLetter, { letterId, answers })))

    expect(given).toMatchObject({ isDone: true, receipts: [{ answer: { by: '顾远', isMine: true } }] })
    const seen = await deputy(openMyStaffLetter, { letterId })
    expect(seen).toMatchObject({ isDone: true, receipts: [{ answer: { by: '顾远', isMine: false } }] })
    const { total } = await district(readStaffFigures, at)
    expect(total).toMatchObject({ expected: 3, asked: 2, answered: 1, confirmed: 1 })
    expect((await deputy(listDuties, { unitId: String(school._id) })).duties).toEqual([])
    expect(await StaffAnswerModel.countDocuments()).toBe(1)
  })

  it('is changed by a colleague who has seen it, until the last day, and keeps what stood before', async () => {
    const { head, deputy, headId, letterId, district, at } = await buildMeeting(world)
    const file = await paperOf(headId, letterId)
    const { receipts } = await head(answerMyStaffLetter, { letterId, answers: coming([file]) })
    const seen = receipts?.[0]?.answer?.at ?? ''
    const change = { letterId, answers: coming([file], { name: '许静' }) }

    await expect(deputy(answerMyStaffLetter, change)).rejects.toMatchObject(
      refusal(409, '顾远已经填好了这份回执'),
    )
    world.pass(60_000)
    await deputy(answerMyStaffLetter, { ...change, seen })
    await expect(
      head(answerMyStaffLetter, { letterId, seen, answers: coming([file], { name: '某某' }) }),
    ).rejects.toMatchObject(refusal(409, '许静已经填好了'))

    const { rows } = await district(readStaffAnswers, at)
    expect(rows).toMatchObject([{ by: '许静', earlier: [{ by: '顾远' }] }])
    expect((await StaffSheetModel.findOne({ answered: 1 }).lean())?.answered).toBe(1)
    world.goTo('2026-11-28T01:00:00Z')
    const late = { letterId, seen: rows[0]?.at ?? '', answers: coming([file], { name: '王平' }) }
    await expect(head(answerMyStaffLetter, late)).rejects.toMatchObject(refusal(409, '截止日期已经过了'))
  })

  it('takes the answer of one of two heads who press at the same moment', async () => {
    const { head, deputy, headId, deputyId, letterId } = await buildMeeting(world)
    const [one, two] = [await paperOf(headId, letterId), await paperOf(deputyId, letterId)]
    const results = await Promise.allSettled([
      head(answerMyStaffLetter, { letterId, answers: coming([one]) }),
      deputy(answerMyStaffLetter, { letterId, answers: coming([two], { name: '许静' }) }),
    ])
    expect(results.map((it) => it.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await StaffAnswerModel.countDocuments()).toBe(1)
    expect((await StaffSheetModel.find({ answered: 1 }).lean()).length).toBe(1)
  })

  it('is refused in words when something is missing, foreign or not what it says', async () => {
    const { head, otherHead, headId, letterId } = await buildMeeting(world)
    await expect(head(answerMyStaffLetter, { letterId, answers: [] })).rejects.toMatchObject(
      refusal(400, '参加吗'),
    )
    const file = await paperOf(headId, letterId)
    await expect(
      head(answerMyStaffLetter, { letterId, answers: coming([file], { mobile: '１３８' }) }),
    ).rejects.toMatchObject(refusal(400, '11位手机号'))
    await expect(otherHead(answerMyStaffLetter, { letterId, answers: coming([file]) })).rejects.toMatchObject(
      refusal(400, '有一个文件没有传好'),
    )
    await expect(head(confirmMyStaffLetter, { letterId })).rejects.toMatchObject(
      refusal(409, '请填好信末的表'),
    )
    const text = await sendPaper(world, headId, letterId, { bytes: Buffer.from('<html>'), kind: 'pdf' })
    expect(text.status).toBe(415)
    expect(await StaffAnswerModel.countDocuments()).toBe(0)
  })
})

it('is answered by everybody where each answers for themselves', async () => {
  const form = { ...MEETING, answeredBy: 'each' as const, fields: MEETING.fields.slice(0, 1) }
  const { head, deputy, letterId, district, at } = await buildMeeting(world, { form })
  const answers = [{ code: 'attend', value: ['来不了'] }]
  await head(answerMyStaffLetter, { letterId, answers })

  expect((await deputy(openMyStaffLetter, { letterId })).isDone).toBe(false)
  expect((await district(readStaffFigures, at)).total).toMatchObject({ asked: 3, answered: 1 })
  await deputy(answerMyStaffLetter, { letterId, answers })
  expect((await district(readStaffAnswers, at)).counts).toMatchObject([
    { options: [{ count: 0 }, { option: '来不了', count: 2 }] },
  ])
})

it('shows the office that asked every answer, its papers, and a whole number only for a reason that is logged', async () => {
  const { head, headId, letterId, district, deputy, otherHead, school, at } = await buildMeeting(world)
  await head(answerMyStaffLetter, { letterId, answers: coming([await paperOf(headId, letterId)]) })

  const { rows, files } = await district(readStaffAnswers, at)
  const [row] = rows
  const lineOf = (code: string) => row?.lines.find((it) => it.code === code)
  expect(lineOf('mobile')).toMatchObject({ text: '138****1234', isPhone: true })
  expect(files).toBe(1)
  expect(JSON.stringify(await StaffAnswerModel.find().lean())).not.toContain(MOBILE)

  const link = lineOf('report')?.files?.[0]?.link ?? ''
  const paper = await fetch(`${world.origin()}/api${link}`)
  expect(paper.headers.get('content-disposition')).toMatch(/^attachment/)
  expect(paper.headers.get('x-content-type-options')).toBe('nosniff')
  expect((await paper.text()).startsWith('%PDF')).toBe(true)

  const why = { answerId: row?.id ?? '', code: 'mobile', reason: 'other', words: '告诉他改了会场' } as const
  expect(await district(showStaffNumber, { ...at, ...why })).toEqual({ phone: MOBILE })
  const shown = await AuditModel.findOne({ act: 'phone.shown' }).lean()
  expect(shown?.detail).toContain('告诉他改了会场')
  expect(shown?.detail).not.toContain(MOBILE)

  const atSchool = { letterId, unitId: String(school._id) }
  expect((await deputy(readStaffAnswers, atSchool)).rows).toHaveLength(1)
  await expect(otherHead(readStaffAnswers, atSchool)).rejects.toMatchObject({ status: 404 })
})

it('packs all papers into one archive and everything into one workbook, numbers by their ends', async () => {
  const { head, headId, letterId, district, at } = await buildMeeting(world)
  await expect(district(exportStaffFiles, at)).rejects.toMatchObject(refusal(409, '还没有人上传文件'))
  const files = [await paperOf(headId, letterId), await paperOf(headId, letterId)]
  await head(answerMyStaffLetter, { letterId, answers: coming(files) })

  const archive = await fetch(`${world.origin()}/api${(await district(exportStaffFiles, at)).link}`)
  const bytes = Buffer.from(await archive.arrayBuffer())
  expect(archive.headers.get('content-type')).toBe('application/zip')
  expect(bytes.subarray(0, 4).toString('hex')).toBe('504b0304')
  expect(bytes.toString('utf8')).toContain('盖章的回执_顾远_2.pdf')
  const sheet = await fetch(`${world.origin()}/api${(await district(exportStaffSheet, at)).link}`)
  const { default: ExcelJS } = await import('exceljs')
  const book = new ExcelJS.Workbook()
  await book.xlsx.load(await sheet.arrayBuffer())
  const text = JSON.stringify(book.worksheets.map((it) => it.getSheetValues()))
  expect(book.worksheets.map((it) => it.name)).toEqual(['签收单', '回执'])
  expect(text).toContain('138****1234')
  expect(text).not.toContain(MOBILE)
  expect(await AuditModel.countDocuments({ act: 'staffAnswers.exported' })).toBe(2)
})

it('says who is missing by district and school, and reminds them once in two hours', async () => {
  const { head, headId, letterId, district, other, at } = await buildMeeting(world)
  await head(answerMyStaffLetter, { letterId, answers: coming([await paperOf(headId, letterId)]) })

  const { units } = await district(listStaffMissing, at)
  expect(units).toMatchObject([
    { district: other.district.name, unitName: other.school.fullName, people: [{ name: '周敏' }] },
  ])
  expect((await district(readReminderPlan, at)).remindable).toEqual({ families: 1, wechat: 0 })
  expect(await district(remindUnread, at)).toMatchObject({ families: 1, reachable: 1, wechat: 0 })
  await expect(district(remindUnread, at)).rejects.toMatchObject(refusal(429, '两小时内已经提醒过了'))
  const asked = await OutboxModel.find({ rung: 'm1' }).lean()
  expect(asked).toMatchObject([{ kind: 'staffMatter', subject: letterId }])
  world.pass(2 * 3_600_000)
  await district(remindUnread, at)
  expect(await OutboxModel.countDocuments({ rung: 'm2' })).toBe(1)
})

it('reminds of itself on the days of its ladder, and not those who have answered', async () => {
  const { head, headId, letterId, district, at } = await buildMeeting(world)
  await head(answerMyStaffLetter, { letterId, answers: coming([await paperOf(headId, letterId)]) })
  world.goTo('2026-11-25T00:00:00Z')
  await tick(world)
  world.goTo('2026-11-26T00:00:00Z')
  await tick(world)
  expect(await OutboxModel.countDocuments({ subject: letterId, rung: 'before1' })).toBe(1)
  const { steps } = await district(readReminderPlan, at)
  expect(steps.find((it) => it.step === 'before1')?.outcome?.people).toBe(1)
})

it('throws away a paper that no receipt ever carried', async () => {
  const { headId, letterId } = await buildMeeting(world)
  const twice = { requestId: 'request-of-hers' }
  const [one, two] = [
    await sendPaper(world, headId, letterId, twice),
    await sendPaper(world, headId, letterId, twice),
  ]
  expect(one.id).toBe(two.id)
  world.pass(49 * 3_600_000)
  await tick(world)
  expect(await StaffFileModel.countDocuments()).toBe(0)
})
