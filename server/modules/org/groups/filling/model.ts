import { type InferSchemaType, model, Schema, type Types } from 'mongoose'
import { holdsSealed } from '../../../../infra/sealed.ts'

const id = Schema.Types.ObjectId
const count = { type: Number, default: 0 }
const A_DAY = 86_400

/** 表格加孩子: what a table says of a group's children. Full of names, so it is sealed, and gone the next day. */
const groupFillSchema = new Schema(
  {
    groupId: { type: id, required: true },
    fileName: { type: String, required: true },
    status: {
      type: String,
      enum: ['begun', 'checking', 'checked', 'applying', 'applied', 'undone'],
      default: 'begun',
      required: true,
    },
    /** The findings of the check, sealed. */
    findings: { type: String, default: null },
    rows: count,
    already: count,
    /** Whom the table and the choices mean, once it is agreed to. */
    studentIds: { type: [id], default: [] },
    /** Of those the ones without room for another group. */
    leftOutIds: { type: [id], default: [] },
    /** The children that came in by this table are in the group from this instant on: an undo knows them by it. */
    appliedAt: { type: Date, default: null },
    undoneAt: { type: Date, default: null },
    at: { type: Date, required: true },
  },
  { strict: 'throw', versionKey: false, collection: 'groupFills' },
)
groupFillSchema.index({ groupId: 1, appliedAt: -1 })
groupFillSchema.index({ at: 1 }, { expireAfterSeconds: A_DAY })
holdsSealed(groupFillSchema, 'findings')

export type GroupFillRecord = InferSchemaType<typeof groupFillSchema> & { _id: Types.ObjectId }
export const GroupFillModel = model('GroupFill', groupFillSchema)
