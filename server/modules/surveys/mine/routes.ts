import type Router from '@koa/router'
import * as api from '#contract/surveys'
import { serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { ownChild } from '../../org/policy.ts'
import { fullNamesOf } from '../../org/tree/service.ts'
import { presentItem, presentMine, presentQuestion } from '../present.ts'
import * as mine from './service.ts'

export function mySurveyRoutes(router: Router, deps: Pick<Deps, 'env'>) {
  serve(router, api.listMySurveys, async ({ actor, studentId }) => {
    const found = await mine.surveysOf(await ownChild(actor, studentId))
    const names = await fullNamesOf(found.map(({ survey }) => String(survey.unitId)))
    return { surveys: found.map((it) => presentMine(it, names)) }
  })

  serve(router, api.openMySurvey, async ({ actor, studentId, surveyId }) => {
    const found = await mine.surveyFor(await ownChild(actor, studentId), surveyId)
    const names = await fullNamesOf([String(found.survey.unitId)])
    const shown = presentMine(found, names)
    return {
      ...shown,
      questions: shown.state === 'asked' ? found.survey.items.map(presentQuestion) : [],
      answers: mine.mayTell(found) ? found.survey.items.map(presentItem) : [],
    }
  })

  serve(router, api.answerMySurvey, async ({ actor, studentId, surveyId, answers }) => {
    const child = await ownChild(actor, studentId)
    const found = await mine.surveyFor(child, surveyId)
    const { rights, right } = await mine.answer(found, child, answers, deps)
    const tells = mine.mayTell({ ...found, hasAnswered: true })
    return {
      right: tells ? right : null,
      of: found.survey.items.length,
      rights: tells ? rights : [],
      answers: tells ? found.survey.items.map(presentItem) : [],
    }
  })
}
