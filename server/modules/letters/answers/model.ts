import { model, Schema, type Types } from 'mongoose'
import type { AnswerItem, AnswerWay } from '#contract/letter-form'
import { holdsSealed } from '../../../infra/sealed.ts'

/** What stood before an answer was changed. */
export interface EarlierAnswer {
  items: AnswerItem[]
  /** Who had given it, and what of it is sealed; not of what was changed before that was kept. */
  said?: Pick<
    AnswerRecord,
    'guardianKey' | 'personId' | 'relation' | 'childName' | 'decision' | 'sealedPhones' | 'version'
  >
  way: AnswerWay
  enteredBy: string | null
  at: Date
}

/** What a family answered in the form below a letter: one a child, or one of each guardian who said something. */
export interface AnswerRecord {
  /** `letter:student` where a child is answered for once, else `letter:student:guardian`: nobody answers twice. */
  _id: string
  letterId: Types.ObjectId
  studentId: Types.ObjectId
  classId: Types.ObjectId
  /** The class on whose sheet the family stands. */
  path: string
  /** The guardian's account; of one without, the guardianship. The key of the mark on the sheet. */
  guardianKey: string
  personId: Types.ObjectId | null
  childName: string
  relation: string
  way: AnswerWay
  /** Who of the school entered it; null where the guardian did. */
  enteredBy: string | null
  enteredById: Types.ObjectId | null
  /** In the order of the form; telephone numbers, handwriting and ID numbers stand apart. */
  items: AnswerItem[]
  /** Those as JSON of code and value, sealed together; '' without any. Named for what was the first of them. */
  sealedPhones: string
  /** What was chosen where the form asks for a decision. */
  decision: string | null
  /** Counted for the family: the first of several, or what they agreed on. */
  speaks: boolean
  /** The edition of the letter it was given to; none of old answers. */
  version?: number
  answeredAt: Date
  changedAt: Date
  earlier: EarlierAnswer[]
}

const id = { type: Schema.Types.ObjectId, required: true } as const
const text = { type: String, required: true } as const

const fields = {
  letterId: id,
  studentId: id,
  classId: id,
  path: text,
  guardianKey: text,
  personId: { type: Schema.Types.ObjectId, default: null },
  childName: text,
  relation: text,
  way: { type: String, enum: ['app', 'paper', 'call', 'visit'], required: true },
  enteredBy: { type: String, default: null },
  enteredById: { type: Schema.Types.ObjectId, default: null },
  items: { type: Schema.Types.Mixed, required: true },
  sealedPhones: { type: String, default: '' },
  decision: { type: String, default: null },
  speaks: { type: Boolean, required: true },
  version: { type: Number },
  answeredAt: { type: Date, required: true },
  changedAt: { type: Date, required: true },
  earlier: { type: Schema.Types.Mixed, required: true },
}

const answerSchema = new Schema<AnswerRecord>(
  { _id: text, ...fields },
  { strict: 'throw', versionKey: false },
)
answerSchema.index({ letterId: 1, studentId: 1 })
answerSchema.index({ letterId: 1, path: 1, speaks: 1 })
// What somebody answered for a child, when the two part.
answerSchema.index({ studentId: 1, personId: 1 })
holdsSealed(answerSchema, 'sealedPhones', 'earlier')
export const AnswerModel = model<AnswerRecord>('Answer', answerSchema)

/** An answer of somebody who is not of the family: kept for the sender, counted no more. */
export type VoidedAnswer = Omit<AnswerRecord, '_id'> & { answerId: string; voidedAt: Date }
const voidedSchema = new Schema<VoidedAnswer>(
  { ...fields, answerId: text, voidedAt: { type: Date, required: true } },
  { strict: 'throw', versionKey: false, collection: 'voidedAnswers' },
)
voidedSchema.index({ letterId: 1, studentId: 1 })
voidedSchema.index({ studentId: 1, personId: 1 })
holdsSealed(voidedSchema, 'sealedPhones', 'earlier')
export const VoidedAnswerModel = model<VoidedAnswer>('VoidedAnswer', voidedSchema)

/** What guardians who had answered differently agreed on, and who of the school wrote it down. */
export interface SettlementRecord {
  /** `letter:student` */
  _id: string
  letterId: Types.ObjectId
  studentId: Types.ObjectId
  path: string
  decision: string
  note: string
  by: string
  byId: Types.ObjectId
  at: Date
  /** Who had said what: another answer opens the matter again. */
  key: string
  earlier: { decision: string; note: string; by: string; at: Date }[]
}

const settlementSchema = new Schema<SettlementRecord>(
  {
    _id: text,
    letterId: id,
    studentId: id,
    path: text,
    decision: text,
    note: text,
    by: text,
    byId: id,
    at: { type: Date, required: true },
    key: text,
    earlier: { type: Schema.Types.Mixed, required: true },
  },
  { strict: 'throw', versionKey: false },
)
settlementSchema.index({ letterId: 1, path: 1 })
export const SettlementModel = model<SettlementRecord>('Settlement', settlementSchema)
