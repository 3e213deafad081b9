import type { Types } from 'mongoose'
import { classTeachersOf, withdrawnAmong } from '../../../accounts/service.ts'
import * as notify from '../../../notify/service.ts'
import { joinedGuardiansOf } from '../../audiences/service.ts'
import { UnitModel, type UnitRecord } from '../../tree/model.ts'

const KEPT = '账号、绿证和学过的课都跟着您，不用再加入。'

/** A promotion or a list that is undone within the hour, as most wrong ones are, reaches no family at all. */
export const HOLD_MS = 60 * 60_000

/** The words below the news, for each way in which a child's class changes. */
export const MOVE_NOTES = {
  class: '以前的信和回执都在，不用再加入。',
  school: `欢迎来到新学校！${KEPT}`,
  assigned: `祝贺升学！${KEPT}`,
  promoted: '新学年好！以前的信和回执都在，不用再加入。',
  graduated: '账号、绿证和学过的课都为您留着。',
  restored: '先前说的新班级请不用理会，定好了会再告诉您。',
  corrected: '先前说的新班级请不用理会。',
} as const
export type Move = keyof typeof MOVE_NOTES

/** One child, and the class the news is about: the new one, or the one it graduates from. */
export interface Moved {
  studentId: Types.ObjectId
  name: string
  classId: Types.ObjectId
}

/** What tells one piece of news from another: the same again adds nothing. */
export interface News {
  move: Move
  subject: string
  step?: string
  /** The list on the phone shows it from then on, and WeChat hears of it then. */
  dueAt?: Date
}

const NOBODY = '还没有定，定了会显示在首页'

/**
 * Tells the guardians of some children which class they are in now. What was still to be said of an earlier class is not said any more.
 * Joins the transaction it is called in.
 */
export async function tellFamilies(children: Moved[], news: News, now: Date) {
  const messages = await compose(children, news, now)
  const people = messages.map((it) => it.personId)
  await notify.recallComing(
    'childMoved',
    people,
    children.map((it) => String(it.studentId)),
    now,
  )
  await notify.enqueue(messages, now)
}

/** Takes news back: who has not been shown it never hears of it, and only who has hears that it is off. */
export async function untellFamilies(
  children: Moved[],
  { move, subject }: { move: 'restored' | 'corrected'; subject: string },
  now: Date,
) {
  const messages = await compose(children, { move, subject, step: 'back' }, now)
  const first = messages.map(({ kind, personId, studentId }) => ({
    kind,
    subject,
    personId,
    step: studentId,
  }))
  const seen = await notify.recallUnseen(first, now)
  await notify.enqueue(
    messages.filter((_, at) => seen.has(at)),
    now,
  )
}

/** One message for each guardian; whoever has taken their consent back sees nothing of the child, and hears nothing of it. */
async function compose(children: Moved[], { move, subject, step, dueAt }: News, now: Date) {
  const classIds = [...new Set(children.map((it) => String(it.classId)))]
  // One after the other: a transaction takes no two questions at once.
  const bonds = await joinedGuardiansOf(children.map((it) => it.studentId))
  const classes = await UnitModel.find({ _id: { $in: classIds } }).lean<UnitRecord[]>()
  const teachers = await classTeachersOf(classIds, now)
  const hidden = await withdrawnAmong(bonds.map((it) => String(it.personId)))
  const childBy = new Map(children.map((it) => [String(it.studentId), it]))
  const classBy = new Map(classes.map((it) => [String(it._id), it]))
  return bonds.flatMap(({ studentId, personId, path }) => {
    const child = childBy.get(String(studentId))
    const klass = classBy.get(String(child?.classId))
    if (!child || !klass || hidden.has(String(personId))) return []
    const teacher = teachers.get(String(klass._id))?.name
    return [
      {
        kind: 'childMoved' as const,
        subject,
        studentId: String(studentId),
        personId: String(personId),
        // With the child's id in it, so that who does not belong to the child any more is rid of it.
        step: [String(studentId), step].filter(Boolean).join('-'),
        values: {
          child: child.name,
          place: klass.fullName,
          teacher: teacher ? `${teacher}老师` : NOBODY,
          note: MOVE_NOTES[move],
          ...((move === 'graduated' || move === 'restored' || move === 'corrected') && { about: move }),
        },
        page: '/pages/home/home',
        path,
        ...(dueAt && { dueAt }),
      },
    ]
  })
}
