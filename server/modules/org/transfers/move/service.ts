import { Types } from 'mongoose'
import { type KeptNumber, shownNumber } from '../../../../infra/id-numbers.ts'
import { Refusal } from '../../../../http/errors.ts'
import * as audit from '../../../audit/service.ts'
import { noteMoved } from '../../../letters/latecomers/service.ts'
import { followChild } from '../../../letters/threads/moves/service.ts'
import { cancelLostCalls } from '../../../meetings/moves/service.ts'
import { type Move, tellFamilies } from '../../families/moves/service.ts'
import { takeTurns } from '../../families/admission/service.ts'
import { GuardianshipModel, StudentModel, type StudentRecord } from '../../families/model.ts'
import { ended } from '../../promotion/apply/classes/service.ts'
import type { UnitRecord } from '../../tree/model.ts'
import { DEPTH, idAt } from '../../tree/rules.ts'
import { TransferModel } from '../model.ts'

const GONE = '孩子已经转到新的班级，这次通话先取消，欢迎和新老师另约时间'

export interface Carrying {
  student: StudentRecord
  to: UnitRecord
  /** A new number, where the old one is taken at the new school. */
  number?: KeptNumber | undefined
  /** In words for the log: 转学, 转班, 小升初. */
  detail: string
  /** What the family is told of it. */
  move: Move
  /** Who decided it, where no request is running. */
  actor?: { personId: string; role: 'staff' } | undefined
}

/**
 * Puts a student into another class, with all guardians, in one transaction: at its end the old class sees nothing more of them, and the
 * new one everything. Accounts, certificates and courses belong to people and stay.
 */
export async function carry({ student, to, number, detail, move, actor }: Carrying, now: Date) {
  if (to.kind !== 'class' || to.closedAt) throw new Refusal('conflict', '这个班已经停用，请另选一个班')
  if (idAt(student.path, DEPTH.city) !== idAt(to.path, DEPTH.city)) {
    throw new Refusal('not_found', '没有这个班')
  }
  // Whoever joins the child at this moment waits, and then joins it where it is.
  await takeTurns(student._id)
  const where = { classId: to._id, path: to.path }
  const { matchedCount } = await StudentModel.updateOne(
    { _id: student._id, classId: student.classId, leftAt: student.leftAt ?? null },
    [
      {
        $set: {
          ...where,
          schoolId: new Types.ObjectId(idAt(to.path, DEPTH.school) ?? ''),
          ...(number && {
            number: { $literal: number.number },
            sealedNumber: { $literal: number.sealedNumber },
          }),
          leftAt: null,
          leftReason: null,
          memberships: { $concatArrays: [ended(now), [{ ...where, from: now, to: null }]] },
        },
      },
    ],
    { updatePipeline: true },
  )
  if (matchedCount === 0) throw new Refusal('conflict', '这名学生刚刚有变动，请刷新后再试')
  await GuardianshipModel.updateMany({ studentId: student._id, to: null }, { ...where, leftAt: null })
  await cancelLostCalls(student._id, to.path, GONE, now)
  const schoolId = new Types.ObjectId(idAt(to.path, DEPTH.school) ?? '')
  await followChild({ _id: student._id, ...where, schoolId }, now)
  await noteMoved([{ studentId: student._id, classIds: [student.classId] }], now)
  await TransferModel.updateMany(
    { studentId: student._id, status: { $in: ['asked', 'proposed'] } },
    { status: 'withdrawn', decidedAt: now },
  )
  await note({ student, to, detail, actor }, now)
  const child = { studentId: student._id, name: student.name, classId: to._id }
  await tellFamilies([child], { move, subject: 'moved', step: String(now.getTime()) }, now)
}

/** One line for the class that was left and one for the class that is new: each side's log says until when, and since when. */
async function note({ student, to, detail, actor }: Omit<Carrying, 'number' | 'move'>, now: Date) {
  const said = { studentIds: [String(student._id)], detail, actor }
  const from = { unitId: String(student.classId), path: student.path }
  await audit.record('transfer.accepted', { ...said, unit: from }, now)
  await audit.record('transfer.accepted', { ...said, unit: { unitId: String(to._id), path: to.path } }, now)
}

/** A number that is taken at the new school, in words; everything else goes on being thrown. */
export function numberTaken(error: unknown, number: string): never {
  if ((error as { code?: number }).code === 11000) {
    throw new Refusal('conflict', `新学校已经有人用学号${shownNumber(number)}，请填一个新学号`)
  }
  throw error
}
