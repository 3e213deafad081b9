import { beforeEach, describe, expect, it } from 'vitest'
import { confirmMyLetter, createLetter, queueLetter, readLetter, withdrawLetter } from '#contract/letters'
import { planReminders, readReminderPlan } from '#contract/reminding'
import { rungsOf, USUAL_STEPS } from '../../server/modules/letters/ladder/rules.ts'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { buildStaff } from '../support/build.ts'
import { buildClass, DRAFT, newRequest, sendLetter, tick } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const at = (text: string) => new Date(`${text}:00+08:00`)
beforeEach(() => world.goTo('2026-11-23T10:00:00+08:00'))

describe('the days a letter reminds of itself', () => {
  const plan = (sent: string, dueOn: string | null, steps = USUAL_STEPS) =>
    rungsOf(steps, { sentAt: at(sent), dueOn }).map((it) => [it.step, it.at])

  it('are two days on, the day before and the last day, at eight', () => {
    expect(plan('2026-11-20T18:00', '2026-11-27')).toEqual([
      ['after2', at('2026-11-22T08:00')],
      ['before1', at('2026-11-26T08:00')],
      ['onDay', at('2026-11-27T08:00')],
    ])
  })
  it('are each one day: the end of the letter counts more than its beginning', () => {
    expect(plan('2026-11-25T18:00', '2026-11-27')).toEqual([
      ['before1', at('2026-11-26T08:00')],
      ['onDay', at('2026-11-27T08:00')],
    ])
  })
  it('never come on the day of the sending or after the last day', () => {
    expect(plan('2026-11-27T09:00', '2026-11-27')).toEqual([])
    expect(plan('2026-11-26T09:00', '2026-11-27')).toEqual([['onDay', at('2026-11-27T08:00')]])
    expect(plan('2026-11-26T09:00', '2026-11-27', ['after2', 'after7'])).toEqual([])
  })
  it('are counted from the sending where there is no last day', () => {
    expect(plan('2026-12-31T23:50', null, ['after1', 'before3', 'after7'])).toEqual([
      ['after1', at('2027-01-01T08:00')],
      ['after7', at('2027-01-07T08:00')],
    ])
  })
})

const reminders = async () =>
  (await OutboxModel.find({ kind: 'letterReminder' }).sort({ dueAt: 1, _id: 1 }).lean()).map((it) => ({
    to: String(it.personId),
    rung: it.rung,
    dueAt: it.dueAt,
  }))

describe('the ladder', () => {
  it('writes each step once, ahead of its hour, to those who have not answered', async () => {
    const { office, school, mother, father, zhang } = await buildClass(world)
    const letter = await sendLetter(world, office, school, { dueOn: '2026-11-27' })
    world.goTo('2026-11-25T05:59:00+08:00')
    await tick(world)
    expect(await reminders()).toEqual([])

    world.goTo('2026-11-25T06:01:00+08:00')
    await Promise.all([tick(world), tick(world)])
    await tick(world)
    const first = { rung: 'after2', dueAt: at('2026-11-25T08:00') }
    const both = [mother, father].sort()
    expect(await reminders()).toEqual(both.map((to) => ({ to, ...first })))

    await (
      await world.as(mother, 'guardian')
    )(confirmMyLetter, { studentId: String(zhang._id), letterId: letter.id })
    world.goTo('2026-11-26T06:01:00+08:00')
    await tick(world)
    expect(await reminders()).toHaveLength(2)
    expect(await LetterModel.findById(letter.id).lean()).toMatchObject({
      rungs: [{ step: 'after2' }, { step: 'before1' }, { step: 'onDay', doneAt: null }],
      nextRungAt: at('2026-11-27T08:00'),
    })
  })

  it('goes on after a crash where it was, and adds nothing twice', async () => {
    const { office, school } = await buildClass(world)
    const letter = await sendLetter(world, office, school, { dueOn: '2026-11-27' })
    world.goTo('2026-11-25T07:00:00+08:00')
    await tick(world)
    // As a process leaves it that died between the outbox and the letter.
    await LetterModel.updateOne(
      { _id: letter.id, 'rungs.step': 'after2' },
      { 'rungs.$.doneAt': null, 'rungs.$.upTo': '', nextRungAt: at('2026-11-25T08:00') },
    )
    await tick(world)
    expect(await reminders()).toHaveLength(2)
  })

  it('stops for a withdrawn letter, and does not make up for a day it slept through', async () => {
    const { office, school } = await buildClass(world)
    const slept = await sendLetter(world, office, school, { dueOn: '2026-12-10' })
    const gone = await sendLetter(world, office, school, { dueOn: '2026-12-10' })
    await (
      await world.as(office, 'staff')
    )(withdrawLetter, { letterId: gone.id, reason: '写错了' })
    world.goTo('2026-11-26T09:00:00+08:00')
    await tick(world)
    expect(await reminders()).toEqual([])
    expect(await LetterModel.findById(gone.id).lean()).toMatchObject({ nextRungAt: null })
    expect(await LetterModel.findById(slept.id).lean()).toMatchObject({
      rungs: [{ step: 'after2', isSkipped: true }, { step: 'before1' }, { step: 'onDay' }],
      nextRungAt: at('2026-12-09T08:00'),
    })
  })

  it('is chosen by the author while writing, and may be none at all', async () => {
    const { office, school } = await buildClass(world)
    const call = await world.as(office, 'staff')
    const unitId = String(school._id)
    const said = { ...DRAFT, unitId, audience: [unitId] }
    const draft = await call(createLetter, { ...said, requestId: newRequest(), remindOn: [] })
    expect((await call(readLetter, { letterId: draft.id })).remindOn).toEqual([])
    await call(queueLetter, { letterId: draft.id, sendAt: null })
    expect(await LetterModel.findById(draft.id).lean()).toMatchObject({ rungs: [], nextRungAt: null })
    const usual = await call(createLetter, { ...said, requestId: newRequest() })
    expect(usual.remindOn).toEqual(['after2', 'before1', 'onDay'])
  })
})

describe('the plan', () => {
  it('shows what is planned, what became of it, and may be changed for what is to come', async () => {
    const { office, school, klass, teacher, mother } = await buildClass(world)
    const letter = await sendLetter(world, office, school, { dueOn: '2026-11-27' })
    world.goTo('2026-11-25T06:30:00+08:00')
    await tick(world)
    const call = await world.as(office, 'staff')
    const read = () => call(readReminderPlan, { letterId: letter.id, unitId: String(school._id) })
    expect(await read()).toMatchObject({
      chosen: ['after2', 'before1', 'onDay'],
      steps: [
        { step: 'after2', state: 'done', outcome: { people: 2, waiting: 2, sent: 0 } },
        { step: 'before1', state: 'coming', outcome: null },
        { step: 'onDay', state: 'coming' },
      ],
      byHand: [],
      remindable: { families: 2, wechat: 0 },
      remindAfter: null,
      mayPlan: true,
    })

    // Taken off before its hour, it does not go.
    await call(planReminders, { letterId: letter.id, steps: ['before3', 'onDay'] })
    expect(await read()).toMatchObject({
      steps: [
        { step: 'after2', outcome: { people: 2, waiting: 0, spared: 2 } },
        { step: 'onDay', state: 'coming' },
      ],
    })
    const theirs = await world.as(teacher, 'staff')
    expect(await theirs(readReminderPlan, { letterId: letter.id, unitId: String(klass._id) })).toMatchObject({
      mayPlan: false,
    })
    await expect(theirs(planReminders, { letterId: letter.id, steps: [] })).rejects.toMatchObject({
      status: 404,
    })
    await expect(
      (await world.as(mother, 'guardian'))(planReminders, { letterId: letter.id, steps: [] }),
    ).rejects.toMatchObject({ status: 403 })
  })

  it('is asked for nothing that is not a step', async () => {
    const { office, school } = await buildClass(world)
    const letter = await sendLetter(world, office, school)
    const token = await world.tokenOf(office, 'staff')
    for (const steps of [['never'], 'onDay', [{ $ne: 1 }], Array.from({ length: 9 }, () => 'onDay')]) {
      const answer = await world.send(token, 'PUT', `/api/letters/${letter.id}/reminders`, { steps })
      expect(answer.status).toBe(400)
    }
    const admin = await buildStaff(school, 'inspector')
    await expect(
      (await world.as(admin, 'staff'))(planReminders, { letterId: letter.id, steps: [] }),
    ).rejects.toMatchObject({ status: 403 })
  })
})
