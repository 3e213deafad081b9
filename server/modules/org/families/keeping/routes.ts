import type Router from '@koa/router'
import * as api from '#contract/families'
import { isMasked, shownNumber } from '../../../../infra/id-numbers.ts'
import type { StaffActor } from '../../../../http/actor.ts'
import { Refusal } from '../../../../http/errors.ts'
import { DONE, serve } from '../../../../http/serve.ts'
import type { Deps } from '../../../../infra/deps.ts'
import * as accounts from '../../../accounts/service.ts'
import { record } from '../../../audit/service.ts'
import * as tree from '../../tree/service.ts'
import { inForce, unitOf } from '../admission/service.ts'
import * as court from '../bars/court/service.ts'
import { barsOf } from '../bars/service.ts'
import { tidyUp } from '../departure/service.ts'
import { atItsSchool, familyInScope, type FamilyInScope, schoolsFamily } from '../policy.ts'
import { dismissReport, openReportsOf } from '../reports/service.ts'
import { historyOf, presentBar, presentGuardian, presentReport } from './present.ts'
import * as keeping from './service.ts'

export function familyKeepingRoutes(router: Router, deps: Deps) {
  const { clock } = deps

  serve(router, api.readFamily, async ({ actor, studentId }) => {
    const family = await familyInScope(actor, studentId, 'seeFamilies')
    const of = { unit: unitOf(family.student), studentIds: [studentId], detail: family.student.name }
    await record('family.seen', of, clock.now())
    return presentFamily(family, await mayBar(actor, family), deps)
  })

  serve(router, api.setFamilyMarks, async ({ actor, studentId, ...marks }) => {
    const { student } = await familyInScope(actor, studentId, 'keepFamilies')
    await keeping.setMarks(student, marks, clock.now())
    return DONE
  })

  serve(router, api.correctGuardian, async ({ actor, studentId, guardianshipId, relation }) => {
    const { student } = await familyInScope(actor, studentId, 'keepFamilies')
    const bond = await keeping.guardianIn(student, guardianshipId)
    await keeping.setRelation(student, bond, relation, clock.now())
    return DONE
  })

  serve(router, api.makePrimary, async ({ actor, studentId, guardianshipId }) => {
    const { student } = await familyInScope(actor, studentId, 'keepFamilies')
    await keeping.setPrimary(student, await keeping.guardianIn(student, guardianshipId), clock.now())
    return DONE
  })

  serve(router, api.removeGuardian, async ({ actor, studentId, guardianshipId }) => {
    const { student } = await familyInScope(actor, studentId, 'keepFamilies')
    const bond = await keeping.guardianIn(student, guardianshipId)
    await keeping.undo(student, bond, actor.personId, clock.now())
    await tidyUp(student, deps)
    return DONE
  })

  serve(router, api.dismissReport, async ({ actor, studentId, reportId }) => {
    const { student } = await familyInScope(actor, studentId, 'keepFamilies')
    await dismissReport(student, reportId, actor.personId, clock.now())
    return DONE
  })

  courtRoutes(router, deps)
}

function courtRoutes(router: Router, deps: Deps) {
  const { clock } = deps

  serve(router, api.barGuardian, async ({ actor, studentId, guardianshipId, document }) => {
    const family = await familyInScope(actor, studentId, 'keepFamilies')
    const bond = await keeping.guardianIn(family.student, guardianshipId)
    const order = { document, now: clock.now() }
    const schools = await atItsSchool(actor, family)
    if (!schools) {
      await court.askToBar(family, bond, order)
      return { status: 'asked' as const }
    }
    await court.bar(schools, bond, order)
    await tidyUp(family.student, deps)
    return { status: 'active' as const }
  })

  serve(router, api.dismissBar, async ({ actor, studentId, barId }) => {
    await court.dismissBar(await schoolsFamily(actor, studentId), barId, clock.now())
    return DONE
  })

  serve(router, api.liftBar, async ({ actor, studentId, barId, document }) => {
    const family = await schoolsFamily(actor, studentId)
    await court.lift(family, barId, { document, now: clock.now() })
    await tidyUp(family.student, deps)
    return DONE
  })
}

const mayBar = (actor: StaffActor, { student }: FamilyInScope) =>
  schoolsFamily(actor, String(student._id)).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Refusal) return false
      throw error
    },
  )

async function presentFamily(
  { student, scope }: FamilyInScope<'seeFamilies'>,
  bar: boolean,
  { fields }: Deps,
) {
  const [bonds, ended, bars, reports, classNames] = await Promise.all([
    inForce(student._id),
    keeping.endedOf(student._id),
    barsOf(student._id),
    openReportsOf(student._id),
    tree.fullNamesOf([student, ...student.memberships].map((it) => String(it.classId))),
  ])
  const names = await accounts.namesOf(
    bars.flatMap((it) => [it.askedBy, it.decidedBy].flatMap((by) => (by ? [String(by)] : []))),
  )
  return {
    studentId: String(student._id),
    name: student.name,
    number: shownNumber(student.number),
    isNumberMasked: isMasked(student.number),
    classId: String(student.classId),
    className: classNames.get(String(student.classId)) ?? '',
    guardians: bonds.map((it) => presentGuardian(it, fields)),
    marks: {
      isBoarding: student.isBoarding ?? false,
      isLeftBehind: student.isLeftBehind ?? false,
      dailyCarer: student.dailyCarer ?? '',
    },
    bars: bars.map((it) => presentBar(it, names, bar)),
    reports: reports.map((it) => presentReport(it, bonds)),
    history: historyOf(student, [...bonds, ...ended], classNames),
    abilities: { keep: scope.may('keepFamilies'), bar },
  }
}
