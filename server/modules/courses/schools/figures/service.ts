import ExcelJS from 'exceljs'
import type { ParentSchoolFigures } from '#contract/parent-school'
import { safeCell, stampSheet } from '../../../../infra/sheets/cells.ts'
import type { UnitScope } from '../../../org/policy.ts'
import { yearsOf } from '../../../org/terms/service.ts'
import type { UnitRecord } from '../../../org/tree/model.ts'
import { BELOW, DEPTH, isWithin } from '../../../org/tree/rules.ts'
import * as tree from '../../../org/tree/service.ts'
import { talliesOf } from '../../attendance/service.ts'
import { eventOf, heldWithin } from '../activities/service.ts'
import { unitsWithCharter } from '../charters/service.ts'
import { teamSizes } from '../lecturers/service.ts'
import { dutiesOf, schoolYearDays } from '../rules.ts'

type Done = Omit<ParentSchoolFigures, 'unitId' | 'kind' | 'name'>
type DutyKey = 'guidanceAutumn' | 'guidanceSpring' | 'mentalHealth'

/** How the parent schools of a unit stand in a school year, and those of each unit below it, down to the school. */
export async function figuresOf(scope: UnitScope<'seeFigures'>, year: number) {
  const set = await yearsOf(scope.path)
  const days = schoolYearDays(year, set)
  const [schools, activities, chartered, teams] = await Promise.all([
    tree.unitsWithin(scope.path, 'school'),
    heldWithin(scope.path, days.from, days.until),
    unitsWithCharter(scope.path),
    teamSizes(scope.path),
  ])
  const tallies = await talliesOf(activities.map(eventOf))
  const ofUnit = Map.groupBy(activities, (it) => String(it.unitId))
  const stateOf = (unitId: string): Done => {
    const own = ofUnit.get(unitId) ?? []
    const held = own.filter((it) => it.status === 'held')
    const duties = dutiesOf(own, year, set)
    const done = (key: DutyKey) => ({
      done: duties.some((it) => it.key === key && it.state === 'done') ? 1 : 0,
      of: 1,
    })
    return {
      charter: { done: chartered.has(unitId) ? 1 : 0, of: 1 },
      guidanceAutumn: done('guidanceAutumn'),
      guidanceSpring: done('guidanceSpring'),
      mentalHealth: done('mentalHealth'),
      lecturers: teams.get(unitId) ?? 0,
      activities: held.length,
      attended: sum(held.map((it) => tallies.get(String(eventOf(it)))?.attended ?? 0)),
      typed: sum(held.map((it) => it.typed ?? 0)),
    }
  }
  const stated = schools.map((it) => ({ path: it.path, state: stateOf(String(it._id)) }))
  const under = (path: string) =>
    stated.filter((it) => isWithin(it.path, path)).reduce((all, { state }) => add(all, state), NONE)
  const units: UnitRecord[] =
    DEPTH[scope.kind] < DEPTH.school ? await tree.unitsWithin(scope.path, BELOW[scope.kind]) : []
  return {
    total: { unitId: scope.unitId, kind: scope.kind, name: scope.fullName, ...under(scope.path) },
    rows: units.map((it) => ({ unitId: String(it._id), kind: it.kind, name: it.name, ...under(it.path) })),
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, it) => all + it, 0)

const NOBODY = { done: 0, of: 0 }
const NONE: Done = {
  charter: NOBODY,
  guidanceAutumn: NOBODY,
  guidanceSpring: NOBODY,
  mentalHealth: NOBODY,
  lecturers: 0,
  activities: 0,
  attended: 0,
  typed: 0,
}

const both = (a: { done: number; of: number }, b: { done: number; of: number }) => ({
  done: a.done + b.done,
  of: a.of + b.of,
})

const add = (a: Done, b: Done): Done => ({
  charter: both(a.charter, b.charter),
  guidanceAutumn: both(a.guidanceAutumn, b.guidanceAutumn),
  guidanceSpring: both(a.guidanceSpring, b.guidanceSpring),
  mentalHealth: both(a.mentalHealth, b.mentalHealth),
  lecturers: a.lecturers + b.lecturers,
  activities: a.activities + b.activities,
  attended: a.attended + b.attended,
  typed: a.typed + b.typed,
})

const HEADS = [
  '单位',
  '有章程',
  '秋季指导活动',
  '春季指导活动',
  '心理健康',
  '讲师',
  '已办活动',
  '到场家庭（签到或云课堂）',
  '到场家庭（手工填写）',
]

/** The same as a workbook. */
export async function exportFigures(scope: UnitScope<'seeFigures'>, year: number, watermark: string) {
  const { total, rows } = await figuresOf(scope, year)
  const book = new ExcelJS.Workbook()
  const sheet = book.addWorksheet('家长学校', { views: [{ state: 'frozen', ySplit: 2 }] })
  sheet.addRow([safeCell(`${scope.fullName} ${year}学年家长学校情况`)]).font = { bold: true, size: 14 }
  sheet.addRow(HEADS).font = { bold: true }
  for (const it of [...rows, { ...total, name: '合计' }]) {
    sheet.addRow([
      safeCell(it.name),
      ...[it.charter, it.guidanceAutumn, it.guidanceSpring, it.mentalHealth].map(inCell),
      it.lecturers,
      it.activities,
      it.attended,
      it.typed,
    ])
  }
  HEADS.forEach((_, at) => (sheet.getColumn(at + 1).width = at === 0 ? 26 : 18))
  stampSheet(sheet, watermark)
  return Buffer.from(await book.xlsx.writeBuffer())
}

const inCell = ({ done, of }: { done: number; of: number }) =>
  of === 1 ? (done ? '已做到' : '还没有') : `${done}/${of}校`
