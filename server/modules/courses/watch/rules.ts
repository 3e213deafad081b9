import type { Stretch } from '#contract/courses'

/** Complete at 90 % of the seconds; who blinks at the last slide is not sent back. */
export const COMPLETE_AT = 0.9
/** The fastest playback that players offer: so many seconds of film go into one of the clock. */
export const FASTEST = 2
/** Granted once when a session opens, for what played before its first beat arrived. */
export const TOLERANCE_MS = 3_000
/** Beats farther apart than this belong to two sittings: time away from the lesson earns nothing. */
export const SITTING_MS = 10 * 60_000
/** The phone's rhythm. */
export const BEAT_SECONDS = 15

/** What the ledger knows of one guardian in one lesson. */
export interface Ledger {
  /** One bit a second of the lesson, the first second in the lowest bit of the first byte. */
  bits: Uint8Array
  /** Milliseconds of film that may still be credited: wall-clock time × 2, less what was. */
  creditMs: number
  lastBeatAt: Date | null
  /** Wall-clock time spent in sittings. */
  spentMs: number
  watched: number
  position: number
}

export interface Beat {
  ranges: readonly Stretch[]
  position: number
}

export const freshLedger = (seconds: number): Ledger => ({
  bits: new Uint8Array(Math.ceil(seconds / 8)),
  creditMs: 0,
  lastBeatAt: null,
  spentMs: 0,
  watched: 0,
  position: 0,
})

/**
 * Credits a beat. Only the server's clock counts: between two beats of a sitting at most twice the time that passed,
 * and three seconds once when a sitting opens. What is claimed beyond that is clipped, not thrown away: `pending` comes
 * back and may be claimed again later. Seconds that were credited before cost nothing and bring nothing, so a beat
 * that arrives twice changes nothing. Progress never falls. Nothing from `gate` on is credited: there a question waits.
 */
export function credit(ledger: Ledger, beat: Beat, seconds: number, now: Date, gate = Infinity) {
  const purse = purseAt(ledger, now)
  const bits = Uint8Array.from(ledger.bits)
  const pending: Stretch[] = []
  let left = Math.floor(purse.creditMs / 1_000)
  let credited = 0
  for (const second of secondsOf(beat.ranges, seconds)) {
    if (isSet(bits, second)) continue
    if (left === 0 || second >= gate) {
      addTo(pending, second)
      continue
    }
    set(bits, second)
    left -= 1
    credited += 1
  }
  return {
    ledger: {
      bits,
      creditMs: purse.creditMs - credited * 1_000,
      lastBeatAt: purse.lastBeatAt,
      spentMs: purse.spentMs,
      watched: ledger.watched + credited,
      position: Math.min(beat.position, seconds, gate),
    } satisfies Ledger,
    credited,
    pending,
  }
}

/**
 * The second at which the film waits for an answer: the first question that was not answered, until the lesson was
 * completed once.
 */
export function gateOf(
  stops: readonly { at: number }[],
  watch: { answeredStops?: readonly number[]; completedAt?: Date | null } | null,
) {
  if (watch?.completedAt) return Infinity
  const open = stops.filter((it) => !watch?.answeredStops?.includes(it.at)).map((it) => it.at)
  return open.length > 0 ? Math.min(...open) : Infinity
}

/** The credit at `now`. A clock that stood still or went back earns nothing, and never takes anything. */
function purseAt({ creditMs, lastBeatAt, spentMs }: Ledger, now: Date) {
  const elapsed = lastBeatAt ? now.getTime() - lastBeatAt.getTime() : Infinity
  if (elapsed > SITTING_MS) return { creditMs: TOLERANCE_MS, lastBeatAt: now, spentMs }
  if (elapsed <= 0) return { creditMs, lastBeatAt, spentMs }
  return { creditMs: creditMs + elapsed * FASTEST, lastBeatAt: now, spentMs: spentMs + elapsed }
}

/** The seconds of some ranges, each once, in the order claimed; what lies outside the lesson is not there. */
function* secondsOf(ranges: readonly Stretch[], seconds: number) {
  const seen = new Set<number>()
  for (const { from, to } of ranges) {
    for (let second = Math.max(from, 0); second < Math.min(to, seconds); second++) {
      if (!seen.has(second)) yield second
      seen.add(second)
    }
  }
}

function addTo(pending: Stretch[], second: number) {
  const last = pending.at(-1)
  if (last?.to === second) last.to = second + 1
  else pending.push({ from: second, to: second + 1 })
}

const isSet = (bits: Uint8Array, second: number) => ((bits[second >> 3] ?? 0) & (1 << (second & 7))) !== 0

function set(bits: Uint8Array, second: number) {
  bits[second >> 3] = (bits[second >> 3] ?? 0) | (1 << (second & 7))
}

/**
 * Seen, and not faster than the fastest player plays the whole of it: without the second condition the ten percent that
 * may be missing would be time saved.
 */
export const isComplete = ({ watched, spentMs }: Pick<Ledger, 'watched' | 'spentMs'>, seconds: number) =>
  watched >= Math.ceil(seconds * COMPLETE_AT) && spentMs * FASTEST >= seconds * 1_000

/** For people: never 100 before it is complete, and 100 from then on. */
export const percentOf = (watched: number, seconds: number, isWatched: boolean) =>
  isWatched ? 100 : Math.min(99, Math.floor((watched * 100) / Math.max(seconds * COMPLETE_AT, 1)))

/** One past the last second that was seen: on the first watch there is no seeking past it. */
export function furthestOf(bits: Uint8Array, seconds: number) {
  let second = seconds
  while (second > 0 && !isSet(bits, second - 1)) second -= 1
  return second
}

/** Where to go on: where it was left; at the end the first second that is missing, or the beginning. */
export function resumeAt({ bits, position }: Pick<Ledger, 'bits' | 'position'>, seconds: number) {
  const at = Math.min(position, furthestOf(bits, seconds))
  if (at < seconds - 1) return at
  let second = 0
  while (second < seconds && isSet(bits, second)) second += 1
  return second < seconds ? second : 0
}
