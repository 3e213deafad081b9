import { Types } from 'mongoose'
import { within } from '../../org/tree/rules.ts'
import { monthsBetween } from '../rules.ts'
import { findStudents, strangersTo } from '../../org/families/service.ts'
import { VoidedAnswerModel } from '../answers/model.ts'
import { SheetModel, type SheetRecord } from '../sheets/model.ts'
import { SignatureModel, type SignatureRecord, VoidedSignatureModel } from '../signatures/model.ts'
import { voidAnswers } from '../answers/voiding/service.ts'
import type { Voided } from './present.ts'
import { markedBy, voiding } from './rules.ts'

/** A child is at school for so long; older sheets nobody opens. */
const YEARS_MS = 12 * 366 * 86_400_000

export interface Stranger {
  studentId: string
  personId: string
  /** The classes the child has been in: on their sheets the marks stand. */
  paths: readonly string[]
  /** Nobody else of the family has joined. */
  isLeftAlone: boolean
}

/**
 * Takes back what a person did for a child that was never theirs: receipts and signatures are kept apart for the sender
 * and counted no more. Joins the transaction it is called in. Run again, it finds nothing left to do.
 */
export async function voidReceipts(stranger: Stranger, now: Date) {
  const { studentId, personId, paths } = stranger
  const months = monthsBetween(new Date(now.getTime() - YEARS_MS), now)
  const ids = { student: new Types.ObjectId(studentId) }
  const { modifiedCount } = await SheetModel.updateMany(
    {
      month: { $in: months },
      $and: [{ $or: [...new Set(paths)].map((it) => ({ path: within(it) })) }, markedBy(studentId, personId)],
    },
    voiding(stranger, ids, now),
    { updatePipeline: true },
  )
  await voidSignatures(ids.student, new Types.ObjectId(personId), now)
  await voidAnswers(ids.student, personId, now)
  return modifiedCount
}

/** Out of the way of the family, who may sign themselves; the bytes stay where they are. */
async function voidSignatures(studentId: Types.ObjectId, personId: Types.ObjectId, now: Date) {
  const signatures = await SignatureModel.find({ studentId, personId }).lean<SignatureRecord[]>()
  if (signatures.length === 0) return
  await VoidedSignatureModel.insertMany(signatures.map((it) => ({ ...it, voidedAt: now })))
  await SignatureModel.deleteMany({ _id: { $in: signatures.map((it) => it._id) } })
}

/** The copies a person signed are shown to the school only, while a court keeps them from the child. */
export const withholdSignatures = (
  studentId: Types.ObjectId,
  personId: Types.ObjectId,
  isWithheld: boolean,
) => SignatureModel.updateMany({ studentId, personId }, { isWithheld })

/** The voided receipts of a sheet with what there is to say of them; costs nothing where there are none. */
export async function voidedOn(sheet: SheetRecord): Promise<Voided> {
  const voided = sheet.voided ?? []
  const ids = [...new Set(voided.map((it) => it.studentId))]
  if (ids.length === 0) return { sheet, children: [], answers: [], bonds: [] }
  const studentIds = ids.map((it) => new Types.ObjectId(it))
  const [children, answers, bonds] = await Promise.all([
    findStudents(ids),
    VoidedAnswerModel.find(
      { letterId: sheet.letterId, studentId: { $in: studentIds } },
      { studentId: 1, guardianKey: 1, changedAt: 1 },
    ).lean(),
    strangersTo(studentIds),
  ])
  return { sheet, children, answers, bonds }
}
