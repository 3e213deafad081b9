import type Router from '@koa/router'
import * as api from '#contract/drafts'
import { serve } from '../../../../http/serve.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { unitScope } from '../../../org/policy.ts'
import { draftToDecide, ownDraft } from '../policy.ts'
import { presentDraftRow } from '../present.ts'
import { draftFor } from '../reading/service.ts'
import * as approval from './service.ts'

export function draftApprovalRoutes(router: Router, { clock }: Deps) {
  serve(router, api.submitProgrammeDraft, async ({ actor, programmeDraftId, revision }) => {
    const own = await ownDraft(actor, programmeDraftId, 'publishCourses')
    return draftFor(await approval.submit(own, revision, clock.now()), actor)
  })

  serve(router, api.recallProgrammeDraft, async ({ actor, programmeDraftId }) =>
    draftFor(await approval.recall(await ownDraft(actor, programmeDraftId, 'publishCourses')), actor),
  )

  serve(router, api.listSubmittedDrafts, async ({ actor, unitId }) => {
    const waiting = await approval.waitingFor(await unitScope(actor, unitId, 'publishCourses'))
    return { drafts: waiting.map((it) => presentDraftRow(it)) }
  })

  serve(router, api.decideProgrammeDraft, async ({ actor, caller: _, programmeDraftId, ...said }) => {
    const own = await draftToDecide(actor, programmeDraftId)
    return draftFor(await approval.decide(own, said, clock.now()), actor)
  })
}
