import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

/** One line of the audit log. Lines are only ever added. */
const auditSchema = new Schema(
  {
    at: { type: Date, required: true },
    act: { type: String, required: true },
    /** Who did it; null when the product acted by itself (a job) or nobody was signed in. */
    actorId: { type: Schema.Types.ObjectId, default: null },
    actorRole: { type: String, enum: ['guardian', 'staff', null], default: null },
    ip: { type: String, default: '' },
    device: { type: String, default: '' },
    /** The unit it was done in: auditors of a unit read what lies below it. */
    unitId: { type: Schema.Types.ObjectId, default: null },
    path: { type: String, default: '' },
    /** The children whose data was seen or changed: their guardians may read this line. */
    studentIds: { type: [Schema.Types.ObjectId], default: [] },
    /** The person it was done to: who got a post, whose password was reset. */
    personId: { type: Schema.Types.ObjectId, default: null },
    /** In words for people, without phones or numbers of documents. */
    detail: { type: String, default: '' },
  },
  { strict: 'throw', versionKey: false, collection: 'auditEntries' },
)
auditSchema.index({ path: 1, at: -1 })
auditSchema.index({ studentIds: 1, at: -1 })
auditSchema.index({ actorId: 1, at: -1 })

export type AuditRecord = InferSchemaType<typeof auditSchema> & { _id: Types.ObjectId }
export const AuditModel = model('AuditEntry', auditSchema)
