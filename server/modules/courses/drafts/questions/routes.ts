import type Router from '@koa/router'
import * as api from '#contract/drafts'
import type { StaffActor } from '../../../../http/actor.ts'
import { readBytes } from '../../../../http/bytes.ts'
import { Refusal } from '../../../../http/errors.ts'
import { admit, DONE, serve } from '../../../../http/serve.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { ownDraft, ownQuestionDraft } from '../policy.ts'
import { EDITABLE } from '../rules.ts'
import { importSheet, SHEET_BYTES } from './importing/service.ts'
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

  // A sheet of questions goes beside the contract: `?apply=1` adds what is right in it, without it is looked at only.
  router.post('/programme-drafts/:programmeDraftId/question-sheet', async (ctx) => {
    const actor = ctx.state.actor as StaffActor | null
    admit(api.listQuestionDrafts, actor)
    const { programmeDraftId = '' } = ctx.params
    if (!actor || !/^[0-9a-f]{24}$/.test(programmeDraftId)) throw new Refusal('not_found', '没有这门课程')
    const own = await ownDraft(actor, programmeDraftId)
    const bytes = await readBytes(ctx, SHEET_BYTES, '表格最大2 MB，请分成几份')
    ctx.body = await importSheet(own, bytes, ctx.query.apply === '1', clock.now())
  })

  serve(router, api.removeQuestionDraft, async ({ actor, questionDraftId }) => {
    const { question, own } = await ownQuestionDraft(actor, questionDraftId)
    await questions.removeQuestion(own, question, clock.now())
    return DONE
  })
}
