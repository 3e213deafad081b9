import { model, Schema, type Types } from 'mongoose'

/**
 * What a family is found by, a document a child. Kept beside the students, which every tap reads and which should stay
 * small. What stands here only points: whether a child may be seen is asked of the student itself.
 */
export interface FamilyKeysRecord {
  /** The student. */
  _id: Types.ObjectId
  keys: string[]
}

const keysSchema = new Schema<FamilyKeysRecord>(
  { _id: { type: Schema.Types.ObjectId, required: true }, keys: { type: [String], required: true } },
  { strict: 'throw', versionKey: false, collection: 'familyKeys' },
)
keysSchema.index({ keys: 1 })

export const FamilyKeysModel = model<FamilyKeysRecord>('FamilyKeys', keysSchema)
