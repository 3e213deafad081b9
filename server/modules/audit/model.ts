import { type InferSchemaType, model, Schema, type Types } from 'mongoose'
import { dropsIndex } from '../../infra/gone-indexes.ts'
import { ANY_TEXT } from '../../infra/partial-indexes.ts'

const id = Schema.Types.ObjectId

/** One line of the audit log. Lines are only ever added; what a seal adds to them is all that is written later. */
const auditSchema = new Schema(
  {
    at: { type: Date, required: true },
    act: { type: String, required: true },
    /** Who did it; null when the product acted by itself (a job) or nobody was signed in. */
    actorId: { type: id, default: null },
    actorRole: { type: String, enum: ['guardian', 'staff', null], default: null },
    /** The post it was done by, as it was then. */
    post: { type: String, default: null },
    postUnitId: { type: id, default: null },
    ip: { type: String, default: '' },
    device: { type: String, default: '' },
    /** The unit it was done in: auditors of a unit read what lies below it. */
    unitId: { type: id, default: null },
    path: { type: String, default: '' },
    /** The units of `path`, so that one unit's log is one range of an index in the order of time. */
    unitIds: { type: [id], default: [] },
    /** The children whose data was seen or changed: their guardians may read this line. */
    studentIds: { type: [id], default: [] },
    /** It concerns every child of the unit: a list that was seen, an export. */
    coversUnit: { type: Boolean, default: false },
    /** The person it was done to: who got a post, whose password was reset. */
    personId: { type: id, default: null },
    /** In words for people, without phones or numbers of documents. */
    detail: { type: String, default: '' },
    /** What allowed it, where an approval is needed (条例 36). */
    approval: {
      type: new Schema(
        {
          ground: { type: String, enum: ['own', 'standing', 'single'], required: true },
          approvalId: { type: id, default: null },
          approverId: { type: id, default: null },
        },
        { _id: false },
      ),
      default: null,
    },
    /** Person, act, unit and ten minutes: a list that is turned and asked for again is one line. */
    once: { type: String },
    /** Who wrote it, and as which of their lines: a number that is not there is a line that was taken away. */
    writer: { type: String },
    no: { type: Number },
    /** `keyId.mac` of the line itself, made as it is written. */
    mac: { type: String, required: true },
    /** Not chained yet. */
    isWaiting: { type: Boolean },
    /** Its place in the chain and the link to the line before. */
    seq: { type: Number },
    hash: { type: String },
    /** Did not come from us: its mac is wrong. It stays, outside the chain, as evidence. */
    isForeign: { type: Boolean },
  },
  { strict: 'throw', versionKey: false, collection: 'auditEntries' },
)
auditSchema.index({ unitIds: 1, at: -1, _id: -1 })
auditSchema.index({ unitIds: 1, act: 1, at: -1, _id: -1 })
auditSchema.index({ studentIds: 1, at: -1, _id: -1 })
auditSchema.index({ actorId: 1, at: -1, _id: -1 })
auditSchema.index({ unitId: 1, at: -1, _id: -1 }, { partialFilterExpression: { coversUnit: true } })
auditSchema.index(
  { once: 1 },
  { name: 'once_any', unique: true, partialFilterExpression: { once: ANY_TEXT } },
)
dropsIndex(auditSchema, 'once_1')
auditSchema.index({ isWaiting: 1, _id: 1 }, { partialFilterExpression: { isWaiting: true } })
// Two lines never stand at one place of the chain, whoever seals.
auditSchema.index({ seq: 1 }, { unique: true, partialFilterExpression: { seq: { $gt: 0 } } })

export type AuditRecord = InferSchemaType<typeof auditSchema> & { _id: Types.ObjectId }
export const AuditModel = model('AuditEntry', auditSchema)
