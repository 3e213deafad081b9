import type Router from '@koa/router'
import * as api from '#contract/org'
import { DONE, serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { Refusal } from '../../../http/errors.ts'
import * as accounts from '../../accounts/service.ts'
import * as audit from '../../audit/service.ts'
import { agreed, unitScope } from '../policy.ts'
import { DEPTH, idAt } from '../tree/rules.ts'
import * as tree from '../tree/service.ts'
import { presentMatch, presentStudent } from './present.ts'
import * as families from './service.ts'

export function familyRoutes(router: Router, { fields, clock }: Deps) {
  serve(router, api.listStudents, async ({ actor, unitId, search, after }) => {
    const scope = await unitScope(actor, unitId, 'seeFamilies')
    await audit.namesSeen('families.listed', scope, clock.now())
    const page = await families.studentsOf(scope, { search, after }, { fields })
    const names = await tree.fullNamesOf(page.students.map((it) => String(it.classId)))
    return {
      students: page.students.map((it) =>
        presentStudent(it, page.guardians, names.get(String(it.classId)) ?? '', fields),
      ),
      next: page.next,
      total: page.total,
    }
  })

  serve(router, api.listMyMatches, async ({ actor }) => {
    const person = await accounts.findPerson(actor.personId)
    const bonds = person?.phoneIndex ? await families.matchesOf(person.phoneIndex, actor.personId) : []
    const [students, units] = await Promise.all([
      families.findStudents(bonds.map((it) => String(it.studentId))),
      tree.findUnits(bonds.flatMap((it) => [3, 4, 2].map((depth) => idAt(it.path, depth) ?? ''))),
    ])
    const nameAt = (path: string, depth: number) =>
      units.find((it) => String(it._id) === idAt(path, depth))?.name ?? ''
    return {
      matches: bonds.map((bond) =>
        presentMatch(bond, students.find((it) => it._id.equals(bond.studentId))?.name ?? '', {
          className: nameAt(bond.path, DEPTH.grade) + nameAt(bond.path, DEPTH.class),
          schoolName: nameAt(bond.path, DEPTH.school),
        }),
      ),
    }
  })

  serve(router, api.answerMatch, async ({ actor, guardianshipId, isMine }) => {
    const person = await accounts.findPerson(actor.personId)
    if (!person?.phoneIndex) throw new Refusal('conflict', '请先绑定手机号')
    if (isMine) {
      agreed(actor)
      const bond = await families.acceptMatch(guardianshipId, person.phoneIndex, actor.personId, clock.now())
      if (bond.name) await accounts.nameIfNameless(actor.personId, bond.name)
    } else {
      await families.denyMatch(guardianshipId, person.phoneIndex, clock.now())
    }
    return DONE
  })
}
