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
import { sheetsOfFamilies } from '../../sheets/service.ts'
import type { LateComerRecord } from '../model.ts'

type SentLetter = LetterRecord & { sentAt: Date }

/** Two days on, a family has found them in its list. */
const USEFUL_MS = 2 * 86_400_000

/** A child that has come late, as far as its family is told of it. */
interface Told {
  late: LateComerRecord
  student: StudentRecord
  child: PlacedChild
}

/**
 * Tells who has come late of all letters at once that still wait for them: a guardian of what is open to the child, and
 * after a move the family of what its new class has got before. Letters they were told of when these were sent do not count.
 */
export async function tellLate(lates: readonly Told[], letters: readonly SentLetter[], now: Date) {
  const families = await listeners(lates)
  const movers = lates.filter((it) => it.late.classIds.length > 0)
  const of = ({ student }: Told) => families.get(String(student._id)) ?? []
  // What was to be said of a place the child has left again is not said any more.
  const moved = movers.flatMap((it) => of(it).map((to) => to.personId))
  if (moved.length > 0) {
    const children = movers.map((it) => it.child.studentId)
    await recallComing('letter', [...new Set(moved)], children, now)
  }
  const toTell = lates.filter((it) => of(it).length > 0 && !it.student.leftAt)
  if (toTell.length === 0) return
  const there = await onSheets(
    toTell,
    letters.filter((it) => !it.areMessagesDue && !it.areSheetsDue),
  )
  const known = await keysAmong(
    toTell.flatMap((it) =>
      (there.get(it.child.studentId) ?? []).flatMap(({ letter }) =>
        of(it).map((to) => told(letter, to.personId, it.child.studentId)),
      ),
    ),
  )
  const messages = toTell.flatMap((it) => {
    const { studentId } = it.child
    return of(it).flatMap((to): AnyOutgoing[] => {
      const waiting = (there.get(studentId) ?? []).filter(
        ({ letter, sheet }) =>
          !known.has(told(letter, to.personId, studentId)) &&
          !standing(letter, sheet, { studentId, personId: to.personId }, now).isDone,
      )
      const [first] = waiting
      if (!first) return []
      const dueAt = it.late.tellAt && it.late.tellAt > now ? it.late.tellAt : now
      const about = { ...to, child: it.student.name, late: it.late, dueAt }
      return [summary(waiting.length, first.letter.unitName, about)]
    })
  })
  await enqueue(messages, now)
}

/** By child who has come, or all of the family after a move; nobody who has taken their consent back. */
async function listeners(lates: readonly Told[]) {
  const notes = new Map(lates.map(({ late }) => [String(late._id), late]))
  const family = await joinedGuardiansOf(lates.map((it) => it.student._id))
  const people = family
    .map((it) => ({ ...it, studentId: String(it.studentId), personId: String(it.personId) }))
    .filter(({ studentId, personId }) => {
      const { classIds = [], personIds = [] } = notes.get(studentId) ?? {}
      return classIds.length > 0 || personIds.some((one) => String(one) === personId)
    })
  const hidden = await withdrawnAmong(people.map((it) => it.personId))
  return Map.groupBy(
    people.filter((it) => !hidden.has(it.personId)),
    (it) => it.studentId,
  )
}

/** By child the letters that go to it as it stands now, each with the family's part of its sheet. */
async function onSheets(lates: readonly Told[], letters: readonly SentLetter[]) {
  const pairs = lates.flatMap(({ child }) => letters.map((letter) => ({ child, letter })))
  const places = await placesOf(pairs)
  const placed = pairs.flatMap(({ child, letter }, at) => {
    const place = places[at]
    return place ? [{ child, letter, id: sheetId(String(letter._id), place.classId) }] : []
  })
  const sheetOf = await sheetsOfFamilies(
    lates.map((it) => it.child.studentId),
    placed.map((it) => it.id),
  )
  const there = placed.map(({ child: { studentId }, letter, id }) => ({
    studentId,
    letter,
    sheet: sheetOf(id, studentId),
  }))
  return Map.groupBy(there, (it) => it.studentId)
}

const told = ({ _id }: Pick<LetterRecord, '_id'>, personId: string, studentId: string) =>
  keyOf({ kind: 'letter', subject: String(_id), personId, step: studentId })

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
