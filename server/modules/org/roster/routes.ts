import type Router from '@koa/router'
import type { RouterContext } from '@koa/router'
import * as api from '#contract/roster'
import type { Actor, StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import { openLink, sendDownload, signLink } from '../../../http/links.ts'
import { admit, DONE, serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { unitScope } from '../policy.ts'
import * as audit from '../../audit/service.ts'
import { differencesOf } from './differences/service.ts'
import { errorFile, receive, removeFile, templateFile } from './files/service.ts'
import { look, settle } from './headings/service.ts'
import { presentOutline } from './headings/present.ts'
import { workThroughImports } from './jobs.ts'
import type { ImportRecord } from './model.ts'
import { presentImport } from './present.ts'
import * as roster from './service.ts'

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

export function rosterRoutes(router: Router, deps: Deps) {
  const { clock, env } = deps

  serve(router, api.beginRosterImport, async ({ actor, unitId, fileName, bytes, makeUnits }) => {
    const scope = await unitScope(actor, unitId, 'importRoster')
    const importId = await roster.begin(scope, actor, { fileName, bytes, makeUnits })
    await audit.record('roster.uploaded', { unit: scope, detail: fileName }, clock.now())
    return { importId, uploadPath: `/rosters/${importId}/file` }
  })

  serve(router, api.readRosterImport, async ({ actor, importId }) =>
    shown([(await ownImport(actor, importId)).job], actor).then(one),
  )

  serve(router, api.listRosterImports, async ({ actor, unitId }) => {
    const scope = await unitScope(actor, unitId, 'importRoster')
    return { imports: await shown(await roster.importsOf(scope), actor) }
  })

  serve(router, api.readRosterOutline, async ({ actor, importId, sheet, line }) => {
    const { job } = await ownImport(actor, importId)
    return presentOutline(await look(job, { sheet, line }, deps))
  })

  serve(router, api.mapRosterColumns, async ({ actor, importId, ...mapping }) => {
    const { job } = await ownImport(actor, importId)
    await settle(job, mapping, deps)
    work()
    return shown([(await ownImport(actor, importId)).job], actor).then(one)
  })

  serve(router, api.listRosterDifferences, async ({ actor, importId, kind, after }) => {
    const { scope } = await ownImport(actor, importId)
    await audit.view('families.listed', scope, { detail: '导入前后的差别' }, clock.now())
    return differencesOf(importId, kind, after, deps)
  })

  serve(router, api.applyRosterImport, async ({ actor, importId, leavers = 'none' }) => {
    const { job, scope } = await ownImport(actor, importId)
    const applying = await roster.confirm(job, { leavers, by: actor.personId }, clock.now())
    if (job.status === 'checked') {
      const detail = `${job.fileName}，${job.students}名学生${GONE[leavers]}`
      await audit.record('roster.applied', { unit: scope, detail }, clock.now())
    }
    work()
    return shown([applying], actor).then(one)
  })

  serve(router, api.undoRosterImport, async ({ actor, importId }) => {
    const { job, scope } = await ownImport(actor, importId)
    const undoing = await roster.startUndo(job, clock.now())
    if (job.status === 'applied') {
      await audit.record('roster.undone', { unit: scope, detail: job.fileName }, clock.now())
    }
    work()
    return shown([undoing], actor).then(one)
  })

  serve(router, api.discardRosterImport, async ({ actor, importId }) => {
    await ownImport(actor, importId)
    await roster.discard(importId)
    await removeFile(importId, deps)
    return DONE
  })

  fileRoutes(router, deps, work)

  /** In the background of this process; whatever it leaves undone, the worker's tick takes up. */
  function work() {
    void workThroughImports(deps).catch((error: unknown) => deps.log.error({ err: error }, 'roster work'))
  }

  async function shown(jobs: ImportRecord[], actor: StaffActor) {
    const now = clock.now()
    const errors = await roster.firstErrors(jobs.map((it) => it._id))
    const objections = await Promise.all(jobs.map((it) => roster.undoObjection(it, now)))
    return jobs.map((job, at) => {
      const id = String(job._id)
      return presentImport(job, {
        errors: errors.get(id) ?? [],
        errorsUrl: signLink(`/rosters/${id}/errors.xlsx`, actor.personId, now, env),
        undoObjection: objections[at] ?? null,
      })
    })
  }
}

/** What a log line says of those the list did not name. */
const GONE = {
  none: '',
  classes: '；名单涉及的班级里不在名单上的，记为已离开',
  schools: '；学校里不在名单上的，记为已离开',
}

/** Files go beside the contract: they are streams and not JSON. */
function fileRoutes(router: Router, deps: Deps, work: () => void) {
  const { clock, env } = deps

  router.put('/rosters/:importId/file', async (ctx: RouterContext) => {
    const actor = ctx.state.actor as Actor | null
    admit(api.readRosterImport, actor)
    const { importId = '' } = ctx.params
    const { job } = await ownImport(actor as StaffActor, importId)
    if (job.status !== 'begun') throw new Refusal('conflict', '文件已经上传过了')
    await receive(ctx.req, { importId, fileName: job.fileName }, deps)
    await roster.fileArrived(importId)
    work()
    ctx.body = DONE
  })

  router.get('/roster-template.xlsx', async (ctx) => {
    sendDownload(ctx, { bytes: await templateFile(), type: XLSX, name: '花名册模板.xlsx' })
  })

  router.get('/rosters/:importId/errors.xlsx', async (ctx) => {
    const { personId } = openLink(ctx, clock.now(), env)
    const { importId = '' } = ctx.params
    const job = await roster.findImport(importId)
    if (!job) throw new Refusal('not_found', '没有这次导入')
    const unit = { unitId: String(job.unitId), path: job.path }
    const done = { unit, actor: { personId, role: 'staff' as const }, detail: job.fileName }
    await audit.record('roster.problems', done, clock.now())
    const bytes = await errorFile(job.headings, roster.errorRows(importId, deps.fields))
    const name = `有问题的行_${job.fileName.replace(/\.\w+$/, '')}.xlsx`
    sendDownload(ctx, { bytes, type: XLSX, name })
  })
}

const one = <T>([first]: T[]): T => {
  if (first === undefined) throw new Error('One was asked for')
  return first
}

/** An import within one's reach, with the proof; elsewhere it does not exist. */
async function ownImport(actor: StaffActor, importId: string) {
  const job = /^[0-9a-f]{24}$/.test(importId) ? await roster.findImport(importId) : null
  if (!job) throw new Refusal('not_found', '没有这次导入')
  const scope = await unitScope(actor, String(job.unitId), 'importRoster')
  return { job, scope }
}
