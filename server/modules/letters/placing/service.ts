import { Types } from 'mongoose'
import type { OwnChild, UnitScope } from '../../org/policy.ts'
import { addressesOf, addressOf, type Reached } from '../../org/audiences/rules.ts'
import { hasClassIn } from '../../org/audiences/service.ts'
import { factsOf } from '../../org/audiences/facts/service.ts'
import { idsOf, isWithin, within } from '../../org/tree/rules.ts'
import type { LetterRecord } from '../model.ts'
import { SheetModel, type SheetRecord } from '../sheets/model.ts'
import { sheetId } from '../sheets/rules.ts'
import {
  goesByClass,
  NO_FACTS,
  type PlacedChild,
  type Placing,
  placing,
  type SentRule,
  type SheetPlace,
} from './rules.ts'

export interface Pair {
  child: PlacedChild
  letter: SentRule & { _id: unknown }
}

/**
 * On whose sheet each child stands with each letter, in the order asked. Where a child has stayed in its class the rule
 * says it; only for those who have moved since are the sheets asked, all in one read.
 */
export async function placesOf(pairs: readonly Pair[]): Promise<(SheetPlace | null)[]> {
  const placed = await placingsOf(pairs)
  const asked = pairs.flatMap(({ letter }, i) => {
    const it = placed[i]
    return it && 'ask' in it ? it.ask.map((place) => idOf(letter, place)) : []
  })
  const rosters = await rostersOf(asked)
  return pairs.map(({ child, letter }, i) => {
    const it = placed[i]
    if (!it) return null
    if ('sure' in it) return it.sure
    const named = (list: 'roster' | 'letGo') =>
      it.ask.find((place) => rosters.get(idOf(letter, place))?.[list].has(child.studentId))
    // What a family has got it keeps, also where the class has let it go.
    return named('roster') ?? it.late ?? named('letGo') ?? null
  })
}

/** The same as far as the rule alone can say it. */
export async function placingsOf(pairs: readonly Pair[]): Promise<Placing[]> {
  const facts = await factsFor(pairs)
  return pairs.map(({ child, letter }) => placing(child, letter, facts))
}

const idOf = (letter: Pair['letter'], place: SheetPlace) => sheetId(String(letter._id), place.classId)

async function factsFor(pairs: readonly Pair[]) {
  const needed = pairs.filter(({ letter }) => goesByClass(letter))
  if (needed.length === 0) return NO_FACTS
  const classIds = needed.flatMap(({ child }) => [
    child.classId,
    ...child.memberships.map((it) => it.classId),
  ])
  const known = await factsOf(classIds)
  return (classId: string) => known.get(classId) ?? NO_FACTS(classId)
}

/** Whom a sheet names: those it counts, and those it has let go. */
type Named = Record<'roster' | 'letGo', Set<string>>

async function rostersOf(ids: readonly string[]) {
  if (ids.length === 0) return new Map<string, Named>()
  const sheets = await SheetModel.find({ _id: { $in: [...new Set(ids)] } }, { roster: 1, letGo: 1 }).lean<
    Pick<SheetRecord, '_id' | 'roster' | 'letGo'>[]
  >()
  return new Map(
    sheets.map((it): [string, Named] => [
      it._id,
      { roster: new Set(it.roster.map(String)), letGo: new Set(it.letGo?.map(String)) },
    ]),
  )
}

/** The sheet of one child with one letter. */
export const placeOf = async (child: PlacedChild, letter: Pair['letter']) =>
  (await placesOf([{ child, letter }]))[0] ?? null

/** Every address at which a letter to this child may stand, now and by the classes it was in: one key for one query. */
export async function addressesFor(
  child: Reached & SheetPlace & { memberships: readonly SheetPlace[] },
): Promise<Types.ObjectId[]> {
  const places = [child, ...child.memberships].map(({ classId, path }) => ({ classId, path }))
  const facts = await factsOf(places.map((it) => it.classId))
  const known = places.map((it) => ({ ...it, ...(facts.get(it.classId) ?? NO_FACTS(it.classId)) }))
  return addressesOf(child, known).map((it) => new Types.ObjectId(it))
}

/**
 * Whether a letter is for somebody at or below a place. A letter to 七年级 of a school is for none of its 八年级, and one to a
 * group for the classes its children are in: those have a sheet.
 */
export async function isFor({ _id, audience, without, staff }: LetterRecord, path: string) {
  const touches = (it: Pick<SheetPlace, 'path'>) => isWithin(it.path, path) || isWithin(path, it.path)
  if (staff) return staff.units.some(touches)
  if (audience.some((it) => isWithin(it.path, path) && (it.isStudent || it.path !== path))) return true
  if (without?.some((it) => !it.part && isWithin(path, it.path))) return false
  if (audience.some((it) => !it.part && isWithin(path, it.path))) return true
  const around = audience.filter((it) => it.part && isWithin(path, it.path))
  if (around.length === 0) return false
  if (await SheetModel.exists({ letterId: _id, path: within(path) })) return true
  return hasClassIn(around, path)
}

/** The addresses at which a letter reaches somebody in a unit as a whole or in a part: what its staff see of letters from above. */
export async function addressesAround({ unitId, kind, path }: Pick<UnitScope, 'unitId' | 'kind' | 'path'>) {
  const ids = idsOf(path)
  if (kind !== 'class') return ids.map((it) => new Types.ObjectId(it))
  const { grade, campus } = (await factsOf([unitId])).get(unitId) ?? NO_FACTS(unitId)
  const parts = ids.flatMap((id) => [
    ...(grade === null ? [] : [addressOf(id, `grade:${grade}`)]),
    ...(campus ? [addressOf(id, `campus:${campus}`)] : []),
  ])
  return [...ids, ...parts].map((it) => new Types.ObjectId(it))
}

/** The sheets of one child with some letters: letter and sheet, without those that are not for it. */
export async function sheetsFor<L extends Pair['letter']>(child: OwnChild, letters: readonly L[]) {
  const places = await placesOf(letters.map((letter) => ({ child, letter })))
  return letters.flatMap((letter, i) => {
    const place = places[i]
    return place ? [{ letter, id: idOf(letter, place) }] : []
  })
}
