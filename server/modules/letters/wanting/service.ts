import { Types } from 'mongoose'
import { withdrawnAmong } from '../../accounts/service.ts'
import type { Pointless } from '../../notify/dispatch/rules.ts'
import type { OutboxRecord } from '../../notify/model.ts'
import { asReached, joinedGuardiansOf } from '../../org/audiences/service.ts'
import { findStudents } from '../../org/families/service.ts'
import { LetterModel, type LetterRecord } from '../model.ts'
import { SheetModel } from '../sheets/model.ts'
import { placesOf } from '../placing/service.ts'
import { sheetId } from '../sheets/rules.ts'
import { pointlessLettersToStaff } from '../staff/wanting/service.ts'
import { pointlessReplies } from '../threads/wanting/service.ts'
import { isAsked, MARKED, type Marked } from './rules.ts'

type Message = Pick<OutboxRecord, '_id' | 'kind' | 'subject' | 'personId'>
interface Asked {
  id: string
  kind: 'letter' | 'letterReminder'
  letterId: string
  personId: string
  studentId: string
}

const KEY = /^(letter|letterReminder):([0-9a-f]{24}):([0-9a-f]{24}):([0-9a-f]{24})(-|$)/

/**
 * Of messages about letters that are about to go, those that are pointless by now, and why: the letter was withdrawn or
 * has a newer edition, the child or the guardian is no longer who it was written to, or what it asks is done. Four reads
 * for a batch, whatever its size.
 */
export async function unwanted(
  messages: readonly Message[],
  now: Date,
  also: { spareReaders: boolean } = { spareReaders: false },
): Promise<Map<string, Pointless>> {
  const [letters, toStaff, replies] = await Promise.all([
    unwantedLetters(messages, now, also),
    pointlessLettersToStaff(messages, now),
    pointlessReplies(messages, now),
  ])
  return new Map([...letters, ...toStaff, ...replies])
}

async function unwantedLetters(
  messages: readonly Message[],
  now: Date,
  also: { spareReaders: boolean },
): Promise<Map<string, Pointless>> {
  const asked = messages.flatMap(({ _id }): Asked[] => {
    const [, kind, letterId = '', personId = '', studentId = ''] = KEY.exec(_id) ?? []
    return kind ? [{ id: _id, kind: kind as Asked['kind'], letterId, personId, studentId }] : []
  })
  if (asked.length === 0) return new Map()
  const known = await knownOf(asked)
  const places = await placesToday(asked, known)
  const sheets = await sheetsAt(places)
  return new Map(
    asked.flatMap((it) => {
      const sheet = sheets.get(places.get(it.id) ?? '')
      const why = pointless(it, known, sheet, { now, isPlaced: places.has(it.id), ...also })
      return why ? [[it.id, why] as const] : []
    }),
  )
}

const unique = (ids: string[]) => [...new Set(ids)]

async function knownOf(asked: readonly Asked[]) {
  const studentIds = unique(asked.map((it) => it.studentId))
  const [letters, students, bonds, silent] = await Promise.all([
    LetterModel.find({ _id: { $in: unique(asked.map((it) => it.letterId)) } }, { body: 0, pledge: 0 }).lean<
      LetterRecord[]
    >(),
    findStudents(studentIds),
    joinedGuardiansOf(studentIds.map((it) => new Types.ObjectId(it))),
    withdrawnAmong(unique(asked.map((it) => it.personId))),
  ])
  return {
    letters: new Map(letters.map((it) => [String(it._id), it])),
    students: new Map(students.filter((it) => !it.leftAt).map((it) => [String(it._id), it])),
    bonds: new Set(bonds.map((it) => `${String(it.personId)} ${String(it.studentId)}`)),
    silent,
  }
}
type Known = Awaited<ReturnType<typeof knownOf>>

/** The sheet on which the child of each message stands today, by message; none when the letter does not go to it any more. */
async function placesToday(asked: readonly Asked[], { letters, students }: Known) {
  const pairs = asked.flatMap(({ id, letterId, studentId }) => {
    const letter = letters.get(letterId)
    const student = students.get(studentId)
    if (!letter?.sentAt || !student) return []
    const { classId, path, memberships } = student
    const child = {
      ...asReached(student),
      classId: String(classId),
      path,
      memberships: memberships.map((it) => ({ ...it, classId: String(it.classId), to: it.to ?? null })),
    }
    return [{ id, letterId, child, letter: { ...letter, sentAt: letter.sentAt } }]
  })
  const places = await placesOf(pairs)
  return new Map(
    pairs.flatMap(({ id, letterId }, i) => {
      const place = places[i]
      return place ? [[id, sheetId(letterId, place.classId)] as const] : []
    }),
  )
}

async function sheetsAt(places: Map<string, string>) {
  const ids = unique([...places.values()])
  const sheets = await SheetModel.find({ _id: { $in: ids } }, MARKED).lean<(Marked & { _id: string })[]>()
  return new Map(sheets.map((it) => [it._id, it]))
}

function pointless(
  asked: Asked,
  known: Known,
  sheet: Marked | undefined,
  { now, isPlaced, spareReaders }: { now: Date; isPlaced: boolean; spareReaders: boolean },
): Pointless | null {
  const { kind, letterId, studentId, personId } = asked
  const letter = known.letters.get(letterId)
  if (!letter) return null // not one of ours
  if (letter.status !== 'sent' || letter.supersededBy) return 'notTheirs'
  if (!known.bonds.has(`${personId} ${studentId}`) || known.silent.has(personId)) return 'notTheirs'
  if (!isPlaced) return 'notTheirs'
  const hasRead = Boolean(sheet?.readBy?.[studentId]?.[personId])
  return !isAsked(letter, sheet, { studentId, personId }, now) ||
    ((kind === 'letter' || spareReaders) && hasRead)
    ? 'notNeeded'
    : null
}
