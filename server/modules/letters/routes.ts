import type Router from '@koa/router'
import * as api from '#contract/letters'
import { DONE, serve } from '../../http/serve.ts'
import type { Deps } from '../../infra/deps.ts'
import type { StaffActor } from '../../http/actor.ts'
import { reachOf } from '../notify/reach/service.ts'
import { settingFor } from '../notify/texting/settings/service.ts'
import { countHolders } from '../accounts/holders/service.ts'
import { type Counted, countRule, guardiansCounted } from '../org/audiences/counting/service.ts'
import { unitScope, type UnitScope } from '../org/policy.ts'
import { DEPTH, idAt, within } from '../org/tree/rules.ts'
import { addressees } from './addressing/service.ts'
import { templatesFor } from './calendar/offering/service.ts'
import { nodeOfLetter } from './calendar/service.ts'
import { takeUp } from './calendar/taking/service.ts'
import { looksOf, watchLetter } from './looks/service.ts'
import type { LetterRecord } from './model.ts'
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
/** Nor are those looked for who have joined among so many who have not. */
const MOST_SEARCHED = 30_000
const isTooLarge = ({ families, joined }: Counted) => joined > MOST_COUNTED || families > MOST_SEARCHED

export function letterRoutes(router: Router, deps: Deps) {
  const { clock, env } = deps
  serve(router, api.listLetterTemplates, async ({ actor, unitId, ...said }) => ({
    templates: unitId
      ? await templatesFor(await unitScope(actor, unitId, 'writeLetters'), said, clock.now())
      : letters.letterTemplates().map(presentTemplate),
  }))

  serve(router, api.countAudience, async ({ actor, unitId, ...said }) => {
    const scope = await unitScope(actor, unitId, 'writeLetters')
    const addresses = { ...said, audience: said.unitIds, isForOneFamily: false }
    const to = await addressees(scope, addresses, actor, clock.now())
    if (to.staff) {
      const people = await countHolders(
        to.staff.units.map((it) => within(it.path)),
        to.staff.posts,
        clock.now(),
      )
      return { families: people, joined: people, wechat: null }
    }
    const counted = await countRule(to, { now: clock.now(), log: deps.log })
    const figures = {
      ...{ families: counted.families, joined: counted.joined },
      ...{ countedAt: counted.countedAt?.toISOString() ?? null, isCounting: counted.isOld },
      ...{ progress: counted.progress, isAtLeast: counted.isAtLeast },
    }
    if (isTooLarge(counted) || counted.progress) return { ...figures, wechat: null }
    const bonds = await guardiansCounted(counted, MOST_COUNTED * 3)
    const cityId = idAt(scope.path, DEPTH.city)
    const texting = deps.sms && (await settingFor(cityId, said.confirmation ?? 'read'))
    return { ...figures, ...(await reachOf(bonds, texting, { env }, clock.now())) }
  })

  serve(router, api.createLetter, async ({ actor, caller: _, unitId, node, ...draft }) => {
    const scope = await unitScope(actor, unitId, 'writeLetters')
    const at = node && (await nodeOfLetter(scope.path, node, draft.template))
    const said = { ...draft, forNode: at }
    const letter = await letters.createLetter(scope, said, actor, clock.now())
    await watchLetter(letter, deps)
    return withLooks(letter, scope, actor)
  })

  serve(router, api.updateLetter, async ({ actor, caller: _, letterId, ...draft }) => {
    const own = await ownLetter(actor, letterId)
    await takeUp(own, actor)
    const letter = await letters.updateLetter(own, draft, actor, clock.now())
    await watchLetter(letter, deps)
    return withLooks(letter, own.scope, actor)
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
    const sent = await sendNotice(scope, { ...said, forNode: at }, actor, deps)
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
    return isOwn ? withLooks(letter, scope, actor) : letterFor(letter, scope, actor, isOwn)
  })
}

/** A letter for its authors, with what became of its pictures. */
async function withLooks(letter: LetterRecord, ...rest: [UnitScope, StaffActor]) {
  const [shown, looks] = await Promise.all([letterFor(letter, ...rest), looksOf(letter)])
  return { ...shown, ...(looks.length > 0 && { looks }) }
}
