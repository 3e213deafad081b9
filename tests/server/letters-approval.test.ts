import { describe, expect, it } from 'vitest'
import { listDuties } from '#contract/home'
import {
  approveLetters,
  decideLetter,
  listScheduledLetters,
  listSubmittedLetters,
  readWritingRules,
  recallLetter,
  rescheduleLetter,
  setLetterSettings,
  submitLetter,
} from '#contract/letter-life'
import {
  createLetter,
  listLetters,
  queueLetter,
  readLetter,
  removeLetter,
  sendNotice,
  unqueueLetter,
  updateLetter,
} from '#contract/letters'
import { AuditModel } from '../../server/modules/audit/model.ts'
import { approvalHash } from '../../server/modules/letters/approvals/rules.ts'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { buildStaff } from '../support/build.ts'
import { buildClass, DRAFT, newRequest, tick } from '../support/letters.ts'
import { scans, statementsOf } from '../support/plans.ts'
import { DOUBTFUL, HARMFUL, onThePhone } from '../support/safety.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const { kind: _, ...WRITTEN } = DRAFT

/** A school that wants to see the letters of its classes, a teacher who writes, and a principal who says yes. */
async function scene(asksApproval: ('letter' | 'notice')[] = ['letter', 'notice']) {
  const here = await buildClass(world)
  const principal = await buildStaff(here.school, 'principal', { name: '陈校长' })
  const head = await world.as(principal, 'staff')
  const call = await world.as(here.teacher, 'staff')
  const schoolId = String(here.school._id)
  const classId = String(here.klass._id)
  await head(setLetterSettings, { unitId: schoolId, asksApproval })
  const write = (over: Partial<typeof DRAFT> = {}) =>
    call(createLetter, {
      ...DRAFT,
      ...over,
      unitId: classId,
      requestId: newRequest(),
      audience: [classId],
    })
  const waiting = async () => (await head(listSubmittedLetters, { unitId: schoolId })).letters
  const decide = async (letterId: string, approve: boolean, words?: string) => {
    const one = (await waiting()).find((it) => it.id === letterId)
    return head(decideLetter, { letterId, hash: one?.hash ?? '', approve, ...(words && { words }) })
  }
  const change = (letterId: string, body: string) =>
    call(updateLetter, { ...WRITTEN, letterId, body, audience: [classId] })
  return { ...here, principal, head, call, schoolId, classId, write, waiting, decide, change }
}

const conflict = { status: 409 }

describe('a letter that has to be seen first', () => {
  it('waits for the school, counts among its duties, and is sent by its author after the yes', async () => {
    const { call, head, write, waiting, decide, schoolId, classId, principal, teacher } = await scene()
    expect(await call(readWritingRules, { unitId: classId })).toMatchObject({
      letter: expect.stringContaining('实验中学') as string,
    })
    const draft = await write()
    expect(draft).toMatchObject({ needsApproval: true, abilities: { queue: false, submit: true } })
    await expect(call(queueLetter, { letterId: draft.id, sendAt: null })).rejects.toMatchObject(conflict)

    const submitted = await call(submitLetter, { letterId: draft.id })
    expect(submitted).toMatchObject({
      status: 'draft',
      approval: { state: 'submitted', by: '李老师' },
      abilities: { queue: false, submit: false, recall: true, decide: false },
    })
    await expect(call(submitLetter, { letterId: draft.id })).rejects.toMatchObject(conflict)
    expect((await head(listDuties, { unitId: schoolId })).duties).toContainEqual({
      kind: 'letters',
      count: 1,
    })
    expect(await waiting()).toMatchObject([{ id: draft.id, submittedBy: '李老师', isMine: false }])
    expect((await head(readLetter, { letterId: draft.id })).abilities.decide).toBe(true)

    await decide(draft.id, true)
    expect(await waiting()).toEqual([])
    const told = await OutboxModel.find({ subject: `approval-${draft.id}` }).lean()
    expect(told.map((it) => [String(it.personId) === teacher, it.title]).sort()).toEqual([
      [false, '有一封信等您审核'],
      [false, '有一封信等您审核'],
      [true, '您的信通过了审核'],
    ])
    expect(await call(queueLetter, { letterId: draft.id, sendAt: null })).toMatchObject({ status: 'sent' })
    const acts = await AuditModel.find({ act: /^letter\./ })
      .sort({ _id: 1 })
      .lean()
    expect(acts.map((it) => it.act)).toEqual(['letter.settings', 'letter.submitted', 'letter.approved'])
    expect(String(acts.at(-1)?.actorId)).toBe(principal)
  })

  it('goes by itself after the yes, at once or at the hour its author chose', async () => {
    const { call, write, decide } = await scene()
    const now = await write()
    const later = await write({ title: '下周的信' })
    const at = new Date(world.now().getTime() + 3_600_000).toISOString()
    await call(submitLetter, { letterId: now.id, thenSend: { at: null } })
    await call(submitLetter, { letterId: later.id, thenSend: { at } })
    expect((await decide(now.id, true)).status).toBe('sent')
    expect(await decide(later.id, true)).toMatchObject({ status: 'scheduled', sendAt: at })
    world.pass(3_600_001)
    await tick(world)
    expect((await LetterModel.findById(later.id))?.status).toBe('sent')
  })

  it('comes back with words, and is looked at again after a change', async () => {
    const { call, write, decide, change } = await scene()
    const { id: letterId } = await write()
    await call(submitLetter, { letterId })
    await expect(decide(letterId, false)).rejects.toMatchObject({ status: 400 })
    const returned = await decide(letterId, false, '请写明集合地点')
    expect(returned.approval).toMatchObject({ state: 'returned', words: '请写明集合地点' })
    expect((await call(listLetters, { unitId: returned.unitId, box: 'own' })).letters[0]?.approval).toBe(
      'returned',
    )
    await change(letterId, '在东门集合。')
    await call(submitLetter, { letterId })
    await decide(letterId, true)
    // The yes was given to that text: another one has to be seen anew, the same saved again has not.
    await change(letterId, '在东门集合。')
    expect((await call(readLetter, { letterId })).approval?.state).toBe('approved')
    expect(await change(letterId, '在西门集合。')).toMatchObject({ approval: null, needsApproval: true })
    await expect(call(queueLetter, { letterId, sendAt: null })).rejects.toMatchObject(conflict)
  })

  it('is taken back by its author, by a change, or with the draft', async () => {
    const { call, write, waiting, change } = await scene()
    const { id: letterId } = await write()
    await call(submitLetter, { letterId })
    await call(recallLetter, { letterId })
    await expect(call(recallLetter, { letterId })).rejects.toMatchObject(conflict)
    expect(await waiting()).toEqual([])
    await call(submitLetter, { letterId })
    await change(letterId, '改过的正文')
    expect(await waiting()).toEqual([])
    await call(submitLetter, { letterId })
    await call(removeLetter, { letterId })
    expect(await waiting()).toEqual([])
  })

  it('is approved for the text that was read and for no other', async () => {
    const { call, head, write, waiting, change } = await scene()
    const { id: letterId } = await write()
    await call(submitLetter, { letterId })
    const [seen] = await waiting()
    await change(letterId, '悄悄改过')
    await call(submitLetter, { letterId })
    await expect(
      head(decideLetter, { letterId, hash: seen?.hash ?? '', approve: true }),
    ).rejects.toMatchObject(conflict)
    // Nor when the text was changed behind the back of the room.
    const [fresh] = await waiting()
    await LetterModel.updateOne({ _id: letterId }, { body: '再改' })
    await expect(
      head(decideLetter, { letterId, hash: fresh?.hash ?? '', approve: true }),
    ).rejects.toMatchObject(conflict)
  })

  it('is nobody’s own to approve: not the author’s, whatever their post, and not a deputy’s who wrote it', async () => {
    const { head, write, waiting, classId, teacher, school, call, schoolId, principal } = await scene()
    const mine = await head(createLetter, {
      ...DRAFT,
      unitId: classId,
      requestId: newRequest(),
      audience: [classId],
    })
    await expect(head(queueLetter, { letterId: mine.id, sendAt: null })).rejects.toMatchObject(conflict)
    await head(submitLetter, { letterId: mine.id })
    const [one] = await waiting()
    expect(one?.isMine).toBe(true)
    const order = { letterId: mine.id, hash: one?.hash ?? '', approve: true }
    await expect(head(decideLetter, order)).rejects.toMatchObject(conflict)
    expect(
      await head(approveLetters, {
        unitId: schoolId,
        letters: [{ letterId: mine.id, hash: one?.hash ?? '' }],
      }),
    ).toEqual({ approved: [] })

    // The teacher stands in for the school's administrator: may decide about the principal's letter, not about her own.
    await PersonModel.updateOne(
      { _id: teacher },
      {
        $push: {
          posts: {
            ...{ post: 'school_admin', unitId: school._id, path: school.path, from: new Date(0), to: null },
            deputyFor: principal,
          },
        },
      },
    )
    const deputy = await world.as(teacher, 'staff')
    const hers = await write()
    await call(submitLetter, { letterId: hers.id })
    const hash = (await waiting()).find((it) => it.id === hers.id)?.hash ?? ''
    await expect(deputy(decideLetter, { letterId: hers.id, hash, approve: true })).rejects.toMatchObject(
      conflict,
    )
    expect((await deputy(decideLetter, order)).approval?.state).toBe('approved')
  })

  it('is not for who stands below or elsewhere to decide', async () => {
    const { call, write, grade, waiting } = await scene()
    const { id: letterId } = await write()
    await call(submitLetter, { letterId })
    const hash = (await waiting())[0]?.hash ?? ''
    const gradeHead = await world.as(await buildStaff(grade, 'grade_head'), 'staff')
    await expect(gradeHead(decideLetter, { letterId, hash, approve: true })).rejects.toMatchObject({
      status: 403,
    })
    const other = await scene()
    await expect(other.head(decideLetter, { letterId, hash, approve: true })).rejects.toMatchObject({
      status: 404,
    })
  })

  it('waits for the nearest unit that asks, and only of the kinds it asks for', async () => {
    const { call, write, grade, waiting, district } = await scene(['notice'])
    const districts = await world.as(await buildStaff(district, 'district_admin'), 'staff')
    await districts(setLetterSettings, { unitId: String(district._id), asksApproval: ['letter'] })
    const { id: letterId } = await write()
    const submitted = await call(submitLetter, { letterId })
    expect(submitted.approval?.unitName).toContain('东湖区')
    expect(await waiting()).toEqual([])
    const head = await world.as(await buildStaff(grade, 'grade_head'), 'staff')
    await head(setLetterSettings, { unitId: String(grade._id), asksApproval: ['letter'] })
    const next = await write()
    expect((await call(submitLetter, { letterId: next.id })).approval?.unitName).toContain('七年级')
  })

  it('is sent straight away by a colleague who could say yes, which the log keeps', async () => {
    const { head, write } = await scene()
    const { id: letterId } = await write()
    expect((await head(readLetter, { letterId })).abilities.queue).toBe(true)
    await head(queueLetter, { letterId, sendAt: null })
    expect(await AuditModel.countDocuments({ act: 'letter.approved' })).toBe(1)
  })

  it('is approved with many others by one press', async () => {
    const { head, call, write, waiting, schoolId } = await scene()
    for (const title of ['一', '二', '三']) {
      const { id: letterId } = await write({ title })
      await call(submitLetter, { letterId, thenSend: { at: null } })
    }
    const seen = (await waiting()).map(({ id, hash }) => ({ letterId: id, hash }))
    const [first, second] = seen
    await LetterModel.updateOne({ _id: second?.letterId }, { body: '改过' })
    const { approved } = await head(approveLetters, { unitId: schoolId, letters: seen })
    expect(approved).toEqual([first?.letterId, seen[2]?.letterId])
    expect(await LetterModel.countDocuments({ status: 'sent' })).toBe(2)
  })

  it('is not asked for between a teacher and one family', async () => {
    const { call, classId, zhang } = await scene()
    const draft = await call(createLetter, {
      ...DRAFT,
      unitId: classId,
      requestId: newRequest(),
      audience: [],
      studentIds: [String(zhang._id)],
    })
    expect(draft.needsApproval).toBe(false)
    expect((await call(queueLetter, { letterId: draft.id, sendAt: null })).status).toBe('sent')
  })

  it('is counted and listed by an index of what waits alone', async () => {
    const { head, call, write, schoolId } = await scene()
    const { id: letterId } = await write()
    await call(submitLetter, { letterId })
    const statements = await statementsOf(async () => {
      await head(listSubmittedLetters, { unitId: schoolId })
      await head(listScheduledLetters, { unitId: schoolId })
      await head(listDuties, { unitId: schoolId })
    })
    expect(scans(statements)).toEqual([])
  })

  it('binds a yes to whatever belongs to a letter', () => {
    const letter = { title: '一', body: '二', dueOn: null, audience: [{ unitId: 'a' }], version: 1 } as never
    const hash = (over: object) => approvalHash(Object.assign({}, letter, over))
    expect(hash({})).toBe(hash({ status: 'sent', updatedAt: new Date(), dueOn: undefined, excluded: [] }))
    expect(hash({ audience: [{ unitId: 'b' }] })).not.toBe(hash({}))
    expect(hash({ attachments: [{ sha256: 'x' }] })).not.toBe(hash({}))
    expect(hash({ dueOn: '2026-11-25' })).not.toBe(hash({}))
  })
})

describe('a planned letter', () => {
  it('is listed with its day, moved, and keeps the yes when it is taken from its day', async () => {
    const { call, write, decide, classId } = await scene()
    const { id: letterId } = await write()
    const hours = (it: number) => new Date(world.now().getTime() + it * 3_600_000).toISOString()
    const at = hours(5)
    await call(submitLetter, { letterId, thenSend: { at } })
    await decide(letterId, true)
    expect((await call(listScheduledLetters, { unitId: classId })).letters).toMatchObject([{ sendAt: at }])
    await expect(call(rescheduleLetter, { letterId, sendAt: hours(-1) })).rejects.toMatchObject({
      status: 400,
    })
    const moved = hours(9)
    expect(await call(rescheduleLetter, { letterId, sendAt: moved })).toMatchObject({ sendAt: moved })
    await call(unqueueLetter, { letterId })
    await expect(call(rescheduleLetter, { letterId, sendAt: moved })).rejects.toMatchObject(conflict)
    expect(await call(queueLetter, { letterId, sendAt: null })).toMatchObject({ status: 'sent' })
  })

  it('does not go when its text is no longer the one that was seen', async () => {
    const { call, write, decide } = await scene()
    const { id: letterId } = await write()
    await call(submitLetter, {
      letterId,
      thenSend: { at: new Date(world.now().getTime() + 1000).toISOString() },
    })
    await decide(letterId, true)
    await LetterModel.updateOne({ _id: letterId }, { body: '换掉的正文' })
    world.pass(2000)
    await tick(world)
    expect((await LetterModel.findById(letterId))?.status).toBe('draft')
  })
})

describe('a notice from the phone', () => {
  const notice = (unitId: string, body = '明天带水杯。', over: object = {}) => ({
    ...{
      unitId,
      requestId: newRequest(),
      title: '明天的事',
      body,
      confirmation: 'read' as const,
      dueOn: null,
    },
    ...over,
  })

  it('is handed in by the same tap where it has to be seen first, and goes with the yes', async () => {
    const { call, classId, waiting, decide } = await scene()
    const said = notice(classId)
    const sent = await call(sendNotice, said)
    expect(sent).toMatchObject({ status: 'draft', approval: { state: 'submitted', sendsItself: true } })
    expect((await call(sendNotice, said)).id).toBe(sent.id)
    expect(await waiting()).toHaveLength(1)
    expect((await decide(sent.id, true)).status).toBe('sent')
    expect((await call(sendNotice, said)).status).toBe('sent')
  })

  it('is refused when WeChat calls it harmful, and nothing is saved', async () => {
    const { call, classId, teacher } = await scene([])
    await onThePhone(world, teacher)
    await expect(call(sendNotice, notice(classId, HARMFUL))).rejects.toMatchObject({
      status: 400,
      json: { error: { message: '这段话里有不适合发出的内容，请改一改再发' } },
    })
    expect(await LetterModel.countDocuments()).toBe(0)
    expect(await call(sendNotice, notice(classId))).toMatchObject({ status: 'sent' })
  })

  it('waits for the school when WeChat is in doubt or says nothing', async () => {
    const { call, classId, teacher, waiting, decide, head } = await scene([])
    await onThePhone(world, teacher)
    const doubtful = await call(sendNotice, notice(classId, DOUBTFUL))
    expect(doubtful.approval).toMatchObject({ state: 'submitted', isForSafety: true })
    await expect(call(queueLetter, { letterId: doubtful.id, sendAt: null })).rejects.toMatchObject(conflict)
    world.simulator().control.breakNext({ path: '/wxa/msg_sec_check', times: 1, errcode: 45009 })
    const unchecked = await call(sendNotice, notice(classId))
    expect((await waiting()).map((it) => it.isForSafety)).toEqual([true, true])
    expect((await decide(unchecked.id, true)).status).toBe('sent')
    await decide(doubtful.id, false, '请换一种说法')
    expect((await head(readLetter, { letterId: doubtful.id })).approval?.state).toBe('returned')
  })

  it('is between the teacher and one family, and doubt asks for other words', async () => {
    const { call, classId, teacher, zhang, waiting } = await scene([])
    await onThePhone(world, teacher)
    const one = { studentIds: [String(zhang._id)] }
    await expect(call(sendNotice, notice(classId, DOUBTFUL, one))).rejects.toMatchObject({ status: 400 })
    world.simulator().control.breakNext({ path: '/wxa/msg_sec_check', times: 1, errcode: 45009 })
    expect((await call(sendNotice, notice(classId, '他今天很棒。', one))).status).toBe('sent')
    expect(await waiting()).toEqual([])
  })

  it('can be taken back for some seconds without a trace', async () => {
    const { call, classId } = await scene([])
    const held = await call(sendNotice, notice(classId, '明天带伞。', { holdSeconds: 10 }))
    expect(held.status).toBe('scheduled')
    await call(unqueueLetter, { letterId: held.id })
    await call(removeLetter, { letterId: held.id })
    const said = notice(classId, '明天带伞。', { holdSeconds: 10 })
    const kept = await call(sendNotice, said)
    expect((await call(sendNotice, said)).id).toBe(kept.id)
    world.pass(10_001)
    await tick(world)
    expect((await LetterModel.findById(kept.id))?.status).toBe('sent')
  })
})

it('shows who sees a letter again what was handed in the time before', async () => {
  const { teacher, klass, school, office } = await buildClass(world)
  const [call, sees] = [await world.as(teacher, 'staff'), await world.as(office, 'staff')]
  await sees(setLetterSettings, { unitId: String(school._id), asksApproval: ['letter'] })
  const unitId = String(klass._id)
  const { id: letterId } = await call(createLetter, {
    ...{ ...DRAFT, body: '八点到校。', unitId, requestId: newRequest(), audience: [unitId] },
  })
  const handIn = async () => call(submitLetter, { letterId, thenSend: null })
  const read = async () => sees(readLetter, { letterId })
  await handIn()
  const first = await read()
  expect(first.lastHandedIn).toBeNull()
  const hash = first.approval?.hash ?? ''
  await sees(decideLetter, { letterId, hash, approve: false, words: '请写明日期' })
  const { kind: _, ...words } = DRAFT
  await call(updateLetter, { ...words, letterId, body: '11月25日(周三)八点到校。', audience: [unitId] })
  await handIn()
  const again = await read()
  expect([again.lastHandedIn?.body, again.body]).toEqual(['八点到校。', '11月25日(周三)八点到校。'])
  // What was handed in is no part of what is said yes to.
  expect(
    await sees(decideLetter, { letterId, hash: again.approval?.hash ?? '', approve: true }),
  ).toMatchObject({
    approval: { state: 'approved' },
  })
  expect((await call(queueLetter, { letterId, sendAt: null })).status).toBe('sent')
})
