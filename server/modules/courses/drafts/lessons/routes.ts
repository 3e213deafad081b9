import type Router from '@koa/router'
import * as api from '#contract/drafts'
import { serve } from '../../../../http/serve.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { ownDraft, ownLessonDraft } from '../policy.ts'
import { presentLessonDraft } from './present.ts'
import * as lessons from './service.ts'

export function lessonDraftRoutes(router: Router, { clock }: Deps) {
  serve(router, api.addLessonDraft, async ({ actor, caller: _, programmeDraftId, ...said }) => {
    const own = await ownDraft(actor, programmeDraftId)
    const { lesson, revision } = await lessons.addLesson(own, said, clock.now())
    return { lesson: presentLessonDraft(lesson, own.draft), revision }
  })

  serve(router, api.readLessonDraft, async ({ actor, lessonDraftId }) => {
    const { lesson, own } = await ownLessonDraft(actor, lessonDraftId)
    return presentLessonDraft(lesson, own.draft)
  })

  serve(router, api.saveLessonDraft, async ({ actor, caller: _, lessonDraftId, revision, ...content }) => {
    const { lesson, own } = await ownLessonDraft(actor, lessonDraftId)
    const saved = await lessons.saveLesson(own, lesson, revision, content, clock.now())
    return presentLessonDraft(saved, own.draft)
  })

  serve(router, api.removeLessonDraft, async ({ actor, lessonDraftId }) => {
    const { lesson, own } = await ownLessonDraft(actor, lessonDraftId)
    return { revision: await lessons.removeLesson(own, lesson, clock.now()) }
  })
}
