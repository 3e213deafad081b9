import { describe, expect, it } from 'vitest'
import {
  credit,
  freshLedger,
  furthestOf,
  isComplete,
  type Ledger,
  percentOf,
  resumeAt,
} from '../../server/modules/courses/watch/rules.ts'

const LENGTH = 600
const START = Date.parse('2026-09-01T12:00:00Z')
const at = (seconds: number) => new Date(START + seconds * 1_000)

type Claim = { at: number; ranges: { from: number; to: number }[]; position?: number }

/** Plays claims one after the other and keeps the two promises at each step. */
function play(claims: Claim[], seconds = LENGTH) {
  let ledger: Ledger = freshLedger(seconds)
  let first: number | null = null
  let doneAt: number | null = null
  let credited = 0
  let latest = -Infinity
  for (const claim of claims) {
    const before = ledger.watched
    const result = credit(
      ledger,
      { ranges: claim.ranges, position: claim.position ?? 0 },
      seconds,
      at(claim.at),
    )
    ledger = result.ledger
    first ??= claim.at
    latest = Math.max(latest, claim.at)
    credited += result.credited
    const isKept = ledger.watched >= before && credited <= 2 * (latest - first) + 3
    if (!isKept) expect.fail(`${credited} s credited after ${latest - first} s`)
    if (doneAt === null && isComplete(ledger, seconds)) doneAt = latest - first
  }
  expect([popcount(ledger.bits), credited]).toEqual([ledger.watched, ledger.watched])
  return { ledger, doneAt }
}

const popcount = (bits: Uint8Array) =>
  bits.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0)

const everything = [{ from: 0, to: LENGTH }]
const steps = (count: number, make: (n: number) => Claim) => Array.from({ length: count }, (_, n) => make(n))

describe('an honest parent', () => {
  it('gets every second of normal play, and of play at double speed', () => {
    const open = { at: 0, ranges: [] }
    const normal = play([
      open,
      ...steps(40, (n) => ({ at: (n + 1) * 15, ranges: [{ from: n * 15, to: n * 15 + 15 }] })),
    ])
    const fast = play([
      open,
      ...steps(20, (n) => ({ at: (n + 1) * 15, ranges: [{ from: n * 30, to: n * 30 + 30 }] })),
    ])

    expect([normal.ledger.watched, fast.ledger.watched]).toEqual([600, 600])
    expect([normal.doneAt, fast.doneAt]).toEqual([540, 300])
  })

  it('loses nothing in ten minutes without a network: kept beats arrive together', () => {
    const { ledger } = play([
      { at: 0, ranges: [] },
      {
        at: 590,
        ranges: steps(39, (n) => ({ at: 0, ranges: [{ from: n * 15, to: n * 15 + 15 }] })).flatMap(
          (it) => it.ranges,
        ),
      },
    ])

    expect(ledger.watched).toBe(585)
  })

  it('gets back what was clipped by claiming it again later', () => {
    const opened = credit(freshLedger(100), { ranges: [{ from: 0, to: 15 }], position: 15 }, 100, at(0))
    expect([opened.credited, opened.pending]).toEqual([3, [{ from: 3, to: 15 }]])

    const later = credit(
      opened.ledger,
      { ranges: [...opened.pending, { from: 15, to: 30 }], position: 30 },
      100,
      at(15),
    )
    expect([later.credited, later.pending]).toEqual([27, []])
  })

  it('goes on where it was left, another day and on another phone', () => {
    const first = play([
      { at: 0, ranges: [] },
      { at: 15, ranges: [{ from: 0, to: 15 }], position: 15 },
    ]).ledger
    const nextDay = credit(first, { ranges: [], position: 15 }, LENGTH, at(86_400)).ledger

    expect(resumeAt(nextDay, LENGTH)).toBe(15)
    expect(
      credit(nextDay, { ranges: [{ from: 15, to: 30 }], position: 30 }, LENGTH, at(86_415)).credited,
    ).toBe(15)
  })

  it('is sent to the first missing second when the end was reached with holes', () => {
    const bits = new Uint8Array(2).fill(0xff)
    bits[0] = 0b1111_0011
    const ledger = { bits, position: 16, watched: 14, spentMs: 60_000 }

    expect([furthestOf(bits, 16), resumeAt(ledger, 16), isComplete(ledger, 16)]).toEqual([16, 2, false])
  })
})

/** Each tries to finish a ten-minute film sooner than in five minutes; the number is its best time in seconds. */
const ATTACKS: Record<string, Claim[]> = {
  'claims everything in the first beat': [{ at: 0, ranges: everything }],
  'claims everything a thousand times at once': steps(1_000, () => ({ at: 0, ranges: everything })),
  'claims everything every second': steps(400, (n) => ({ at: n, ranges: everything })),
  'plays at ten times the speed': steps(400, (n) => ({ at: n, ranges: [{ from: n * 10, to: n * 10 + 10 }] })),
  'replays one beat over and over': steps(2_000, () => ({ at: 1, ranges: [{ from: 0, to: 15 }] })),
  'sends the same ranges from two phones': steps(800, (n) => ({
    at: Math.floor(n / 2),
    ranges: [{ from: n % 2 ? 300 : 0, to: n % 2 ? 600 : 300 }],
  })),
  'sends ten phones in parallel': steps(4_000, (n) => ({
    at: Math.floor(n / 10),
    ranges: [{ from: (n % 10) * 60, to: (n % 10) * 60 + 60 }],
  })),
  'overlaps ranges within one beat': steps(330, (n) => ({
    at: n,
    ranges: Array.from({ length: 50 }, (_, k) => ({ from: k * 12, to: k * 12 + 40 })),
  })),
  'sends ranges backwards': steps(330, (n) => ({
    at: n,
    ranges: [
      { from: Math.max(600 - n * 2, 0), to: 0 },
      { from: 0, to: 600 },
    ],
  })),
  'makes the server clock go back and forth': steps(640, (n) => ({
    at: n % 2 ? n / 2 : 0,
    ranges: everything,
  })),
  'opens a new sitting after every pause of ten minutes': steps(100, (n) => ({
    at: n * 601,
    ranges: everything,
  })),
  'waits, then claims all that has gathered': [
    { at: 0, ranges: [] },
    { at: 299.9, ranges: everything },
    { at: 300, ranges: everything },
  ],
  'reports every millisecond': steps(5_000, (n) => ({ at: n / 1_000, ranges: everything })),
  'claims seconds beyond the end': steps(330, (n) => ({ at: n, ranges: [{ from: 500, to: 36_000 }] })),
  'claims before the beginning': steps(330, (n) => ({ at: n, ranges: [{ from: -500, to: 600 }] })),
}

describe('a program that wants the certificate without the film', () => {
  it.each(Object.entries(ATTACKS))('%s and needs five minutes like everybody', (name, claims) => {
    const { doneAt } = play(claims)
    if (doneAt !== null) process.stdout.write(`    ${name}: finished after ${doneAt.toFixed(1)} s\n`)
    expect(doneAt ?? Infinity).toBeGreaterThanOrEqual(300)
  })

  it('is never credited more than twice the clock and three seconds, whatever it sends', () => {
    const random = mulberry(20260901)
    for (let round = 0; round < 300; round++) {
      let clock = 0
      play(
        steps(60, () => {
          clock += random() < 0.3 ? 0 : Math.floor(random() * (random() < 0.05 ? 1_500 : 20))
          const skew = random() < 0.1 ? -Math.floor(random() * 100) : 0
          return {
            at: clock + skew,
            ranges: Array.from({ length: Math.floor(random() * 6) }, () => {
              const from = Math.floor(random() * 700) - 50
              return { from, to: from + Math.floor(random() * 300) - 20 }
            }),
            position: Math.floor(random() * 1_000),
          }
        }),
      )
    }
  })
})

it('shows 100 only when the lesson is complete', () => {
  expect([percentOf(0, 600, false), percentOf(600, 600, false), percentOf(540, 600, true)]).toEqual([
    0, 99, 100,
  ])
})

/** A small generator with a seed, so that a failure can be run again. */
function mulberry(seed: number) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
