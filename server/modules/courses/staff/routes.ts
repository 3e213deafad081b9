import type Router from '@koa/router'
import * as api from '#contract/courses'
import { serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import * as audit from '../../audit/service.ts'
import { unitScope } from '../../org/policy.ts'
import { itemStatistics } from '../exams/statistics/service.ts'
import { ownClass } from '../policy.ts'
import { certifyPassed } from '../certifying/service.ts'
import * as programmes from '../programmes/service.ts'
import * as releasing from '../releasing/service.ts'
import { remind } from '../reminding/service.ts'
import { presentAnswered, presentBank, presentOutlineLesson, presentProgramme } from './present.ts'
import * as staff from './service.ts'

export function courseStaffRoutes(router: Router, deps: Deps) {
  const { clock, log } = deps

  serve(router, api.listProgrammes, async ({ actor, unitId, audience = 'guardian' }) => {
    const found = await staff.programmesFor(await unitScope(actor, unitId, 'look'), audience)
    return {
      programmes: found.map(({ programme, isTaughtHere }) => ({
        ...presentProgramme(programme),
        isTaughtHere,
      })),
    }
  })

  serve(router, api.readProgrammeOutline, async ({ actor, unitId, code }) => {
    const scope = await unitScope(actor, unitId, 'look')
    const programme = await staff.current(scope, code)
    const [lessons, bank] = await Promise.all([
      programmes.lessonsOf(programme._id),
      scope.may('editCourses') ? programmes.bankOf(programme._id) : null,
    ])
    const lessonOf = new Map(lessons.map((it) => [String(it._id), it]))
    const numberOf = (it: { lessonId: unknown }) => lessonOf.get(String(it.lessonId))?.number ?? 0
    return {
      programme: presentProgramme(programme),
      hoursNote: programme.hoursNote,
      validityText: programme.validity.text,
      rules: programme.exam,
      lessons: lessons.map(presentOutlineLesson),
      answers: bank && {
        quizzes: lessons.map((it) => ({ lessonId: String(it._id), questions: it.quiz.map(presentAnswered) })),
        bank: bank
          .sort((a, b) => numberOf(a) - numberOf(b) || a.difficulty - b.difficulty)
          .flatMap((it) =>
            presentBank(it).map((one) => ({
              ...one,
              lessonTitle: lessonOf.get(String(it.lessonId))?.title ?? '',
              difficulty: it.difficulty,
            })),
          ),
      },
    }
  })

  serve(router, api.readItemStatistics, async ({ actor, unitId, code }) => {
    const scope = await unitScope(actor, unitId, 'editCourses')
    return itemStatistics(await staff.current(scope, code))
  })

  serve(router, api.readCompletion, async ({ actor, unitId, code }) => {
    const scope = await unitScope(actor, unitId, 'seeFigures')
    return staff.completionOf(scope, await staff.current(scope, code), deps)
  })

  serve(router, api.readRelease, async ({ actor, unitId, code }) =>
    releasing.releaseIn(await unitScope(actor, unitId, 'seeFigures'), code),
  )

  serve(router, api.releaseCertificates, async ({ actor, unitId, code }) => {
    const scope = await unitScope(actor, unitId, 'revokeCertificates')
    const { modifiedCount } = await releasing.release(scope, code, clock.now())
    if (modifiedCount > 0) {
      await audit.record('certificates.released', { unit: scope, detail: `${modifiedCount}张` }, clock.now())
      // The tick would begin within a minute.
      certifyPassed(deps).catch((error: unknown) => log.error({ err: error }, 'certificates not issued'))
    }
    return releasing.releaseIn(await unitScope(actor, unitId, 'seeFigures'), code)
  })

  serve(router, api.remindLearners, async ({ actor, unitId, code }) => {
    const scope = await unitScope(actor, unitId, 'writeLetters')
    return remind(scope, await staff.current(scope, code), clock.now(), deps)
  })

  serve(router, api.listLearnersOfClass, async ({ actor, classId, code }) => {
    const scope = await ownClass(actor, classId)
    await audit.namesSeen('learners.listed', scope, clock.now())
    return {
      className: scope.fullName,
      families: await staff.learnersOf(scope, await staff.current(scope, code), clock.now()),
    }
  })
}
