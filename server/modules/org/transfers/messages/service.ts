import { nearestHolders } from '../../../accounts/holders/service.ts'
import * as notify from '../../../notify/service.ts'
import { postsThatMay } from '../../rules.ts'
import type { AssignmentRecord, GroupRecord } from '../assignments/model.ts'
import type { TransferRecord } from '../model.ts'
import { EXPIRE_DAYS } from '../waiting/rules.ts'

/** A school of a transfer, as the other one sees it. */
type Side = 'from' | 'to'
const OTHER = { from: 'to', to: 'from' } as const
const WHERE = '请在控制台的“转学转班”里处理。'

/** Whose word is waited for: the giving school's where it was asked, else the receiving school's. */
export const awaited = ({ status }: Pick<TransferRecord, 'status'>): Side =>
  status === 'asked' ? 'from' : 'to'

const nameOf = (transfer: TransferRecord, side: Side) =>
  side === 'from' ? transfer.fromSchool : transfer.toSchool

/** The school whose word is waited for hears that a child waits. Harmless twice. */
export const announceWaiting = (transfer: TransferRecord, now: Date) =>
  tell(transfer, awaited(transfer), now, {
    step: transfer.status,
    title: transfer.status === 'asked' ? '有学校请本校转出一名学生' : '有一名学生等本校接收',
    note: WHERE,
  })

/** It hears once more, by the day that says so. */
export const remindOfTransfer = (transfer: TransferRecord, day: number, now: Date) =>
  tell(transfer, awaited(transfer), now, {
    step: `${transfer.status}-day-${day}`,
    title: '有一次转学还在等本校答复',
    note: `已经等了${day}天，满${EXPIRE_DAYS}天没有答复会自动结束。${WHERE}`,
  })

/** The school that waited hears that nobody answered. */
export const announceExpiry = (transfer: TransferRecord, now: Date) => {
  // What it was waiting for stands in the record no more; a class stands in none that nobody confirmed.
  const silent = transfer.agreedAt || transfer.openedAt === 'from' ? 'to' : 'from'
  return tell(transfer, OTHER[silent], now, {
    step: 'expired',
    title: '一次转学到期结束了',
    note: `${EXPIRE_DAYS}天没有等到对方答复，孩子留在原来的班。需要时可以再提出。`,
  })
}

/** The other school hears what was decided. */
export const announceDecision = (transfer: TransferRecord, decidedBy: Side, now: Date) =>
  tell(transfer, OTHER[decidedBy], now, {
    step: transfer.status,
    title: transfer.status === 'accepted' ? '转出的学生已到新学校' : '对方没有同意转学',
    note:
      transfer.status === 'accepted'
        ? '对方已经确认，本校从现在起不再看到这个孩子和家长。'
        : `孩子留在原来的班。对方说：${transfer.reason ?? ''}`,
  })

async function tell(
  transfer: TransferRecord,
  side: Side,
  now: Date,
  { step, title, note }: { step: string; title: string; note: string },
) {
  const path = side === 'from' ? transfer.fromPath : transfer.toPath
  const people = await nearestHolders(path, postsThatMay('transfer'), { now })
  const values = { title, who: transfer.studentName, unit: nameOf(transfer, OTHER[side]), note }
  const about = { subject: `transfer-${String(transfer._id)}`, step: `${side}-${step}`, path }
  await notify.enqueue(
    people.map((personId) => ({ ...about, kind: 'staffMatter', personId, values, page: '/pages/home/home' })),
    now,
  )
}

/** Each school of a list hears that it has one to confirm. */
export async function announceGroups(job: AssignmentRecord, groups: GroupRecord[], now: Date) {
  for (const group of groups) {
    const people = await nearestHolders(group.path, postsThatMay('transfer'), { now })
    await tellOfGroup(group, 'waiting', people, now, {
      title: '有一份分配名单等本校确认',
      who: job.unitName,
      note: `共${group.students}名学生。${WHERE}`,
    })
  }
}

/** A school hears once more that it has one to confirm, by the day that says so. */
export async function remindOfGroup(group: GroupRecord, day: number, now: Date) {
  const people = await nearestHolders(group.path, postsThatMay('transfer'), { now })
  await tellOfGroup(group, `day-${day}`, people, now, {
    title: '有一份分配名单还在等本校确认',
    who: group.from,
    note: `已经等了${day}天，满${EXPIRE_DAYS}天没有确认会自动结束。${WHERE}`,
  })
}

/** Who sent a list hears that a school has not answered. */
export const announceGroupExpiry = (job: AssignmentRecord, group: GroupRecord, now: Date) =>
  tellOfGroup(group, 'expired', [String(job.begunBy)], now, {
    title: '一份分配名单到期结束了',
    who: group.schoolName,
    note: `学校${EXPIRE_DAYS}天没有确认，${group.students}名学生都没有转入。需要时请联系学校，再传一次名单。`,
  })

/** Who sent a list hears what a school said to it. */
export const announceGroupDecision = (
  job: AssignmentRecord,
  group: GroupRecord,
  decision: 'accepted' | 'declined',
  now: Date,
) =>
  tellOfGroup(group, decision, [String(job.begunBy)], now, {
    title: decision === 'accepted' ? '分配名单学校收下了' : '分配名单被学校退回',
    who: group.schoolName,
    note: decision === 'accepted' ? '学生正在转入选定的班级。' : `学校说：${group.reason ?? ''}`,
  })

const tellOfGroup = (
  group: GroupRecord,
  step: string,
  people: string[],
  now: Date,
  { title, who, note }: { title: string; who: string; note: string },
) =>
  notify.enqueue(
    people.map((personId) => ({
      kind: 'staffMatter',
      subject: `assigned-${String(group._id)}`,
      step,
      personId,
      path: group.path,
      values: { title, who, unit: group.fileName, note },
      page: '/pages/home/home',
    })),
    now,
  )
