import type Router from '@koa/router'
import * as api from '#contract/unreached'
import { whileAsking } from '../../../http/asking.ts'
import { openLink, sendDownload, signLink } from '../../../http/links.ts'
import { callerOf, serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { shanghaiDay } from '../../../infra/clock.ts'
import { watermarkOf } from '../../../infra/sheets/cells.ts'
import * as accounts from '../../accounts/service.ts'
import { approvalFor } from '../../audit/approvals/service.ts'
import * as audit from '../../audit/service.ts'
import { childrenOf } from '../../org/tree/service.ts'
import { exportName } from '../exports/rules.ts'
import { letterWithin, type LetterInScope } from '../policy.ts'
import { presentBook, presentFamily, presentKept } from './present.ts'
import * as recounting from './recounting/service.ts'
import type { Kept } from './recounting/service.ts'
import { countCauses, isAbove, refuseAbove, sumOf, totalOf } from './rules.ts'
import * as unreached from './service.ts'

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

export function unreachedRoutes(router: Router, deps: Deps) {
  const { clock, env } = deps

  serve(router, api.listUnreached, async ({ actor, letterId, unitId }) => {
    const inScope = await letterWithin(actor, letterId, unitId, 'seeFigures')
    const isClass = inScope.scope.kind === 'class'
    const units = isClass ? [] : await childrenOf(unitId)
    const kept = isAbove(inScope.scope) ? await recounting.readKept(inScope, clock.now()) : null
    const isComplete = !kept || kept.countedAt !== null
    const byUnit = await countsBelow(inScope, kept)
    const rows = units.flatMap((it) => {
      const counts = byUnit.get(String(it._id))
      return counts ? [{ unitId: String(it._id), kind: it.kind, name: it.name, counts }] : []
    })
    const named = isClass && inScope.scope.may('seeFamilies') ? await namesOf(inScope) : null
    const counted = { counts: sumOf([...byUnit.values()]), isComplete, families: named }
    if (!kept) return { ...counted, rows }
    return {
      ...counted,
      rows: rows.sort((a, b) => totalOf(b.counts) - totalOf(a.counts)),
      kept: presentKept(kept, await recounting.firstSchools(kept)),
    }
  })

  serve(router, api.recountUnreached, async ({ actor, letterId, unitId }) => {
    const inScope = await letterWithin(actor, letterId, unitId, 'seeFigures')
    // A school's and a class's are of this moment anyway.
    if (isAbove(inScope.scope)) await recounting.askRecount(inScope, clock.now())
    return {}
  })

  async function countsBelow(inScope: LetterInScope, kept: Kept | null) {
    const unitBelow = (path: string) => unreached.unitBelow(inScope, path)
    if (kept?.countedAt) return recounting.keptBelow(kept, unitBelow)
    if (kept) return unreached.notJoinedBelow(inScope)
    const classes = await unreached.unreachedIn(inScope, deps, clock.now())
    const grouped = Map.groupBy(classes, ({ sheet }) => unitBelow(sheet.path))
    return new Map(
      [...grouped].map(([unitId, some]) => [
        unitId,
        countCauses(some.flatMap((it) => it.families.map(({ cause }) => cause))),
      ]),
    )
  }

  async function namesOf(inScope: LetterInScope) {
    const { letter, scope } = inScope
    await audit.namesSeen('sheet.read', scope, clock.now(), `《${letter.title}》提醒不到的家庭`)
    const [klass] = await unreached.unreachedIn(inScope, deps, clock.now())
    return (klass?.families ?? []).map((it) => presentFamily(it, deps))
  }

  serve(router, api.exportUnreached, async ({ actor, letterId, unitId }) => {
    const inScope = await letterWithin(actor, letterId, unitId, 'seeFamilies')
    refuseAbove(inScope.scope)
    await approvalFor(inScope.scope, 'exports', clock.now())
    const path = `/unreached-exports/${letterId}?unit=${unitId}` as const
    return { link: signLink(path, actor.personId, clock.now(), env), name: nameOf(inScope) }
  })

  // What its person may see is asked again when the link is opened.
  router.get('/unreached-exports/:letterId', async (ctx) => {
    const now = clock.now()
    const actor = await accounts.staffActor(openLink(ctx, now, env).personId, now)
    const inScope = await letterWithin(
      actor,
      ctx.params.letterId ?? '',
      String(ctx.query.unit),
      'seeFamilies',
    )
    const { letter, scope } = inScope
    refuseAbove(inScope.scope)
    await whileAsking({ actor, caller: callerOf(ctx) }, async () =>
      audit.exported(scope, now, `提醒不到的家庭《${letter.title}》`),
    )
    const lines = (await unreached.unreachedIn(inScope, deps, now)).flatMap(({ sheet, families }) =>
      families.map((it) => ({ ...presentFamily(it, deps), className: sheet.className })),
    )
    const watermark = watermarkOf({ name: actor.name, unit: scope }, now)
    const bytes = await presentBook(`${letter.title} · 提醒不到的家庭`, lines, watermark)
    sendDownload(ctx, { bytes, type: XLSX, name: nameOf(inScope) })
  })

  const nameOf = ({ letter, scope }: LetterInScope) =>
    exportName([scope.fullName, letter.title, '提醒不到的家庭', shanghaiDay(clock.now())])
}
