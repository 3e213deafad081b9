import type Router from '@koa/router'
import * as api from '#contract/tree'
import { DONE, serve } from '../../../../http/serve.ts'
import type { Deps } from '../../../../infra/deps.ts'
import * as audit from '../../../audit/service.ts'
import { unitScope, type UnitScope } from '../../policy.ts'
import { schoolYearAt } from '../../terms/service.ts'
import type { UnitRecord } from '../model.ts'
import { BELOW, entryYearOf, gradeName, idAt, ladderOf } from '../rules.ts'
import * as tree from '../service.ts'
import { presentKept } from './present.ts'
import * as keeping from './service.ts'

export function unitRoutes(router: Router, { redis, clock }: Deps) {
  serve(router, api.listUnits, async ({ actor, unitId }) => {
    const scope = await unitScope(actor, unitId, 'keepTree')
    const [own, children] = await Promise.all([tree.findUnit(unitId), tree.childrenOf(unitId)])
    if (!own) throw new Error('A proven unit exists')
    const [unit, ...below] = await shown(scope, [own, ...children])
    if (!unit) throw new Error('A proven unit is shown')
    return { unit, children: below, grades: own.kind === 'school' ? await gradesFor(own) : [] }
  })

  serve(router, api.addUnit, async ({ actor, unitId, code, ...facts }) => {
    const scope = await unitScope(actor, unitId, 'keepTree')
    const made = await keeping.add(scope, code, facts)
    await note('unit.added', made, `${made.fullName}（代码${made.code}）`)
    return one(scope, made)
  })

  serve(router, api.addClasses, async ({ actor, unitId, ...wanted }) => {
    const scope = await unitScope(actor, unitId, 'keepTree')
    const done = await keeping.addClasses(scope, wanted)
    const detail = `${wanted.schoolYear}学年${gradeName(wanted.grade)}，新建${done.made}个班`
    await audit.record('unit.added', { unit: scope, detail }, clock.now())
    return done
  })

  serve(router, api.changeUnit, async ({ actor, unitId, ...change }) => {
    const scope = await unitScope(actor, unitId, 'keepTree')
    const changed = await keeping.change(scope, change)
    await note(
      'unit.changed',
      changed,
      change.wasName === changed.name ? changed.fullName : `${change.wasName}改名为${changed.name}`,
    )
    return one(scope, changed)
  })

  serve(router, api.closeUnit, async ({ actor, unitId }) => {
    const scope = await unitScope(actor, unitId, 'keepTree')
    await keeping.close(scope, clock.now())
    await audit.record('unit.closed', { unit: scope, detail: scope.fullName }, clock.now())
    return DONE
  })

  const note = (act: 'unit.added' | 'unit.changed', unit: UnitRecord, detail: string) =>
    audit.record(act, { unit: { unitId: String(unit._id), path: unit.path }, detail }, clock.now())

  async function one(scope: UnitScope<'keepTree'>, unit: UnitRecord) {
    const [shownUnit] = await shown(scope, [unit])
    if (!shownUnit) throw new Error('One was asked for')
    return shownUnit
  }

  async function shown(scope: UnitScope<'keepTree'>, units: UnitRecord[]) {
    const [counts, below, parents] = await Promise.all([
      tree.studentCounts(scope.path, BELOW[scope.kind], redis),
      tree.studentCounts(scope.path, scope.kind, redis),
      tree.withChildren(units.map((it) => it._id)),
    ])
    return units.map((unit) => {
      const id = String(unit._id)
      const studentCount = counts.get(id) ?? below.get(id) ?? 0
      return presentKept(unit, { scope, studentCount, hasChildren: parents.has(id) })
    })
  }

  /** The grades of a school, each for the school year that runs and the next one. */
  async function gradesFor(school: UnitRecord) {
    const [city, { current }] = await Promise.all([
      tree.findUnit(idAt(school.path, 0) ?? ''),
      schoolYearAt(school.path, clock.now()),
    ])
    return ladderOf(school, city ?? {}).map((grade) => ({
      grade,
      name: gradeName(grade),
      entryYears: [current, current + 1].map((schoolYear) => ({
        schoolYear,
        entryYear: entryYearOf(grade, schoolYear, city ?? {}),
      })),
    }))
  }
}
