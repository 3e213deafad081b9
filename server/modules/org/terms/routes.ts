import type Router from '@koa/router'
import * as api from '#contract/tree'
import { serve } from '../../../http/serve.ts'
import { shanghaiDay } from '../../../infra/clock.ts'
import type { Deps } from '../../../infra/deps.ts'
import * as audit from '../../audit/service.ts'
import { unitScope } from '../policy.ts'
import { idAt } from '../tree/rules.ts'
import { schoolYearOn, termOn, yearIn, type YearDays } from './rules.ts'
import * as terms from './service.ts'

export function termRoutes(router: Router, { clock }: Deps) {
  serve(router, api.listTerms, async ({ actor, unitId }) => {
    const scope = await unitScope(actor, unitId, 'look')
    const set = await terms.yearsOf(scope.path)
    const today = shanghaiDay(clock.now())
    const current = schoolYearOn(today, set)
    const shown = [...new Set([current, current + 1, ...set.map((it) => it.year)])].sort((a, b) => b - a)
    const mayChange = actor.posts.some((it) => it.unitId === idAt(scope.path, 0) && it.post === 'city_admin')
    return {
      years: shown.map((year) => presentYear(yearIn(set, year), set)),
      today: termOn(today, set),
      abilities: { change: mayChange },
    }
  })

  serve(router, api.saveTerms, async ({ actor, unitId, ...year }) => {
    const scope = await unitScope(actor, unitId, 'keepTree')
    const saved = await terms.save(scope, year)
    const detail = `${year.year}学年：秋季${year.autumn.from}至${year.autumn.to}，春季${year.spring.from}至${year.spring.to}`
    await audit.record('terms.changed', { unit: scope, detail }, clock.now())
    return presentYear(saved, [saved])
  })
}

const presentYear = (days: YearDays, set: readonly YearDays[]): api.SchoolYear => ({
  year: days.year,
  autumn: days.autumn,
  spring: days.spring,
  isDefault: !set.some((it) => it.year === days.year),
})
