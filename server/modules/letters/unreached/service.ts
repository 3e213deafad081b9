import type { UnreachedCause } from '#contract/unreached'
import type { Deps } from '../../../infra/deps.ts'
import { silencesOf } from '../../notify/reach/service.ts'
import { choicesOf } from '../../notify/texting/choices/service.ts'
import { findStudents, guardiansOf } from '../../org/families/service.ts'
import { BELOW, idAt, DEPTH, within } from '../../org/tree/rules.ts'
import type { LetterRecord } from '../model.ts'
import type { LetterInScope } from '../policy.ts'
import { SheetModel, type SheetRecord } from '../sheets/model.ts'
import { open } from '../sheets/rules.ts'
import { tallyBy } from '../sheets/service.ts'
import { causeOf, countCauses } from './rules.ts'

/** A school has fewer. */
const MOST_CLASSES = 300

type Family = Awaited<ReturnType<typeof familiesOn>>[number]
export type Unreached = Family & { cause: UnreachedCause }

/** The families of some sheets that have not done what is asked and whom no reminder reaches, by class; or one that has not done it, reached or not. */
export async function unreachedIn(
  { letter, scope }: LetterInScope,
  deps: Pick<Deps, 'env'>,
  now: Date,
  only: { isFor?: string | undefined } = {},
) {
  return unreachedAt(letter, scope.path, deps, now, only)
}

/** The same of a letter at a path, a school's at most: for what is counted for nobody in particular. */
export async function unreachedAt(
  letter: LetterRecord,
  path: string,
  deps: Pick<Deps, 'env'>,
  now: Date,
  { isFor }: { isFor?: string | undefined } = {},
): Promise<{ sheet: SheetRecord; families: Unreached[] }[]> {
  const sheets = await SheetModel.find({ letterId: letter._id, path: within(path) })
    .sort({ path: 1 })
    .limit(MOST_CLASSES)
    .lean<SheetRecord[]>()
  const families = await familiesOn(letter, sheets, deps, now)
  return sheets.map((sheet) => ({
    sheet,
    families: families.flatMap((it) =>
      it.sheetId === sheet._id && isMeant(it, isFor) ? [{ ...it, cause: it.cause ?? 'noConsent' }] : [],
    ),
  }))
}

const isMeant = ({ student, cause }: Family, isFor: string | undefined) =>
  isFor === undefined ? cause !== null : String(student._id) === isFor

async function familiesOn(letter: LetterRecord, sheets: SheetRecord[], deps: Pick<Deps, 'env'>, now: Date) {
  const placed = new Map(
    sheets.flatMap((sheet) =>
      open(sheet, sheet.roster.map(String), letter.confirmation).map((it) => [it, sheet._id] as const),
    ),
  )
  const ids = [...placed.keys()]
  const [students, guardians] = await Promise.all([findStudents(ids), guardiansOf(ids)])
  const people = guardians.flatMap((it) => (it.personId ? [String(it.personId)] : []))
  const [silences, choices] = await Promise.all([
    silencesOf(people, 'letterReminder', deps, now),
    choicesOf(people),
  ])
  const bad = new Set(choices.flatMap((it) => it.badIndex ?? []))
  const byStudent = Map.groupBy(guardians, (it) => String(it.studentId))
  return students
    .filter((it) => !it.leftAt)
    .sort((a, b) => (a.number < b.number ? -1 : 1))
    .map((student) => {
      const studentId = String(student._id)
      const own = byStudent.get(studentId) ?? []
      const isBad = ({ phoneIndex }: (typeof own)[number]) => Boolean(phoneIndex && bad.has(phoneIndex))
      const cause = causeOf(
        own.map((it) => ({
          hasJoined: Boolean(it.personId),
          hasNumber: Boolean(it.phoneIndex) && !isBad(it),
          isDenied: Boolean(it.deniedAt),
          silence: silences.get(String(it.personId)) ?? null,
        })),
      )
      return { sheetId: placed.get(studentId), student, guardians: own, cause, isNumberBad: own.some(isBad) }
    })
}

/** Above a school, until its schools have been counted: who has not joined, unit by unit, from the index of the sheets alone. */
export async function notJoinedBelow({ letter, scope }: LetterInScope) {
  const tallies = await tallyBy(letter._id, scope.path, BELOW[scope.kind])
  return new Map(
    [...tallies].map(([unitId, it]) => [
      unitId,
      { ...countCauses([]), notJoined: Math.max(0, it.expected - it.reached) },
    ]),
  )
}

/** The unit one step below the scope in which a class lies; the class itself for a grade. */
export const unitBelow = ({ scope }: LetterInScope, path: string) =>
  idAt(path, DEPTH[BELOW[scope.kind]]) ?? ''
