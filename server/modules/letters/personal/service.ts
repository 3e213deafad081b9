import { Types } from 'mongoose'
import { bondsOf, ownBondsOf } from '../../org/families/personal/service.ts'
import { asReached } from '../../org/audiences/service.ts'
import { addressesFor } from '../placing/service.ts'
import type { Deps } from '../../../infra/deps.ts'
import { AnswerModel, type AnswerRecord, VoidedAnswerModel } from '../answers/model.ts'
import { linesOf } from '../answers/present.ts'
import { allOf } from '../answers/service.ts'
import { LetterModel, type LetterRecord } from '../model.ts'
import { ObjectionModel, type ObjectionRecord } from '../objections/model.ts'
import { staffReceiptsOf } from '../staff/personal/service.ts'
import { SheetModel, type SheetRecord } from '../sheets/model.ts'
import { sheetId } from '../sheets/rules.ts'
import { SignatureModel, type SignatureRecord } from '../signatures/model.ts'

const MOST = 1000

/** One thing a guardian did with a letter. */
export interface Receipt {
  title: string
  what: '打开' | '填表' | '确认' | '签字' | '不同意见'
  at: Date
  /** What was filled in, question by question, or why they objected. */
  said?: string
}

type Tools = Pick<Deps, 'fields'>
type Bond = Awaited<ReturnType<typeof ownBondsOf>>[number]

/** What a guardian opened, confirmed and signed, for every child they are or were a guardian of; the newest first. */
export async function receiptsOf(personId: string, deps: Tools): Promise<Receipt[]> {
  const bonds = await ownBondsOf(personId)
  const found = await Promise.all([
    ...bonds.map((bond) => receiptsFor(bond, personId, deps)),
    staffReceiptsOf(personId, deps),
  ])
  return found.flat().sort((a, b) => b.at.getTime() - a.at.getTime())
}

async function receiptsFor({ student }: Bond, personId: string, deps: Tools): Promise<Receipt[]> {
  const studentId = String(student._id)
  const places = [student, ...student.memberships]
  const placed = ({ classId, path }: (typeof places)[number]) => ({ classId: String(classId), path })
  const at = { ...asReached(student), ...placed(student), memberships: student.memberships.map(placed) }
  const letters = await LetterModel.find(
    { 'audience.unitId': { $in: await addressesFor(at) }, sentAt: { $ne: null } },
    { title: 1, form: 1 },
  )
    .sort({ sentAt: -1 })
    .limit(MOST)
    .lean<Pick<LetterRecord, '_id' | 'title' | 'form'>[]>()
  const letterOf = new Map(letters.map((it) => [String(it._id), it]))
  const sheetIds = letters.flatMap((it) =>
    places.map(({ classId }) => sheetId(String(it._id), String(classId))),
  )
  const [sheets, signatures, answers, objections] = await Promise.all([
    SheetModel.find(
      { _id: { $in: sheetIds } },
      {
        letterId: 1,
        [`readBy.${studentId}.${personId}`]: 1,
        [`confirmedBy.${studentId}.${personId}`]: 1,
        [`objectedBy.${studentId}.${personId}`]: 1,
      },
    ).lean<Pick<SheetRecord, 'letterId' | 'readBy' | 'confirmedBy' | 'objectedBy'>[]>(),
    SignatureModel.find(
      { studentId: student._id, personId: new Types.ObjectId(personId) },
      { letterId: 1, signedAt: 1 },
    )
      .limit(MOST)
      .lean<Pick<SignatureRecord, 'letterId' | 'signedAt'>[]>(),
    AnswerModel.find(
      { studentId: student._id, personId: new Types.ObjectId(personId) },
      { letterId: 1, changedAt: 1, items: 1, sealedPhones: 1 },
    )
      .limit(MOST)
      .lean<Pick<AnswerRecord, 'letterId' | 'changedAt' | 'items' | 'sealedPhones'>[]>(),
    ObjectionModel.find({ studentId: student._id, personId: new Types.ObjectId(personId) })
      .limit(MOST)
      .lean<ObjectionRecord[]>(),
  ])
  const deed = (letterId: Types.ObjectId, what: Receipt['what'], at: Date | undefined) =>
    at ? [{ title: letterOf.get(String(letterId))?.title ?? '', what, at }] : []
  const saidIn = (it: (typeof answers)[number]) => {
    const form = letterOf.get(String(it.letterId))?.form
    const lines = form ? linesOf(form, allOf(it, deps), { isOpen: true, seesReasons: true }) : []
    return lines.map(({ label, text }) => `${label}：${text}`).join('；')
  }
  const reasonOf = (it: ObjectionRecord | undefined) =>
    it?.sealedReason ? deps.fields.open(it.sealedReason) : ''
  return [
    ...sheets.flatMap((it) => [
      ...deed(it.letterId, '打开', it.readBy?.[studentId]?.[personId]),
      ...deed(it.letterId, '确认', it.confirmedBy?.[studentId]?.[personId]),
      ...deed(it.letterId, '不同意见', it.objectedBy?.[studentId]?.[personId]).map((one) => ({
        ...one,
        said: reasonOf(objections.find((said) => said.letterId.equals(it.letterId))),
      })),
    ]),
    ...answers.flatMap((it) =>
      deed(it.letterId, '填表', it.changedAt).map((one) => ({ ...one, said: saidIn(it) })),
    ),
    ...signatures.flatMap((it) => deed(it.letterId, '签字', it.signedAt)),
  ]
}

/**
 * Takes a person's words out of the forms they answered and of their objections; what they chose is counted as before. To be called while they are still a
 * guardian: that says of which children. Harmless twice.
 */
export async function forgetAnswers(personId: string) {
  const studentId = { $in: (await bondsOf(personId)).map(({ student }) => student._id) }
  const mine = { studentId, personId: new Types.ObjectId(personId) }
  const chosen = { $filter: { input: '$items', cond: { $isArray: '$$this.value' } } }
  const wordless = [{ $set: { items: chosen, sealedPhones: '', earlier: [] } }]
  for (const model of [AnswerModel, VoidedAnswerModel]) {
    await model.collection.updateMany(mine, wordless)
    await model.collection.updateMany(
      { studentId, 'earlier.said.personId': mine.personId },
      { $pull: { earlier: { 'said.personId': mine.personId } } as never },
    )
  }
  await ObjectionModel.updateMany(mine, { $set: { sealedReason: '', earlier: [] } })
}
