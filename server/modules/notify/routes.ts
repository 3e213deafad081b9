import type Router from '@koa/router'
import * as api from '#contract/notify'
import type { Actor } from '../../http/actor.ts'
import { serve } from '../../http/serve.ts'
import type { Deps } from '../../infra/deps.ts'
import { namesOf } from '../accounts/service.ts'
import * as audit from '../audit/service.ts'
import { familyInScope } from '../org/families/policy.ts'
import { unitScope } from '../org/policy.ts'
import { reportTap } from './consents/service.ts'
import { explainTo } from './explaining/service.ts'
import { isFor } from './kinds/rules.ts'
import { presentMyMessage, presentSent, presentSubscription } from './present.ts'
import { readTemplates } from './rules.ts'
import * as notify from './service.ts'

export function notifyRoutes(router: Router, deps: Deps) {
  const { clock, env } = deps
  const templates = readTemplates(env.WX_TEMPLATES)

  serve(router, api.listMyMessages, async ({ actor, after }) => {
    const page = await notify.messagesOf(actor.personId, after, clock.now())
    return { ...page, messages: page.messages.map(presentMyMessage) }
  })

  serve(router, api.readMyMessages, async ({ actor, ids }) => {
    await notify.markRead(actor.personId, ids, clock.now())
    return { unread: await notify.unreadOf(actor.personId, clock.now()) }
  })

  const mySubscriptions = async ({ personId, role }: Actor) => ({
    subscriptions: (await notify.subscriptionsOf(personId, deps))
      .filter(({ kind }) => isFor(kind, role))
      .map(presentSubscription),
  })
  serve(router, api.listMySubscriptions, async ({ actor }) => mySubscriptions(actor))

  serve(router, api.reportMySubscriptions, async ({ actor, tapId, accepted }) => {
    await reportTap(actor.personId, { tapId, accepted, templates }, clock.now())
    return mySubscriptions(actor)
  })

  serve(router, api.explainMessages, async ({ actor, studentId, guardianshipId }) => {
    const family = await familyInScope(actor, studentId, 'seeFamilies')
    const said = await explainTo(family, guardianshipId, deps, clock.now())
    await audit.record('messages.explained', { unit: family.scope, studentIds: [studentId] }, clock.now())
    return { ...said, subscriptions: said.subscriptions.map(presentSubscription) }
  })

  serve(router, api.listSentMessages, async ({ actor, unitId, subject, after }) => {
    const scope = await unitScope(actor, unitId, 'seeFamilies')
    await audit.namesSeen('messages.listed', scope, clock.now())
    const page = await notify.sentAbout(scope, subject, after)
    const names = await namesOf(page.messages.map((it) => String(it.personId)))
    return { ...page, messages: page.messages.map((it) => presentSent(it, names)) }
  })
}
