import { model, Schema, type Types } from 'mongoose'
import { holdsSealed } from '../../../infra/sealed.ts'

/**
 * Why a guardian does not agree, in their words. The sheet says whether it stands; this is what was said, and what was
 * said before.
 */
export interface ObjectionRecord {
  /** `letter:student:guardian` */
  _id: string
  letterId: Types.ObjectId
  studentId: Types.ObjectId
  personId: Types.ObjectId | null
  guardianKey: string
  childName: string
  relation: string
  sealedReason: string
  at: Date
  way: 'app' | 'paper' | 'call' | 'visit'
  enteredBy: string | null
  earlier: { sealedReason: string; at: Date }[]
}

const id = { type: Schema.Types.ObjectId, required: true } as const
const text = { type: String, required: true } as const

const objectionSchema = new Schema<ObjectionRecord>(
  {
    _id: text,
    letterId: id,
    studentId: id,
    personId: { type: Schema.Types.ObjectId, default: null },
    guardianKey: text,
    childName: text,
    relation: text,
    sealedReason: { type: String, default: '' },
    at: { type: Date, required: true },
    way: { type: String, enum: ['app', 'paper', 'call', 'visit'], required: true },
    enteredBy: { type: String, default: null },
    earlier: { type: Schema.Types.Mixed, required: true },
  },
  { strict: 'throw', versionKey: false },
)
objectionSchema.index({ letterId: 1, studentId: 1 })
// What somebody said of a child, when the two part or the account is closed.
objectionSchema.index({ studentId: 1, personId: 1 })
holdsSealed(objectionSchema, 'sealedReason', 'earlier')
export const ObjectionModel = model<ObjectionRecord>('Objection', objectionSchema)
