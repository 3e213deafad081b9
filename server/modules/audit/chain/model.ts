import { type InferSchemaType, model, Schema } from 'mongoose'

/** Where the chain of the audit log ends: one document, written by whoever seals and by nobody else. */
const chainSchema = new Schema(
  {
    _id: { type: String, required: true },
    seq: { type: Number, required: true },
    hash: { type: String, required: true },
    sealedAt: { type: Date, required: true },
    /** Seal of the three above: an older end cannot be written with another number. */
    mac: { type: String, required: true },
    /** The day whose end of the chain has been told to the outside. */
    toldOn: { type: String, default: '' },
    /** The last check of the whole chain. */
    checkedAt: { type: Date, default: null },
    checkedSeq: { type: Number, default: 0 },
    /** What it found, in words; empty when the chain is whole. */
    fault: { type: String, default: '' },
  },
  { strict: 'throw', versionKey: false, collection: 'auditChain' },
)

export type ChainRecord = InferSchemaType<typeof chainSchema>
export const ChainModel = model('AuditChain', chainSchema)
