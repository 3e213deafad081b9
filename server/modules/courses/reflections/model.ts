import { type InferSchemaType, model, Schema, type Types } from 'mongoose'
import { holdsSealed } from '../../../infra/sealed.ts'

const id = Schema.Types.ObjectId

/** What a guardian wrote about a task, or answered to a question; one for each lesson, whichever version it was read in. */
const reflectionSchema = new Schema(
  {
    personId: { type: id, required: true },
    programmeCode: { type: String, required: true },
    lessonCode: { type: String, required: true },
    /** The version it was written in, for its title and prompt. */
    lessonId: { type: id, required: true },
    medium: { type: String, enum: ['task', 'discussion'], required: true },
    /** Sealed: what families write of their children is nobody’s to read in the database. */
    sealedText: { type: String, default: '' },
    isShared: { type: Boolean, required: true },
    status: { type: String, enum: ['kept', 'waiting', 'shown', 'refused'], required: true },
    reason: { type: String, default: null },
    /** Where the family is: its school looks at it, families of its city may read it. */
    path: { type: String, default: '' },
    cityId: { type: id, default: null },
    savedAt: { type: Date, required: true },
    decidedBy: { type: id, default: null },
    decidedAt: { type: Date, default: null },
  },
  { strict: 'throw', versionKey: false },
)
holdsSealed(reflectionSchema, 'sealedText')
reflectionSchema.index({ personId: 1, programmeCode: 1, lessonCode: 1 }, { unique: true })
reflectionSchema.index({ cityId: 1, programmeCode: 1, lessonCode: 1, status: 1, _id: -1 })
// The queue of a unit: what waits in its part of the tree.
reflectionSchema.index({ status: 1, path: 1, _id: -1 })

export type ReflectionRecord = InferSchemaType<typeof reflectionSchema> & { _id: Types.ObjectId }
export const ReflectionModel = model('Reflection', reflectionSchema)
