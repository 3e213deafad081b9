import { shanghaiDay } from '../../../../infra/clock.ts'
import { type HeldBy, holdersAt } from '../../../accounts/holders/desks/service.ts'
import { withdrawnAmong } from '../../../accounts/service.ts'
import { enqueue, withdraw } from '../../../notify/service.ts'
import type { AnyOutgoing } from '../../../notify/rules.ts'
import { joinedGuardiansOf } from '../../../org/audiences/service.ts'
import { DEPTH, idAt } from '../../../org/tree/rules.ts'
import { deskWords } from '../desks/rules.ts'
import { whenServed } from '../hours/rules.ts'
import { hoursOf, isWorkday } from '../hours/service.ts'
import { deskPage, subjectOf, threadPage } from './rules.ts'
import type { ThreadRecord } from '../model.ts'
import { isKnownTo } from '../private/rules.ts'
import { keptFrom } from '../private/service.ts'
import { nextWord } from '../rules.ts'

/**
 * Tells the family that the post has written, at most once in ten minutes. Joins the transaction of the line; answers until when
 * the thread has been told of, to be kept in it.
 */
export async function tellFamily(thread: ThreadRecord, by: string, now: Date): Promise<Date | null> {
  const dueAt = nextWord(thread.familyToldAt, now)
  if (!dueAt) return thread.familyToldAt
  const bonds = (await joinedGuardiansOf([thread.studentId])).filter((it) =>
    isKnownTo(thread, String(it.personId)),
  )
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

/** Who has it now; not from whom it is kept, whatever post they hold. */
async function holdersOf(thread: ThreadRecord, now: Date) {
  const kept = await keptFrom(thread)
  const held = await holdersAt([String(thread.deskUnitId)], [thread.deskPost], now)
  return held.filter((it) => !kept.includes(it.personId))
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
  const held = await holdersOf(thread, now)
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
  const kept = await keptFrom(thread)
  const unkept = (held: readonly HeldBy[]) => held.map((it) => it.personId).filter((it) => !kept.includes(it))
  const near = unkept([...(await holdersOf(thread, now)), ...(await holdersAt([schoolId], also, now))])
  // Where nobody who may know holds one of these posts, danger does not wait an hour for those who run the school.
  const people = new Set(near.length > 0 ? near : unkept(await holdersAt([schoolId], HEADS, now)))
  await enqueue(
    [...people].map((personId) => ({
      ...messageTo(thread, personId, `${step}-${thread.seq}`, '请尽快看'),
      isUrgent: true,
    })),
    now,
  )
}

const HEADS = ['principal', 'school_admin'] as const

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

/** The head of a school asks who has it to answer, in hours of service. Answers how many were told. */
export async function askDesk(thread: ThreadRecord, now: Date): Promise<number> {
  const held = await holdersOf(thread, now)
  const dueAt = whenServed(await hoursOf(thread.schoolId), now, isWorkday)
  await enqueue(
    held.map((it) => ({
      ...messageTo(thread, it.personId, `asked-${shanghaiDay(now)}`, '等了很久，学校请您回复'),
      ...(dueAt > now && { dueAt }),
    })),
    now,
  )
  return held.length
}

/** What somebody has seen need not be said any more. */
export const recallFor = (thread: ThreadRecord, kind: 'reply' | 'replyStaff', personId: string) =>
  withdraw({ kind, subject: subjectOf(thread), personIds: [personId] })
