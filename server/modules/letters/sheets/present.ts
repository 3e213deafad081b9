import type { SheetRow } from '#contract/letters'
import { shownNumber } from '../../../infra/id-numbers.ts'
import { progressOf } from '../mine/rules.ts'
import type { ByHand, Marks, SheetRecord } from './model.ts'
import { firstOf } from './rules.ts'
import type { NamedSheet } from './service.ts'

interface Calling {
  studentId: unknown
  personId?: unknown
  relation: string
}

/** 张三妈妈; after a guardian has left, 张三家长. */
export function callingOf(bonds: Calling[], childName: string, studentId: string, guardianId: string) {
  const bond = bonds.find((it) => String(it.personId) === guardianId && String(it.studentId) === studentId)
  return `${childName}${bond?.relation ?? '家长'}`
}

/** Who of a family did something first, and when. */
export function presentDeed(marks: Marks | undefined, { studentId, childName, bonds, byHand }: Of) {
  const first = firstOf(marks, studentId)
  if (!first) return null
  const hand = byHand?.[studentId]?.[first.guardianId]
  const by = hand
    ? `${childName}${hand.relation}（${HOW[hand.way]}，${hand.by}代登记）`
    : callingOf(bonds, childName, studentId, first.guardianId)
  return { by, at: first.at.toISOString() }
}

interface Of {
  studentId: string
  childName: string
  bonds: Calling[]
  byHand?: SheetRecord['byHand'] | undefined
}

const HOW: Record<ByHand['way'], string> = { paper: '纸上', call: '电话里', visit: '当面' }

/** A signature that was drawn here has a copy; one on paper lies at school. */
export const hasCopy = (
  { signedBy, byHand }: Pick<SheetRecord, 'signedBy' | 'byHand'>,
  studentId: string,
  guardianId?: string,
) =>
  Object.keys(signedBy?.[studentId] ?? {})
    .filter((it) => guardianId === undefined || it === guardianId)
    .some((it) => !byHand?.[studentId]?.[it])

/** Whose signed copies there are of a family, where each guardian signs. */
const copiesOf = ({ isForEach, signedBy, byHand }: SheetRecord, { studentId, childName, bonds }: Of) =>
  Object.keys((isForEach && signedBy?.[studentId]) || {})
    .filter((it) => !byHand?.[studentId]?.[it])
    .map((guardianId) => ({ guardianId, by: callingOf(bonds, childName, studentId, guardianId) }))

/** Photos of the papers from which somebody entered an answer, as links. */
export const papersOn =
  ({ byHand }: Pick<SheetRecord, 'byHand'>, linkOf: (pictureId: string) => string) =>
  (studentId: string, guardianKey: string) =>
    (byHand?.[studentId]?.[guardianKey]?.papers ?? []).map(linkOf)

/** What the school entered for a family, and the photos it entered it from. */
function enteredFor({ byHand }: SheetRecord, studentId: string, linkOf: (pictureId: string) => string) {
  const hands = Object.values(byHand?.[studentId] ?? {})
  const [hand] = hands
  return hand ? { by: hand.by, papers: hands.flatMap((it) => it.papers ?? []).map(linkOf) } : null
}

export function presentRows(
  { sheet, students, bonds }: Pick<NamedSheet, 'sheet' | 'students'> & { bonds: Calling[] },
  linkOf: (pictureId: string) => string = () => '',
): SheetRow[] {
  const unreached = new Set(sheet.unreached.map(String))
  return students.map((student) => {
    const studentId = String(student._id)
    const of = { studentId, childName: student.name, bonds, byHand: sheet.byHand }
    const progress = progressOf(sheet, { studentId, confirmation: sheet.confirmation }, bonds)
    return {
      studentId,
      number: shownNumber(student.number),
      name: student.name,
      hasJoined: !unreached.has(studentId) || student.activatedAt !== null,
      read: presentDeed(sheet.readBy, of),
      confirmed: presentDeed(sheet.confirmedBy, of),
      signed: presentDeed(sheet.signedBy, of),
      hasCopy: hasCopy(sheet, studentId),
      ...(progress && { progress }),
      objected: presentDeed(sheet.objectedBy, of),
      entered: enteredFor(sheet, studentId, linkOf),
      copies: copiesOf(sheet, of),
    }
  })
}
