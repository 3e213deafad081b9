import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import type { LetterForm } from '#contract/letter-form'
import {
  decideLetter,
  listSubmittedLetters,
  rescheduleLetter,
  setLetterSettings,
  submitLetter,
} from '#contract/letter-life'
import * as letters from '#contract/letters'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { openIdsOf } from '../../server/modules/accounts/service.ts'
import { AuditModel } from '../../server/modules/audit/model.ts'
import { AnswerModel } from '../../server/modules/letters/answers/model.ts'
import { LetterModel, type LetterRecord } from '../../server/modules/letters/model.ts'
import { hashText } from '../../server/modules/letters/rules.ts'
import { begin } from '../../server/modules/letters/scheduling/service.ts'
import { announce, deliver, type Sending } from '../../server/modules/letters/sending/service.ts'
import { SheetModel } from '../../server/modules/letters/sheets/model.ts'
import { unwanted } from '../../server/modules/letters/service.ts'
import { SignatureModel } from '../../server/modules/letters/signatures/model.ts'
import { dispatchDue } from '../../server/modules/notify/dispatch/service.ts'
import { readTemplates } from '../../server/modules/notify/rules.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { ensureUnit } from '../../server/modules/org/tree/service.ts'
import { buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import {
  buildClass,
  DRAFT,
  INK,
  newRequest,
  refusal,
  sendLetter,
  sentLetter,
  tick,
} from '../support/letters.ts'
import { scaled } from '../support/scale.ts'
import { useWorld } from '../support/world.ts'

// What people do to one letter in the same moment, each over HTTP: whoever comes second is told so, and nothing is done twice or by halves.
vi.setConfig({ testTimeout: 120_000 })
const world = useWorld()
const { kind: _, ...WRITTEN } = DRAFT
const ROUNDS = scaled(40, 6)

/** What the worker sends, asking the rooms first whether it is still wanted. */
const dispatch = () => {
  const { log, wechat, clock, env } = world.deps()
  const templates = readTemplates(env.WX_TEMPLATES)
  return dispatchDue(
    {
      ...{ log, wechat, clock, templates, addressesOf: openIdsOf },
      unwanted: (messages) => unwanted(messages, world.now()),
    },
    () => false,
  )
}

async function stored(letterId: unknown): Promise<LetterRecord> {
  const letter = await LetterModel.findById(letterId).lean<LetterRecord>()
  if (!letter) throw new Error('No letter')
  return letter
}

const settled = async (asked: Promise<unknown>) => {
  const [one] = await Promise.allSettled([asked])
  return one.status === 'fulfilled' ? 200 : (one.reason as { status: number }).status
}

/** A letter of a class that two heads of its school are asked to see, and that goes out with the yes. */
async function submitted() {
  const here = await buildClass(world)
  const schoolId = String(here.school._id)
  const classId = String(here.klass._id)
  const heads = await Promise.all(
    ['陈校长', '周校长'].map(async (name) =>
      world.as(await buildStaff(here.school, 'principal', { name }), 'staff'),
    ),
  )
  const [head] = heads as [(typeof heads)[number]]
  await head(setLetterSettings, { unitId: schoolId, asksApproval: ['letter'] })
  const call = await world.as(here.teacher, 'staff')
  const draft = { ...DRAFT, unitId: classId, requestId: newRequest(), audience: [classId] }
  const { id: letterId } = await call(letters.createLetter, draft)
  await call(submitLetter, { letterId, thenSend: { at: null } })
  const [seen] = (await head(listSubmittedLetters, { unitId: schoolId })).letters
  const hash = seen?.hash ?? ''
  const change = (body: string) =>
    call(letters.updateLetter, { ...WRITTEN, letterId, body, audience: [classId] })
  return { ...here, heads, call, letterId, hash, change }
}

describe('a letter that waits for a yes', () => {
  it('gets one of two that are given at once, and goes out once', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { heads, letterId, hash } = await submitted()
      const decisions = heads.map((head) => settled(head(decideLetter, { letterId, hash, approve: true })))
      expect((await Promise.all(decisions)).sort()).toEqual([200, 409])
      expect(await AuditModel.countDocuments({ act: 'letter.approved' })).toBe(round + 1)
      await tick(world)
      expect(await SheetModel.countDocuments({ letterId })).toBe(1)
      expect(await OutboxModel.countDocuments({ kind: 'letter', subject: letterId })).toBe(2)
    }
  })

  it('is sent back or goes, where one head says yes and the other no, and never both', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { heads, letterId, hash } = await submitted()
      const [yes, no] = heads as [(typeof heads)[number], (typeof heads)[number]]
      const [said, refused] = await Promise.all([
        settled(yes(decideLetter, { letterId, hash, approve: true })),
        settled(no(decideLetter, { letterId, hash, approve: false, words: '改时间' })),
      ])
      expect([said, refused].sort()).toEqual([200, 409])
      const { status, approval } = await stored(letterId)
      expect([status, approval?.state]).toEqual(said === 200 ? ['sent', 'approved'] : ['draft', 'returned'])
    }
  })

  it('goes out with the words that were read, or not at all, where it is changed as the yes comes', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { heads, letterId, hash, change } = await submitted()
      const [head] = heads as [(typeof heads)[number]]
      const [yes, changed] = await Promise.all([
        settled(head(decideLetter, { letterId, hash, approve: true })),
        settled(sleep(round % 3).then(() => change('悄悄改过'))),
      ])
      expect([yes, changed].sort()).toEqual([200, 409])
      const { status, body, approval } = await stored(letterId)
      if (yes === 200) expect([status, body]).toEqual(['sent', DRAFT.body])
      else expect([status, body, approval]).toEqual(['draft', '悄悄改过', null])
    }
  })
})

describe('a planned letter whose hour has come', () => {
  /** A letter that is due now, and the console in front of which its author sits. */
  async function due() {
    const here = await buildClass(world)
    const call = await world.as(here.office, 'staff')
    const unitId = String(here.school._id)
    const audience = [unitId]
    const draft = { ...DRAFT, unitId, requestId: newRequest(), audience }
    const { id: letterId } = await call(letters.createLetter, draft)
    const plan = (ms: number) => new Date(world.now().getTime() + ms).toISOString()
    await call(letters.queueLetter, { letterId, sendAt: plan(60_000) })
    world.pass(60_001)
    return { call, letterId, audience, plan }
  }

  it('does not go any more once another hour has been promised, however late', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { call, letterId, plan } = await due()
      const moved = sleep(round * 4).then(() =>
        settled(call(rescheduleLetter, { letterId, sendAt: plan(3_600_000) })),
      )
      const [answer] = await Promise.all([moved, tick(world)])
      const { status } = await stored(letterId)
      expect([answer, status]).toEqual(answer === 200 ? [200, 'scheduled'] : [409, 'sent'])
    }
  })

  it('is not begun by a worker that has read it before it was moved, or taken out and put back', async () => {
    const { call, letterId, audience, plan } = await due()
    const read = await stored(letterId)
    const { files } = world.deps()
    const sendAt = plan(3_600_000)
    await call(rescheduleLetter, { letterId, sendAt })
    await begin(read, { files }, world.now())
    expect(await stored(letterId)).toMatchObject({
      status: 'scheduled',
      sendAt: new Date(sendAt),
      sentAt: null,
    })

    const again = await stored(letterId)
    await call(letters.unqueueLetter, { letterId })
    await call(letters.updateLetter, { ...WRITTEN, letterId, audience, body: '改过的话。' })
    await call(letters.queueLetter, { letterId, sendAt })
    await begin(again, { files }, world.now())
    expect(await stored(letterId)).toMatchObject({ status: 'scheduled', body: '改过的话。', sentAt: null })

    await begin(await stored(letterId), { files }, world.now())
    expect(await stored(letterId)).toMatchObject({ status: 'sending', body: '改过的话。' })
  })

  it('goes with the words that stand there, also when it was taken from its hour and put back in between', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { call, letterId, audience } = await due()
      const changed = sleep(round * 4).then(async () => {
        if ((await settled(call(letters.unqueueLetter, { letterId }))) !== 200) return
        await call(letters.updateLetter, { ...WRITTEN, letterId, audience, body: '改过的话。' })
        await call(letters.queueLetter, { letterId, sendAt: null })
      })
      await Promise.all([changed, tick(world)])
      await tick(world)
      const letter = await stored(letterId)
      expect([letter.status, letter.textHash]).toEqual(['sent', hashText(letter)])
    }
  })
})

describe('a letter that is taken back while it goes out', () => {
  it('has no open sheet and no message that leaves, wherever its sending had come to', async () => {
    const here = await buildClass(world)
    for (let at = 0; at < 5; at++) {
      const klass = await ensureUnit({
        kind: 'class',
        name: `${at}班`,
        code: `W${at}`,
        parent: here.grade,
        grade: 7,
      })
      await buildGuardian(world, await buildStudent(klass))
    }
    const call = await world.as(here.office, 'staff')
    const unitId = String(here.school._id)
    const takeBack = (letterId: string) => call(letters.withdrawLetter, { letterId, reason: '写错了' })
    const stages = [
      // Its families see it, and it has no sheet yet; its sheets are there, and no message; its messages are on the way.
      async (letter: Sending) => takeBack(String(letter._id)),
      async (letter: Sending) => {
        await deliver(letter)
        await takeBack(String(letter._id))
      },
      async (letter: Sending) => {
        await deliver(letter)
        await Promise.all([announce(await again(letter), world.now()), takeBack(String(letter._id))])
      },
      async (letter: Sending) => {
        await Promise.all([deliver(letter), takeBack(String(letter._id))])
      },
    ]
    for (const stage of stages) {
      const draft = { ...DRAFT, unitId, requestId: newRequest(), audience: [unitId] }
      const { id } = await call(letters.createLetter, draft)
      await call(letters.queueLetter, { letterId: id, sendAt: null })
      await SheetModel.deleteMany({ letterId: id })
      await LetterModel.updateOne({ _id: id }, { areSheetsDue: true, sheetsUpTo: '', areMessagesDue: false })
      await stage(await again({ _id: id }))
      await tick(world)
      await tick(world)

      expect((await LetterModel.findById(id).lean())?.status).toBe('withdrawn')
      expect(await SheetModel.countDocuments({ letterId: id, closed: { $ne: 'withdrawn' } })).toBe(0)
      await dispatch()
      const messages = await OutboxModel.find({ kind: 'letter', subject: id }, { status: 1 }).lean()
      expect(messages.filter((it) => it.status !== 'withdrawn')).toEqual([])
    }
  })
})

const again = async ({ _id }: { _id: unknown }) => (await stored(_id)) as Sending

const FORM: LetterForm = {
  answeredBy: 'any',
  fields: [
    { code: 'join', label: '孩子参加吗', type: 'choice', required: true, options: ['参加', '不参加'] },
  ],
}

describe('a letter that is put right while families answer it', () => {
  it('loses no answer that was taken: each stands in the new edition', async () => {
    const here = await buildClass(world)
    const families = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const child = await buildStudent(here.klass)
        return {
          studentId: String(child._id),
          call: await world.as(await buildGuardian(world, child), 'guardian'),
        }
      }),
    )
    const sender = await world.as(here.office, 'staff')
    let taken = 0
    for (let round = 0; round < ROUNDS; round++) {
      const old = await sendLetter(world, here.office, here.school, { form: FORM })
      const next = await sender(letters.reviseLetter, { letterId: old.id, requestId: newRequest() })
      const audience = [String(here.school._id)]
      const words = { ...WRITTEN, form: FORM, audience, correction: '集合时间改为9点' }
      await sender(letters.updateLetter, { letterId: next.id, ...words })
      const answers = families.map(async ({ studentId, call }, at) => {
        await sleep(at * 10)
        // Whoever sees the new edition opens it: its sheet is made for them.
        if (at % 2 > 0) await settled(call(letters.openMyLetter, { studentId, letterId: next.id }))
        const said = { studentId, letterId: old.id, answers: [{ code: 'join', value: ['参加'] }] }
        return settled(call(letters.answerMyLetter, said))
      })
      // Some come before and some after, however busy the machine is.
      await Promise.race(answers)
      await sleep(round * 10)
      await sender(letters.queueLetter, { letterId: next.id, sendAt: null })
      const answered = await Promise.all(answers)
      await tick(world)
      const yes = families.filter((__, at) => answered[at] === 200).map((it) => it.studentId)
      expect(answered.filter((it) => it !== 200 && it !== 409)).toEqual([])
      const kept = await AnswerModel.find({ letterId: next.id }, { studentId: 1 }).lean()
      expect(kept.map((it) => String(it.studentId)).sort()).toEqual(yes.sort())
      expect((await SheetModel.findOne({ letterId: next.id }).lean())?.answered).toBe(yes.length)
      taken += yes.length
    }
    expect(taken).toBeGreaterThanOrEqual(ROUNDS)
  })

  it('takes no signature below the old edition from a page that was open, and one below the new', async () => {
    const { her, said, sender, letter, school } = await sentLetter(world, { confirmation: 'sign' })
    await her(letters.openMyLetter, said)
    const next = await sender(letters.reviseLetter, { letterId: letter.id, requestId: newRequest() })
    const words = { ...WRITTEN, confirmation: 'sign' as const, audience: [String(school._id)] }
    await sender(letters.updateLetter, { letterId: next.id, ...words, correction: '改了时间' })
    await sender(letters.queueLetter, { letterId: next.id, sendAt: null })

    await expect(her(letters.signMyLetter, { ...said, ...INK })).rejects.toMatchObject(
      refusal(409, '这封信有了更正的新版，请打开新的一封'),
    )
    expect(await SignatureModel.countDocuments()).toBe(0)
    await her(letters.signMyLetter, { ...said, letterId: next.id, ...INK })
    expect(await SignatureModel.find().lean()).toMatchObject([{ version: 2 }])
  })
})

describe('a correction whose writer has lost the post', () => {
  it('is neither changed nor sent by them, and is finished by who has the post now', async () => {
    const here = await buildClass(world)
    const classId = String(here.klass._id)
    const letter = await sendLetter(world, here.teacher, here.klass)
    const before = await world.as(here.teacher, 'staff')
    const draft = await before(letters.reviseLetter, { letterId: letter.id, requestId: newRequest() })
    const words = { ...WRITTEN, letterId: draft.id, audience: [classId], correction: '改了时间' }
    await before(letters.updateLetter, words)
    await PersonModel.updateOne({ _id: here.teacher }, { $set: { 'posts.0.to': world.now() } })

    const attempts = [
      before(letters.readLetter, { letterId: draft.id }),
      before(letters.updateLetter, { ...words, body: '走之前再说一句' }),
      before(letters.queueLetter, { letterId: draft.id, sendAt: null }),
      before(letters.withdrawLetter, { letterId: letter.id, reason: '不让看' }),
      before(letters.reviseLetter, { letterId: letter.id, requestId: newRequest() }),
      before(letters.removeLetter, { letterId: draft.id }),
    ]
    const statuses = await Promise.all(attempts.map((it) => settled(it)))
    expect(statuses).toEqual(attempts.map(() => 404))
    expect(await LetterModel.findById(draft.id).lean()).toMatchObject({ status: 'draft', body: DRAFT.body })

    const successor = await buildStaff(here.klass, 'class_teacher', { name: '王老师' })
    const after = await world.as(successor, 'staff')
    await after(letters.queueLetter, { letterId: draft.id, sendAt: null })
    expect(await LetterModel.findById(letter.id).lean()).toMatchObject({
      status: 'sent',
      supersededBy: expect.anything() as unknown,
    })
    expect((await LetterModel.findById(draft.id).lean())?.status).toBe('sent')
  })
})

describe('the last second of the last day', () => {
  const LAST = '2026-11-25'
  const form = FORM

  it('still takes a change of an answer, the next one takes none, and an answer that was missing it takes', async () => {
    world.goTo('2026-11-24T09:00:00+08:00')
    const { her, said, klass, letter } = await sentLetter(world, { form, dueOn: LAST })
    const other = await buildStudent(klass)
    const late = await world.as(await buildGuardian(world, other), 'guardian')
    const answer = (value: string, call = her, studentId = said.studentId) =>
      call(letters.answerMyLetter, {
        studentId,
        letterId: letter.id,
        answers: [{ code: 'join', value: [value] }],
      })
    await answer('参加')
    world.goTo(`${LAST}T23:59:50+08:00`)
    expect((await answer('不参加')).myAnswer).toEqual([{ code: 'join', value: ['不参加'] }])
    world.goTo('2026-11-26T00:00:00+08:00')
    await expect(answer('参加')).rejects.toMatchObject(refusal(409, '截止日期已经过了'))
    expect((await answer('参加', late, String(other._id))).myAnswer).toEqual([
      { code: 'join', value: ['参加'] },
    ])
  })

  it('lets a letter out that ends on this day, and none that has ended with it', async () => {
    world.goTo(`${LAST}T23:59:50+08:00`)
    const { office, school } = await buildClass(world)
    expect((await sendLetter(world, office, school, { dueOn: LAST })).status).toBe('sent')
    world.goTo('2026-11-26T00:00:00+08:00')
    await expect(sendLetter(world, office, school, { dueOn: LAST })).rejects.toMatchObject(
      refusal(400, '截止日期早于发送日期'),
    )
  })

  it('keeps a planned letter whose hour comes after it', async () => {
    world.goTo('2026-11-24T09:00:00+08:00')
    const { office, school } = await buildClass(world)
    const call = await world.as(office, 'staff')
    const unitId = String(school._id)
    const plan = async (hour: string) => {
      const draft = { ...DRAFT, dueOn: LAST, unitId, requestId: newRequest(), audience: [unitId] }
      const { id } = await call(letters.createLetter, draft)
      await call(letters.queueLetter, {
        letterId: id,
        sendAt: new Date(`${LAST}T${hour}+08:00`).toISOString(),
      })
      return id
    }
    const [inTime, tooLate] = [await plan('23:59:59'), await plan('23:58:00')]
    world.goTo(`${LAST}T23:59:59+08:00`)
    await LetterModel.updateOne({ _id: tooLate }, { sendAt: new Date('2026-11-26T00:00:00+08:00') })
    await tick(world)
    expect((await LetterModel.findById(inTime).lean())?.status).toBe('sent')
    world.goTo('2026-11-26T00:00:01+08:00')
    await tick(world)
    expect(await LetterModel.findById(tooLate).lean()).toMatchObject({
      status: 'draft',
      heldBack: { why: '截止日期早于发送日期，请改一下' },
    })
  })
})
