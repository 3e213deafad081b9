import type { Types } from 'mongoose'
import type { CityLine } from '#contract/hotlines'
import type { UnitKind } from '#contract/org'
import type { SchoolType, Stage } from '#contract/tree'
import { Refusal } from '../../../../http/errors.ts'
import { endPostsWithin } from '../../../accounts/moves/service.ts'
import { isSet } from '../../../hotlines/service.ts'
import { StudentModel } from '../../families/model.ts'
import type { UnitScope } from '../../policy.ts'
import { UnitModel, type UnitRecord } from '../model.ts'
import {
  className,
  classCode,
  closedCode,
  entryYearOf,
  fullNameOf,
  gradeName,
  idAt,
  ladderOf,
  stagesOf,
  within,
} from '../rules.ts'
import { childrenOf, ensureUnit, findUnit } from '../service.ts'

type Keeping = UnitScope<'keepTree'>

export interface UnitFacts {
  name: string
  schoolType?: SchoolType | undefined
  stages?: Stage[] | undefined
  campuses?: string[] | undefined
}

const CHILD: Partial<Record<UnitKind, UnitKind>> = { city: 'district', district: 'school' }

/** A district of a city, or a school of a district. The same code again finds the same unit. */
export async function add(scope: Keeping, code: string, facts: UnitFacts): Promise<UnitRecord> {
  const kind = CHILD[scope.kind]
  if (!kind) throw new Refusal('invalid', '学校下面请用“建班”来建年级和班级')
  const parent = await unitOf(scope)
  if (kind === 'school' && !facts.schoolType) throw new Refusal('invalid', '请选择学校的类型')
  await refuseNamesake(parent._id, facts.name, code)
  const made = await ensureUnit({
    kind,
    name: facts.name,
    code,
    parent,
    ...(kind === 'school' && kindOf(facts)),
  })
  if (made.name !== facts.name)
    throw new Refusal('conflict', `代码${code}已经用于“${made.name}”，请换一个代码`)
  return made
}

/** What is stored of a school's kind; stages only where they differ from the kind's own. */
function kindOf({ schoolType, stages, campuses }: UnitFacts) {
  const own = stagesOf({ schoolType })
  const isOwn = !stages?.length || (own?.length === stages.length && stages.every((it) => own.includes(it)))
  return {
    ...(schoolType && { schoolType, stages: isOwn ? [] : [...stages] }),
    ...(campuses && { campuses: [...new Set(campuses)] }),
  }
}

async function refuseNamesake(parentId: Types.ObjectId | null | undefined, name: string, code: string) {
  const namesake = await UnitModel.exists({
    parentId: parentId ?? null,
    name,
    code: { $ne: code },
    closedAt: null,
  })
  if (namesake) throw new Refusal('conflict', `已经有一个“${name}”，请换一个名称`)
}

async function unitOf(scope: UnitScope): Promise<UnitRecord> {
  const unit = await findUnit(scope.unitId)
  if (!unit || unit.closedAt) throw new Refusal('conflict', '这个单位已经停用')
  return unit
}

export interface NewClasses {
  grade: number
  schoolYear: number
  count: number
  campus?: string | undefined
}

/** Classes 1 to so many of a grade for one school year. Those that stand already stay as they are. */
export async function addClasses(scope: Keeping, { grade, schoolYear, count, campus = '' }: NewClasses) {
  if (scope.kind !== 'school') throw new Refusal('invalid', '请先选择一所学校')
  const school = await unitOf(scope)
  const city = await findUnit(idAt(scope.path, 0) ?? '')
  if (school.schoolType === 'community') throw new Refusal('invalid', '社区家长学校没有班级')
  if (!ladderOf(school, city ?? {}).includes(grade)) {
    throw new Refusal('invalid', `${school.name}没有${gradeName(grade)}`)
  }
  const campusAt = campus ? school.campuses.indexOf(campus) + 1 : 0
  if (campus && campusAt === 0)
    throw new Refusal('invalid', `${school.name}没有“${campus}”，请先在学校资料里加上`)
  const parent = await ensureUnit({
    kind: 'grade',
    name: gradeName(grade),
    code: `G${grade}`,
    parent: school,
    grade,
  })
  const standing = await childrenOf(String(parent._id))
  const entryYear = entryYearOf(grade, schoolYear, city ?? {})
  let made = 0
  for (let number = 1; number <= count; number++) {
    const name = className(number, campus)
    const code = classCode(entryYear, number, campusAt)
    const isThere = standing.some(
      (it) => it.code === code || (it.name === name && (it.schoolYear ?? schoolYear) === schoolYear),
    )
    if (isThere) continue
    await ensureUnit({ kind: 'class', name, code, parent, grade, entryYear, schoolYear, campus })
    made++
  }
  return { made, stood: count - made }
}

export interface Change extends UnitFacts {
  wasName: string
  isFiveFour?: boolean | undefined
  hotlines?: string | undefined
}

/** A new name, or another kind; the code stays. What lies below is called after it from now on. */
export async function change(scope: Keeping, { wasName, isFiveFour, hotlines, ...facts }: Change) {
  const unit = await unitOf(scope)
  if (hotlines && !isSet(hotlines)) throw new Refusal('invalid', '没有这一组热线')
  if (scope.kind === 'grade') throw new Refusal('invalid', '年级的名称由学段决定，不能修改')
  await refuseNamesake(unit.parentId, facts.name, unit.code)
  const parent = unit.parentId ? await findUnit(String(unit.parentId)) : null
  const fullName = fullNameOf(facts.name, parent)
  return UnitModel.db.transaction(async () => {
    const changed = await UnitModel.findOneAndUpdate(
      { _id: unit._id, name: wasName, closedAt: null },
      {
        name: facts.name,
        fullName,
        ...(unit.kind === 'school' && kindOf(facts)),
        ...(unit.kind === 'city' && {
          ...(isFiveFour !== undefined && { isFiveFour }),
          ...(hotlines && { hotlines }),
        }),
      },
      { returnDocument: 'after' },
    ).lean<UnitRecord>()
    if (!changed) throw new Refusal('conflict', '刚刚有人改过这个单位，请刷新后再试')
    if (unit.kind === 'school' && fullName !== unit.fullName) await renameBelow(unit, fullName)
    return changed
  })
}

/** Classes of past years keep the name they had. */
const renameBelow = (school: UnitRecord, fullName: string) =>
  UnitModel.updateMany(
    { path: within(school.path), _id: { $ne: school._id }, closedAt: null },
    [
      {
        $set: {
          fullName: {
            $concat: [
              fullName,
              { $substrCP: ['$fullName', [...school.fullName].length, { $strLenCP: '$fullName' }] },
            ],
          },
        },
      },
    ],
    { updatePipeline: true },
  )

/** Closes a unit nobody is in any more. Its history stays readable, its code is free again, its posts end. */
export async function close(scope: Keeping, now: Date) {
  if (scope.kind === 'city') throw new Refusal('invalid', '城市不能停用')
  const unit = await findUnit(scope.unitId)
  if (!unit || unit.closedAt) return
  await UnitModel.db.transaction(async () => {
    const child = await UnitModel.exists({ parentId: unit._id, closedAt: null })
    const student = child ? null : await StudentModel.exists({ path: within(unit.path), leftAt: null })
    if (child) throw new Refusal('conflict', `${unit.name}下面还有单位，请先停用它们`)
    if (student) throw new Refusal('conflict', `${unit.name}里还有学生，请先为他们转班或转学`)
    await UnitModel.updateOne(
      { _id: unit._id, closedAt: null },
      { closedAt: now, code: closedCode(unit.code, unit._id), $unset: { joinCode: 1 } },
    )
    await endPostsWithin(unit.path, now)
  })
}

/** Which help lines the families of a city see. The check is noted only where somebody says that they rang the numbers up. */
export const setHelpLines = (
  scope: Keeping,
  {
    set,
    own,
    checked,
  }: { set: string | null; own: CityLine[]; checked?: { on: string; by: string } | undefined },
) =>
  UnitModel.updateOne(
    { _id: scope.unitId, kind: 'city' },
    {
      hotlines: set,
      helpLines: own,
      ...(checked && { helpLinesCheckedOn: checked.on, helpLinesCheckedBy: checked.by }),
    },
  )
