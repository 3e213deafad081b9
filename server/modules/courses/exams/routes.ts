import type Router from '@koa/router'
import * as api from '#contract/courses'
import { serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { noteIfFinished } from '../finishing/service.ts'
import { childrenFor, learner } from '../policy.ts'
import { presentPaper, presentResult } from './present.ts'
import { enrolmentOf, findProgramme } from '../programmes/service.ts'
import { certify } from '../certifying/service.ts'
import { anewSince } from '../training/rules.ts'
import * as courses from '../service.ts'
import type { AttemptRecord } from './model.ts'
import { isOver, standingOf } from './rules.ts'
import * as exams from './service.ts'

export function examRoutes(router: Router, deps: Deps) {
  const { clock, log } = deps

  serve(router, api.startExam, async ({ actor, code, studentId }) => {
    const now = clock.now()
    const children = await childrenFor(actor, studentId)
    return paperOf(await courses.startExam(learner(actor), code, children, now), now)
  })

  serve(router, api.submitExam, async ({ actor, attemptId, answers }) => {
    const now = clock.now()
    const attempt = await exams.submit(learner(actor), attemptId, answers, now)
    if (attempt.status === 'passed' && !attempt.certificateId && attempt.earnsCertificate !== false) {
      try {
        attempt.certificateId = (await certify(attempt, deps))?._id ?? null
        if (!attempt.certificateId) return resultOf(await exams.findOwn(learner(actor), attemptId), now)
      } catch (error) {
        // The exam is passed and stays so; the job that looks for such attempts issues within a minute.
        log.error({ err: error, attemptId }, 'certificate not issued yet')
      }
    }
    if (attempt.status === 'passed') await noteIfFinished(learner(actor), attempt.programmeCode, now)
    return resultOf(attempt, now)
  })

  serve(router, api.readMyExam, async ({ actor, attemptId }) => {
    const now = clock.now()
    const attempt = await exams.findOwn(learner(actor), attemptId)
    const isRunning = attempt.status === 'running' && !isOver(attempt, now)
    return isRunning
      ? { paper: await paperOf(attempt, now), result: null }
      : { paper: null, result: await resultOf(attempt, now) }
  })
}

async function paperOf(attempt: AttemptRecord, now: Date) {
  const [asked, programme] = await partsOf(attempt)
  return presentPaper(attempt, asked, programme, now)
}

async function resultOf(attempt: AttemptRecord, now: Date) {
  const personId = String(attempt.personId)
  const [[asked, programme], enrolment] = await Promise.all([
    partsOf(attempt),
    enrolmentOf(personId, attempt.programmeCode),
  ])
  const attempts = await exams.attemptsOf(personId, attempt.programmeCode, anewSince(enrolment))
  return presentResult(attempt, asked, programme, standingOf(attempts, programme.exam, now))
}

async function partsOf(attempt: AttemptRecord) {
  const [asked, programme] = await Promise.all([exams.askedIn(attempt), findProgramme(attempt.programmeId)])
  if (!programme) throw new Error('An attempt without its programme')
  return [asked, programme] as const
}
