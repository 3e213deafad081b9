import type Router from '@koa/router'
import * as api from '#contract/parent-school'
import { whileAsking } from '../../../../http/asking.ts'
import { openLink, sendDownload, signLink } from '../../../../http/links.ts'
import { callerOf, serve } from '../../../../http/serve.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { watermarkOf } from '../../../../infra/sheets/cells.ts'
import { staffActor } from '../../../accounts/service.ts'
import * as audit from '../../../audit/service.ts'
import { unitScope } from '../../../org/policy.ts'
import * as terms from '../../../org/terms/service.ts'
import { exportFigures, figuresOf } from './service.ts'

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

export function parentSchoolFigureRoutes(router: Router, { clock, env }: Deps) {
  const yearFor = async (path: string, said: number | undefined) =>
    said ?? (await terms.schoolYearAt(path, clock.now())).current

  serve(router, api.readParentSchoolFigures, async ({ actor, unitId, year: said }) => {
    const scope = await unitScope(actor, unitId, 'seeFigures')
    const year = await yearFor(scope.path, said)
    return { year, ...(await figuresOf(scope, year)) }
  })

  serve(router, api.exportParentSchoolFigures, async ({ actor, unitId, year: said }) => {
    const scope = await unitScope(actor, unitId, 'seeFigures')
    const year = await yearFor(scope.path, said)
    const path = `/parent-school-exports/${unitId}?year=${year}` as const
    return { link: signLink(path, actor.personId, clock.now(), env), name: nameOf(scope.fullName, year) }
  })

  router.get('/parent-school-exports/:unitId', async (ctx) => {
    const now = clock.now()
    const actor = await staffActor(openLink(ctx, now, env).personId, now)
    const unit = await unitScope(actor, ctx.params.unitId ?? '', 'seeFigures')
    const year = Number(ctx.query.year)
    await whileAsking({ actor, caller: callerOf(ctx) }, () =>
      audit.record('figures.exported', { unit, detail: `${year}学年家长学校` }, now),
    )
    const bytes = await exportFigures(unit, year, watermarkOf({ name: actor.name, unit }, now))
    sendDownload(ctx, { bytes, type: XLSX, name: nameOf(unit.fullName, year) })
  })
}

const nameOf = (unit: string, year: number) => `${unit}_家长学校_${year}学年.xlsx`
