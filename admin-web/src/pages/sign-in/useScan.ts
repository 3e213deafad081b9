import { beginScan, pollScan } from '#contract/sign-in'
import { onScopeDispose, readonly, ref, shallowRef } from 'vue'
import { call, explain, Problem } from '../../api/call'
import { enterByScan } from '../../session/session'

/** What the code on the screen is waiting for. */
export type ScanState =
  'drawing' | 'waiting' | 'seen' | 'totpNeeded' | 'refused' | 'expired' | 'failed' | 'entered'

/** The server counts 150 questions a code: every two seconds of its three minutes leaves some to spare. */
const EVERY_MS = 2_000

/**
 * A code to scan, asked after until a phone has answered. Its secret lives in this closure and nowhere else: who copies the code from the
 * screen cannot fetch the session.
 */
export function useScan({ entered }: { entered: () => void }) {
  const state = ref<ScanState>('drawing')
  const picture = shallowRef('')
  const problem = shallowRef('')
  let turn = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let code = { ticket: '', secret: '' }

  onScopeDispose(stop)
  return { state: readonly(state), picture: readonly(picture), problem: readonly(problem), draw, enterTotp }

  /** Draws a new code; what is still asked about the one before no longer counts. */
  async function draw() {
    stop()
    const mine = turn
    state.value = 'drawing'
    problem.value = ''
    try {
      const drawn = await call(beginScan, {})
      if (mine !== turn) return
      code = { ticket: drawn.ticket, secret: drawn.secret }
      picture.value = drawn.picture
      state.value = 'waiting'
      again(mine)
    } catch (error) {
      if (mine === turn) fail(error)
    }
  }

  function again(mine: number) {
    timer = setTimeout(() => void ask(mine), EVERY_MS)
  }

  async function ask(mine: number, totp?: string) {
    try {
      const said = await call(pollScan, { ...code, totp })
      if (mine !== turn) return
      if (said.signedIn) {
        enterByScan(said.signedIn)
        state.value = 'entered'
        return entered()
      }
      if (said.state !== 'signedIn') state.value = said.state
      // The six digits are typed, not waited for.
      if (state.value === 'waiting' || state.value === 'seen') again(mine)
    } catch (error) {
      if (mine === turn) miss(error, mine, totp)
    }
  }

  function miss(error: unknown, mine: number, totp: string | undefined) {
    const { status, code: why } = error instanceof Problem ? error : { status: -1, code: '' }
    if (status === 404) state.value = 'expired'
    else if (totp) problem.value = explain(error)
    // A question that got lost on the way is asked again.
    else if (status >= 500 || why === 'offline' || why === 'timeout') again(mine)
    else fail(error)
  }

  function fail(error: unknown) {
    problem.value = explain(error)
    state.value = 'failed'
  }

  async function enterTotp(totp: string) {
    problem.value = ''
    await ask(turn, totp)
  }

  function stop() {
    turn++
    clearTimeout(timer)
  }
}
