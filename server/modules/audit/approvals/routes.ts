import type Router from '@koa/router'
import * as api from '#contract/audit'
import { POST_WORDS } from '#contract/posts'
import type { StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import { serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { namesOf } from '../../accounts/service.ts'
import { unitScope, type UnitScope } from '../../org/policy.ts'
import { fullNamesOf } from '../../org/tree/service.ts'
import { record } from '../service.ts'
import { announceAnswer, announceRequest } from './messages/service.ts'
import type { RequestRecord, StandingRecord } from './model.ts'
import { isAbove, requestScope } from './policy.ts'
import { presentRequest, presentStanding } from './present.ts'
import { KIND_WORDS, standingInWords, standingPosts } from './rules.ts'
import * as approvals from './service.ts'

export function approvalRoutes(router: Router, { clock }: Deps) {
  serve(router, api.askApproval, async ({ actor, unitId, kind, words }) => {
    const scope = await unitScope(actor, unitId, 'seeFamilies')
    const request = await approvals.ask(scope, { kind, words }, clock.now())
    const detail = `${KIND_WORDS[kind]}：${words}`
    await record('approval.asked', { unit: scope, detail }, clock.now())
    await announceRequest(request, clock.now())
    return one(actor, request, false)
  })

  serve(router, api.listMyApprovals, async ({ actor }) => {
    const mine = await approvals.requestsOf(actor.personId)
    const names = await namesFor(mine)
    const reader = { personId: actor.personId, mayDecide: false }
    return { requests: mine.map((it) => presentRequest(it, names, reader, clock.now())) }
  })

  serve(router, api.decideApproval, async ({ actor, approvalId, approve, words = '' }) => {
    const scope = await requestScope(actor, approvalId)
    if (!approve && words === '') throw new Refusal('invalid', '请写一句为什么不同意')
    const request = await approvals.decide(scope, approvalId, { approve, words }, clock.now())
    const said = `${approve ? '同意' : '不同意'}${KIND_WORDS[request.kind]}${words ? `：${words}` : ''}`
    const personId = String(request.personId)
    await record('approval.decided', { unit: scope, personId, detail: said }, clock.now())
    await announceAnswer(request, clock.now())
    return one(actor, request, true)
  })

  serve(router, api.listApprovals, async ({ actor, unitId }) =>
    shown(actor, await unitScope(actor, unitId, 'approveExports')),
  )

  serve(router, api.setStandingApproval, async ({ actor, unitId, post, names, exports, words }) => {
    const scope = await unitScope(actor, unitId, 'approveExports')
    if (scope.kind !== 'school') throw new Refusal('invalid', '长期授权按学校给，请选择一所学校')
    const given = { post, names, exports, words }
    if (!standingPosts().includes(post)) throw new Refusal('invalid', '这种岗位不用长期授权')
    await approvals.giveStanding(scope, given, clock.now())
    const detail = `${standingInWords(POST_WORDS[post], given)}（${words}）`
    await record('approval.standing', { unit: scope, detail }, clock.now())
    return shown(actor, scope)
  })

  serve(router, api.setSecondApprover, async ({ actor, unitId, isNeeded }) => {
    const scope = await unitScope(actor, unitId, 'approveExports')
    if (!isAbove(actor, scope.path)) throw new Refusal('forbidden', '这条规定由上级来定')
    await approvals.setSecond(scope, isNeeded, clock.now())
    const detail = isNeeded ? '负责人本人导出也要另一位负责人同意' : '负责人本人导出不用另一位同意'
    await record('approval.second', { unit: scope, detail }, clock.now())
    return shown(actor, scope)
  })

  async function one(actor: StaffActor, request: RequestRecord, mayDecide: boolean) {
    const names = await namesFor([request])
    return presentRequest(request, names, { personId: actor.personId, mayDecide }, clock.now())
  }

  async function shown(actor: StaffActor, scope: UnitScope<'approveExports'>): Promise<api.Approvals> {
    const [requests, standing, needsSecond] = await Promise.all([
      approvals.requestsWithin(scope, clock.now()),
      scope.kind === 'school' ? approvals.standingOf(scope.unitId, scope.path) : [],
      approvals.needsSecond(scope.path),
    ])
    const names = await namesFor(requests, standing)
    const reader = { personId: actor.personId, mayDecide: true }
    return {
      requests: requests.map((it) => presentRequest(it, names, reader, clock.now())),
      standing: standing.map((it) => presentStanding(it, names)),
      needsSecond,
      abilities: {
        decide: true,
        keepStanding: scope.kind === 'school',
        keepSecond: isAbove(actor, scope.path),
        posts: standingPosts(),
      },
    }
  }
}

async function namesFor(requests: RequestRecord[], standing: StandingRecord[] = []) {
  const people = [
    ...requests.flatMap((it) => [it.personId, it.decidedBy]),
    ...standing.map((it) => it.givenBy),
  ].flatMap((it) => (it ? [String(it)] : []))
  const [persons, units] = await Promise.all([
    namesOf([...new Set(people)]),
    fullNamesOf([...new Set(requests.map((it) => String(it.unitId)))]),
  ])
  return {
    person: (id: unknown) => persons.get(String(id)) ?? '已离开的老师',
    unit: (id: unknown) => units.get(String(id)) ?? '',
  }
}
