import type Router from '@koa/router'
import type { RouterContext } from '@koa/router'
import * as api from '#contract/roster'
import type { Actor, StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import { openLink, sendDownload, signLink } from '../../../http/links.ts'
import { admit, DONE, serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { unitScope } from '../policy.ts'
import { errorFile, receive, templateFile } from './files/service.ts'
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
    return { importId, uploadPath: `/rosters/${importId}/file` }
  })

  serve(router, api.readRosterImport, async ({ actor, importId }) =>
    shown([await ownImport(actor, importId)], actor).then(one),
  )

  serve(router, api.listRosterImports, async ({ actor, unitId }) => {
    const scope = await unitScope(actor, unitId, 'importRoster')
    return { imports: await shown(await roster.importsOf(scope), actor) }
  })

  serve(router, api.applyRosterImport, async ({ actor, importId }) => {
    await ownImport(actor, importId)
    const job = await roster.confirm(importId)
    work()
    return shown([job], actor).then(one)
  })

  serve(router, api.discardRosterImport, async ({ actor, importId }) => {
    await ownImport(actor, importId)
    await roster.discard(importId)
    return DONE
  })

  // Files go beside the contract: they are streams and not JSON.
  router.put('/rosters/:importId/file', async (ctx: RouterContext) => {
    const actor = ctx.state.actor as Actor | null
    admit(api.readRosterImport, actor)
    const { importId = '' } = ctx.params
    const job = await ownImport(actor as StaffActor, importId)
    if (job.status !== 'begun') throw new Refusal('conflict', '文件已经上传过了')
    await receive(ctx.req, importId, deps)
    await roster.fileArrived(importId)
    work()
    ctx.body = DONE
  })

  router.get('/roster-template.xlsx', async (ctx) => {
    sendDownload(ctx, { bytes: await templateFile(), type: XLSX, name: '花名册模板.xlsx' })
  })

  router.get('/rosters/:importId/errors.xlsx', async (ctx) => {
    openLink(ctx, clock.now(), env)
    const { importId = '' } = ctx.params
    const job = await roster.findImport(importId)
    if (!job) throw new Refusal('not_found', '没有这次导入')
    const bytes = await errorFile(roster.errorRows(importId, deps.fields))
    sendDownload(ctx, { bytes, type: XLSX, name: `有问题的行_${job.fileName}` })
  })

  /** In the background of this process; whatever it leaves undone, the worker's tick takes up. */
  function work() {
    void workThroughImports(deps).catch((error: unknown) => deps.log.error({ err: error }, 'roster work'))
  }

  async function shown(jobs: ImportRecord[], actor: StaffActor) {
    const errors = await roster.firstErrors(jobs.map((it) => it._id))
    return jobs.map((job) => {
      const id = String(job._id)
      return presentImport(
        job,
        errors.get(id) ?? [],
        signLink(`/rosters/${id}/errors.xlsx`, actor.personId, clock.now(), env),
      )
    })
  }
}

const one = <T>([first]: T[]): T => {
  if (first === undefined) throw new Error('One was asked for')
  return first
}

/** An import within one's reach; elsewhere it does not exist. */
async function ownImport(actor: StaffActor, importId: string) {
  const job = /^[0-9a-f]{24}$/.test(importId) ? await roster.findImport(importId) : null
  if (!job) throw new Refusal('not_found', '没有这次导入')
  await unitScope(actor, String(job.unitId), 'importRoster')
  return job
}
