import type { ShownParts } from '#contract/audiences'
import type { PostKind } from '#contract/posts'
import type { ShownAudience } from '#contract/saved-audiences'
import type { UnitScope } from '../../org/policy.ts'
import { isWithin } from '../../org/tree/rules.ts'
import type { LetterRecord } from '../model.ts'
import type { AudienceEntry } from './model.ts'
import { gradesInWords, MARK_WORDS } from './rules.ts'

const valueOf = ({ part }: AudienceEntry) => part?.split(':').slice(1).join(':') ?? ''
const kindOf = ({ part }: AudienceEntry) => part?.split(':')[0]
const unitOf = ({ ofId, name }: AudienceEntry) => ({ unitId: String(ofId), name })

/**
 * What a letter is addressed to beside units and single families. The name of a group may say something of its children:
 * it is shown to whoever may see the families where the group is kept, and only counted to others.
 */
export function presentParts(
  { audience, without }: Pick<LetterRecord, 'audience' | 'without'>,
  maySee: (path: string) => boolean,
): ShownParts {
  const groups = audience.filter((it) => it.part === 'group')
  const named = (entries: readonly AudienceEntry[]) =>
    entries
      .filter((it) => it.part === 'group' && maySee(it.path))
      .map((it) => ({ groupId: String(it.unitId), name: it.name }))
  return {
    grades: gradesByUnit(audience).map(({ unit, grades }) => ({ ...unitOf(unit), grades })),
    campuses: audience
      .filter((it) => kindOf(it) === 'campus')
      .map((it) => ({ ...unitOf(it), campus: valueOf(it) })),
    groups: named(groups),
    hiddenGroups: groups.filter((it) => !maySee(it.path)).length,
    marks: audience.flatMap((it) =>
      (it.part === 'boarding' || it.part === 'leftBehind') && maySee(it.path)
        ? [{ ...unitOf(it), mark: it.part }]
        : [],
    ),
    without: {
      units: (without ?? [])
        .filter((it) => !it.part)
        .map((it) => ({ unitId: String(it.unitId), name: it.name })),
      groups: named(without ?? []),
    },
  }
}

function gradesByUnit(audience: readonly AudienceEntry[]) {
  const byUnit = Map.groupBy(
    audience.filter((it) => kindOf(it) === 'grade'),
    (it) => String(it.ofId),
  )
  return [...byUnit.values()].flatMap((entries) => {
    const [unit] = entries
    const grades = entries.map((it) => Number(valueOf(it))).sort((a, b) => a - b)
    return unit ? [{ unit, grades }] : []
  })
}

/** 东湖区七年级、2个分组: what stands in a list, without the name of a group or of a mark that is nobody's business. */
export function partsInWords(audience: readonly AudienceEntry[]) {
  const groups = audience.filter((it) => it.part === 'group').length
  const boarding = audience.filter((it) => it.part === 'boarding')
  const leftBehind = audience.filter((it) => it.part === 'leftBehind').length
  return [
    ...gradesByUnit(audience).map(({ unit, grades }) => `${unit.name}${gradesInWords(grades)}`),
    ...audience.filter((it) => kindOf(it) === 'campus').map((it) => `${it.name}${valueOf(it)}`),
    ...boarding.map((it) => `${it.name}的${MARK_WORDS.boarding}家庭`),
    ...(groups + leftBehind > 0 ? [`${groups + leftBehind}个分组`] : []),
  ].join('、')
}

export const presentStaffAudience = ({ posts, units }: NonNullable<LetterRecord['staff']>) => ({
  posts: posts as PostKind[],
  units: units.map((it) => ({ unitId: String(it.unitId), name: it.name })),
})

/** The units that are written to as wholes. */
export const presentUnits = (audience: readonly AudienceEntry[]) =>
  audience
    .filter((it) => !it.isStudent && !it.part)
    .map((it) => ({ unitId: String(it.unitId), name: it.name }))

/** Single families beside the units, and those left out: for whoever may see families. */
export const presentFamilies = ({ audience, excluded }: Pick<LetterRecord, 'audience' | 'excluded'>) => ({
  students: audience
    .filter((it) => it.isStudent)
    .map((it) => ({ studentId: String(it.unitId), name: it.name })),
  excluded: (excluded ?? []).map((it) => ({ studentId: String(it.studentId), name: it.name })),
})

/** A whole audience for whoever writes to it. */
export const presentAudience = (
  to: Pick<LetterRecord, 'audience' | 'without' | 'excluded' | 'staff'>,
  scope: UnitScope,
): ShownAudience => ({
  audience: presentUnits(to.audience),
  ...(scope.may('seeFamilies') ? presentFamilies(to) : { students: [], excluded: [] }),
  parts: presentParts(to, (path) => scope.may('seeFamilies') && isWithin(path, scope.path)),
  staff: to.staff ? presentStaffAudience(to.staff) : null,
})
