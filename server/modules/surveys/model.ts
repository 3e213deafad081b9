import { type InferSchemaType, model, Schema, type Types } from 'mongoose'
import { dropsIndex } from '../../infra/gone-indexes.ts'
import { ANY_ID } from '../../infra/partial-indexes.ts'

const id = Schema.Types.ObjectId

/** An item as it stood in the bank when it was drawn: what was asked stays what was asked. */
const itemSchema = new Schema(
  {
    code: { type: String, required: true },
    theme: { type: String, required: true },
    kind: { type: String, enum: ['single', 'multiple', 'truefalse'], required: true },
    stem: { type: String, required: true },
    options: { type: [String], required: true },
    correct: { type: [Number], required: true },
    explanation: { type: String, required: true },
    source: { type: String, required: true },
  },
  { _id: false },
)

const surveySchema = new Schema(
  {
    unitId: { type: id, required: true },
    path: { type: String, required: true },
    /** The same for a button pressed twice. */
    requestId: { type: String, required: true },
    title: { type: String, required: true },
    wave: { type: String, enum: ['single', 'before', 'after'], required: true },
    /** Of an `after`: the survey before the course, whose items and families it repeats. */
    beforeId: { type: id, default: null },
    items: { type: [itemSchema], required: true },
    bankVersion: { type: Number, required: true },
    /** Items and families are drawn by it; it is shown, so that anybody can draw them again. */
    seed: { type: String, required: true },
    confidence: { type: Number, enum: [90, 95, 99], required: true },
    /** Percent points. */
    margin: { type: Number, required: true },
    grades: { type: [Number], default: [] },
    closesOn: { type: String, required: true },
    status: { type: String, enum: ['draft', 'opening', 'open', 'closed'], default: 'draft', required: true },
    /** While opening: the path of the last school whose families are drawn. */
    cursor: { type: String, default: '' },
    openedAt: { type: Date, default: null },
    closedAt: { type: Date, default: null },
    remindedOn: { type: String, default: '' },
    createdBy: { type: id, required: true },
  },
  { timestamps: true, strict: 'throw' },
)
surveySchema.index({ unitId: 1, requestId: 1 }, { unique: true })
// What concerns a unit: written below it by a range of paths, above it by the few paths that lead to it.
surveySchema.index({ path: 1, _id: -1 })
surveySchema.index(
  { beforeId: 1 },
  { name: 'beforeId_any', unique: true, partialFilterExpression: { beforeId: ANY_ID } },
)
dropsIndex(surveySchema, 'beforeId_1')
surveySchema.index(
  { status: 1, closesOn: 1 },
  { partialFilterExpression: { status: { $in: ['opening', 'open'] } } },
)

export type SurveyRecord = InferSchemaType<typeof surveySchema> & { _id: Types.ObjectId }
export const SurveyModel = model('Survey', surveySchema)

/**
 * One sheet for each survey and class: which families were drawn, which have answered, and sums of what they answered. Nobody can
 * read from it who answered what, because it is not in it.
 */
const sheetSchema = new Schema(
  {
    /** `survey:class` */
    _id: { type: String, required: true },
    surveyId: { type: id, required: true },
    classId: { type: id, required: true },
    path: { type: String, required: true },
    /** Families of the class that had joined when it was drawn from. */
    joined: { type: Number, required: true },
    sample: { type: [id], required: true },
    sampled: { type: Number, required: true },
    answeredIds: { type: [id], default: [] },
    answered: { type: Number, default: 0, required: true },
    aware: { type: Number, default: 0, required: true },
    /** How many had each item right, in the order of the survey's items. */
    rights: { type: [Number], required: true },
    isOpen: { type: Boolean, default: true, required: true },
  },
  { strict: 'throw', versionKey: false, collection: 'surveySheets' },
)
sheetSchema.index({ surveyId: 1, path: 1, sampled: 1, answered: 1, aware: 1 })
// A family looks for what it is asked, whichever class it is in now.
sheetSchema.index({ sample: 1 }, { partialFilterExpression: { isOpen: true } })

export type SheetRecord = InferSchemaType<typeof sheetSchema>
export const SurveySheetModel = model('SurveySheet', sheetSchema)

/**
 * One person's result in a survey that is repeated after a course, under a pseudonym: a keyed hash of person and pair that nobody
 * can turn back without the key, and that is another one in every pair.
 */
const resultSchema = new Schema(
  {
    /** `before survey:wave:pseudonym` */
    _id: { type: String, required: true },
    pairId: { type: id, required: true },
    wave: { type: String, enum: ['before', 'after'], required: true },
    pseudonym: { type: String, required: true },
    path: { type: String, required: true },
    isAware: { type: Boolean, required: true },
  },
  { strict: 'throw', versionKey: false, collection: 'surveyResults' },
)
resultSchema.index({ pairId: 1, path: 1 })
resultSchema.index({ pairId: 1, pseudonym: 1 })

export type ResultRecord = InferSchemaType<typeof resultSchema>
export const SurveyResultModel = model('SurveyResult', resultSchema)
