import type Router from '@koa/router'
import * as api from '#contract/drafts'
import { DONE, serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { unitScope } from '../../org/policy.ts'
import { adapt } from './adapting/service.ts'
import { effectOf } from './effect/service.ts'
import { draftToPublish, ownDraft } from './policy.ts'
import { presentDraftRow } from './present.ts'
import * as publishing from './publishing/service.ts'
import { draftFor, latestSources } from './reading/service.ts'
import * as drafts from './service.ts'

export function draftRoutes(router: Router, { clock, redis }: Deps) {
  serve(router, api.listProgrammeDrafts, async ({ actor, unitId }) => {
    const found = await drafts.draftsOf(await unitScope(actor, unitId, 'editCourses'))
    const latest = await latestSources(found)
    return { drafts: found.map((it) => presentDraftRow(it, latest)) }
  })

  serve(router, api.createProgrammeDraft, async ({ actor, caller: _, unitId, ...said }) => {
    const scope = await unitScope(actor, unitId, 'editCourses')
    return draftFor(await drafts.createDraft(scope, said, actor, clock.now()), actor)
  })

  serve(router, api.readProgrammeDraft, async ({ actor, programmeDraftId }) =>
    draftFor((await ownDraft(actor, programmeDraftId)).draft, actor),
  )

  serve(
    router,
    api.saveProgrammeDraft,
    async ({ actor, caller: _, programmeDraftId, revision, ...content }) => {
      const own = await ownDraft(actor, programmeDraftId)
      return draftFor(await drafts.saveDraft(own, revision, content, clock.now()), actor)
    },
  )

  serve(router, api.removeProgrammeDraft, async ({ actor, programmeDraftId }) => {
    await drafts.removeDraft(await ownDraft(actor, programmeDraftId))
    return DONE
  })

  serve(router, api.readPublicationEffect, async ({ actor, programmeDraftId }) =>
    effectOf(await ownDraft(actor, programmeDraftId), { redis, clock }),
  )

  serve(router, api.publishProgrammeDraft, async ({ actor, programmeDraftId, revision, at }) => {
    const own = await draftToPublish(actor, programmeDraftId)
    const now = clock.now()
    return draftFor(
      at
        ? await publishing.schedule(own, revision, new Date(at), now)
        : await publishing.publish(own, revision, now),
      actor,
    )
  })

  serve(router, api.withdrawProgramme, async ({ actor, programmeDraftId }) => {
    const own = await ownDraft(actor, programmeDraftId, 'publishCourses')
    return draftFor(await publishing.withdraw(own, clock.now()), actor)
  })

  serve(router, api.adaptProgramme, async ({ actor, unitId, code, requestId, lessonId }) => {
    const scope = await unitScope(actor, unitId, 'editCourses')
    return draftFor(await adapt(scope, { code, requestId, lessonId }, actor, clock.now()), actor)
  })
}
