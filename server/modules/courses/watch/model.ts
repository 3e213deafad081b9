import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

const id = Schema.Types.ObjectId

/** One guardian in one lesson: seconds seen, credit left, quiz. Written by every beat, read by nothing but its owner. */
const watchSchema = new Schema(
  {
    personId: { type: id, required: true },
    lessonId: { type: id, required: true },
    programmeId: { type: id, required: true },
    bits: { type: Buffer, required: true },
    creditMs: { type: Number, required: true },
    lastBeatAt: { type: Date, default: null },
    spentMs: { type: Number, required: true },
    watched: { type: Number, required: true },
    position: { type: Number, required: true },
    playback: { type: Number, default: 1 },
    /** Goes up with every beat: of two that read the same state one writes, the other looks again. */
    revision: { type: Number, required: true },
    /** Questions within the film that were answered, by their seconds. */
    answeredStops: { type: [Number], default: [] },
    completedAt: { type: Date, default: null },
    quizTries: { type: Number, default: 0 },
    quizPassedAt: { type: Date, default: null },
  },
  { strict: 'throw' },
)
watchSchema.index({ personId: 1, lessonId: 1 }, { unique: true })
watchSchema.index({ personId: 1, programmeId: 1 })

export type WatchRecord = InferSchemaType<typeof watchSchema> & { _id: Types.ObjectId }
export const WatchModel = model('Watch', watchSchema)
