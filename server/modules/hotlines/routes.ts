import type Router from '@koa/router'
import * as api from '#contract/hotlines'
import { serve } from '../../http/serve.ts'
import { shanghaiDay } from '../../infra/clock.ts'
import type { Deps } from '../../infra/deps.ts'
import * as audit from '../audit/service.ts'
import { unitScope } from '../org/policy.ts'
import { cityOf, keep, linesFor, linesOf, presentCity } from './service.ts'

/** Help lines, open to everybody: whoever needs one must not have to sign in. Who is signed in sees their own city's. */
export function hotlineRoutes(router: Router, { env, clock }: Deps) {
  // A name without a set is told at boot, not to a parent in need.
  linesOf([env.HOTLINES])
  serve(router, api.listHelpLines, async ({ actor, studentId }) => ({
    lines: await linesFor(actor, env.HOTLINES, clock.now(), studentId),
  }))

  serve(router, api.readCityHelpLines, async ({ actor, unitId }) => {
    const city = await cityOf(await unitScope(actor, unitId, 'keepTree'))
    return presentCity(city, env.HOTLINES, shanghaiDay(clock.now()))
  })

  serve(router, api.saveCityHelpLines, async ({ actor, unitId, set, own, isChecked }) => {
    const scope = await unitScope(actor, unitId, 'keepTree')
    const today = shanghaiDay(clock.now())
    await keep(scope, { set, own, ...(isChecked && { checked: { on: today, by: actor.name } }) })
    const detail = `${own.length}条本市热线${isChecked ? '，已逐个核对' : ''}`
    await audit.record('hotlines.changed', { unit: scope, detail }, clock.now())
    return presentCity(await cityOf(scope), env.HOTLINES, today)
  })
}
