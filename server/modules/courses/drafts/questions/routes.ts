import type Router from '@koa/router'
import * as api from '#contract/drafts'
import { DONE, serve } from '../../../../http/serve.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { ownDraft, ownQuestionDraft } from '../policy.ts'
import { EDITABLE } from '../rules.ts'
import { presentQuestionDraft } from './present.ts'
import * as questions from './service.ts'

export function questionDraftRoutes(router: Router, { clock }: Deps) {
  serve(router, api.listQuestionDrafts, async ({ actor, programmeDraftId }) => {
    const { draft } = await ownDraft(actor, programmeDraftId)
    const bank = await questions.questionsOf(draft._id)
    return { questions: bank.map(presentQuestionDraft), abilities: { edit: EDITABLE.includes(draft.status) } }
  })

  serve(
    router,
    api.addQuestionDraft,
    async ({ actor, caller: _, programmeDraftId, requestId, ...content }) => {
      const own = await ownDraft(actor, programmeDraftId)
      return presentQuestionDraft(await questions.addQuestion(own, requestId, content, clock.now()))
    },
  )

  serve(
    router,
    api.saveQuestionDraft,
    async ({ actor, caller: _, questionDraftId, revision, ...content }) => {
      const { question, own } = await ownQuestionDraft(actor, questionDraftId)
      return presentQuestionDraft(await questions.saveQuestion(own, question, revision, content, clock.now()))
    },
  )

  serve(router, api.removeQuestionDraft, async ({ actor, questionDraftId }) => {
    const { question, own } = await ownQuestionDraft(actor, questionDraftId)
    await questions.removeQuestion(own, question, clock.now())
    return DONE
  })
}
