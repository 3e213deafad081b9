import { Types } from 'mongoose'
import { Refusal } from '../../../../http/errors.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { StudentModel } from '../../families/model.ts'
import { mustBeSheet } from '../../roster/files/service.ts'
import { enterAll, objectionTo, studentsHere } from '../entering/service.ts'
import type { GroupInScope } from '../policy.ts'
import { findGroup, leaveSince } from '../service.ts'
import { GroupFillModel, type GroupFillRecord } from './model.ts'
import type { FillInScope } from './policy.ts'
import { chosenOf, type Findings, UNDO_MS } from './rules.ts'

export const findFill = (fillId: string) => GroupFillModel.findById(fillId).lean<GroupFillRecord>()

/** The group a table is for, while it stands. */
export const groupOf = (fill: GroupFillRecord, now: Date) => findGroup(String(fill.groupId), now)

export async function begin({ group }: GroupInScope, fileName: string, now: Date) {
  mustBeSheet(fileName)
  return String((await GroupFillModel.create({ groupId: group._id, fileName, at: now }))._id)
}

/** The file may come once: whoever sends it twice begins anew. */
export async function claimFile({ fill }: FillInScope) {
  const { matchedCount } = await GroupFillModel.updateOne(
    { _id: fill._id, status: 'begun' },
    { status: 'checking' },
  )
  if (matchedCount === 0) throw new Refusal('conflict', '文件已经上传过了')
}

export const findingsOf = (fill: GroupFillRecord, { fields }: Pick<Deps, 'fields'>): Findings =>
  fill.findings
    ? (JSON.parse(fields.open(fill.findings)) as Findings)
    : { headings: [], found: [], unclear: [], problems: [] }

interface Choice {
  row: number
  studentId: string
}

/** Puts in whom the table and the choices mean. Pressed twice, or taken up after a crash, it comes to the same. */
export async function apply(
  own: FillInScope,
  choices: readonly Choice[],
  now: Date,
  deps: Pick<Deps, 'fields'>,
): Promise<GroupFillRecord> {
  const { fill, proof } = own
  const agreed = fill.status === 'checked' ? await agree(own, choices, now, deps) : null
  const standing = agreed ?? (await findFill(String(fill._id)))
  if (standing?.status === 'applied') return standing
  if (standing?.status !== 'applying' || !standing.appliedAt) {
    throw new Refusal(
      'conflict',
      standing?.status === 'undone' ? '这份表格已经撤销，请重新上传' : '这份表格还没有检查好',
    )
  }
  const here = await studentsHere(proof.group, { _id: { $in: standing.studentIds } })
  const { leftOut } = await enterAll(proof.group, here, standing.appliedAt)
  await GroupFillModel.updateOne(
    { _id: fill._id, status: 'applying' },
    { status: 'applied', leftOutIds: leftOut.map((it) => it._id) },
  )
  return (await findFill(String(fill._id))) ?? standing
}

/** The yes to a table, given once: from here on it is carried out whatever crashes. */
async function agree(
  { fill, proof: { group } }: FillInScope,
  choices: readonly Choice[],
  now: Date,
  deps: Pick<Deps, 'fields'>,
) {
  const { found, unclear } = findingsOf(fill, deps)
  const chosen = chosenOf(unclear, choices)
  if (!chosen) throw new Refusal('invalid', '选的孩子不在这一行的名单里，请重新选择')
  const studentIds = [...new Set([...found, ...chosen])].map((it) => new Types.ObjectId(it))
  if (studentIds.length === 0) throw new Refusal('invalid', '没有可以加的孩子')
  const objection = await objectionTo(group, studentIds)
  if (objection) throw new Refusal('conflict', objection)
  return GroupFillModel.findOneAndUpdate(
    { _id: fill._id, status: 'checked' },
    { status: 'applying', studentIds, appliedAt: now },
    { returnDocument: 'after' },
  ).lean<GroupFillRecord>()
}

/** Takes back what a table has put in, for an hour. What was said twice comes to the same. */
export async function undo({ fill }: FillInScope, now: Date): Promise<GroupFillRecord> {
  const claimed = await GroupFillModel.findOneAndUpdate(
    { _id: fill._id, status: 'applied', appliedAt: { $gt: new Date(now.getTime() - UNDO_MS) } },
    { status: 'undone', undoneAt: now },
    { returnDocument: 'after' },
  ).lean<GroupFillRecord>()
  const standing = claimed ?? (await findFill(String(fill._id)))
  if (standing?.status !== 'undone' || !standing.appliedAt || !standing.undoneAt) {
    throw new Refusal(
      'conflict',
      standing?.status === 'applied'
        ? '加进来已经超过一小时，不能再撤销；可以勾选孩子再移出'
        : '这份表格还没有加进来',
    )
  }
  const place = { groupId: standing.groupId, from: standing.appliedAt }
  await leaveSince(standing.studentIds, place, standing.undoneAt)
  return standing
}

/** How many children came in by a table, and how many of them its undo has taken out. */
export async function tallyOf({ groupId, studentIds, appliedAt, undoneAt }: GroupFillRecord) {
  if (!appliedAt) return { added: 0, removed: 0 }
  const countOf = (place: object) =>
    StudentModel.countDocuments({
      _id: { $in: studentIds },
      groups: { $elemMatch: { groupId, from: appliedAt, ...place } },
    })
  const [added, removed] = await Promise.all([countOf({}), undoneAt ? countOf({ to: undoneAt }) : 0])
  return { added, removed }
}

/** The last table that can still be taken back. */
export const lastUndoable = ({ group }: GroupInScope, now: Date) =>
  GroupFillModel.findOne({
    groupId: group._id,
    status: 'applied',
    appliedAt: { $gt: new Date(now.getTime() - UNDO_MS) },
  })
    .sort({ appliedAt: -1 })
    .lean<GroupFillRecord>()
