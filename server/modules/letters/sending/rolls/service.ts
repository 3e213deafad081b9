import type { Types } from 'mongoose'
import { isIn, isWhole, type Reached } from '../../../org/audiences/rules.ts'
import { placesMeant } from '../../../org/audiences/service.ts'
import type { UnitRecord } from '../../../org/tree/model.ts'
import { idsOf, isWithin } from '../../../org/tree/rules.ts'
import type { LetterRecord } from '../../model.ts'

type Addressed = Pick<LetterRecord, 'audience' | 'without' | 'excluded'>

/** The classes in which those are today who are written to one by one: single families, groups, and children with a mark. */
export async function classesApart({ audience }: Pick<Addressed, 'audience'>) {
  if (!audience.some((it) => it.isStudent || it.part)) return []
  const places = await placesMeant(audience)
  const apart = places.filter((path) => !audience.some((to) => !to.part && isWithin(path, to.path)))
  return apart.map((path) => idsOf(path).at(-1) ?? '')
}

export interface Roll {
  roster: Types.ObjectId[]
  unreached: Types.ObjectId[]
}

/** Those of a class who are written to. */
export function addressed(
  letter: Addressed,
  unit: UnitRecord,
  roll: Roll | undefined,
  traits: Map<string, Reached>,
): Roll {
  const isPlain = !letter.excluded?.length && !letter.without?.length && isWhole(letter, asPlace(unit))
  if (roll && isPlain) return roll
  const gets = addressedIn(letter, unit, traits)
  return { roster: (roll?.roster ?? []).filter(gets), unreached: (roll?.unreached ?? []).filter(gets) }
}

/** Whether a child of this class is written to: the whole class but those left out, or those the rule means. */
function addressedIn(letter: Addressed, unit: UnitRecord, traits: Map<string, Reached>) {
  const place = { ...asPlace(unit), classId: String(unit._id) }
  const plain = { groups: [], isBoarding: false, isLeftBehind: false }
  // Whoever is in a group at this moment is written to, also who came into it a moment ago.
  const at = new Date(8.64e15)
  return (id: Types.ObjectId) =>
    isIn(letter, traits.get(String(id)) ?? { ...plain, studentId: String(id) }, place, at)
}

export const asPlace = ({ path, grade, campus }: UnitRecord) => ({
  path,
  grade: grade ?? null,
  campus: campus ?? '',
})
