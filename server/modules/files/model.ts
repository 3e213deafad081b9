import { type InferSchemaType, model, Schema, type Types } from 'mongoose'
import { OFFICE } from '#contract/files'
import { ANY_TEXT } from '../../infra/partial-indexes.ts'

const id = Schema.Types.ObjectId

/** A file of a unit: its upload, the work on it, and what was made of it. The status is the queue. */
const assetSchema = new Schema(
  {
    unitId: { type: id, required: true },
    path: { type: String, required: true },
    personId: { type: id, required: true },
    kind: { type: String, enum: ['video', 'audio', 'image', 'pdf', 'document'], required: true },
    name: { type: String, required: true },
    bytes: { type: Number, required: true },
    status: {
      type: String,
      enum: ['uploading', 'checking', 'waiting', 'working', 'ready', 'failed'],
      default: 'uploading',
      required: true,
    },
    progress: { type: Number, default: 0 },
    problem: { type: String, default: null },
    /** Names the folder under `/media/a/`: 128 bits that nobody guesses. */
    key: { type: String, required: true },
    seconds: { type: Number, default: null },
    pages: { type: Number, default: null },
    /** Which of the office formats a document is. */
    format: { type: String, enum: OFFICE },
    width: { type: Number, default: null },
    height: { type: Number, default: null },
    /** Of a picture as it was drawn anew. */
    sha256: { type: String, default: null },
    /** Uploaded for a letter: only who uploaded it finds it. */
    isForLetter: { type: Boolean },
    captions: {
      type: [new Schema({ from: Number, to: Number, text: String }, { _id: false, strict: 'throw' })],
      default: [],
    },
    /** A published version shows it: it stays. */
    isInUse: { type: Boolean, default: false },
    leaseId: { type: id, default: null },
    leaseUntil: { type: Date, required: true },
    attempts: { type: Number, default: 0 },
    createdAt: { type: Date, required: true },
  },
  { strict: 'throw', versionKey: false },
)
assetSchema.index({ unitId: 1, _id: -1 })
assetSchema.index({ unitId: 1, kind: 1, _id: -1 })
// Texts name pictures by their folder.
assetSchema.index({ key: 1 }, { unique: true })
assetSchema.index({ sha256: 1 }, { partialFilterExpression: { sha256: ANY_TEXT } })
// What waits for somebody to work on it, the oldest lease first.
assetSchema.index({ status: 1, leaseUntil: 1 })

export type AssetRecord = Omit<InferSchemaType<typeof assetSchema>, 'captions'> & {
  _id: Types.ObjectId
  captions: { from: number; to: number; text: string }[]
}
export const AssetModel = model('Asset', assetSchema)
