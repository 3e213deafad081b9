import type { Types } from 'mongoose'
import type { Deps } from '../../../../infra/deps.ts'
import { holdsIdNumber, isMasked, keptNumber, LIKE_AN_ID_NUMBER } from '../../../../infra/id-numbers.ts'
import { LineModel, type LineRecord } from '../../transfers/assignments/model.ts'
import { TransferModel, type TransferRecord } from '../../transfers/model.ts'
import { within } from '../../tree/rules.ts'
import { refreshKeys } from '../search/service.ts'
import { StudentModel, type StudentRecord } from '../model.ts'

type Fields = Pick<Deps, 'fields'>

const BATCH = 500
const clear = { $regex: LIKE_AN_ID_NUMBER }

/**
 * Seals ID numbers that older lists have left in clear as 学号, in one unit or everywhere. Each write asks for the number it has
 * read, so that it may run twice, beside itself, and again after a crash. Tells how many it has sealed.
 */
export async function sealIdNumbers(path: string | null, deps: Fields): Promise<number> {
  let sealed = 0
  let after: Types.ObjectId | null = null
  for (;;) {
    const found: StudentRecord[] = await StudentModel.find(
      { ...(path && { path: within(path) }), number: clear, ...(after && { _id: { $gt: after } }) },
      { number: 1 },
    )
      .sort({ _id: 1 })
      .limit(BATCH)
      .lean<StudentRecord[]>()
    const students = found.filter((it) => holdsIdNumber(it.number))
    if (students.length > 0) {
      const { modifiedCount } = await StudentModel.bulkWrite(
        students.map(({ _id, number }) => ({
          updateOne: { filter: { _id, number }, update: { $set: keptNumber(number, deps.fields) } },
        })),
        { ordered: false },
      )
      sealed += modifiedCount
      const ids = students.map((it) => it._id)
      await refreshKeys(ids, deps)
    }
    if (found.length < BATCH) return sealed
    after = found.at(-1)?._id ?? null
  }
}

/** The same where a number was written down beside the student: transfers, and lists of who goes to which school. */
export async function sealNotedNumbers({ fields }: Fields): Promise<number> {
  const transfers = await TransferModel.find({ number: clear }, { number: 1 }).lean<TransferRecord[]>()
  const lines = await LineModel.find(
    { $or: [{ number: clear }, { newNumber: clear }] },
    { number: 1, newNumber: 1 },
  ).lean<LineRecord[]>()
  for (const { _id, number } of transfers.filter((it) => holdsIdNumber(it.number))) {
    await TransferModel.updateOne({ _id, number }, { number: keptNumber(number, fields).number })
  }
  for (const { _id, number, newNumber } of lines) {
    const fresh = keptNumber(newNumber, fields)
    await LineModel.updateOne(
      { _id, number, newNumber },
      {
        number: keptNumber(number, fields).number,
        newNumber: fresh.number,
        ...(fresh.sealedNumber && { sealedNewNumber: fresh.sealedNumber }),
      },
    )
  }
  return transfers.length + lines.length
}

/** The whole ID number of a student; null where 学号 is all there is. */
export const idNumberOf = (student: StudentRecord, { fields }: Fields) =>
  isMasked(student.number) && student.sealedNumber ? fields.open(student.sealedNumber) : null
