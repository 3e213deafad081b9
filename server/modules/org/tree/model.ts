import { schoolType, stage } from '#contract/tree'
import { type InferSchemaType, model, Schema, type Types } from 'mongoose'
import { dropsIndex } from '../../../infra/gone-indexes.ts'
import { ANY_TEXT } from '../../../infra/partial-indexes.ts'

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
    /** −3 to 15 for grades and classes, as `gradeName` reads it: 七年级 is 7. */
    grade: { type: Number, default: null },
    /** Schools: what kind, the stages where they differ from the kind's own, and the names of the campuses. */
    schoolType: { type: String, enum: [...schoolType.options, null], default: null },
    stages: { type: [{ type: String, enum: stage.options }], default: [] },
    campuses: { type: [String], default: [] },
    /** Cities: five years of primary school and four of junior, and the set of `content/hotlines/` it shows. */
    isFiveFour: { type: Boolean, default: false },
    hotlines: { type: String, default: null },
    /** Cities: help lines of their own beside the set, and the day on which all were last rung up. */
    helpLines: {
      type: [
        new Schema(
          {
            name: { type: String, required: true },
            number: { type: String, required: true },
            hours: { type: String, required: true },
            about: { type: String, required: true },
            allDay: { type: Boolean, required: true },
          },
          { _id: false },
        ),
      ],
      default: undefined,
    },
    helpLinesCheckedOn: { type: String, default: undefined },
    helpLinesCheckedBy: { type: String, default: undefined },
    /** Classes: the year of entry, and the school year it stands for. A class of last year is closed and stays. */
    entryYear: { type: Number, default: null },
    schoolYear: { type: Number, default: null },
    campus: { type: String, default: '' },
    /** From then on nobody is in it, nothing is sent to it, and no list offers it. */
    closedAt: { type: Date, default: null },
    /** What families type to join; classes only. */
    joinCode: { type: String },
  },
  { timestamps: true, strict: 'throw' },
)
unitSchema.index({ path: 1 }, { unique: true })
// All cities, or the schools of one, without walking past their classes.
unitSchema.index({ kind: 1, path: 1 })
unitSchema.index({ parentId: 1, code: 1 }, { unique: true })
unitSchema.index(
  { joinCode: 1 },
  { name: 'joinCode_any', unique: true, partialFilterExpression: { joinCode: ANY_TEXT } },
)
dropsIndex(unitSchema, 'joinCode_1')

export type UnitRecord = InferSchemaType<typeof unitSchema> & { _id: Types.ObjectId }
export const UnitModel = model('Unit', unitSchema)
