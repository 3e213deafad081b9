import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

const id = Schema.Types.ObjectId

/** A class given live to the families of a unit (A4). */
const liveSchema = new Schema(
  {
    unitId: { type: id, required: true },
    path: { type: String, required: true },
    requestId: { type: String, required: true },
    title: { type: String, required: true },
    summary: { type: String, default: '' },
    theme: { type: String, enum: ['guidance', 'mentalHealth', 'other'], required: true },
    lecturerIds: { type: [id], default: [] },
    startAt: { type: Date, required: true },
    minutes: { type: Number, required: true },
    grades: { type: [Number], default: [] },
    status: {
      type: String,
      enum: ['scheduled', 'live', 'ended', 'cancelled'],
      default: 'scheduled',
      required: true,
    },
    /** Goes up when the time changes: reminders of the old time are told apart. */
    turn: { type: Number, default: 0 },
    streamId: { type: String, default: null },
    pushAddress: { type: String, default: null },
    playAddress: { type: String, default: null },
    startedAt: { type: Date, default: null },
    endedAt: { type: Date, default: null },
    /** Everybody's presence was settled after the end. */
    settledAt: { type: Date, default: null },
    recording: {
      type: String,
      enum: ['none', 'waiting', 'ready', 'failed'],
      default: 'none',
      required: true,
    },
    /** When the recording is asked for again, and how often it was. */
    recordAt: { type: Date, default: null },
    recordTries: { type: Number, default: 0 },
    assetId: { type: id, default: null },
    programmeDraftId: { type: id, default: null },
    reason: { type: String, default: '' },
  },
  { timestamps: true, strict: 'throw', collection: 'liveClasses' },
)
liveSchema.index({ unitId: 1, requestId: 1 }, { unique: true })
liveSchema.index({ path: 1, startAt: -1 })
liveSchema.index({ status: 1, settledAt: 1 })
liveSchema.index({ recordAt: 1 }, { partialFilterExpression: { recording: 'waiting' } })

export type LiveRecord = InferSchemaType<typeof liveSchema> & { _id: Types.ObjectId }
export const LiveModel = model('LiveClass', liveSchema)

/** One parent in one class: which of its seconds they were there for. */
const seatSchema = new Schema(
  {
    liveId: { type: id, required: true },
    personId: { type: id, required: true },
    /** The child by whom they came; its family is the one that counts. */
    studentId: { type: id, required: true },
    classId: { type: id, required: true },
    path: { type: String, required: true },
    relation: { type: String, default: '' },
    registeredAt: { type: Date, default: null },
    joinedAt: { type: Date, default: null },
    bits: { type: Buffer, required: true },
    creditMs: { type: Number, default: 0 },
    lastBeatAt: { type: Date, default: null },
    spentMs: { type: Number, default: 0 },
    watched: { type: Number, default: 0 },
    position: { type: Number, default: 0 },
    /** Goes up with every beat: of two that read the same state one writes, the other looks again. */
    revision: { type: Number, default: 0 },
    attendedAt: { type: Date, default: null },
  },
  { strict: 'throw', versionKey: false, collection: 'liveSeats' },
)
seatSchema.index({ liveId: 1, personId: 1 }, { unique: true })
seatSchema.index({ liveId: 1, attendedAt: 1, watched: 1 })
seatSchema.index({ personId: 1 })

export type SeatRecord = InferSchemaType<typeof seatSchema> & { _id: Types.ObjectId }
export const SeatModel = model('LiveSeat', seatSchema)

/** What a parent asks in a class. Others see it when somebody of the school has shown it, and never by whom. */
const questionSchema = new Schema(
  {
    liveId: { type: id, required: true },
    requestId: { type: String, required: true },
    /** null after the parent has closed the account. */
    personId: { type: id, default: null },
    asker: { type: String, required: true },
    path: { type: String, required: true },
    text: { type: String, required: true },
    askedAt: { type: Date, required: true },
    status: { type: String, enum: ['waiting', 'shown', 'hidden'], default: 'waiting', required: true },
    answer: { type: String, default: null },
  },
  { strict: 'throw', versionKey: false, collection: 'liveQuestions' },
)
questionSchema.index({ liveId: 1, status: 1, askedAt: 1 })
questionSchema.index({ liveId: 1, personId: 1, requestId: 1 }, { unique: true })
questionSchema.index({ personId: 1 })

export type QuestionRecord = InferSchemaType<typeof questionSchema> & { _id: Types.ObjectId }
export const QuestionModel = model('LiveQuestion', questionSchema)
