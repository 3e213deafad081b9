import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { enterAnswer, enterForMany, enterTable, readAnswers, undoEntries } from '#contract/letter-answers'
import { type LetterForm, plainForm } from '#contract/letter-form'
import { readObjections } from '#contract/letter-receipts'
import type { ReceiptRule } from '#contract/letter-receipts'
import { answerMyLetter, confirmMyLetter, openMyLetter, readSheet } from '#contract/letters'
import { AnswerModel } from '../../server/modules/letters/answers/model.ts'
import { LetterPictureModel } from '../../server/modules/letters/pictures/model.ts'
import { GuardianshipModel } from '../../server/modules/org/families/model.ts'
import { buildGuardian, newId } from '../support/build.ts'
import { buildClass, newRequest, refusal, sentLetter, tick } from '../support/letters.ts'
import { filesOf } from '../support/traces.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

const CHOICE = plainForm({ options: ['参加', '不参加'], reasonFor: ['不参加'], needsReason: true }, 'any')
const TABLE: LetterForm = {
  answeredBy: 'any',
  fields: [
    {
      ...{ code: 'size', label: '尺码', type: 'number', required: true },
      ...{ min: 80, max: 200 },
    },
  ],
}
const COMES = [{ code: 'choice', value: ['参加'] }]
const STAYS = [
  { code: 'choice', value: ['不参加'] },
  { code: 'reason', value: '外婆住院' },
]

const scene = (
  over: { form?: LetterForm; receiptRule?: ReceiptRule; confirmation?: 'confirm' | 'sign' } = {},
) => sentLetter(world, over)
const photo = (background: string) =>
  sharp({ create: { width: 60, height: 40, channels: 3, background } })
    .withExif({ IFD0: { ImageDescription: '拍摄地点' } })
    .jpeg()
    .toBuffer()

/** Sends the bytes as a phone or a console does. */
async function post(token: string, path: string, bytes: Buffer) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' }
  const body = new Uint8Array(bytes)
  const answer = await fetch(`${world.origin()}/api${path}`, { method: 'POST', headers, body })
  return { status: answer.status, json: (await answer.json()) as { id?: string } }
}

describe('a choice', () => {
  it('is answered and confirmed with one tap, counted by option, and its reason is the sender’s alone', async () => {
    const { her, him, said, sheet, staff, sender, at } = await scene({ form: CHOICE })

    await Promise.all([
      her(answerMyLetter, { ...said, answers: STAYS }),
      her(answerMyLetter, { ...said, answers: STAYS }),
    ])
    expect(await sheet()).toMatchObject({ confirmed: 1, answered: 1 })
    expect((await staff(readAnswers, at)).counts).toMatchObject([
      { options: [{ count: 0 }, { option: '不参加', count: 1 }] },
    ])
    expect(JSON.stringify(await staff(readAnswers, at))).not.toContain('外婆住院')
    expect(JSON.stringify(await him(openMyLetter, said))).not.toContain('外婆住院')
    expect(JSON.stringify(await sender(readAnswers, at))).toContain('外婆住院')
    expect(JSON.stringify(await her(openMyLetter, said))).toContain('外婆住院')
    expect(JSON.stringify(await AnswerModel.find().lean())).not.toContain('外婆住院')

    await her(answerMyLetter, { ...said, answers: COMES })
    await him(answerMyLetter, { ...said, answers: STAYS })
    expect(await sheet()).toMatchObject({ confirmed: 1, conflicts: 1, open: 1 })
  })

  it('asks for the reason where the author wants one', async () => {
    const { her, said } = await scene({ form: CHOICE })
    await expect(her(answerMyLetter, { ...said, answers: STAYS.slice(0, 1) })).rejects.toMatchObject(
      refusal(400, '请填一填“原因”'),
    )
  })
})

const WITH_PICTURE: LetterForm = {
  answeredBy: 'any',
  fields: [
    { code: 'kind', label: '要请假吗', type: 'choice', required: true, options: ['要', '不要'] },
    {
      code: 'note',
      label: '病历照片',
      type: 'picture',
      required: true,
      most: 2,
      shownIf: { field: 'kind', is: ['要'] },
    },
  ],
}

describe('a picture in a form', () => {
  it('is uploaded once, drawn anew, kept with the answer and seen by school and family alone', async () => {
    const { her, said, staff, at, mother, studentId, letter } = await scene({ form: WITH_PICTURE })
    const token = await world.tokenOf(mother, 'guardian')
    const path = `/me/children/${studentId}/letters/${letter.id}/pictures?request=${newRequest()}`
    const bytes = await photo('#a33')
    const [one, two] = await Promise.all([post(token, path, bytes), post(token, path, bytes)])
    expect(one.json.id).toBe(two.json.id)
    expect(await LetterPictureModel.countDocuments()).toBe(1)

    const answers = [
      { code: 'kind', value: ['要'] },
      { code: 'note', value: { pictures: [one.json.id ?? ''] } },
    ]
    await her(answerMyLetter, { ...said, answers })
    const line = (await staff(readAnswers, at)).rows[0]?.answers[0]?.lines[1]
    expect(line).toMatchObject({ text: '1张照片' })
    const seen = await fetch(`${world.origin()}/api${line?.pictures?.[0]}`)
    expect(seen.headers.get('content-type')).toBe('image/jpeg')
    expect(Buffer.from(await seen.arrayBuffer()).includes('拍摄地点')).toBe(false)
    const mine = (await her(openMyLetter, said)).answers?.[0]?.lines[1]?.pictures?.[0] ?? ''
    expect((await fetch(`${world.origin()}/api${mine}`)).status).toBe(200)
    // Another family cannot answer with it, nor open it by its link.
    const stranger = await buildGuardian(world, (await buildClass(world)).li)
    expect((await fetch(`${world.origin()}/api${mine.replace(mother, stranger)}`)).status).toBe(403)

    await GuardianshipModel.updateOne({ personId: mother }, { to: world.now() })
    expect((await fetch(`${world.origin()}/api${mine}`)).status).toBe(404)
  })

  it('is refused when it is none, when it is not asked for, or another family’s', async () => {
    const { her, said, mother, studentId, letter } = await scene({ form: WITH_PICTURE })
    const token = await world.tokenOf(mother, 'guardian')
    const path = `/me/children/${studentId}/letters/${letter.id}/pictures`
    expect((await post(token, `${path}?request=${newRequest()}`, Buffer.from('<svg/>'))).status).toBe(415)
    expect((await post(token, path, await photo('#333'))).status).toBe(400)
    const answers = [
      { code: 'kind', value: ['要'] },
      { code: 'note', value: { pictures: [newId()] } },
    ]
    await expect(her(answerMyLetter, { ...said, answers })).rejects.toMatchObject(
      refusal(400, '照片没有找到'),
    )
    expect(await AnswerModel.countDocuments()).toBe(0)
  })

  it('that nobody sent is thrown away after two days', async () => {
    const { mother, studentId, letter } = await scene({ form: WITH_PICTURE })
    const token = await world.tokenOf(mother, 'guardian')
    const path = `/me/children/${studentId}/letters/${letter.id}/pictures?request=${newRequest()}`
    await post(token, path, await photo('#3a3'))
    const before = (await filesOf(world)).length
    world.pass(49 * 3_600_000)
    await tick(world)
    expect(await LetterPictureModel.countDocuments()).toBe(0)
    expect((await filesOf(world)).length).toBe(before - 1)
  })
})

describe('what came on paper', () => {
  it('is entered with a photo of it, corrected with the earlier one kept, and taken back', async () => {
    const { staff, at, studentId, teacher, sheet, letter, her, said } = await scene()
    const token = await world.tokenOf(teacher, 'staff')
    const path = `/letters/${letter.id}/sheets/${at.classId}/papers/${studentId}?request=${newRequest()}`
    const { json } = await post(token, path, await photo('#36c'))
    const entry = { ...at, studentId, answers: [], papers: [json.id ?? ''] }
    await staff(enterAnswer, { ...entry, way: 'paper' })
    expect(await sheet()).toMatchObject({ confirmed: 1, read: 1 })
    const row = (await staff(readSheet, at)).rows[0]
    expect(row).toMatchObject({ entered: { by: '李老师' } })
    expect((await fetch(`${world.origin()}/api${row?.entered?.papers[0]}`)).status).toBe(200)

    // The family sees the photo of its own paper, too.
    const mine = (await her(openMyLetter, said)).papers?.[0] ?? ''
    expect((await fetch(`${world.origin()}/api${mine}`)).status).toBe(200)

    world.pass(60_000)
    await staff(enterAnswer, { ...at, studentId, answers: [], way: 'call' })
    expect(await sheet()).toMatchObject({
      confirmed: 1,
      byHand: { [studentId]: { [studentId]: { way: 'call', earlier: [{ way: 'paper' }] } } },
    })

    await her(openMyLetter, said)
    await Promise.all([
      staff(undoEntries, { ...at, studentIds: [studentId] }),
      staff(undoEntries, { ...at, studentIds: [studentId] }),
    ])
    expect(await sheet()).toMatchObject({ confirmed: 0, read: 1, byHand: {} })
    await her(confirmMyLetter, said)
    expect(await sheet()).toMatchObject({ confirmed: 1 })
  })

  it('is entered for many at once, leaving alone who has answered; a second press enters nobody', async () => {
    const { staff, at, studentId, li, her, said, sheet } = await scene()
    await her(confirmMyLetter, said)
    const many = { ...at, studentIds: [studentId, String(li._id)], way: 'paper' as const, answers: [] }
    expect(await staff(enterForMany, many)).toEqual({ entered: 1, skipped: 1 })
    expect(await staff(enterForMany, many)).toEqual({ entered: 0, skipped: 2 })
    expect(await sheet()).toMatchObject({ confirmed: 2 })
    expect(await staff(undoEntries, { ...at, studentIds: many.studentIds })).toEqual({ undone: 1 })
    expect(await sheet()).toMatchObject({ confirmed: 1 })
  })

  it('of the whole family counts where each guardian is asked', async () => {
    const { staff, at, studentId, sheet } = await scene({ receiptRule: 'each', confirmation: 'sign' })
    await staff(enterForMany, { ...at, studentIds: [studentId], way: 'paper', answers: [] })
    expect(await sheet()).toMatchObject({ signed: 1 })
    await staff(undoEntries, { ...at, studentIds: [studentId] })
    expect(await sheet()).toMatchObject({ signed: 0, read: 0 })
  })

  it('may be another opinion', async () => {
    const { staff, sender, at, studentId, sheet } = await scene()
    const objection = '家里再想想'
    await staff(enterAnswer, { ...at, studentId, answers: [], way: 'call', objection })
    expect(await sheet()).toMatchObject({ confirmed: 0, objected: 1, open: 1 })
    expect((await sender(readObjections, at)).rows[0]?.objections).toMatchObject([
      { way: 'call', enteredBy: '李老师', reason: objection },
    ])
    await staff(undoEntries, { ...at, studentIds: [studentId] })
    expect(await sheet()).toMatchObject({ objected: 0, open: 0, read: 0 })
  })

  it('of a whole class is entered as a table: what is wrong with a row keeps none of the others back', async () => {
    const { staff, at, studentId, li, her, said, sheet } = await scene({ form: TABLE })
    const rows = [
      { studentId, answers: [{ code: 'size', value: 150 }] },
      { studentId: String(li._id), answers: [{ code: 'size', value: 999 }] },
    ]

    expect(await staff(enterTable, { ...at, way: 'paper', rows })).toEqual({
      entered: [studentId],
      skipped: 0,
      problems: [{ studentId: String(li._id), problem: '“尺码”请填80到200之间的数' }],
    })
    expect(await staff(enterTable, { ...at, way: 'paper', rows })).toMatchObject({ entered: [], skipped: 1 })
    expect(await sheet()).toMatchObject({ answered: 1, confirmed: 1 })
    expect((await her(openMyLetter, said)).answers).toMatchObject([{ way: 'paper', enteredBy: '李老师' }])

    expect(await staff(undoEntries, { ...at, studentIds: [studentId] })).toEqual({ undone: 1 })
    expect(await sheet()).toMatchObject({ answered: 0, confirmed: 0 })
    const stranger = { studentId: 'a'.repeat(24), answers: [] }
    await expect(staff(enterTable, { ...at, way: 'paper', rows: [stranger] })).rejects.toMatchObject({
      status: 404,
    })
  })

  it('of a form is taken back with its answer', async () => {
    const { staff, at, studentId, sheet } = await scene({ form: CHOICE })
    await staff(enterForMany, { ...at, studentIds: [studentId], way: 'paper', answers: COMES })
    expect(await sheet()).toMatchObject({ confirmed: 1, answered: 1 })
    await staff(undoEntries, { ...at, studentIds: [studentId] })
    expect(await sheet()).toMatchObject({ confirmed: 0, answered: 0 })
    expect(await AnswerModel.countDocuments()).toBe(0)
  })
})
