import { model, Schema, type Types } from 'mongoose'
import type { Addressed } from '../service.ts'

/** 常用范围: kept by the unit, so that it is there for who comes into the post. */
export interface SavedAudienceRecord extends Pick<Addressed, 'audience' | 'without' | 'excluded' | 'staff'> {
  _id: Types.ObjectId
  unitId: Types.ObjectId
  name: string
}

const mixed = Schema.Types.Mixed

const savedAudienceSchema = new Schema(
  {
    unitId: { type: Schema.Types.ObjectId, required: true },
    name: { type: String, required: true },
    /** As a letter keeps them; they are looked at again whenever the audience is used. */
    audience: { type: [mixed], required: true },
    without: { type: [mixed], default: [] },
    excluded: { type: [mixed], default: [] },
    staff: { type: mixed, default: null },
  },
  { timestamps: true, strict: 'throw', collection: 'savedAudiences' },
)
savedAudienceSchema.index({ unitId: 1, name: 1 }, { unique: true })

export const SavedAudienceModel = model('SavedAudience', savedAudienceSchema)
