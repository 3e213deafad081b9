import type Router from '@koa/router'
import type { RouterContext } from '@koa/router'
import * as api from '#contract/transfers'
import type { Actor, StaffActor } from '../../../../http/actor.ts'
import { Refusal } from '../../../../http/errors.ts'
import { admit, DONE, serve } from '../../../../http/serve.ts'
import type { Deps } from '../../../../infra/deps.ts'
import * as audit from '../../../audit/service.ts'
import { unitScope } from '../../policy.ts'
import { receive } from '../../roster/files/service.ts'
import { announceGroupDecision } from '../messages/service.ts'
import { mayTransferAt } from '../policy.ts'
import { workThroughAssignments } from './jobs.ts'
import type { AssignmentRecord } from './model.ts'
import { presentAssignment, presentGroup, presentLine } from './present.ts'
import * as assignments from './service.ts'

export function assignmentRoutes(router: Router, deps: Deps) {
  const { clock } = deps

  serve(router, api.beginAssignment, async ({ actor, unitId, ...file }) => {
    const scope = await unitScope(actor, unitId, 'transfer')
    const assignmentId = await assignments.begin(scope, file, actor)
    return { assignmentId, uploadPath: `/assignments/${assignmentId}/file` }
  })

  // Files go beside the contract: they are streams and not JSON.
  router.put('/assignments/:assignmentId/file', async (ctx: RouterContext) => {
    const actor = ctx.state.actor as Actor | null
    admit(api.readAssignment, actor)
    const { assignmentId = '' } = ctx.params
    const { job } = await ownAssignment(actor as StaffActor, assignmentId)
    if (job.status !== 'begun') throw new Refusal('conflict', '文件已经上传过了')
    await receive(ctx.req, { importId: assignmentId, fileName: job.fileName }, deps)
    await assignments.fileArrived(assignmentId)
    work()
    ctx.body = DONE
  })

  serve(router, api.readAssignment, async ({ actor, assignmentId }) =>
    shown((await ownAssignment(actor, assignmentId)).job, actor),
  )

  serve(router, api.listAssignments, async ({ actor, unitId }) => {
    const found = await assignments.assignmentsOf(await unitScope(actor, unitId, 'transfer'))
    return { assignments: await Promise.all(found.map((it) => shown(it, actor))) }
  })

  serve(router, api.sendAssignment, async ({ actor, assignmentId }) => {
    const { job, scope } = await ownAssignment(actor, assignmentId)
    return shown(await assignments.send(job, scope, clock.now()), actor)
  })

  serve(router, api.discardAssignment, async ({ actor, assignmentId }) => {
    const { job } = await ownAssignment(actor, assignmentId)
    await assignments.discard(job)
    return DONE
  })

  serve(router, api.listAssignedGroups, async ({ actor, unitId }) => {
    const found = await assignments.groupsTo(await unitScope(actor, unitId, 'transfer'))
    return { groups: found.map((it) => presentGroup(it, true)) }
  })

  serve(router, api.listAssigned, async ({ actor, assignmentId, schoolId, after = 0 }) => {
    const { group, receives, scope } = await knownGroup(actor, assignmentId, schoolId)
    await audit.view('families.listed', scope, { detail: `分配名单“${group.fileName}”` }, clock.now())
    const page = await assignments.linesOf(group, after)
    return {
      group: presentGroup(group, receives),
      students: page.lines.map(presentLine),
      next: page.next,
    }
  })

  serve(
    router,
    api.decideAssigned,
    async ({ actor, assignmentId, schoolId, accept, classIds = [], reason = '' }) => {
      const { group } = await knownGroup(actor, assignmentId, schoolId)
      const scope = await mayTransferAt(actor, schoolId)
      if (!scope) throw new Refusal('forbidden', '要由接收学校来确认')
      if (accept) await assignments.accept(group, classIds, actor, clock.now())
      else await assignments.decline(group, reason, scope, actor, clock.now())
      work()
      const [decided, job] = await Promise.all([
        assignments.findGroup(assignmentId, schoolId),
        assignments.findAssignment(assignmentId),
      ])
      const answer = accept ? 'accepted' : 'declined'
      if (decided && job) await announceGroupDecision(job, decided, answer, clock.now())
      return presentGroup(decided ?? group, true)
    },
  )

  /** In the background of this process; whatever it leaves undone, the worker's tick takes up. */
  function work() {
    void workThroughAssignments(deps).catch((error: unknown) =>
      deps.log.error({ err: error }, 'assignment work'),
    )
  }

  async function shown(job: AssignmentRecord, actor: StaffActor) {
    const [errors, groups] = await Promise.all([assignments.errorsOf(job._id), assignments.groupsOf(job._id)])
    const presented = groups.map(async (it) =>
      presentGroup(it, Boolean(await mayTransferAt(actor, String(it.schoolId)))),
    )
    return presentAssignment(job, errors, await Promise.all(presented))
  }
}

async function ownAssignment(actor: StaffActor, assignmentId: string) {
  const job = /^[0-9a-f]{24}$/.test(assignmentId) ? await assignments.findAssignment(assignmentId) : null
  const scope = job && (await mayTransferAt(actor, String(job.unitId)))
  if (!job || !scope) throw new Refusal('not_found', '没有这份名单')
  return { job, scope }
}

/** A school's part of a list: for the school, once it was sent, and for the district that sends it. */
async function knownGroup(actor: StaffActor, assignmentId: string, schoolId: string) {
  const [group, job] = await Promise.all([
    assignments.findGroup(assignmentId, schoolId),
    assignments.findAssignment(assignmentId),
  ])
  const [receives, gives] = await Promise.all([
    mayTransferAt(actor, schoolId),
    job ? mayTransferAt(actor, String(job.unitId)) : null,
  ])
  const scope = gives ?? (group?.status === 'checked' ? null : receives)
  if (!group || !scope) throw new Refusal('not_found', '没有这份名单')
  return { group, scope, receives: Boolean(receives) }
}
