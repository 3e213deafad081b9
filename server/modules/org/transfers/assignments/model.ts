import { assignmentStatus, groupStatus } from '#contract/transfers'
import { holdsSealed } from '../../../../infra/sealed.ts'
import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

const id = Schema.Types.ObjectId
const count = { type: Number, default: 0 }
const lease = { type: Date, default: () => new Date(0) }

/** One list of who goes to which school (小升初, 初升高). Its status is the queue while it is looked through. */
const assignmentSchema = new Schema(
  {
    unitId: { type: id, required: true },
    path: { type: String, required: true },
    unitName: { type: String, required: true },
    fileName: { type: String, required: true },
    bytes: { type: Number, required: true },
    status: { type: String, enum: assignmentStatus.options, default: 'begun', required: true },
    begunBy: { type: id, required: true },
    begunByName: { type: String, default: '' },
    refusal: { type: String, default: null },
    rows: count,
    problems: count,
    leaseUntil: lease,
  },
  { timestamps: true, strict: 'throw' },
)
assignmentSchema.index({ unitId: 1, _id: -1 })
assignmentSchema.index(
  { status: 1, leaseUntil: 1 },
  { partialFilterExpression: { status: { $in: ['uploaded', 'checking'] } } },
)
export type AssignmentRecord = InferSchemaType<typeof assignmentSchema> & {
  _id: Types.ObjectId
  createdAt: Date
}
export const AssignmentModel = model('Assignment', assignmentSchema)

/** Those of a list who go to one school: the school confirms them together. */
const groupSchema = new Schema(
  {
    assignmentId: { type: id, required: true },
    schoolId: { type: id, required: true },
    path: { type: String, required: true },
    schoolName: { type: String, required: true },
    from: { type: String, required: true },
    fileName: { type: String, required: true },
    status: { type: String, enum: groupStatus.options, default: 'checked', required: true },
    students: count,
    moved: count,
    failed: count,
    reason: { type: String, default: null },
    decidedBy: { type: id, default: null },
    decidedAt: { type: Date, default: null },
    /** Since when the school has had it. */
    waitsSince: { type: Date, default: null },
    leaseUntil: lease,
  },
  { timestamps: true, strict: 'throw' },
)
groupSchema.index({ assignmentId: 1, schoolId: 1 }, { unique: true })
groupSchema.index({ path: 1, _id: -1 })
// What waits for a school is counted; the tick asks which still wait, and which have just ended unanswered.
groupSchema.index({ path: 1, status: 1 }, { partialFilterExpression: { status: 'waiting' } })
groupSchema.index({ _id: 1, status: 1 }, { partialFilterExpression: { status: 'waiting' } })
groupSchema.index({ decidedAt: 1 }, { partialFilterExpression: { status: 'expired' } })
groupSchema.index({ status: 1, leaseUntil: 1 }, { partialFilterExpression: { status: 'applying' } })
export type GroupRecord = InferSchemaType<typeof groupSchema> & { _id: Types.ObjectId; updatedAt: Date }
export const GroupModel = model('AssignedGroup', groupSchema)

/** A line of the list. */
const lineSchema = new Schema(
  {
    assignmentId: { type: id, required: true },
    row: { type: Number, required: true },
    name: { type: String, default: '' },
    number: { type: String, default: '' },
    fromSchool: { type: String, default: '' },
    newNumber: { type: String, default: '' },
    sealedNewNumber: { type: String, default: null },
    studentId: { type: id, default: null },
    schoolId: { type: id, default: null },
    /** The class it was confirmed for. */
    classId: { type: id, default: null },
    state: { type: String, enum: ['waiting', 'moved', 'failed'], default: 'waiting', required: true },
    problem: { type: String, default: null },
    at: { type: Date, required: true },
  },
  { strict: 'throw', versionKey: false },
)
lineSchema.index({ assignmentId: 1, row: 1 }, { unique: true })
// A child stands once in a list.
lineSchema.index(
  { assignmentId: 1, studentId: 1 },
  { unique: true, partialFilterExpression: { studentId: { $type: 'objectId' } } },
)
lineSchema.index({ assignmentId: 1, schoolId: 1, state: 1, row: 1 })
lineSchema.index({ assignmentId: 1, schoolId: 1, row: 1 })
// A year on nobody asks any more; the log keeps who went where.
lineSchema.index({ at: 1 }, { expireAfterSeconds: 366 * 86_400 })
holdsSealed(lineSchema, 'sealedNewNumber')
export type LineRecord = InferSchemaType<typeof lineSchema> & { _id: Types.ObjectId }
export const LineModel = model('AssignedLine', lineSchema)
