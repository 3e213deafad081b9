import type Router from '@koa/router'
import * as api from '#contract/letters'
import { DONE, serve } from '../../http/serve.ts'
import type { Deps } from '../../infra/deps.ts'
import { reachableOf } from '../notify/service.ts'
import { audienceWithin, countAddressed, familiesWithin, guardianPeopleOf } from '../org/audiences/service.ts'
import { unitScope } from '../org/policy.ts'
import { nodeOfLetter } from './calendar/service.ts'
import { takeUp } from './calendar/taking/service.ts'
import type { LetterRecord } from './model.ts'
import { isKeeper, letterWithin, ownLetter, type OwnLetter } from './policy.ts'
import { presentLetter, presentLine, presentTemplate } from './present.ts'
import { deliverSmall } from './sending/service.ts'
import { talliesOf } from './sheets/service.ts'
import { staffTallies } from './staff/service.ts'
import { NOTHING } from './sheets/rules.ts'
import { editionsBefore, reviseLetter } from './editions/service.ts'
import { withdrawLetter } from './withdrawals/service.ts'
import * as letters from './service.ts'

/** Larger audiences are not asked, person by person, whether WeChat would ring them up. */
const MOST_COUNTED = 3000

export function letterRoutes(router: Router, { clock, env }: Deps) {
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
    return presentOwn(await letters.createLetter(scope, { ...draft, ...(at && { node: at }) }, actor), scope)
  })

  serve(router, api.updateLetter, async ({ actor, caller: _, letterId, ...draft }) => {
    const own = await ownLetter(actor, letterId)
    await takeUp(own, actor)
    return presentOwn(await letters.updateLetter(own, draft, actor), own.scope)
  })

  serve(router, api.removeLetter, async ({ actor, letterId }) => {
    await letters.removeLetter(await ownLetter(actor, letterId))
    return DONE
  })

  serve(router, api.queueLetter, async ({ actor, letterId, sendAt }) => {
    const own = await ownLetter(actor, letterId)
    await takeUp(own, actor)
    const queued = await letters.queueLetter(own, sendAt ? new Date(sendAt) : null, clock.now())
    return presentOwn(await deliverSmall(queued), own.scope)
  })

  serve(router, api.unqueueLetter, async ({ actor, letterId }) => {
    const own = await ownLetter(actor, letterId)
    return presentOwn(await letters.unqueueLetter(own), own.scope)
  })

  serve(router, api.withdrawLetter, async ({ actor, letterId, reason }) => {
    const own = await ownLetter(actor, letterId)
    return presentOwn(await withdrawLetter(own, reason, clock.now()), own.scope)
  })

  serve(router, api.reviseLetter, async ({ actor, letterId, requestId }) => {
    const own = await ownLetter(actor, letterId)
    return presentOwn(await reviseLetter(own, requestId, actor), own.scope)
  })

  serve(router, api.sendNotice, async ({ actor, caller: _, unitId, ...said }) => {
    const scope = await unitScope(actor, unitId, 'writeLetters')
    const notice = { ...said, kind: 'notice' as const, pledge: PLEDGE[said.confirmation], audience: [unitId] }
    const draft = await letters.createLetter(scope, notice, actor)
    const own = await ownLetter(actor, String(draft._id))
    return presentOwn(await deliverSmall(await letters.sendOnce(own, clock.now())), scope)
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
    const before = await editionsBefore(letter)
    const tallies = await talliesFor([letter, ...before], scope.path)
    const tally = letter.status === 'sent' ? NOTHING : null
    return presentLetter(letter, {
      mayWrite: isOwn && scope.may('writeLetters'),
      may: scope.may,
      tally: tallies.get(letterId) ?? tally,
      earlier: before.map((it) => ({ letter: it, tally: tallies.get(String(it._id)) ?? null })),
    })
  })

  const presentOwn = async (letter: LetterRecord, scope: OwnLetter['scope']) =>
    presentLetter(letter, {
      mayWrite: true,
      may: scope.may,
      tally: (await talliesFor([letter], scope.path)).get(String(letter._id)) ?? null,
    })
}

/** Families' receipts or, of letters to staff, theirs: a member of staff has an account and nothing to sign. */
async function talliesFor(letters: LetterRecord[], path: string) {
  const [toFamilies, toStaff] = [letters.filter((it) => !it.staff), letters.filter((it) => it.staff)]
  const [families, staff] = await Promise.all([
    talliesOf(
      toFamilies.map((it) => it._id),
      path,
    ),
    staffTallies(
      toStaff.map((it) => it._id),
      path,
    ),
  ])
  for (const [id, it] of staff) families.set(id, { ...it, reached: it.expected, signed: 0 })
  return families
}

/** What families agree to when a teacher has not written it. */
const PLEDGE = { read: '', confirm: '我已知道这件事。', sign: '我已读完这条通知，知道要做什么。' } as const
