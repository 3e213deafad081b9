import type Router from '@koa/router'
import * as api from '#contract/reflections'
import type { Actor } from '../../../http/actor.ts'
import { DONE, serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { ownChildren, unitScope } from '../../org/policy.ts'
import { idsOf } from '../../org/tree/rules.ts'
import { fullNamesOf } from '../../org/tree/service.ts'
import { noteIfFinished } from '../finishing/service.ts'
import { lessonFor } from '../journeys/service.ts'
import { learner } from '../policy.ts'
import * as programmes from '../programmes/service.ts'
import { ownReview } from './policy.ts'
import { presentToReview, schoolOf } from './present.ts'
import * as reflections from './service.ts'

export function reflectionRoutes(router: Router, deps: Deps) {
  const { clock, fields } = deps

  serve(router, api.saveReflection, async ({ actor, lessonId, text, isShared }) => {
    const who = learner(actor)
    const found = await lessonFor(who, lessonId)
    const reflection = await reflections.save(
      who,
      { ...found, path: await placeOf(actor) },
      { text, isShared },
      deps,
    )
    await noteIfFinished(who, found.programme.code, clock.now())
    return { reflection, isDone: true }
  })

  serve(router, api.removeMyReflection, async ({ actor, lessonId }) => {
    const who = learner(actor)
    const { lesson, programme } = await lessonFor(who, lessonId)
    await reflections.takeBack(who, lesson, programme)
    return DONE
  })

  serve(router, api.listSharedReflections, async ({ actor, lessonId, after }) => {
    const who = learner(actor)
    return reflections.sharedIn(who, await lessonFor(who, lessonId), after, deps)
  })

  serve(router, api.listReflectionsToReview, async ({ actor, unitId, status, after }) => {
    const scope = await unitScope(actor, unitId, 'publishCourses')
    const { page, waiting, next } = await reflections.toReview(scope, status, after)
    const lessons = await programmes.findLessons(page.map((it) => it.lessonId))
    const [titles, schools] = await Promise.all([
      programmes.titlesOf([...lessons.values()].map((it) => it.programmeId)),
      fullNamesOf(page.flatMap((it) => idsOf(it.path)[schoolOf] ?? [])),
    ])
    return {
      reflections: page.map((it) => presentToReview(it, { lessons, titles, schools, fields })),
      waiting,
      next,
    }
  })

  serve(router, api.reviewReflection, async ({ actor, reflectionId, savedAt, show, reason = '' }) => {
    const own = await ownReview(actor, reflectionId)
    await reflections.review(own, { savedAt: new Date(savedAt), show, reason }, clock.now())
    return DONE
  })
}

/** Whose school looks at it: that of the first child, or of the post somebody learns in. */
async function placeOf(actor: Actor) {
  if (actor.role === 'staff') return actor.posts[0]?.path ?? ''
  return (await ownChildren(actor))[0]?.path ?? ''
}
