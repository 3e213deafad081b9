import type Router from '@koa/router'
import * as api from '#contract/transfers'
import type { StaffActor } from '../../../http/actor.ts'
import * as audit from '../../audit/service.ts'
import { Refusal } from '../../../http/errors.ts'
import { DONE, serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { isWithin } from '../tree/rules.ts'
import * as tree from '../tree/service.ts'
import { may } from '../rules.ts'
import { unitScope } from '../policy.ts'
import type { TransferRecord } from './model.ts'
import { mayTransferAt, ownStudent } from './policy.ts'
import { presentTransfer } from './present.ts'
import * as transfers from './service.ts'

export function transferRoutes(router: Router, deps: Deps) {
  const { clock, redis } = deps

  serve(router, api.moveStudent, async ({ actor, studentId, classId }) => {
    const { student } = await ownStudent(actor, studentId)
    await transfers.moveWithin(student, classId, deps)
    return DONE
  })

  serve(router, api.findSchools, async ({ actor, unitId, search = '' }) => ({
    schools: await transfers.schoolsOfCity(await unitScope(actor, unitId, 'transfer'), search),
  }))

  serve(router, api.listClassChoices, async ({ actor, unitId }) => {
    const scope = await unitScope(actor, unitId, 'transfer')
    const [classes, counts] = await Promise.all([
      tree.unitsWithin(scope.path, 'class'),
      tree.studentCounts(scope.path, 'class', redis),
    ])
    const inOrder = classes.sort((a, b) => (a.grade ?? 0) - (b.grade ?? 0) || (a.code < b.code ? -1 : 1))
    return {
      classes: inOrder.slice(0, 400).map((it) => ({
        id: String(it._id),
        name: it.fullName.startsWith(scope.fullName) ? it.fullName.slice(scope.fullName.length) : it.fullName,
        studentCount: counts.get(String(it._id)) ?? 0,
      })),
    }
  })

  serve(router, api.proposeTransfer, async ({ actor, studentId, toSchoolId, note = '' }) => {
    const { student } = await ownStudent(actor, studentId)
    return shown(await transfers.propose(student, toSchoolId, note, actor, clock.now()), actor)
  })

  serve(router, api.askForTransfer, async ({ actor, unitId, note = '', ...wanted }) => {
    const scope = await unitScope(actor, unitId, 'transfer')
    return shown(await transfers.ask(scope, { ...wanted, note }, actor, deps), actor)
  })

  serve(router, api.listTransfers, async ({ actor, unitId, box, after }) => {
    const scope = await unitScope(actor, unitId, 'transfer')
    await audit.view('transfers.listed', scope, {}, clock.now())
    const page = await transfers.transfersOf(scope, box, after)
    return { transfers: page.transfers.map((it) => shown(it, actor)), next: page.next }
  })

  serve(router, api.decideTransfer, async ({ actor, transferId, accept, classId, number, reason }) => {
    const transfer = await known(actor, transferId)
    const now = clock.now()
    const side = transfer.status === 'asked' ? transfer.fromSchoolId : transfer.toSchoolId
    const scope = await unitScope(actor, String(side), 'transfer').catch((error: unknown) => {
      if (error instanceof Refusal) throw new Refusal('forbidden', '要由对方学校来决定')
      throw error
    })
    if (!accept) return shown(await transfers.decline(transfer, reason ?? '', actor, scope, now), actor)
    if (transfer.status === 'asked') return shown(await transfers.agree(transfer, now), actor)
    if (!classId) throw new Refusal('invalid', '请选择孩子要去的班级')
    return shown(await transfers.accept(transfer, { classId, number }, actor, deps), actor)
  })

  serve(router, api.withdrawTransfer, async ({ actor, transferId }) => {
    const transfer = await known(actor, transferId)
    if (!shown(transfer, actor).abilities.withdraw) {
      throw new Refusal('conflict', '只有提出的学校可以撤回，已有结果的不能撤回')
    }
    await transfers.withdraw(transfer, actor, clock.now())
    return DONE
  })

  /** A transfer one of whose two schools is within reach; others do not exist. */
  async function known(actor: StaffActor, transferId: string) {
    const transfer = await transfers.findTransfer(transferId)
    const scopes =
      transfer &&
      (await Promise.all(
        [transfer.fromSchoolId, transfer.toSchoolId].map((it) => mayTransferAt(actor, String(it))),
      ))
    if (!transfer || !scopes?.some(Boolean)) throw new Refusal('not_found', '没有这次转学')
    return transfer
  }
}

function shown(transfer: TransferRecord, actor: StaffActor) {
  const mayAt = (path: string) =>
    actor.posts.some((it) => isWithin(path, it.path) && may(it.post, 'transfer'))
  return presentTransfer(transfer, { gives: mayAt(transfer.fromPath), receives: mayAt(transfer.toPath) })
}
