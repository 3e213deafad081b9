import { holdersAt } from '../../../accounts/holders/desks/service.ts'
import { withdrawnAmong } from '../../../accounts/service.ts'
import { enqueue, withdraw } from '../../../notify/service.ts'
import type { AnyOutgoing } from '../../../notify/rules.ts'
import { joinedGuardiansOf } from '../../../org/audiences/service.ts'
import { DEPTH, idAt } from '../../../org/tree/rules.ts'
import { deskWords } from '../desks/rules.ts'
import { whenServed } from '../hours/rules.ts'
import { hoursOf, isWorkday } from '../hours/service.ts'
import { threadPage } from './rules.ts'
import type { ThreadRecord } from '../model.ts'
import { nextWord } from '../rules.ts'

/** By which the messages about a thread are found: with the child's id in it, so that who parts from the child is rid of them. */
export const subjectOf = (thread: Pick<ThreadRecord, 'letterId' | 'studentId'>) =>
  `thread-${String(thread.letterId)}-${String(thread.studentId)}`

const deskPage = ({ _id }: ThreadRecord) => `packages/teacher/thread/thread?id=${String(_id)}`

/**
 * Tells the family that the post has written, at most once in ten minutes. Joins the transaction of the line; answers until when
 * the thread has been told of, to be kept in it.
 */
export async function tellFamily(thread: ThreadRecord, by: string, now: Date): Promise<Date | null> {
  const dueAt = nextWord(thread.familyToldAt, now)
  if (!dueAt) return thread.familyToldAt
  const bonds = await joinedGuardiansOf([thread.studentId])
  // Who has taken their consent back sees nothing of the child, and hears nothing of it.
  const hidden = await withdrawnAmong(bonds.map((it) => String(it.personId)))
  await enqueue(
    bonds
      .filter((it) => !hidden.has(String(it.personId)))
      .map((bond) => ({
        kind: 'reply' as const,
        subject: subjectOf(thread),
        personId: String(bond.personId),
        step: String(thread.seq),
        values: {
          who: by,
          child: thread.childName,
          title: thread.letterTitle,
          note: '点开就能看，也可以接着写',
        },
        page: threadPage(thread),
        path: thread.path,
        ...(dueAt > now && { dueAt }),
      })),
    now,
  )
  return dueAt
}

/** Tells who holds the post, in its hours of service. What speaks of danger goes out at once, to the counsellor as well, and says nothing of it. */
export async function tellDesk(thread: ThreadRecord, isDanger: boolean, now: Date): Promise<Date | null> {
  if (isDanger) {
    await tellUrgent(thread, ['counsellor'], 'urgent', now)
    return now
  }
  const said = nextWord(thread.deskToldAt, now)
  if (!said) return thread.deskToldAt
  const dueAt = whenServed(await hoursOf(thread.schoolId), said, isWorkday)
  const held = await holdersAt([String(thread.deskUnitId)], [thread.deskPost], now)
  const step = String(thread.seq)
  await enqueue(
    held.map((it) => ({ ...messageTo(thread, it.personId, step), ...(dueAt > now && { dueAt }) })),
    now,
  )
  return dueAt
}

/** The post itself and some posts of the school, whatever the hour. */
export async function tellUrgent(
  thread: ThreadRecord,
  also: readonly ('counsellor' | 'principal' | 'school_admin')[],
  step: string,
  now: Date,
) {
  const schoolId = idAt(thread.path, DEPTH.school) ?? ''
  const [desk, school] = [
    await holdersAt([String(thread.deskUnitId)], [thread.deskPost], now),
    await holdersAt([schoolId], also, now),
  ]
  const people = [...new Set([...desk, ...school].map((it) => it.personId))]
  await enqueue(
    people.map((personId) => ({
      ...messageTo(thread, personId, `${step}-${thread.seq}`, '请尽快看'),
      isUrgent: true,
    })),
    now,
  )
}

const messageTo = (
  thread: ThreadRecord,
  personId: string,
  step: string,
  note = '等您回复',
): Extract<AnyOutgoing, { kind: 'replyStaff' }> => ({
  kind: 'replyStaff',
  subject: subjectOf(thread),
  personId,
  step,
  values: {
    title: thread.letterTitle,
    child: thread.childName,
    post: deskWords(thread.deskPost),
    note,
  },
  page: deskPage(thread),
  path: thread.path,
})

/** What somebody has seen need not be said any more. */
export const recallFor = (thread: ThreadRecord, kind: 'reply' | 'replyStaff', personId: string) =>
  withdraw({ kind, subject: subjectOf(thread), personIds: [personId] })
