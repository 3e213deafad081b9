import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

const unitSchema = new Schema(
  {
    kind: { type: String, enum: ['city', 'district', 'school', 'grade', 'class'], required: true },
    name: { type: String, required: true },
    /** As people say it from outside: 实验中学七年级2班. */
    fullName: { type: String, required: true },
    parentId: { type: Schema.Types.ObjectId, default: null },
    /** `/city/district/school/grade/class/` as ids: a scope is a prefix of it. */
    path: { type: String, required: true },
    /** The code the roster knows it by; unique among its siblings. */
    code: { type: String, required: true },
    /** 1–12 for grades and classes: 七年级 is 7. */
    grade: { type: Number, default: null },
    /** What families type to join; classes only. */
    joinCode: { type: String },
  },
  { timestamps: true, strict: 'throw' },
)
unitSchema.index({ path: 1 }, { unique: true })
unitSchema.index({ parentId: 1, code: 1 }, { unique: true })
unitSchema.index(
  { joinCode: 1 },
  { unique: true, partialFilterExpression: { joinCode: { $type: 'string' } } },
)

export type UnitRecord = InferSchemaType<typeof unitSchema> & { _id: Types.ObjectId }
export const UnitModel = model('Unit', unitSchema)
