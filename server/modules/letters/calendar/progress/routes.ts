import type Router from '@koa/router'
import * as api from '#contract/calendar'
import { whileAsking } from '../../../../http/asking.ts'
import { Refusal } from '../../../../http/errors.ts'
import { openLink, sendDownload, signLink } from '../../../../http/links.ts'
import { callerOf, serve } from '../../../../http/serve.ts'
import { shanghaiDay } from '../../../../infra/clock.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { watermarkOf } from '../../../../infra/sheets/cells.ts'
import * as accounts from '../../../accounts/service.ts'
import * as audit from '../../../audit/service.ts'
import { unitScope } from '../../../org/policy.ts'
import { daysOf } from '../present.ts'
import { nodeAt } from '../service.ts'
import { nameOfExport, workbookOf } from './present.ts'
import * as progress from './service.ts'

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/** Which schools have sent the letters of a node, and what families did with them. */
export function progressRoutes(router: Router, deps: Deps) {
  const { clock, env, redis } = deps

  const isOver = ({ to }: { to: string }) => to < shanghaiDay(clock.now())

  serve(router, api.readNodeProgress, async ({ actor, unitId, year, code }) => {
    const scope = await unitScope(actor, unitId, 'seeFigures')
    const which = { year, code }
    const [node, figures, remindAfter] = await Promise.all([
      nodeAt(scope.path, year, code),
      progress.progressOf(scope, which, redis, clock.now()),
      progress.remindAfter(scope, which, deps, clock.now()),
    ])
    return {
      unit: { id: scope.unitId, kind: scope.kind, name: scope.fullName },
      node: daysOf(node),
      ...figures,
      remindAfter,
      mayRemind: progress.mayRemind(scope) && !node.isOff && !isOver(node),
      isOver: isOver(node),
    }
  })

  serve(router, api.exportNodeProgress, async ({ actor, unitId, year, code }) => {
    const scope = await unitScope(actor, unitId, 'seeFigures')
    const node = await nodeAt(scope.path, year, code)
    const path = `/calendar-exports/${unitId}?year=${year}&node=${code}` as const
    const now = clock.now()
    return { link: signLink(path, actor.personId, now, env), name: nameOfExport(scope, node, now) }
  })

  serve(router, api.remindSchools, async ({ actor, unitId, year, code }) => {
    const scope = await unitScope(actor, unitId, 'writeLetters')
    return progress.remindSchools(scope, { year, code }, deps, clock.now())
  })

  router.get('/calendar-exports/:unitId', async (ctx) => {
    const now = clock.now()
    const actor = await accounts.staffActor(openLink(ctx, now, env).personId, now)
    const scope = await unitScope(actor, ctx.params.unitId ?? '', 'seeFigures')
    const which = { year: Number(ctx.query.year), code: String(ctx.query.node) }
    if (!Number.isInteger(which.year)) throw new Refusal('invalid', '学年不对')
    const node = await nodeAt(scope.path, which.year, which.code)
    const detail = `“${node.title}”的发信情况`
    await whileAsking({ actor, caller: callerOf(ctx) }, () =>
      audit.record('figures.exported', { unit: scope, detail }, now),
    )
    const watermark = watermarkOf({ name: actor.name, unit: scope }, now)
    const lines = await progress.linesOf(scope, which)
    const bytes = await workbookOf(node, { lines, isOver: isOver(node), watermark })
    sendDownload(ctx, { bytes, type: XLSX, name: nameOfExport(scope, node, now) })
  })
}
