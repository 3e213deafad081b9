import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

const id = Schema.Types.ObjectId
const reach = { type: String, enum: ['class', 'grade', 'school', null] as const, default: null }

/** 长期授权: what the holders of a post in a school may do day by day. A change ends the old one; both stay on record. */
const standingSchema = new Schema(
  {
    unitId: { type: id, required: true },
    path: { type: String, required: true },
    post: { type: String, required: true },
    /** The largest unit whose names may be seen, and the largest that may be exported; null: none. */
    names: reach,
    exports: reach,
    words: { type: String, required: true },
    /** Null: the rule that every school is opened with. */
    givenBy: { type: id, default: null },
    from: { type: Date, required: true },
    to: { type: Date, default: null },
    endedBy: { type: id, default: null },
  },
  { strict: 'throw', versionKey: false, collection: 'standingApprovals' },
)
// One in force per post and unit: two principals who change it at once do not leave two.
standingSchema.index({ unitId: 1, post: 1 }, { unique: true, partialFilterExpression: { to: null } })
standingSchema.index({ unitId: 1, from: -1 })

export type StandingRecord = InferSchemaType<typeof standingSchema> & { _id: Types.ObjectId }
export const StandingModel = model('StandingApproval', standingSchema)

/** A single approval: asked for, decided, valid for a day. */
const requestSchema = new Schema(
  {
    kind: { type: String, enum: ['names', 'exports'], required: true },
    unitId: { type: id, required: true },
    path: { type: String, required: true },
    unitIds: { type: [id], required: true },
    personId: { type: id, required: true },
    post: { type: String, default: null },
    words: { type: String, required: true },
    askedAt: { type: Date, required: true },
    status: { type: String, enum: ['waiting', 'approved', 'refused'], default: 'waiting', required: true },
    decidedBy: { type: id, default: null },
    decidedAt: { type: Date, default: null },
    answer: { type: String, default: '' },
    validUntil: { type: Date, default: null },
  },
  { strict: 'throw', versionKey: false, collection: 'approvalRequests' },
)
// Asked twice it is one request.
requestSchema.index(
  { personId: 1, unitId: 1, kind: 1 },
  { unique: true, partialFilterExpression: { status: 'waiting' } },
)
requestSchema.index({ personId: 1, askedAt: -1 })
requestSchema.index({ unitIds: 1, status: 1, askedAt: -1 })

export type RequestRecord = InferSchemaType<typeof requestSchema> & { _id: Types.ObjectId }
export const RequestModel = model('ApprovalRequest', requestSchema)

/** Units whose responsible persons need another one for what they export themselves; set from above. */
const secondSchema = new Schema(
  {
    _id: { type: id, required: true },
    path: { type: String, required: true },
    setBy: { type: id, required: true },
    setAt: { type: Date, required: true },
  },
  { strict: 'throw', versionKey: false, collection: 'secondApprovers' },
)
export const SecondModel = model('SecondApprover', secondSchema)
