import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

const id = Schema.Types.ObjectId

/** Somebody of a lecturer team (A3). Whoever leaves stays, for the activities they gave. */
const lecturerSchema = new Schema(
  {
    unitId: { type: id, required: true },
    path: { type: String, required: true },
    requestId: { type: String, required: true },
    name: { type: String, required: true },
    kind: { type: String, enum: ['expert', 'teacher', 'parent'], required: true },
    bio: { type: String, default: '' },
    teaches: { type: String, default: '' },
    way: { type: String, default: '' },
    /** A picture of the unit's files. */
    photoId: { type: id, default: null },
    isRetired: { type: Boolean, default: false },
  },
  { timestamps: true, strict: 'throw' },
)
lecturerSchema.index({ unitId: 1, requestId: 1 }, { unique: true })
lecturerSchema.index({ path: 1, isRetired: 1 })

export type LecturerRecord = InferSchemaType<typeof lecturerSchema> & { _id: Types.ObjectId }
export const LecturerModel = model('Lecturer', lecturerSchema)
