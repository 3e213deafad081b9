import { expect, it, vi } from 'vitest'
import {
  type Beat,
  merge,
  recorder,
  type Stretch,
  subtract,
} from '../../miniprogram/packages/course/lesson/recorder.ts'

/** A server that credits everything, or what `clip` leaves; `offline` beats fail. */
function phone(kept: Stretch[] = []) {
  const sent: Stretch[][] = []
  let saved: Stretch[] = []
  let offline = false
  let clip: (ranges: Stretch[]) => Stretch[] = () => []
  const it = recorder({
    kept,
    send: async ({ ranges }) => {
      if (offline) throw new Error('no network')
      sent.push(ranges)
      return { pending: clip(ranges) } as unknown as Beat
    },
    onBeat: () => undefined,
    keep: (ranges) => {
      saved = ranges
    },
  })
  return {
    it,
    sent,
    saved: () => saved,
    offline: (is: boolean) => (offline = is),
    clip: (by: typeof clip) => (clip = by),
    /** Plays as the player reports: four looks a second. */
    play: (from: number, to: number) => {
      for (let at = from; at <= to + 1e-9; at += 0.25) it.tick(at)
    },
  }
}

it('reports every second of play once, across beats', async () => {
  const { it: record, play, sent } = phone()
  play(0, 15.1)
  await record.beat()
  play(15.25, 30)
  record.rest(30)
  await record.beat()

  expect(sent).toEqual([[{ from: 0, to: 15 }], [{ from: 15, to: 30 }]])
})

it('does not count a jump by hand as played', async () => {
  const { it: record, play, sent } = phone()
  play(0, 5)
  play(40, 45)
  record.rest(45)
  await record.beat()

  expect(sent).toEqual([
    [
      { from: 0, to: 5 },
      { from: 40, to: 45 },
    ],
  ])
})

it('keeps beats while there is no network and sends them together when it is back', async () => {
  const { it: record, play, sent, offline, saved } = phone()
  offline(true)
  for (const from of [0, 15, 30]) {
    play(from, from + 15)
    await record.beat()
  }
  expect(saved()).toEqual([{ from: 0, to: 45 }])
  offline(false)
  await record.beat()

  expect(sent).toEqual([[{ from: 0, to: 45 }]])
  expect(record.isOwing()).toBe(true)
})

it('claims again what the server clipped, and what an earlier sitting left', async () => {
  const { it: record, play, sent, clip } = phone([{ from: 0, to: 10 }])
  clip(() => [{ from: 6, to: 10 }])
  await record.beat()
  clip(() => [])
  play(10, 20)
  record.rest(20)
  await record.beat()

  expect(sent).toEqual([[{ from: 0, to: 10 }], [{ from: 6, to: 20 }]])
  expect(record.isOwing()).toBe(false)
})

it('loses nothing that is played while a beat is on its way', async () => {
  const { it: record, play, sent } = phone()
  play(0, 10)
  const underWay = record.beat()
  play(10.25, 20)
  record.rest(20)
  await underWay
  await record.beat()

  expect(merge(sent.flat())).toEqual([{ from: 0, to: 20 }])
})

it('follows double speed, where the player moves half a second a look', async () => {
  const { it: record, sent } = phone()
  record.speed(2)
  for (let at = 0; at <= 30; at += 0.5) record.tick(at)
  record.rest(30)
  await record.beat()

  expect(sent).toEqual([[{ from: 0, to: 30 }]])
})

it('counts what was heard behind a dark screen, where a phone looks seldom, and no more than fits between', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const { it, sent } = phone()
  it.tick(0)
  vi.setSystemTime(Date.now() + 20_000)
  it.tick(20)
  vi.setSystemTime(Date.now() + 20_000)
  it.tick(90)
  it.rest(90)
  await it.beat()
  vi.useRealTimers()

  expect(sent).toEqual([[{ from: 0, to: 20 }]])
})

it('joins and cuts ranges', () => {
  expect(
    merge([
      { from: 5, to: 9 },
      { from: 0, to: 5 },
      { from: 7, to: 8 },
      { from: 20, to: 20 },
    ]),
  ).toEqual([{ from: 0, to: 9 }])
  expect(
    subtract(
      [{ from: 0, to: 10 }],
      [
        { from: 2, to: 4 },
        { from: 8, to: 20 },
      ],
    ),
  ).toEqual([
    { from: 0, to: 2 },
    { from: 4, to: 8 },
  ])
})
