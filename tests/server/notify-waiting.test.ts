import { Types } from 'mongoose'
import { describe, expect, it } from 'vitest'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import type { Way } from '../../server/modules/notify/waiting/rules.ts'
import {
  awake,
  lease,
  postponeAtNight,
  putOff,
  release,
} from '../../server/modules/notify/waiting/service.ts'
import { scans, statementsOf } from '../support/plans.ts'
import { useWorld } from '../support/world.ts'

useWorld()
const NOON = new Date('2026-11-25T12:00:00+08:00')
const LATE = new Date('2026-11-25T23:50:00+08:00')
const PAST_MIDNIGHT = new Date('2026-11-26T00:10:00+08:00')
const MORNING = new Date('2026-11-26T07:00:00+08:00')

/** Messages that wait on one of the ways, due one after the other. */
async function waiting(way: Way, dueAt: Date, urgent: boolean[]) {
  await OutboxModel.insertMany(
    urgent.map((isUrgent, n) => {
      const at = new Date(dueAt.getTime() + n)
      return {
        ...{ _id: `letter:l:${n}:1`, kind: 'letter', subject: 'l', personId: new Types.ObjectId() },
        ...{ title: '信', text: '信', page: 'p', values: { title: '信' }, showAt: at, isUrgent },
        ...(way === 'wechat'
          ? { status: 'pending', dueAt: at }
          : { status: 'unreachable', dueAt: NOON, sms: { status: 'pending', dueAt: at } }),
      }
    }),
  )
}
const rows = async (way: Way) => {
  const found = await OutboxModel.find().sort({ _id: 1 }).lean()
  return found.map((it) => (way === 'wechat' ? it : { ...it.sms, dueAt: it.sms?.dueAt ?? null }))
}
const dues = async (way: Way) => (await rows(way)).map((it) => it.dueAt?.getTime())
const MINUTE = 60_000

describe.each<Way>(['wechat', 'text'])('what waits to go as %s', (way) => {
  it.each([
    ['before midnight', LATE],
    ['after it', PAST_MIDNIGHT],
  ])('waits at night, %s, for seven in the morning; what is urgent does not', async (_, night) => {
    await waiting(way, NOON, [false, true])
    await postponeAtNight(way, night)
    await postponeAtNight(way, night)
    expect(await dues(way)).toEqual([MORNING.getTime(), NOON.getTime() + 1])
    const batch = await lease(way, 10, MINUTE, night)
    expect((await awake(way, batch, night)).map((it) => it._id)).toEqual(['letter:l:1:1'])
  })

  it('is sorted out of a batch that was leased when the night began, and is free in the morning', async () => {
    await waiting(way, NOON, [false, true, false])
    const evening = new Date('2026-11-25T21:29:59+08:00')
    const batch = await lease(way, 10, MINUTE, evening)
    expect(await awake(way, batch, evening)).toHaveLength(3)
    expect((await awake(way, batch, LATE)).map((it) => it._id)).toEqual(['letter:l:1:1'])
    const idsAt = async (at: Date) => (await lease(way, 10, 1, at)).messages.map((it) => it._id)
    expect(await idsAt(new Date(MORNING.getTime() - 1))).toEqual(['letter:l:1:1'])
    expect(await idsAt(MORNING)).toEqual(['letter:l:1:1', 'letter:l:0:1', 'letter:l:2:1'])
  })

  it('is in one pair of hands at a time, the oldest first', async () => {
    await waiting(way, NOON, Array<boolean>(12).fill(false))
    const later = new Date(NOON.getTime() + 20)
    const batches = await Promise.all(Array.from({ length: 6 }, () => lease(way, 4, MINUTE, later)))
    const taken = batches.flatMap((it) => it.messages.map(({ _id }) => _id))
    expect(new Set(taken).size).toBe(taken.length)
    const [first] = batches.filter((it) => it.messages.length > 0)
    const ids = first?.messages.map((it) => Number(it._id.split(':')[2])) ?? []
    expect(ids).toEqual(ids.toSorted((a, b) => a - b))
  })

  it('is let go by who holds it alone, and only before it has begun to be sent', async () => {
    await waiting(way, NOON, [false, false])
    const batch = await lease(way, 10, MINUTE, new Date(NOON.getTime() + 5))
    const before = await rows(way)
    await release(way, batch.messages, 'another')
    await putOff(way, batch.messages, 'another', MORNING)
    expect(await rows(way)).toEqual(before)
    const [first] = batch.messages
    const begun = way === 'wechat' ? { status: 'sending' } : { 'sms.status': 'sending' }
    await OutboxModel.updateOne({ _id: first?._id }, begun)
    await putOff(way, batch.messages, batch.leaseId, MORNING)
    expect(await dues(way)).toEqual([NOON.getTime(), MORNING.getTime()])
  })

  it('is found without walking through all that was ever sent', async () => {
    await waiting(way, NOON, [false, true])
    const statements = await statementsOf(async () => {
      await postponeAtNight(way, LATE)
      await awake(way, await lease(way, 10, MINUTE, LATE), LATE)
    })
    expect(scans(statements)).toEqual([])
  })
})
