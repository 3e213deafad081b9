import type Router from '@koa/router'
import * as families from '#contract/families'
import * as api from '#contract/org'
import { shownNumber } from '../../../infra/id-numbers.ts'
import { Refusal } from '../../../http/errors.ts'
import { DONE, serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { maskPhone } from '../../../infra/field-crypto.ts'
import * as accounts from '../../accounts/service.ts'
import * as audit from '../../audit/service.ts'
import { guardedAmong } from '../families/bars/service.ts'
import { refreshKeys } from '../families/search/service.ts'
import { agreed, unitScope } from '../policy.ts'
import { DEPTH, idAt } from '../tree/rules.ts'
import * as tree from '../tree/service.ts'
import { announceDecision, announceRequest } from './messages/service.ts'
import { presentMyJoin } from './present.ts'
import * as joins from './service.ts'
import { askAgain } from './waiting/service.ts'

export function joinRoutes(router: Router, deps: Deps) {
  const { fields, clock } = deps

  serve(router, api.readClassByCode, async ({ code }) => {
    const unit = await classOf(code)
    const classId = String(unit._id)
    const [{ className, schoolName }, teachers] = await Promise.all([
      namesOf(unit.path),
      accounts.classTeachersOf([classId], clock.now()),
    ])
    return { classId, className, schoolName, classTeacher: teachers.get(classId)?.name ?? null }
  })

  serve(router, api.readClassCode, async ({ actor, classId }) => {
    await unitScope(actor, classId, 'decideJoins')
    const unit = await tree.findUnit(classId)
    if (!unit?.joinCode) throw new Refusal('invalid', '只有班级有班级码')
    const [names, qrCode] = await Promise.all([namesOf(unit.path), joins.qrCodeOf(unit.joinCode, deps)])
    return { code: unit.joinCode, ...names, qrCode }
  })

  serve(router, api.askToJoin, async ({ actor, code, studentName, guardianName, relation }) => {
    agreed(actor)
    const unit = await classOf(code)
    const asking = { personId: actor.personId, unit, studentName, guardianName, relation }
    const [join, names] = await Promise.all([joins.ask(asking, clock.now()), namesOf(unit.path)])
    await announceRequest(join, names.className, { clock })
    return presentMyJoin(join, names)
  })

  serve(router, families.askToJoinAgain, async ({ actor, joinId }) => {
    const { join, place } = await askAgain(actor.personId, joinId, { clock })
    return presentMyJoin(join, place)
  })

  serve(router, api.listMyJoins, async ({ actor }) => {
    const mine = await joins.joinsOf(actor.personId)
    return { joins: await Promise.all(mine.map(async (it) => presentMyJoin(it, await namesOf(it.path)))) }
  })

  serve(router, api.withdrawMyJoin, async ({ actor, joinId }) => {
    await joins.withdraw(actor.personId, joinId, clock.now())
    return DONE
  })

  serve(router, api.listJoins, async ({ actor, unitId }) => {
    const scope = await unitScope(actor, unitId, 'decideJoins')
    const waiting = await joins.waitingIn(scope)
    if (waiting.length > 0) await audit.view('joins.listed', scope, {}, clock.now())
    const names = await tree.fullNamesOf(waiting.map((it) => String(it.classId)))
    const people = await accounts.findPeople(waiting.map((it) => String(it.personId)))
    return {
      joins: await Promise.all(
        waiting.map(async (it) => {
          const phone = people.get(String(it.personId))?.phone
          const candidates = await joins.candidatesFor(it)
          const guarded = await guardedAmong(candidates.map(({ _id }) => _id))
          return {
            id: String(it._id),
            classId: String(it.classId),
            className: names.get(String(it.classId)) ?? '',
            studentName: it.studentName,
            guardianName: it.guardianName,
            relation: it.relation,
            maskedPhone: phone ? maskPhone(fields.open(phone)) : null,
            askedAt: it.askedAt.toISOString(),
            candidates: candidates.map(({ _id, number, name }) => ({
              studentId: String(_id),
              number: shownNumber(number),
              name,
            })),
            ...(guarded.size > 0 && { isGuarded: true }),
          }
        }),
      ),
    }
  })

  serve(router, api.decideJoin, async ({ actor, joinId, approve, studentId, reason }) => {
    const join = await joins.findJoin(joinId)
    if (!join) throw new Refusal('not_found', '没有这条申请')
    await unitScope(actor, String(join.classId), 'decideJoins')
    const { className } = await namesOf(join.path)
    const decision = { decidedBy: actor.personId, now: clock.now() }
    if (!approve) {
      await joins.decline(join, reason, decision)
      await announceDecision(join, className, { approved: false, reason }, { clock })
      return DONE
    }
    if (!studentId) throw new Refusal('invalid', '请选择是哪个孩子')
    const person = await accounts.findPerson(String(join.personId))
    const student = await joins.approve(
      join,
      studentId,
      { phone: person?.phone ?? null, phoneIndex: person?.phoneIndex ?? null },
      decision,
    )
    await refreshKeys([student._id], { fields })
    await accounts.nameIfNameless(String(join.personId), join.guardianName)
    await announceDecision(join, className, { approved: true, reason }, { clock })
    return DONE
  })
}

async function classOf(code: string) {
  const unit = await tree.findByJoinCode(code)
  if (!unit) throw new Refusal('not_found', '没有这个班级码，请向班主任核对')
  return unit
}

async function namesOf(path: string) {
  const units = await tree.unitsOnPath(path)
  const nameAt = (depth: number) => units.find((it) => String(it._id) === idAt(path, depth))?.name ?? ''
  return { className: nameAt(DEPTH.grade) + nameAt(DEPTH.class), schoolName: nameAt(DEPTH.school) }
}
