import type Router from '@koa/router'
import * as api from '#contract/courses'
import { sendFile } from '../../http/files.ts'
import { serve } from '../../http/serve.ts'
import type { Deps } from '../../infra/deps.ts'
import { journey, journeys, lessonFor } from './journeys/service.ts'
import { childrenFor, learner } from './policy.ts'
import {
  presentCard,
  presentLesson,
  presentMyProgramme,
  presentProgress,
  presentQuizAnswered,
  presentReviewedStop,
} from './present.ts'
import { mediaDir } from './programmes/service.ts'
import { mineOf } from './reflections/service.ts'
import * as renewals from './renewals/service.ts'
import * as courses from './service.ts'
import * as watches from './watch/service.ts'

const YEAR_SECONDS = 365 * 86_400

export function courseRoutes(router: Router, deps: Deps) {
  const { clock } = deps
  serve(router, api.listMyProgrammes, async ({ actor, studentId }) => {
    const now = clock.now()
    const all = await journeys(learner(actor), await childrenFor(actor, studentId), now)
    return { programmes: all.map((it) => presentCard(it, now)) }
  })

  serve(router, api.readMyProgramme, async ({ actor, code, studentId }) => {
    const now = clock.now()
    const children = await childrenFor(actor, studentId)
    return presentMyProgramme(await journey(learner(actor), code, children, now), now)
  })

  serve(router, api.beginRenewal, async ({ actor, code, studentId }) => {
    const now = clock.now()
    const children = await childrenFor(actor, studentId)
    await renewals.begin(learner(actor), code, now)
    return presentMyProgramme(await journey(learner(actor), code, children, now), now)
  })

  serve(router, api.readLesson, async ({ actor, lessonId }) => {
    const who = learner(actor)
    const { lesson, programme, watch } = await lessonFor(who, lessonId)
    return presentLesson(lesson, programme, watch, await mineOf(who, lesson, deps))
  })

  serve(router, api.beatLesson, async ({ actor, lessonId, ...played }) => {
    const now = clock.now()
    const kept = await watches.beat(learner(actor), lessonId, played, now)
    if (kept.isFirst) await courses.noteSeen(learner(actor), lessonId, now)
    return {
      ...presentProgress(kept.ledger, kept.seconds, kept.isWatched),
      credited: kept.credited,
      pending: kept.pending,
    }
  })

  serve(router, api.answerStop, async ({ actor, lessonId, at, chosen }) => {
    const answered = await courses.answerStop(learner(actor), lessonId, at, chosen)
    return presentReviewedStop(answered)
  })

  serve(router, api.answerQuiz, async ({ actor, lessonId, answers }) => {
    const { lesson, rights } = await courses.answerQuiz(learner(actor), lessonId, answers, clock.now())
    return presentQuizAnswered(lesson, answers, rights)
  })
}

/** Films, posters and captions under the name of their content: a phone may keep them for ever. */
export function mediaPages(site: Router, deps: Pick<Deps, 'env'>) {
  site.get('/media/:name', async (ctx) => {
    await sendFile(ctx, mediaDir(deps), ctx.params.name ?? '', YEAR_SECONDS)
  })
}
