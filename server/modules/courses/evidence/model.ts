import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

const id = Schema.Types.ObjectId

/** A meeting at which families check in on the spot. */
const gatheringSchema = new Schema(
  {
    unitId: { type: id, required: true },
    unitName: { type: String, required: true },
    requestId: { type: String, required: true },
    title: { type: String, required: true },
    /** Its codes are made from this. */
    secret: { type: String, required: true },
    openedBy: { type: id, required: true },
    openedAt: { type: Date, required: true },
    closesAt: { type: Date, required: true },
    checkedIn: { type: Number, default: 0 },
  },
  { strict: 'throw' },
)
// The same press of 开始签到 opens one.
gatheringSchema.index({ openedBy: 1, requestId: 1 }, { unique: true })
gatheringSchema.index({ unitId: 1, closesAt: -1 })

export type GatheringRecord = InferSchemaType<typeof gatheringSchema> & { _id: Types.ObjectId }
export const GatheringModel = model('Gathering', gatheringSchema)

/** That somebody took part: by the code on the spot, or by a picture the school has looked at. */
const evidenceSchema = new Schema(
  {
    personId: { type: id, required: true },
    studentId: { type: id, required: true },
    /** The class and every unit above it on the day it was given. */
    unitIds: { type: [id], required: true },
    /** Null: for every programme that asks for such a thing. */
    programmeCode: { type: String, default: null },
    programmeTitle: { type: String, default: '' },
    way: { type: String, enum: ['checkIn', 'upload'], required: true },
    gatheringId: { type: id },
    title: { type: String, required: true },
    /** SHA-256 of the picture. */
    picture: { type: String, default: null },
    status: { type: String, enum: ['waiting', 'accepted', 'refused'], required: true },
    words: { type: String, default: '' },
    givenAt: { type: Date, required: true },
    decidedBy: { type: id, default: null },
    decidedAt: { type: Date, default: null },
  },
  { strict: 'throw' },
)
// Checked in twice is checked in once, and a proof that waits is one, however often it is sent.
evidenceSchema.index(
  { gatheringId: 1, personId: 1, studentId: 1 },
  { unique: true, partialFilterExpression: { gatheringId: { $exists: true } } },
)
evidenceSchema.index(
  { personId: 1, studentId: 1, programmeCode: 1 },
  { unique: true, partialFilterExpression: { status: 'waiting' } },
)
evidenceSchema.index({ studentId: 1, status: 1 })
evidenceSchema.index({ personId: 1, _id: -1 })
// Whether anybody else's proof is the same picture.
evidenceSchema.index({ picture: 1 }, { partialFilterExpression: { picture: { $gt: '' } } })
evidenceSchema.index({ unitIds: 1, status: 1, _id: 1 })

export type EvidenceRecord = InferSchemaType<typeof evidenceSchema> & { _id: Types.ObjectId }
export const EvidenceModel = model('Evidence', evidenceSchema)
