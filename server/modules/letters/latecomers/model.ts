import { type InferSchemaType, model, Schema } from 'mongoose'

const id = Schema.Types.ObjectId

/**
 * A child to whom a guardian has just come, or who has just changed class: its place on the sheets of open letters is looked
 * at once more. Written in the transaction of the change, gone when it is done.
 */
const lateComerSchema = new Schema(
  {
    /** The student. */
    _id: { type: id, required: true },
    dueAt: { type: Date, required: true },
    /** When the first of the changes was noted: what tells the messages of two of them apart. */
    since: { type: Date, required: true },
    /** Not before then is anybody told, as a list or a promotion is often undone within the hour. */
    tellAt: { type: Date, default: null },
    isTold: { type: Boolean, default: false, required: true },
    /** Counts the changes: one that comes while an earlier one is worked on is looked at again. */
    turns: { type: Number, default: 0, required: true },
    /** Guardians who have come. */
    personIds: { type: [id], default: [] },
    /** Classes the child was taken out of. */
    classIds: { type: [id], default: [] },
  },
  { strict: 'throw', versionKey: false, collection: 'lateComers' },
)
lateComerSchema.index({ dueAt: 1 })

export type LateComerRecord = InferSchemaType<typeof lateComerSchema>
export const LateComerModel = model('LateComer', lateComerSchema)
