import type Router from '@koa/router'
import type { RouterContext } from '@koa/router'
import * as api from '#contract/group-fills'
import type { Actor, StaffActor } from '../../../../http/actor.ts'
import { Refusal } from '../../../../http/errors.ts'
import { openLink, sendDownload, signLink } from '../../../../http/links.ts'
import { admit, DONE, serve } from '../../../../http/serve.ts'
import type { Deps } from '../../../../infra/deps.ts'
import * as audit from '../../../audit/service.ts'
import { errorFile, sampleFile } from '../../roster/files/service.ts'
import { fullNamesOf } from '../../tree/service.ts'
import { objectionTo, studentsHere } from '../entering/service.ts'
import { groupInScope } from '../policy.ts'
import { check } from './checking/service.ts'
import { fillInScope, type FillInScope } from './policy.ts'
import { idsShown, presentFill } from './present.ts'
import { SAMPLE, problemRows } from './rules.ts'
import * as fills from './service.ts'

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

export function groupFillRoutes(router: Router, deps: Deps) {
  const { clock } = deps

  serve(router, api.beginGroupFill, async ({ actor, groupId, fileName }) => {
    const now = clock.now()
    const fillId = await fills.begin(await groupInScope(actor, groupId, now), fileName, now)
    return { fillId, uploadPath: `/group-fills/${fillId}/file` }
  })

  serve(router, api.readGroupFill, async ({ actor, fillId }) => {
    const own = await fillInScope(actor, fillId, clock.now())
    return shown(own, own.fill, deps)
  })

  serve(router, api.applyGroupFill, async ({ actor, fillId, choices }) => {
    const now = clock.now()
    const own = await fillInScope(actor, fillId, now)
    const applied = await fills.apply(own, choices, now, deps)
    if (own.fill.status === 'checked') await noted('group.filled', own, deps)
    return shown(own, applied, deps)
  })

  serve(router, api.undoGroupFill, async ({ actor, fillId }) => {
    const now = clock.now()
    const own = await fillInScope(actor, fillId, now)
    const undone = await fills.undo(own, now)
    if (own.fill.status === 'applied') await noted('group.unfilled', own, deps)
    return shown(own, undone, deps)
  })

  fileRoutes(router, deps)
}

/** Files go beside the contract: they are streams and not JSON. */
function fileRoutes(router: Router, deps: Deps) {
  const { clock, env } = deps

  router.put('/group-fills/:fillId/file', async (ctx: RouterContext) => {
    const actor = ctx.state.actor as Actor | null
    admit(api.readGroupFill, actor)
    const own = await fillInScope(actor as StaffActor, idIn(ctx), clock.now())
    await check(own, ctx.req, deps)
    ctx.body = DONE
  })

  router.get('/group-sample.xlsx', async (ctx) => {
    const bytes = await sampleFile('加进分组', SAMPLE.headings, SAMPLE.rows)
    sendDownload(ctx, { bytes, type: XLSX, name: '分组名单示例.xlsx' })
  })

  router.get('/group-fills/:fillId/errors.xlsx', async (ctx) => {
    const { personId } = openLink(ctx, clock.now(), env)
    const fill = await fills.findFill(idIn(ctx))
    const group = fill && (await fills.groupOf(fill, clock.now()))
    if (!fill || !group) throw new Refusal('not_found', '没有这份表格，或它已经过期，请重新上传')
    const unit = { unitId: String(group.unitId), path: group.path }
    const done = { unit, actor: { personId, role: 'staff' as const }, detail: fill.fileName }
    await audit.record('group.problems', done, clock.now())
    const findings = fills.findingsOf(fill, deps)
    const bytes = await errorFile(findings.headings, problemRows(findings))
    sendDownload(ctx, { bytes, type: XLSX, name: `有问题的行_${fill.fileName.replace(/\.\w+$/, '')}.xlsx` })
  })
}

function idIn(ctx: RouterContext): string {
  const { fillId = '' } = ctx.params
  if (!/^[0-9a-f]{24}$/.test(fillId)) throw new Refusal('not_found', '没有这份表格，或它已经过期，请重新上传')
  return fillId
}

const noted = (act: 'group.filled' | 'group.unfilled', { fill, proof }: FillInScope, { clock }: Deps) =>
  audit.record(act, { unit: proof.scope, detail: `${proof.group.name}，${fill.fileName}` }, clock.now())

async function shown({ proof }: FillInScope, fill: Parameters<typeof presentFill>[0], deps: Deps) {
  const { clock, env } = deps
  const now = clock.now()
  await audit.namesSeen('group.read', proof.scope, now, proof.group.name)
  const findings = fills.findingsOf(fill, deps)
  const [here, tally, objection] = await Promise.all([
    studentsHere(proof.group, { _id: { $in: idsShown(findings, fill) } }),
    fills.tallyOf(fill),
    objectionTo(proof.group, findings.found),
  ])
  return presentFill(fill, {
    findings,
    students: new Map(here.map((it) => [String(it._id), it])),
    classNames: await fullNamesOf([...new Set(here.map((it) => String(it.classId)))]),
    tally,
    objection,
    errorsUrl: signLink(`/group-fills/${String(fill._id)}/errors.xlsx`, proof.scope.personId, now, env),
    now,
  })
}
