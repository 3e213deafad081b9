import type Router from '@koa/router'
import * as api from '#contract/drafts'
import { DONE, serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { unitScope, type UnitScope } from '../../org/policy.ts'
import { lessonsOf } from './lessons/service.ts'
import type { ProgrammeDraftRecord } from './model.ts'
import { ownDraft } from './policy.ts'
import { presentDraft, presentDraftRow } from './present.ts'
import { publish } from './publishing/service.ts'
import * as drafts from './service.ts'

export function draftRoutes(router: Router, { clock }: Deps) {
  const present = async (draft: ProgrammeDraftRecord, scope: UnitScope) =>
    presentDraft(draft, await lessonsOf(draft._id), scope)

  serve(router, api.listProgrammeDrafts, async ({ actor, unitId }) => {
    const found = await drafts.draftsOf(await unitScope(actor, unitId, 'editCourses'))
    return { drafts: found.map(presentDraftRow) }
  })

  serve(router, api.createProgrammeDraft, async ({ actor, caller: _, unitId, ...said }) => {
    const scope = await unitScope(actor, unitId, 'editCourses')
    return present(await drafts.createDraft(scope, said, actor, clock.now()), scope)
  })

  serve(router, api.readProgrammeDraft, async ({ actor, programmeDraftId }) => {
    const { draft, scope } = await ownDraft(actor, programmeDraftId)
    return present(draft, scope)
  })

  serve(
    router,
    api.saveProgrammeDraft,
    async ({ actor, caller: _, programmeDraftId, revision, ...content }) => {
      const own = await ownDraft(actor, programmeDraftId)
      return present(await drafts.saveDraft(own, revision, content, clock.now()), own.scope)
    },
  )

  serve(router, api.removeProgrammeDraft, async ({ actor, programmeDraftId }) => {
    await drafts.removeDraft(await ownDraft(actor, programmeDraftId))
    return DONE
  })

  serve(router, api.publishProgrammeDraft, async ({ actor, programmeDraftId, revision }) => {
    const own = await ownDraft(actor, programmeDraftId, 'publishCourses')
    return present(await publish(own, revision, clock.now()), own.scope)
  })
}
