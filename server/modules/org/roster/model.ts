import { type InferSchemaType, model, Schema, type Types } from 'mongoose'
import { holdsSealed } from '../../../infra/sealed.ts'
import { KEPT_DAYS } from './rules.ts'

const id = Schema.Types.ObjectId
const count = { type: Number, default: 0 }
const aDayMore = (KEPT_DAYS + 1) * 86_400

const mappingSchema = new Schema(
  {
    sheet: { type: Number, required: true },
    line: { type: Number, required: true },
    lines: { type: Number, required: true },
    columns: {
      type: [
        new Schema(
          { at: { type: Number, required: true }, key: { type: String, required: true } },
          { _id: false },
        ),
      ],
    },
  },
  { _id: false },
)

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
      enum: [
        'begun',
        'uploaded',
        'mapping',
        'checking',
        'checked',
        'applying',
        'applied',
        'undoing',
        'undone',
        'refused',
        'discarded',
      ],
      default: 'begun',
      required: true,
    },
    begunBy: { type: id, required: true },
    begunByName: { type: String, default: '' },
    refusal: { type: String, default: null },
    /** The first lines of each sheet, sealed: what a person maps columns by. */
    outline: { type: String, default: null },
    mapping: { type: mappingSchema, default: null },
    /** The heading of the columns as the sheet says it, for the file of problems. */
    headings: { type: [String], default: [] },
    rows: count,
    rowsChecked: count,
    rowsApplied: count,
    students: count,
    newStudents: count,
    changedStudents: count,
    movedStudents: count,
    leftInClasses: count,
    leftInSchools: count,
    guardians: count,
    /** Children whose number is an ID number, or made of one. */
    idNumbers: count,
    newUnits: count,
    errors: count,
    checkedAt: { type: Date, default: null },
    /** Whom of the unnamed the person has said to have left. */
    leavers: { type: String, enum: ['none', 'classes', 'schools'], default: 'none' },
    appliedAt: { type: Date, default: null },
    appliedBy: { type: id, default: null },
    /** Districts that are being written to: one list at a time in each, by the unique index. */
    writing: { type: [id], default: undefined },
    /** Children that were changed, of them taken back, and left alone as somebody has changed them since. */
    changes: count,
    undone: count,
    kept: count,
    /** Until when a worker is at it; past that another one takes over. */
    leaseUntil: { type: Date, default: () => new Date(0) },
  },
  { timestamps: true, strict: 'throw', suppressReservedKeysWarning: true },
)
importSchema.index({ unitId: 1, _id: -1 })
importSchema.index(
  { status: 1, leaseUntil: 1 },
  { partialFilterExpression: { status: { $in: ['uploaded', 'checking', 'applying', 'undoing'] } } },
)
importSchema.index({ path: 1, appliedAt: 1 })
importSchema.index({ unitId: 1, appliedAt: 1 })
importSchema.index(
  { writing: 1 },
  { unique: true, partialFilterExpression: { writing: { $type: 'objectId' } } },
)
holdsSealed(importSchema, 'outline')
export type ImportRecord = InferSchemaType<typeof importSchema> & {
  _id: Types.ObjectId
  createdAt: Date
}
export const ImportModel = model('RosterImport', importSchema)

/** A row that cannot be written, or after an undo what was left alone. Sealed as everywhere else, gone a week after. */
const rowSchema = new Schema(
  {
    importId: { type: id, required: true },
    row: { type: Number, required: true },
    student: { type: String, default: '' },
    problem: { type: String, default: null },
    /** Nothing of the sheet: a child that an undo has left alone, because of `problem`. */
    isKept: { type: Boolean, default: false },
    /** What the sheet said, sealed: goes into the file of problems. */
    said: { type: String, default: null },
    at: { type: Date, required: true },
  },
  { strict: 'throw', versionKey: false },
)
rowSchema.index({ importId: 1, isKept: 1, row: 1 }, { unique: true })
rowSchema.index({ at: 1 }, { expireAfterSeconds: aDayMore })
holdsSealed(rowSchema, 'said')
export type RowRecord = InferSchemaType<typeof rowSchema> & { _id: Types.ObjectId }
export const RowModel = model('RosterRow', rowSchema)

const kindsSchema = new Schema(
  {
    added: count,
    moved: count,
    changed: count,
    same: count,
    leftInClasses: count,
    leftInSchools: count,
  },
  { _id: false },
)

/** A batch of children that wait to be written, sealed as one: 200,000 rows are 400 documents. */
const chunkSchema = new Schema(
  {
    importId: { type: id, required: true },
    seq: { type: Number, required: true },
    kinds: { type: kindsSchema, required: true },
    /** Rows of the sheet in it. */
    lines: { type: Number, required: true },
    sealed: { type: String, required: true },
    at: { type: Date, required: true },
  },
  { strict: 'throw', versionKey: false },
)
chunkSchema.index({ importId: 1, seq: 1 }, { unique: true })
chunkSchema.index({ at: 1 }, { expireAfterSeconds: aDayMore })
holdsSealed(chunkSchema, 'sealed')
export type ChunkRecord = InferSchemaType<typeof chunkSchema> & { _id: Types.ObjectId }
export const ChunkModel = model('RosterChunk', chunkSchema)

/**
 * What a batch changes, noted before it is changed. Whoever finds the note carries it out and plans nothing anew, so a crash
 * leaves no trace; and it is what an undo goes back by.
 */
const changeSchema = new Schema(
  {
    importId: { type: id, required: true },
    seq: { type: Number, required: true },
    changes: { type: [Schema.Types.Mixed], required: true },
    at: { type: Date, required: true },
    /** What families are to hear of new classes: held until the whole list is written. Absent where nobody has moved. */
    news: { type: String, enum: ['held', 'due', 'told'] },
    /** From then on calls booked with teachers of the former class are called off; gone once that is done or the list taken back. */
    callsFrom: { type: Date },
  },
  { strict: 'throw', versionKey: false },
)
changeSchema.index({ importId: 1, seq: 1 }, { unique: true })
changeSchema.index({ news: 1 }, { partialFilterExpression: { news: 'due' } })
changeSchema.index({ callsFrom: 1 }, { partialFilterExpression: { callsFrom: { $type: 'date' } } })
changeSchema.index({ at: 1 }, { expireAfterSeconds: aDayMore })
holdsSealed(changeSchema, 'changes')
export const ChangeModel = model('RosterChange', changeSchema)

/** A unit that an import is about to make: an undo takes it away again when it is empty. */
const madeUnitSchema = new Schema(
  {
    importId: { type: id, required: true },
    parentId: { type: id, required: true },
    code: { type: String, required: true },
    at: { type: Date, required: true },
  },
  { strict: 'throw', versionKey: false },
)
madeUnitSchema.index({ importId: 1, parentId: 1, code: 1 }, { unique: true })
madeUnitSchema.index({ at: 1 }, { expireAfterSeconds: aDayMore })
export const MadeUnitModel = model('RosterMadeUnit', madeUnitSchema)

/** What people have said of headings at a school or district: proposed when the next list comes. */
const titlesSchema = new Schema(
  {
    unitId: { type: id, required: true },
    titles: {
      type: [
        new Schema(
          { title: { type: String, required: true }, key: { type: String, default: null } },
          { _id: false },
        ),
      ],
      default: [],
    },
  },
  { timestamps: true, strict: 'throw' },
)
titlesSchema.index({ unitId: 1 }, { unique: true })
export const TitlesModel = model('RosterTitles', titlesSchema)
