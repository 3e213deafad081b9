import type Router from '@koa/router'
import * as api from '#contract/letters'
import { DONE, serve } from '../../http/serve.ts'
import type { Deps } from '../../infra/deps.ts'
import { reachableOf } from '../notify/service.ts'
import { audienceWithin, countAddressed, familiesWithin, guardianPeopleOf } from '../org/audiences/service.ts'
import { unitScope } from '../org/policy.ts'
import { nodeOfLetter } from './calendar/service.ts'
import { takeUp } from './calendar/taking/service.ts'
import { isKeeper, letterWithin, ownLetter } from './policy.ts'
import { presentLine, presentTemplate } from './present.ts'
import { deliverSmall } from './sending/service.ts'
import { refuseUnapproved } from './approvals/service.ts'
import { sendNotice } from './notices/service.ts'
import { letterFor, talliesFor } from './reading/service.ts'
import { unqueueLetter } from './scheduling/service.ts'
import { reviseLetter } from './editions/service.ts'
import { withdrawLetter } from './withdrawals/service.ts'
import * as letters from './service.ts'

/** Larger audiences are not asked, person by person, whether WeChat would ring them up. */
const MOST_COUNTED = 3000

export function letterRoutes(router: Router, deps: Deps) {
  const { clock, env } = deps
  serve(router, api.listLetterTemplates, async () => ({
    templates: letters.letterTemplates().map(presentTemplate),
  }))

  serve(router, api.countAudience, async ({ actor, unitId, unitIds, studentIds = [], excludedIds = [] }) => {
    const scope = await unitScope(actor, unitId, 'writeLetters')
    const audience = unitIds.length > 0 ? await audienceWithin(scope, unitIds) : []
    const [named, excluded] = await Promise.all([
      familiesWithin(scope, studentIds),
      familiesWithin(scope, excludedIds),
    ])
    const count = await countAddressed(audience, named, excluded)
    if (count.joined > MOST_COUNTED) return { ...count, wechat: null }
    const people = await guardianPeopleOf({ units: audience, named, excluded }, MOST_COUNTED * 3)
    return { ...count, wechat: (await reachableOf(people, 'letter', { env })).reachable }
  })

  serve(router, api.createLetter, async ({ actor, caller: _, unitId, node, ...draft }) => {
    const scope = await unitScope(actor, unitId, 'writeLetters')
    const at = node && (await nodeOfLetter(scope.path, node, draft.template))
    return letterFor(
      await letters.createLetter(scope, { ...draft, ...(at && { node: at }) }, actor, clock.now()),
      scope,
      actor,
    )
  })

  serve(router, api.updateLetter, async ({ actor, caller: _, letterId, ...draft }) => {
    const own = await ownLetter(actor, letterId)
    await takeUp(own, actor)
    return letterFor(await letters.updateLetter(own, draft, actor, clock.now()), own.scope, actor)
  })

  serve(router, api.removeLetter, async ({ actor, letterId }) => {
    await letters.removeLetter(await ownLetter(actor, letterId))
    return DONE
  })

  serve(router, api.queueLetter, async ({ actor, letterId, sendAt }) => {
    const own = await ownLetter(actor, letterId)
    await takeUp(own, actor)
    await refuseUnapproved(own.letter, actor, clock.now())
    const queued = await letters.queueLetter(own, sendAt ? new Date(sendAt) : null, clock.now())
    return letterFor(await deliverSmall(queued), own.scope, actor)
  })

  serve(router, api.unqueueLetter, async ({ actor, letterId }) => {
    const own = await ownLetter(actor, letterId)
    return letterFor(await unqueueLetter(own), own.scope, actor)
  })

  serve(router, api.withdrawLetter, async ({ actor, letterId, reason }) => {
    const own = await ownLetter(actor, letterId)
    return letterFor(await withdrawLetter(own, reason, clock.now()), own.scope, actor)
  })

  serve(router, api.reviseLetter, async ({ actor, letterId, requestId }) => {
    const own = await ownLetter(actor, letterId)
    return letterFor(await reviseLetter(own, requestId, actor), own.scope, actor)
  })

  serve(router, api.sendNotice, async ({ actor, caller: _, unitId, node, ...said }) => {
    const scope = await unitScope(actor, unitId, 'writeLetters')
    const at = node && (await nodeOfLetter(scope.path, node, said.template))
    const sent = await sendNotice(scope, { ...said, ...(at && { node: at }) }, actor, deps)
    return letterFor(await deliverSmall(sent), scope, actor)
  })

  serve(router, api.listLetters, async ({ actor, unitId, box, after }) => {
    const scope = await unitScope(actor, unitId, 'seeFigures')
    const page = await letters.lettersOf(scope, { box, after, isKeeper: isKeeper(actor, unitId) })
    const tallies = await talliesFor(page.letters, scope.path)
    return {
      letters: page.letters.map((it) => presentLine(it, tallies.get(String(it._id)) ?? null)),
      next: page.next,
      mayWrite: scope.may('writeLetters'),
    }
  })

  serve(router, api.readLetter, async ({ actor, letterId, unitId }) => {
    const { letter, scope, isOwn } = await letterWithin(actor, letterId, unitId, 'seeFigures')
    return letterFor(letter, scope, actor, isOwn)
  })
}
