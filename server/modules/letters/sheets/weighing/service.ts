import { Types } from 'mongoose'
import { joinedGuardiansOf } from '../../../org/audiences/service.ts'
import { within } from '../../../org/tree/rules.ts'
import { monthsBetween } from '../../rules.ts'
import { SheetModel } from '../model.ts'
import { weighing } from './rules.ts'

/** A child is at school for so long; older sheets nobody opens. */
const YEARS_MS = 12 * 366 * 86_400_000

/** The accounts of the guardians who have joined: whom a letter to each of them waits for. */
export const neededOf = async (studentId: string) =>
  (await joinedGuardiansOf([new Types.ObjectId(studentId)])).map((it) => String(it.personId)).sort()

/**
 * After somebody has left a family: the letters that ask each guardian wait for those who are left. Joins the transaction
 * it is called in.
 */
export async function weighFamily(studentId: string, paths: readonly string[], now: Date) {
  const needed = await neededOf(studentId)
  const student = new Types.ObjectId(studentId)
  await SheetModel.updateMany(
    {
      month: { $in: monthsBetween(new Date(now.getTime() - YEARS_MS), now) },
      $or: [...new Set(paths)].map((it) => ({ path: within(it) })),
      isForEach: true,
      roster: student,
    },
    weighing(student, needed, now),
    { updatePipeline: true },
  )
}

/** The same on one sheet: for who recorded something and then learnt that the family is another one. */
export const weighOn = async (sheetId: string, studentId: string, now: Date) =>
  SheetModel.updateOne(
    { _id: sheetId },
    weighing(new Types.ObjectId(studentId), await neededOf(studentId), now),
    { updatePipeline: true },
  )
