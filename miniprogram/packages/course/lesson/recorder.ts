import type { Reply, beatLesson } from '../../../contract'

/** Whole seconds played, `to` excluded. */
export interface Stretch {
  from: number
  to: number
}

export type Beat = Reply<typeof beatLesson>

/** A player that jumps further than this between two looks was moved by hand; the gap was not played. */
const LONGEST_STEP = 3
/** No beat carries more; what is left goes with the next. */
const MOST_RANGES = 60

export interface RecorderOptions {
  /** Sends one beat; rejects without network. */
  send: (beat: { ranges: Stretch[]; position: number; playback: number }) => Promise<Beat>
  /** What earlier sittings could not deliver. */
  kept: Stretch[]
  onBeat: (beat: Beat) => void
  /** Called with everything undelivered whenever that changes: the phone may be put away any moment. */
  keep: (ranges: Stretch[]) => void
}

/**
 * Remembers which seconds were played and reports them. What the server has not credited, for want of network or of
 * time on its clock, stays and goes with the next beat: a parent loses no more than the seconds since the last look.
 */
export function recorder({ send, kept, onBeat, keep }: RecorderOptions) {
  let undelivered = merge(kept)
  let run: { start: number; end: number } | null = null
  let position = 0
  let playback = 1
  let sending: Promise<void> | null = null
  let lookedAt = 0

  /** Takes the run so far to whole seconds; its tail goes on in the next one. */
  function cut(isEnd: boolean) {
    if (!run) return
    const to = isEnd ? Math.ceil(run.end) : Math.floor(run.end)
    if (to > Math.floor(run.start)) {
      undelivered = merge([...undelivered, { from: Math.floor(run.start), to }])
      run = { start: to, end: Math.max(run.end, to) }
      keep(undelivered)
    }
    if (isEnd) run = null
  }

  async function deliver() {
    const ranges = undelivered.slice(0, MOST_RANGES)
    const beat = await send({ ranges, position: Math.floor(position), playback })
    undelivered = merge([...undelivered.slice(MOST_RANGES), ...beat.pending, ...since(ranges)])
    keep(undelivered)
    onBeat(beat)
  }

  /** What was played while a beat was under way. */
  const since = (sent: Stretch[]) => subtract(undelivered.slice(0, MOST_RANGES), sent)

  return {
    /** One look at the player while it plays. */
    tick(at: number) {
      // Behind a dark screen a phone looks seldom: what fits between two looks was played, too.
      const since = Math.max(LONGEST_STEP, (Date.now() - lookedAt) / 1000 + 1)
      lookedAt = Date.now()
      const isOn = run && at >= run.end && at - run.end <= since * playback
      if (run && isOn) run.end = at
      else {
        cut(true)
        run = { start: at, end: at }
      }
      position = at
    },
    /** The player stands: paused, at its end, or the page is left. */
    rest(at: number) {
      position = at
      cut(true)
    },
    speed(rate: number) {
      playback = rate
    },
    /** Is there something to report. */
    isOwing: () => undelivered.length > 0 || run !== null,
    /** Reports; without network everything stays for the next time. Never two at once. */
    beat(): Promise<void> {
      cut(false)
      sending ??= deliver()
        .catch(() => undefined)
        .finally(() => {
          sending = null
        })
      return sending
    },
  }
}

/** Ranges in order, those that touch as one. */
export function merge(ranges: readonly Stretch[]): Stretch[] {
  const sorted = ranges.filter((it) => it.to > it.from).sort((a, b) => a.from - b.from)
  return sorted.reduce<Stretch[]>((all, it) => {
    const last = all[all.length - 1]
    if (last && it.from <= last.to) last.to = Math.max(last.to, it.to)
    else all.push({ ...it })
    return all
  }, [])
}

/** What of `ranges` is not in `less`. */
export function subtract(ranges: readonly Stretch[], less: readonly Stretch[]): Stretch[] {
  return ranges.flatMap((range) =>
    less.reduce<Stretch[]>(
      (rest, hole) =>
        rest.flatMap((it) => [
          ...(it.from < Math.min(it.to, hole.from)
            ? [{ from: it.from, to: Math.min(it.to, hole.from) }]
            : []),
          ...(Math.max(it.from, hole.to) < it.to ? [{ from: Math.max(it.from, hole.to), to: it.to }] : []),
        ]),
      [range],
    ),
  )
}
