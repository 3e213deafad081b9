import type Router from '@koa/router'
import * as api from '#contract/reminding'
import type { ReminderStep } from '#contract/reminding'
import { DONE, serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { cached } from '../../../infra/redis.ts'
import { outcomesByRung } from '../../notify/service.ts'
import { DEPTH } from '../../org/tree/rules.ts'
import { letterWithin, ownLetter } from '../policy.ts'
import { nextByHand, remindableIn } from '../reminders/service.ts'
import { nextStaffByHand, remindableStaff } from '../staff/reminders/service.ts'
import { presentByHand, presentFirst, presentSteps } from './present.ts'
import { USUAL_STEPS } from './rules.ts'
import { choose } from './service.ts'

export function ladderRoutes(router: Router, { clock, env, redis }: Deps) {
  serve(router, api.readReminderPlan, async ({ actor, letterId, unitId }) => {
    const inScope = await letterWithin(actor, letterId, unitId, 'seeFigures')
    const { letter, scope, isOwn } = inScope
    const isSmall = DEPTH[scope.kind] >= DEPTH.school
    const count = () => outcomesByRung(letterId, scope.path)
    const outcomes = await (isSmall
      ? count()
      : cached(redis, `letters:reminders:${letterId}:${scope.unitId}`, 30, count))
    const isOpen = letter.status === 'sent' && !letter.supersededBy
    const now = clock.now()
    const { next, remindable } = letter.staff
      ? {
          next: () => nextStaffByHand(inScope, now),
          remindable: () => remindableStaff(inScope, now, { env }),
        }
      : {
          next: () => nextByHand(letter, scope.path, now),
          remindable: async () => (isSmall ? remindableIn(letter, scope.path, now, { env }) : null),
        }
    const after = isOpen ? await next() : null
    return {
      chosen: (letter.remindOn as ReminderStep[] | null | undefined) ?? [...USUAL_STEPS],
      steps: presentSteps(letter, outcomes),
      first: presentFirst(outcomes),
      byHand: presentByHand(outcomes),
      remindable: isOpen ? await remindable() : null,
      remindAfter: after?.toISOString() ?? null,
      mayPlan: isOwn && scope.may('writeLetters') && isOpen,
    }
  })

  serve(router, api.planReminders, async ({ actor, letterId, steps }) => {
    await choose(await ownLetter(actor, letterId), [...new Set(steps)], clock.now())
    return DONE
  })
}
