import { model, Schema, type Types } from 'mongoose'
import type { Closed } from '../sheets/model.ts'

/** Member of staff → when. */
export type StaffMarks = Record<string, Date>

/**
 * 教职工签收单: one for each letter and school, or office of a district or city, of the same make as a class's sheet. It
 * stands beside those, so that no figure of families ever counts it.
 */
export interface StaffSheetRecord {
  /** `letter:unit` */
  _id: string
  letterId: Types.ObjectId
  unitId: Types.ObjectId
  path: string
  unitName: string
  sentAt: Date
  /** Holders at sending, and who came into the post while the letter was open. */
  roster: Types.ObjectId[]
  expected: number
  read: number
  confirmed: number
  readBy?: StaffMarks
  confirmedBy?: StaffMarks
  /** Of a letter with a form: `answered` is one at the most where the unit answers once. */
  answered: number
  answeredBy?: StaffMarks
  isOnce?: boolean
  /** What was answered below the edition before has been brought over. */
  isCarried?: boolean
  /** Rounds of reminders that were asked for, and when the last one was. */
  reminders: number
  remindedAt: Date
  isReminderDue: boolean
  /** When the holders were last looked at; nobody looks any more once the letter is over. */
  checkedAt?: Date
  openUntil: Date
  closed?: Closed | null
}

const id = Schema.Types.ObjectId

const staffSheetSchema = new Schema<StaffSheetRecord>(
  {
    _id: { type: String, required: true },
    letterId: { type: id, required: true },
    unitId: { type: id, required: true },
    path: { type: String, required: true },
    unitName: { type: String, required: true },
    sentAt: { type: Date, required: true },
    roster: { type: [id], required: true },
    expected: { type: Number, required: true },
    read: { type: Number, required: true },
    confirmed: { type: Number, required: true },
    readBy: { type: Schema.Types.Mixed },
    confirmedBy: { type: Schema.Types.Mixed },
    answered: { type: Number, default: 0, required: true },
    answeredBy: { type: Schema.Types.Mixed },
    isOnce: { type: Boolean },
    isCarried: { type: Boolean },
    reminders: { type: Number, default: 0, required: true },
    remindedAt: { type: Date, default: new Date(0), required: true },
    isReminderDue: { type: Boolean, default: false, required: true },
    checkedAt: { type: Date },
    openUntil: { type: Date, required: true },
    closed: { type: String, enum: ['withdrawn', 'superseded'] },
  },
  { strict: 'throw', versionKey: false, collection: 'staffSheets' },
)
staffSheetSchema.index({ letterId: 1, path: 1, expected: 1, read: 1, confirmed: 1 })
staffSheetSchema.index({ isReminderDue: 1, _id: 1 }, { partialFilterExpression: { isReminderDue: true } })
staffSheetSchema.index({ checkedAt: 1 }, { partialFilterExpression: { checkedAt: { $type: 'date' } } })

export const StaffSheetModel = model<StaffSheetRecord>('StaffSheet', staffSheetSchema)
