import type Router from '@koa/router'
import * as api from '#contract/audit'
import { whileAsking } from '../../../http/asking.ts'
import { openLink, sendDownload, signLink } from '../../../http/links.ts'
import { callerOf, serve } from '../../../http/serve.ts'
import { shanghaiDay } from '../../../infra/clock.ts'
import type { Deps } from '../../../infra/deps.ts'
import { watermarkOf } from '../../../infra/sheets/cells.ts'
import { staffActor } from '../../accounts/service.ts'
import { ownChild, unitScope, type UnitScope } from '../../org/policy.ts'
import { chainEnd } from '../chain/service.ts'
import { anchorText } from '../chain/rules.ts'
import { ACTS } from '../rules.ts'
import { record, view } from '../service.ts'
import { presentLine, presentView, presentWorkbook } from './present.ts'
import * as log from './service.ts'

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const MOST_EXPORTED = 5_000

export function auditRoutes(router: Router, { clock, env, fields }: Deps) {
  serve(router, api.listAudit, async ({ actor, unitId, after, on, act, person, child }) => {
    const scope = await unitScope(actor, unitId, 'seeAudit')
    const { lines, next } = await log.linesOf(scope, { on, act, person, child }, { fields }, { after })
    const names = await log.namesIn(lines)
    await view('audit.listed', scope, {}, clock.now())
    return {
      lines: lines.map((it) => presentLine(it, names, seesNames(scope))),
      next,
      acts: Object.entries(ACTS).map(([act, what]) => ({ act, what })),
    }
  })

  serve(router, api.readAuditChain, async ({ actor, unitId }) => {
    await unitScope(actor, unitId, 'seeAudit')
    const end = await chainEnd()
    return {
      seq: end?.seq ?? 0,
      anchor: end ? anchorText(end) : null,
      sealedAt: end?.sealedAt.toISOString() ?? null,
      checkedAt: end?.checkedAt?.toISOString() ?? null,
      checkedSeq: end?.checkedSeq ?? 0,
      fault: end?.fault || null,
    }
  })

  serve(router, api.exportAudit, async ({ actor, unitId, on, act, person, child }) => {
    const scope = await unitScope(actor, unitId, 'seeAudit')
    const said = Object.entries({ unit: unitId, on, act, person, child })
    const query = new URLSearchParams(
      said.flatMap(([key, value]) => (value ? [[key, value] as [string, string]] : [])),
    )
    const name = `操作记录_${scope.name}_${shanghaiDay(clock.now())}.xlsx`
    return { link: signLink(`/audit-exports?${query.toString()}`, actor.personId, clock.now(), env), name }
  })

  router.get('/audit-exports', async (ctx) => {
    const now = clock.now()
    const actor = await staffActor(openLink(ctx, now, env).personId, now)
    const scope = await unitScope(actor, text(ctx.query.unit) ?? '', 'seeAudit')
    const wanted = {
      on: text(ctx.query.on),
      act: text(ctx.query.act),
      person: text(ctx.query.person),
      child: text(ctx.query.child),
    }
    const { lines } = await log.linesOf(scope, wanted, { fields }, { limit: MOST_EXPORTED })
    const names = await log.namesIn(lines, seesNames(scope) ? 0 : undefined)
    const shown = lines.map((it) => presentLine(it, names, seesNames(scope)))
    const watermark = watermarkOf({ name: actor.name, unit: scope }, now)
    const bytes = await presentWorkbook(shown, watermark)
    await whileAsking({ actor, caller: callerOf(ctx) }, () =>
      record('audit.exported', { unit: scope, detail: `${lines.length}条` }, now),
    )
    sendDownload(ctx, { bytes, type: XLSX, name: `操作记录_${scope.name}_${shanghaiDay(now)}.xlsx` })
  })

  serve(router, api.listViewsOfMyChild, async ({ actor, studentId, after }) => {
    const child = await ownChild(actor, studentId)
    const { lines, next } = await log.viewsOf(child, after)
    const names = await log.namesIn(lines, 0)
    return { childName: child.studentName, views: lines.map((it) => presentView(it, names)), next }
  })
}

const text = (value: string | string[] | undefined) => (typeof value === 'string' ? value : undefined)

/** An auditor, and whoever may see the families of the unit anyway. */
const seesNames = ({ post, may }: UnitScope<'seeAudit'>) => post === 'auditor' || may('seeFamilies')
