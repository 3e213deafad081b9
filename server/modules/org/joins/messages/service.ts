import type { Deps } from '../../../../infra/deps.ts'
import * as accounts from '../../../accounts/service.ts'
import * as notify from '../../../notify/service.ts'
import type { JoinRecord } from '../model.ts'

type Clock = Pick<Deps, 'clock'>

/** The 班主任 hears that somebody waits at the door. Harmless twice. */
export const announceRequest = (join: JoinRecord, className: string, deps: Clock) =>
  tellTeacher(join, className, {}, deps)

/** The 班主任 hears that somebody still waits, once a day that says so. */
export const remindOfRequest = (join: JoinRecord, className: string, day: number, deps: Clock) =>
  tellTeacher(join, className, { step: `day-${day}`, about: 'waiting' }, deps)

async function tellTeacher(
  join: JoinRecord,
  className: string,
  { step, about }: { step?: string; about?: 'waiting' },
  { clock }: Clock,
) {
  const now = clock.now()
  const teacher = (await accounts.classTeachersOf([String(join.classId)], now)).get(String(join.classId))
  if (!teacher) return
  const values = {
    applicant: join.guardianName,
    className,
    child: join.studentName,
    askedAt: join.askedAt,
    ...(about && { about }),
  }
  await notify.enqueue(
    [
      {
        ...addressOf(join),
        kind: 'joinRequest',
        personId: teacher.personId,
        page: `/packages/teacher/joins/joins?id=${String(join.classId)}`,
        values,
        ...(step && { step }),
      },
    ],
    now,
  )
}

/** The guardian hears what was decided. */
export async function announceDecision(
  join: JoinRecord,
  className: string,
  { approved, reason }: { approved: boolean; reason: string | undefined },
  { clock }: Clock,
) {
  const values = {
    className,
    child: join.studentName,
    result: approved ? ('已通过' as const) : ('未通过' as const),
    note: approved ? '欢迎加入，可以收信、学课程、约老师了' : reason || '请与班主任联系核对信息',
  }
  await notify.enqueue(
    [
      {
        ...addressOf(join),
        kind: 'joinDecided',
        personId: String(join.personId),
        page: '/packages/account/joins/joins',
        values,
      },
    ],
    clock.now(),
  )
}

const addressOf = (join: JoinRecord) => ({ subject: `join-${String(join._id)}`, path: join.path })
