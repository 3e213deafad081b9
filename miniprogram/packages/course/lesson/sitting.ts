import type { recorder } from './recorder'

const BEAT_MS = 15_000
/** While the server still owes the last seconds, the end of a lesson should not keep anybody waiting. */
const ENDING_MS = 3_000

interface Sitting {
  record: ReturnType<typeof recorder>
  /** Something plays, or is being read. */
  isMoving: () => boolean
  /** It was played to its end, and the server has not yet said that it is done. */
  isAwaiting: () => boolean
}

/** Reports every fifteen seconds, for as long as something moves or is still owed. */
export function sitting({ record, isMoving, isAwaiting }: Sitting) {
  let timer = 0

  function next() {
    timer = setTimeout(
      () => {
        void record.beat().then(() => {
          if (!timer) return
          if (!isMoving() && !record.isOwing() && !isAwaiting()) timer = 0
          else next()
        })
      },
      isAwaiting() ? ENDING_MS : BEAT_MS,
    )
  }
  function stop() {
    clearTimeout(timer)
    timer = 0
  }
  /** The first beat opens the sitting: from then on the server's clock counts. */
  function start() {
    if (timer) return
    void record.beat()
    next()
  }
  return {
    start,
    stop,
    /** At the end the rhythm changes at once. */
    again() {
      stop()
      start()
    },
  }
}
