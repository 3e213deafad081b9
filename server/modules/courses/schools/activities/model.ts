import { type InferSchemaType, model, Schema, type Types } from 'mongoose'
import { dropsIndex } from '../../../../infra/gone-indexes.ts'
import { ANY_ID } from '../../../../infra/partial-indexes.ts'

const id = Schema.Types.ObjectId

/** One activity of a parent school's year. Who came stands in the attendance sheets; `typed` is what somebody wrote down instead. */
const activitySchema = new Schema(
  {
    unitId: { type: id, required: true },
    path: { type: String, required: true },
    requestId: { type: String, required: true },
    title: { type: String, required: true },
    theme: { type: String, enum: ['guidance', 'mentalHealth', 'other'], required: true },
    outline: { type: String, default: '' },
    onDay: { type: String, required: true },
    from: { type: String, required: true },
    hours: { type: Number, required: true },
    isOnline: { type: Boolean, required: true },
    place: { type: String, default: '' },
    lecturerIds: { type: [id], default: [] },
    status: { type: String, enum: ['planned', 'held'], default: 'planned', required: true },
    /** Six digits shown at the activity. */
    code: { type: String, required: true },
    typed: { type: Number, default: null },
    note: { type: String, default: '' },
    /** The live class it was. */
    liveId: { type: id, default: null },
    /** A community parent school (社区家长学校): its activities are open to the families of the district. */
    districtId: { type: id, default: null },
  },
  { timestamps: true, strict: 'throw' },
)
activitySchema.index({ unitId: 1, requestId: 1 }, { unique: true })
activitySchema.index({ unitId: 1, onDay: 1 })
activitySchema.index({ path: 1, onDay: 1 })
activitySchema.index({ districtId: 1, onDay: 1 })
// A code says one activity of one day.
activitySchema.index({ code: 1, onDay: 1 }, { unique: true })
activitySchema.index(
  { liveId: 1 },
  { name: 'liveId_any', unique: true, partialFilterExpression: { liveId: ANY_ID } },
)
dropsIndex(activitySchema, 'liveId_1')

export type ActivityRecord = InferSchemaType<typeof activitySchema> & { _id: Types.ObjectId }
export const ActivityModel = model('Activity', activitySchema)
