import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

const id = Schema.Types.ObjectId
const count = { type: Number, default: 0 }

/** One import: its status is the queue, the worker only asks what is due. */
const importSchema = new Schema(
  {
    unitId: { type: id, required: true },
    path: { type: String, required: true },
    fileName: { type: String, required: true },
    bytes: { type: Number, required: true },
    makeUnits: { type: Boolean, required: true },
    status: {
      type: String,
      enum: ['begun', 'uploaded', 'checking', 'checked', 'applying', 'applied', 'refused'],
      default: 'begun',
      required: true,
    },
    begunBy: { type: id, required: true },
    begunByName: { type: String, default: '' },
    refusal: { type: String, default: null },
    rows: count,
    rowsChecked: count,
    rowsApplied: count,
    students: count,
    newStudents: count,
    changedStudents: count,
    guardians: count,
    newUnits: count,
    errors: count,
    /** Until when a worker is at it; past that another one takes over. */
    leaseUntil: { type: Date, default: () => new Date(0) },
  },
  { timestamps: true, strict: 'throw', suppressReservedKeysWarning: true },
)
importSchema.index({ unitId: 1, _id: -1 })
importSchema.index(
  { status: 1, leaseUntil: 1 },
  { partialFilterExpression: { status: { $in: ['uploaded', 'checking', 'applying'] } } },
)
export type ImportRecord = InferSchemaType<typeof importSchema> & {
  _id: Types.ObjectId
  createdAt: Date
}
export const ImportModel = model('RosterImport', importSchema)

/** A row of the sheet while it waits: phones sealed like everywhere else, gone a week after. */
const rowSchema = new Schema(
  {
    importId: { type: id, required: true },
    row: { type: Number, required: true },
    student: { type: String, default: '' },
    problem: { type: String, default: null },
    /** The parsed row as sealed JSON; null when it has a problem. */
    sealed: { type: String, default: null },
    /** What the sheet said, sealed: goes into the file of problems. */
    said: { type: String, default: null },
    at: { type: Date, required: true },
  },
  { strict: 'throw', versionKey: false },
)
rowSchema.index({ importId: 1, row: 1 }, { unique: true })
rowSchema.index({ importId: 1, problem: 1, row: 1 })
rowSchema.index({ at: 1 }, { expireAfterSeconds: 7 * 86_400 })
export type RowRecord = InferSchemaType<typeof rowSchema> & { _id: Types.ObjectId }
export const RowModel = model('RosterRow', rowSchema)
