import type Router from '@koa/router'
import * as api from '#contract/surveys'
import { whileAsking } from '../../http/asking.ts'
import { openLink, sendDownload, signLink } from '../../http/links.ts'
import { callerOf, DONE, serve } from '../../http/serve.ts'
import type { Deps } from '../../infra/deps.ts'
import { watermarkOf } from '../../infra/sheets/cells.ts'
import { staffActor } from '../accounts/service.ts'
import * as audit from '../audit/service.ts'
import { unitScope } from '../org/policy.ts'
import { gradeName } from '../org/tree/rules.ts'
import { fullNamesOf } from '../org/tree/service.ts'
import { exportFigures, nameOfExport } from './exports/service.ts'
import { figuresOf } from './figures/service.ts'
import * as opening from './opening/service.ts'
import { ownSurvey, surveyUnit, surveyWithin } from './policy.ts'
import { presentHead, presentItem, presentLine } from './present.ts'
import * as running from './running/service.ts'
import type { Confidence } from './sampling/rules.ts'
import * as surveys from './service.ts'

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

export function surveyRoutes(router: Router, deps: Deps) {
  settingUp(router, deps)
  reading(router)
  exporting(router, deps)
}

function settingUp(router: Router, { clock }: Deps) {
  serve(router, api.planSurvey, async ({ actor, unitId, grades = [], confidence, margin }) => {
    const scope = await surveyUnit(actor, unitId)
    const plan = await opening.planOf(scope.path, {
      grades,
      margin,
      confidence: Number(confidence) as Confidence,
    })
    return { ...plan, grades: plan.grades.map((grade) => ({ grade, name: gradeName(grade) })) }
  })

  serve(router, api.createSurvey, async ({ actor, caller: _, unitId, ...said }) => {
    const { grades = [], wave = 'single', confidence } = said
    const wanted = { ...said, grades, wave, confidence: Number(confidence) as Confidence }
    const made = await surveys.create(await surveyUnit(actor, unitId), wanted, clock.now())
    return { id: String(made._id) }
  })

  serve(router, api.redrawSurvey, async ({ actor, surveyId }) => {
    await surveys.redraw(await ownSurvey(actor, surveyId))
    return DONE
  })

  serve(router, api.removeSurvey, async ({ actor, surveyId }) => {
    await surveys.remove(await ownSurvey(actor, surveyId))
    return DONE
  })

  serve(router, api.openSurvey, async ({ actor, surveyId }) => {
    const own = await ownSurvey(actor, surveyId)
    await opening.open(own, clock.now())
    await audit.record('survey.opened', { unit: own.scope, detail: `《${own.survey.title}》` }, clock.now())
    return DONE
  })

  serve(router, api.remindSurvey, async ({ actor, surveyId }) => ({
    families: await running.remind(await ownSurvey(actor, surveyId), clock.now()),
  }))

  serve(router, api.closeSurvey, async ({ actor, surveyId }) => {
    await running.close(await ownSurvey(actor, surveyId), clock.now())
    return DONE
  })

  serve(router, api.repeatSurvey, async ({ actor, surveyId, closesOn }) => {
    const made = await surveys.repeat(await ownSurvey(actor, surveyId), closesOn, clock.now())
    return { id: String(made._id) }
  })
}

function reading(router: Router) {
  serve(router, api.listSurveys, async ({ actor, unitId, after }) => {
    const scope = await unitScope(actor, unitId, 'seeFigures')
    const page = await surveys.surveysOf(scope, after)
    const [names, counts] = await Promise.all([
      fullNamesOf(page.surveys.map((it) => String(it.unitId))),
      surveys.countsOf(
        page.surveys.map((it) => it._id),
        scope.path,
      ),
    ])
    return {
      surveys: page.surveys.map((it) => presentLine(it, names, counts.get(String(it._id)))),
      next: page.next,
      abilities: { create: scope.may('runSurveys') && ['city', 'district', 'school'].includes(scope.kind) },
    }
  })

  serve(router, api.readSurvey, async ({ actor, unitId, surveyId }) => {
    const inScope = await surveyWithin(actor, surveyId, unitId)
    const { survey, isOwn } = inScope
    const names = await fullNamesOf([String(survey.unitId)])
    const { status, wave } = survey
    return {
      ...presentHead(survey, names.get(String(survey.unitId)) ?? ''),
      confidence: survey.confidence,
      margin: survey.margin,
      seed: survey.seed,
      bankVersion: survey.bankVersion,
      gradeNames: survey.grades.map(gradeName),
      items: survey.items.map(presentItem),
      ...(await figuresOf(inScope)),
      abilities: {
        redraw: isOwn && status === 'draft' && wave !== 'after',
        open: isOwn && status === 'draft',
        remove: isOwn && status === 'draft',
        close: isOwn && status === 'open',
        remind: isOwn && status === 'open',
        repeat: isOwn && status === 'closed' && wave === 'before',
        export: status !== 'draft',
      },
    }
  })
}

function exporting(router: Router, { clock, env }: Deps) {
  serve(router, api.exportSurvey, async ({ actor, unitId, surveyId }) => {
    const inScope = await surveyWithin(actor, surveyId, unitId)
    const path = `/survey-exports/${surveyId}?unit=${unitId}` as const
    return { link: signLink(path, actor.personId, clock.now(), env), name: nameOfExport(inScope) }
  })

  router.get('/survey-exports/:surveyId', async (ctx) => {
    const now = clock.now()
    const actor = await staffActor(openLink(ctx, now, env).personId, now)
    const inScope = await surveyWithin(actor, ctx.params.surveyId ?? '', String(ctx.query.unit))
    const unit = inScope.scope
    await whileAsking({ actor, caller: callerOf(ctx) }, () =>
      audit.record('figures.exported', { unit, detail: `知晓率《${inScope.survey.title}》` }, now),
    )
    const bytes = await exportFigures(inScope, watermarkOf({ name: actor.name, unit }, now))
    sendDownload(ctx, { bytes, type: XLSX, name: nameOfExport(inScope) })
  })
}
