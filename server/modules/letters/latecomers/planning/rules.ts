import type { Confirmation } from '#contract/letters'
import type { Placing } from '../../placing/rules.ts'
import type { Reading } from '../rules.ts'

/** A sheet with its children by id. */
export interface Standing {
  _id: string
  classId: string
  confirmation: Confirmation
  hasForm: boolean
  roster: ReadonlySet<string>
  unreached: ReadonlySet<string>
  haveAnswered: ReadonlySet<string>
  readBy: Readonly<Record<string, Reading>>
}

export interface Child {
  studentId: string
  classId: string
  hasLeft: boolean
}

/** Where one child goes with one letter: off these sheets, and onto that of a class, with what its family has opened. */
export interface Move {
  from: { sheet: Standing; reading: Reading | undefined }[]
  to: string | null
  reading: Reading | undefined
}

const readingOn = ({ readBy }: Standing, { studentId }: Child) => {
  const reading = readBy[studentId] ?? {}
  return Object.keys(reading).length > 0 ? reading : undefined
}

/** Whether a family has done on this sheet what the letter asks for: of some letters that is opening them. */
function isDoneOn(sheet: Standing, child: Child) {
  const asksToReadOnly = sheet.confirmation === 'read' && !sheet.hasForm
  return sheet.haveAnswered.has(child.studentId) || (asksToReadOnly && readingOn(sheet, child) !== undefined)
}

/**
 * The class on whose sheet a child has to stand: where its family has answered; else where the rule puts it now. Who has
 * only opened a letter that does not go to the new class stays where it was.
 */
function homeOf(child: Child, placing: Placing, listed: readonly Standing[]): string | null {
  const done = listed.find((it) => isDoneOn(it, child))
  if (done) return done.classId
  if (placing && !child.hasLeft) {
    if ('sure' in placing) return placing.sure.classId
    if (placing.late) return placing.late.classId
    if (listed.some((it) => it.classId === child.classId)) return child.classId
  }
  return listed.find((it) => readingOn(it, child))?.classId ?? null
}

/** What has to change so that a child stands on one sheet of a letter; null where it does. */
export function moveOf(child: Child, placing: Placing, sheets: readonly Standing[]): Move | null {
  const listed = sheets.filter((it) => it.roster.has(child.studentId))
  const home = homeOf(child, placing, listed)
  const from = listed
    .filter((it) => it.classId !== home && !isDoneOn(it, child))
    .map((sheet) => ({ sheet, reading: readingOn(sheet, child) }))
  const isThere = listed.some((it) => it.classId === home)
  if (from.length === 0 && (isThere || home === null)) return null
  const reading = Object.fromEntries(from.flatMap((it) => Object.entries(it.reading ?? {})))
  return { from, to: home, reading: Object.keys(reading).length > 0 ? reading : undefined }
}
