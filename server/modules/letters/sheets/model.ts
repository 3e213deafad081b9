import { model, Schema, type Types } from 'mongoose'
import type { Confirmation } from '#contract/letters'
import type { VoidedReceipt } from '../voiding/rules.ts'

/** Student → guardian → when. */
export type Marks = Record<string, Record<string, Date>>

/** Why a sheet takes nothing more. */
export type Closed = 'withdrawn' | 'superseded'

/**
 * 签收单: one sheet for each letter and class, as a class has one on paper. What a family does is one conditional
 * update of this document, so the counters are exact without a transaction and a repeated tap changes nothing.
 */
export interface SheetRecord {
  /** `letter:class` */
  _id: string
  letterId: Types.ObjectId
  classId: Types.ObjectId
  path: string
  sentAt: Date
  /** `2026-11` of the sending: figures of a period walk few months of one branch. */
  month: string
  confirmation: Confirmation
  /** `city:year:node` of a letter that belongs to the year's calendar. */
  node?: string
  /** What the blanks say for this class, frozen at sending. */
  schoolName: string
  className: string
  teacher: string
  /** Student ids at sending, and of those who joined the class later and opened the letter. */
  roster: Types.ObjectId[]
  /** Those of the roster without a guardian who has joined. */
  unreached: Types.ObjectId[]
  /** Who has left the class without answering, and is not waited for. */
  letGo?: Types.ObjectId[]
  expected: number
  reached: number
  read: number
  confirmed: number
  signed: number
  readBy?: Marks
  confirmedBy?: Marks
  signedBy?: Marks
  /** Of letters with a form: families that have answered, and those whose guardians differ. */
  answered?: number
  conflicts?: number
  answeredIds?: Types.ObjectId[]
  conflictIds?: Types.ObjectId[]
  answeredBy?: Marks
  /** What was answered below the edition before has been brought over. */
  isCarried?: boolean
  /** Every guardian is asked: a family is counted when all who have joined have answered, and then stays counted. */
  isForEach?: boolean
  confirmedIds?: Types.ObjectId[]
  signedIds?: Types.ObjectId[]
  /** When a guardian left the family: written so that a receipt of the same moment is weighed anew. */
  weighedAt?: Date
  /** Guardians of another opinion; their families, and those nobody has talked to yet. */
  objectedBy?: Marks
  objectedIds?: Types.ObjectId[]
  waitingIds?: Types.ObjectId[]
  objected?: number
  /** Families that wait for the sender: another opinion, or guardians who differ. */
  open?: number
  /** To a single family only: counted for nobody but the office that wrote it. */
  isPrivate?: boolean
  /** Student → key of the mark → what the school wrote down for a guardian. */
  byHand?: Record<string, Record<string, ByHand>>
  /** Receipts of people who turned out not to be of the family. */
  voided?: VoidedReceipt[]
  /** How often the class was reminded, and when last. */
  reminders: number
  remindedAt: Date
  /** Asked for and not yet put into the outbox. */
  isReminderDue: boolean
  closed?: Closed | null
}

/** An answer on paper, by phone or in person, and who of the school entered it. */
export interface ByHand {
  way: 'paper' | 'call' | 'visit'
  relation: string
  by: string
  /** The marks of this moment are the entry's; others are the guardian's own. Older entries have none. */
  at?: Date
  /** Photos of the paper. */
  papers?: string[]
  /** What was entered before it was corrected. */
  earlier?: Omit<ByHand, 'earlier'>[]
}

const marks = { type: Schema.Types.Mixed }

const sheetSchema = new Schema<SheetRecord>(
  {
    _id: { type: String, required: true },
    letterId: { type: Schema.Types.ObjectId, required: true },
    classId: { type: Schema.Types.ObjectId, required: true },
    path: { type: String, required: true },
    sentAt: { type: Date, required: true },
    month: { type: String, required: true },
    confirmation: { type: String, enum: ['read', 'confirm', 'sign'], required: true },
    node: { type: String },
    schoolName: { type: String, required: true },
    className: { type: String, required: true },
    teacher: { type: String, default: '' },
    roster: { type: [Schema.Types.ObjectId], required: true },
    unreached: { type: [Schema.Types.ObjectId], required: true },
    letGo: { type: [Schema.Types.ObjectId], default: undefined },
    expected: { type: Number, required: true },
    reached: { type: Number, required: true },
    read: { type: Number, required: true },
    confirmed: { type: Number, required: true },
    signed: { type: Number, required: true },
    readBy: marks,
    confirmedBy: marks,
    signedBy: marks,
    answered: { type: Number },
    conflicts: { type: Number },
    answeredIds: { type: [Schema.Types.ObjectId], default: undefined },
    conflictIds: { type: [Schema.Types.ObjectId], default: undefined },
    answeredBy: marks,
    isCarried: { type: Boolean },
    isForEach: { type: Boolean },
    confirmedIds: { type: [Schema.Types.ObjectId], default: undefined },
    signedIds: { type: [Schema.Types.ObjectId], default: undefined },
    weighedAt: { type: Date },
    objectedBy: marks,
    objectedIds: { type: [Schema.Types.ObjectId], default: undefined },
    waitingIds: { type: [Schema.Types.ObjectId], default: undefined },
    objected: { type: Number },
    open: { type: Number },
    isPrivate: { type: Boolean },
    byHand: marks,
    voided: { type: [Schema.Types.Mixed], default: undefined },
    reminders: { type: Number, default: 0, required: true },
    remindedAt: { type: Date, required: true },
    isReminderDue: { type: Boolean, default: false, required: true },
    closed: { type: String, enum: ['withdrawn', 'superseded'] },
  },
  { strict: 'throw', versionKey: false },
)

const COUNTERS = { expected: 1, reached: 1, read: 1, confirmed: 1, signed: 1 } as const

// A letter's roll-up at any depth, and a branch's over some months, are read from an index alone.
sheetSchema.index({ letterId: 1, path: 1, ...COUNTERS })
sheetSchema.index({ month: 1, path: 1, sentAt: 1, ...COUNTERS })
// All letters of a node of the calendar, hundreds or tens of thousands, are rolled up by one walk along their own index.
sheetSchema.index({ node: 1, path: 1, ...COUNTERS }, { partialFilterExpression: { node: { $exists: true } } })
// Forms are counted in an index of their own: other letters do not pay for it.
sheetSchema.index(
  { letterId: 1, path: 1, answered: 1, conflicts: 1 },
  { partialFilterExpression: { answered: { $exists: true } } },
)
sheetSchema.index(
  { letterId: 1, path: 1, objected: 1, open: 1 },
  { partialFilterExpression: { objected: { $exists: true } } },
)
// What waits for the sender at or below a unit.
sheetSchema.index({ path: 1, sentAt: -1, open: 1 }, { partialFilterExpression: { open: { $gt: 0 } } })
sheetSchema.index({ isReminderDue: 1, _id: 1 }, { partialFilterExpression: { isReminderDue: true } })

export const SheetModel = model<SheetRecord>('Sheet', sheetSchema)
