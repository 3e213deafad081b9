import type { Deps } from '../../../../infra/deps.ts'
import * as accounts from '../../../accounts/service.ts'
import * as notify from '../../../notify/service.ts'
import type { JoinRecord } from '../model.ts'

type Clock = Pick<Deps, 'clock'>

/** The 班主任 hears that somebody waits at the door. Harmless twice. */
export async function announceRequest(join: JoinRecord, className: string, { clock }: Clock) {
  const now = clock.now()
  const teacher = (await accounts.classTeachersOf([String(join.classId)], now)).get(String(join.classId))
  if (!teacher) return
  const values = {
    applicant: join.guardianName,
    className,
    child: join.studentName,
    askedAt: join.askedAt,
  }
  await notify.enqueue(
    [
      {
        ...about(join),
        kind: 'joinRequest',
        personId: teacher.personId,
        page: '/packages/teacher/joins/joins',
        values,
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
        ...about(join),
        kind: 'joinDecided',
        personId: String(join.personId),
        page: '/packages/account/joins/joins',
        values,
      },
    ],
    clock.now(),
  )
}

const about = (join: JoinRecord) => ({ subject: `join-${String(join._id)}`, path: join.path })
