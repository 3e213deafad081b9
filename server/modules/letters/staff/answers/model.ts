import { model, Schema, type Types } from 'mongoose'
import type { AnswerItem } from '#contract/letter-form'
import { holdsSealed } from '../../../../infra/sealed.ts'

/** What stood before an answer was changed; without what is sealed. */
export interface EarlierStaffAnswer {
  items: AnswerItem[]
  by: string
  personId: Types.ObjectId
  at: Date
}

/** 回执: what a unit, or one member of its staff, has answered in the form below a letter to their post. */
export interface StaffAnswerRecord {
  /** `letter:unit` where a unit answers once, else `letter:unit:person`: nobody answers twice. */
  _id: string
  letterId: Types.ObjectId
  unitId: Types.ObjectId
  path: string
  unitName: string
  /** Who has written what stands here now. */
  personId: Types.ObjectId
  by: string
  /** In the order of the form; telephone numbers, reasons and ID numbers stand apart. */
  items: AnswerItem[]
  /** Those as JSON of code and value, sealed together; '' without any. */
  sealed: string
  /** The edition of the letter it was given to; none of old answers. */
  version?: number
  answeredAt: Date
  changedAt: Date
  earlier: EarlierStaffAnswer[]
}

const id = { type: Schema.Types.ObjectId, required: true } as const
const text = { type: String, required: true } as const

const staffAnswerSchema = new Schema<StaffAnswerRecord>(
  {
    _id: text,
    letterId: id,
    unitId: id,
    path: text,
    unitName: text,
    personId: id,
    by: text,
    items: { type: Schema.Types.Mixed, required: true },
    sealed: { type: String, default: '' },
    version: { type: Number },
    answeredAt: { type: Date, required: true },
    changedAt: { type: Date, required: true },
    earlier: { type: Schema.Types.Mixed, required: true },
  },
  { strict: 'throw', versionKey: false, collection: 'staffAnswers' },
)
staffAnswerSchema.index({ letterId: 1, path: 1, _id: 1 })
staffAnswerSchema.index({ personId: 1, letterId: 1 })
// What somebody wrote before a colleague changed it, when they close their account.
staffAnswerSchema.index({ 'earlier.personId': 1 })
holdsSealed(staffAnswerSchema, 'sealed')

export const StaffAnswerModel = model<StaffAnswerRecord>('StaffAnswer', staffAnswerSchema)
