import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

const id = Schema.Types.ObjectId

/**
 * A person and a child who may not come together: by order of a court, or because the match was wrong. Kept apart from
 * the guardianship that ended, so that no way in (roster, phone, class code, invitation) leads past it.
 */
const barSchema = new Schema(
  {
    studentId: { type: id, required: true },
    /** The guardianship that ended, or that would. */
    guardianshipId: { type: id, required: true },
    /** The account, if there was one, and the phone the roster knew. */
    personId: { type: id },
    phoneIndex: { type: String },
    /** What the guardian was called, for those who keep the families. */
    name: { type: String, default: '' },
    relation: { type: String, required: true },
    because: { type: String, enum: ['court', 'mismatch'], required: true },
    /** A 班主任 asks; the school sets. */
    status: { type: String, enum: ['asked', 'active', 'lifted', 'dismissed'], required: true },
    /** What was asked with, and set on: 调解书、裁定书 and where it lies. */
    document: { type: String, default: '' },
    askedBy: { type: id, default: null },
    askedAt: { type: Date, default: null },
    decidedBy: { type: id, default: null },
    decidedAt: { type: Date, default: null },
    liftDocument: { type: String, default: '' },
    liftedBy: { type: id, default: null },
    liftedAt: { type: Date, default: null },
  },
  { strict: 'throw', versionKey: false, collection: 'familyBars' },
)
const ACTIVE = { status: 'active' } as const
barSchema.index(
  { studentId: 1, personId: 1 },
  { unique: true, partialFilterExpression: { ...ACTIVE, personId: { $type: 'objectId' } } },
)
barSchema.index(
  { studentId: 1, phoneIndex: 1 },
  { unique: true, partialFilterExpression: { ...ACTIVE, phoneIndex: { $type: 'string' } } },
)
// One question about a guardianship stands at a time.
barSchema.index({ guardianshipId: 1 }, { unique: true, partialFilterExpression: { status: 'asked' } })
// What schools are asked, the newest first, and how many there are.
barSchema.index({ status: 1, _id: -1 }, { partialFilterExpression: { status: 'asked' } })
barSchema.index({ studentId: 1, status: 1 })
barSchema.index({ personId: 1, status: 1 })
// All orders of courts, walked through for whoever has come to a post since.
barSchema.index(
  { because: 1, status: 1, _id: 1 },
  { partialFilterExpression: { ...ACTIVE, because: 'court' } },
)
barSchema.index({ phoneIndex: 1, status: 1 })

export type BarRecord = InferSchemaType<typeof barSchema> & { _id: Types.ObjectId }
export const BarModel = model('FamilyBar', barSchema)
