import type { Types } from 'mongoose'
import { withdrawnAmong } from '../../../accounts/service.ts'
import { enqueue, recallComing } from '../../../notify/service.ts'
import { keyOf } from '../../../notify/rules.ts'
import { keysAmong } from '../../../notify/told/service.ts'
import type { AnyOutgoing } from '../../../notify/rules.ts'
import { joinedGuardiansOf } from '../../../org/audiences/service.ts'
import type { StudentRecord } from '../../../org/families/model.ts'
import { standing } from '../../mine/rules.ts'
import type { LetterRecord } from '../../model.ts'
import type { PlacedChild } from '../../placing/rules.ts'
import { placesOf } from '../../placing/service.ts'
import { sheetId } from '../../sheets/rules.ts'
import { familySheets } from '../../sheets/service.ts'
import type { LateComerRecord } from '../model.ts'

type SentLetter = LetterRecord & { sentAt: Date }

/** Two days on, a family has found them in its list. */
const USEFUL_MS = 2 * 86_400_000

/**
 * Tells who has come late of all letters at once that still wait for them: a guardian of what is open to the child, and
 * after a move the family of what its new class has got before. Letters they were told of when these were sent do not count.
 */
export async function tellLate(
  late: LateComerRecord,
  student: StudentRecord,
  child: PlacedChild,
  letters: readonly SentLetter[],
  now: Date,
) {
  const people = await listeners(late, student._id)
  const personIds = people.map((it) => it.personId)
  const isMove = late.classIds.length > 0
  // What was to be said of a place the child has left again is not said any more.
  if (isMove) await recallComing('letter', personIds, [child.studentId], now)
  if (people.length === 0 || student.leftAt) return
  const there = await onSheets(
    child,
    letters.filter((it) => !it.areMessagesDue && !it.areSheetsDue),
  )
  const known = await toldOf(there, personIds, child.studentId)
  const dueAt = late.tellAt && late.tellAt > now ? late.tellAt : now
  const messages = people.flatMap((to): AnyOutgoing[] => {
    const waiting = there.filter(
      ({ letter, sheet }) =>
        !known.has(told(letter, to.personId, child.studentId)) &&
        !standing(letter, sheet, { studentId: child.studentId, personId: to.personId }, now).isDone,
    )
    const [first] = waiting
    if (!first) return []
    return [summary(waiting.length, first.letter.unitName, { ...to, child: student.name, late, dueAt })]
  })
  await enqueue(messages, now)
}

/** Who has come, or all of the family after a move; nobody who has taken their consent back. */
async function listeners({ personIds, classIds }: LateComerRecord, studentId: Types.ObjectId) {
  const family = await joinedGuardiansOf([studentId])
  const come = new Set(personIds.map(String))
  const people = family
    .map(({ personId, path }) => ({ personId: String(personId), path }))
    .filter((it) => classIds.length > 0 || come.has(it.personId))
  const hidden = await withdrawnAmong(people.map((it) => it.personId))
  return people.filter((it) => !hidden.has(it.personId))
}

/** The letters that go to the child as it stands now, each with the family's part of its sheet. */
async function onSheets(child: PlacedChild, letters: readonly SentLetter[]) {
  const places = await placesOf(letters.map((letter) => ({ child, letter })))
  const placed = letters.flatMap((letter, at) => {
    const place = places[at]
    return place ? [{ letter, id: sheetId(String(letter._id), place.classId) }] : []
  })
  const sheets = await familySheets(
    child.studentId,
    placed.map((it) => it.id),
  )
  return placed.map(({ letter }) => ({ letter, sheet: sheets.get(String(letter._id)) }))
}

const told = ({ _id }: Pick<LetterRecord, '_id'>, personId: string, studentId: string) =>
  keyOf({ kind: 'letter', subject: String(_id), personId, step: studentId })

const toldOf = (there: readonly { letter: SentLetter }[], personIds: readonly string[], studentId: string) =>
  keysAmong(there.flatMap(({ letter }) => personIds.map((it) => told(letter, it, studentId))))

interface To {
  personId: string
  path: string
  child: string
  late: LateComerRecord
  dueAt: Date
}

const summary = (count: number, sender: string, { personId, path, child, late, dueAt }: To): AnyOutgoing => ({
  kind: 'letter',
  // Of two children it is not the same.
  subject: `waiting-${String(late._id)}`,
  personId,
  // With the child's id in it, so that who does not belong to the child any more is rid of it.
  step: `${String(late._id)}-${late.since.getTime()}`,
  values: {
    title: `您有${count}封信还没有看`,
    sender,
    child,
    note: '请打开家长信看一看',
    about: 'waiting',
  },
  page: '/pages/letters/letters',
  path,
  dueAt,
  expiresAt: new Date(dueAt.getTime() + USEFUL_MS),
})
