import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

const id = Schema.Types.ObjectId

/** A file for the printer that somebody has asked for. The document is the queue: whoever takes it holds it for a while. */
const printingSchema = new Schema(
  {
    unitId: { type: id, required: true },
    unitName: { type: String, required: true },
    programmeCode: { type: String, required: true },
    programmeTitle: { type: String, default: '' },
    personId: { type: id, required: true },
    requestId: { type: String, required: true },
    status: { type: String, enum: ['waiting', 'running', 'done', 'failed'], required: true },
    total: { type: Number, default: 0 },
    done: { type: Number, default: 0 },
    leaseUntil: { type: Date, required: true },
    tries: { type: Number, default: 0 },
    askedAt: { type: Date, required: true },
    /** Name of the file below DATA_DIR/printings. */
    file: { type: String, default: null },
  },
  { strict: 'throw' },
)
printingSchema.index({ personId: 1, requestId: 1 }, { unique: true })
printingSchema.index({ unitId: 1, personId: 1, _id: -1 })
printingSchema.index({ status: 1, leaseUntil: 1 })
// Names of children on paper: the files are gone after a week, and so is what says that they were there.
printingSchema.index({ askedAt: 1 })

export type PrintingRecord = InferSchemaType<typeof printingSchema> & { _id: Types.ObjectId }
export const PrintingModel = model('Printing', printingSchema)
