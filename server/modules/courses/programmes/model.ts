import { MEDIA } from '#contract/lesson-parts'
import { audience, courseStage, moduleRule, type ModuleRule } from '#contract/drafts'
import { type InferSchemaType, model, Schema, type Types } from 'mongoose'
import { type AskedQuestion, questionParts } from './lessons/model.ts'

const id = Schema.Types.ObjectId
const part = { _id: false, strict: 'throw' } as const

const outlineSchema = new Schema(
  {
    lessonId: { type: id, required: true },
    code: { type: String, required: true },
    title: { type: String, required: true },
    kind: { type: String, enum: MEDIA, required: true },
    theme: { type: String, default: '' },
    summary: { type: String, default: '' },
    minutes: { type: Number, required: true },
    seconds: { type: Number, required: true },
    /** Credit hours, by halves; absent means one. */
    hours: { type: Number, default: 1 },
    /** Whether questions come with it; absent means yes. */
    hasQuiz: { type: Boolean, default: true },
    poster: { type: String, default: '' },
  },
  part,
)

const moduleSchema = new Schema(
  {
    title: { type: String, default: '' },
    rule: { type: String, enum: moduleRule.options, required: true },
    /** `atLeast`: so many lessons; `credits`: so many hours. */
    least: { type: Number, default: 0 },
    lessonIds: { type: [id], required: true },
  },
  part,
)

/** How many of each theme and difficulty a paper has. */
const quotasSchema = new Schema(
  {
    themes: {
      type: [
        new Schema(
          { theme: { type: String, required: true }, least: { type: Number, required: true } },
          part,
        ),
      ],
      default: [],
    },
    difficulties: { type: [Number], default: null },
  },
  part,
)

const certificateSchema = new Schema(
  {
    per: { type: String, enum: ['guardian', 'family'], required: true },
    issuedBy: { type: String, enum: ['system', 'school'], required: true },
    design: { type: String, enum: ['leaf', 'jade', 'dawn', null], default: null },
    evidence: {
      type: new Schema(
        { what: { type: String, required: true }, ways: { type: [String], required: true } },
        part,
      ),
      default: null,
    },
    renewal: {
      type: new Schema(
        {
          opensDaysBefore: { type: Number, required: true },
          /** Codes of lessons: they stay from version to version. */
          lessons: { type: [String], required: true },
          draw: { type: Number, required: true },
          passPercent: { type: Number, required: true },
          minutesLimit: { type: Number, required: true },
        },
        part,
      ),
      default: null,
    },
  },
  part,
)
export type CertificatePart = InferSchemaType<typeof certificateSchema>

const programmeSchema = new Schema(
  {
    /** The unit it belongs to, whose families and teachers meet it; null: the installation, so everybody does. */
    unitId: { type: id, default: null },
    unitName: { type: String, default: '' },
    /** Whose programme it was adapted from. */
    source: { type: String, default: null },
    audience: { type: String, enum: audience.options, default: 'guardian' },
    code: { type: String, required: true },
    version: { type: Number, required: true },
    title: { type: String, required: true },
    stage: { type: String, enum: courseStage.options, required: true },
    /** The grades that must hold the certificate: 七年级; where it is optional, those it is offered to first (A5). */
    forGrades: { type: [String], required: true },
    isOptional: { type: Boolean, default: false },
    /** For teachers: whether only class teachers have to learn it (A8). */
    isForClassTeachers: { type: Boolean, default: false },
    /** Whether finishing it earns a certificate; absent means yes. */
    givesCertificate: { type: Boolean, default: true },
    summary: { type: String, required: true },
    hours: { type: Number, required: true },
    hoursNote: { type: String, default: '' },
    validity: {
      type: new Schema(
        {
          until: { type: String, enum: ['end-of-stage', 'years'], required: true },
          years: { type: Number, default: null },
          text: { type: String, default: '' },
        },
        part,
      ),
      required: true,
    },
    /** `draw` is 0 where there is no exam. */
    exam: {
      type: new Schema(
        {
          draw: { type: Number, required: true },
          drawPerLesson: { type: Number, required: true },
          passPercent: { type: Number, required: true },
          minutesLimit: { type: Number, required: true },
          attemptsPerDay: { type: Number, required: true },
          pauseMinutes: { type: Number, required: true },
          quotas: { type: quotasSchema, default: null },
        },
        part,
      ),
      required: true,
    },
    /** Who gets the certificate and how it is renewed; absent means the plainest rules. */
    certificate: { type: certificateSchema, default: null },
    outline: { type: [outlineSchema], required: true },
    /** How much of which lessons has to be done; none means all of them. */
    modules: { type: [moduleSchema], default: [] },
    questions: { type: Number, required: true },
    /** SHA-256 of everything in it: the same content again is no new version. */
    hash: { type: String, required: true },
    publishedAt: { type: Date, required: true },
    /** From then on nobody begins it; whoever is half-way finishes, and certificates stay. */
    withdrawnAt: { type: Date, default: null },
  },
  { strict: 'throw' },
)
programmeSchema.index({ code: 1, version: 1 }, { unique: true })
// Whose certificates count for a grade.
programmeSchema.index({ stage: 1, forGrades: 1 })
programmeSchema.index({ unitId: 1, code: 1, version: -1 })

export interface Module {
  title: string
  rule: ModuleRule
  least: number
  lessonIds: Types.ObjectId[]
}
export type ProgrammeRecord = Omit<InferSchemaType<typeof programmeSchema>, 'modules' | 'withdrawnAt'> & {
  _id: Types.ObjectId
  withdrawnAt?: Date | null
  /** Absent in versions from before there were modules. */
  modules?: Module[]
}
export const ProgrammeModel = model('Programme', programmeSchema)

export { type AskedQuestion, LessonModel, type LessonRecord } from './lessons/model.ts'

const questionSchema = new Schema(
  {
    programmeId: { type: id, required: true },
    lessonId: { type: id, required: true },
    code: { type: String, required: true },
    difficulty: { type: Number, required: true },
    ...questionParts,
    /** A case tells a situation in `stem` and asks in its parts. */
    kind: { type: String, enum: ['single', 'multiple', 'truefalse', 'case'], required: true },
    explanation: { type: String, default: '' },
    parts: { type: [new Schema(questionParts, part)], default: undefined },
  },
  { strict: 'throw' },
)
questionSchema.index({ programmeId: 1, code: 1 }, { unique: true })

export type QuestionRecord = Omit<AskedQuestion, 'kind'> & {
  kind: AskedQuestion['kind'] | 'case'
  parts?: AskedQuestion[]
  _id: Types.ObjectId
  programmeId: Types.ObjectId
  lessonId: Types.ObjectId
  code: string
  difficulty: number
}
export const QuestionModel = model('Question', questionSchema)

/** Who began which version, and stays on it. */
const enrolmentSchema = new Schema(
  {
    personId: { type: id, required: true },
    programmeCode: { type: String, required: true },
    programmeId: { type: id, required: true },
    startedAt: { type: Date, required: true },
    /** When nothing was left to do. */
    finishedAt: { type: Date, default: null },
    /** What was finished before it was begun anew in a later school year (A8), the oldest first. */
    earlier: {
      type: [
        new Schema(
          {
            programmeId: { type: id, required: true },
            startedAt: { type: Date, required: true },
            finishedAt: { type: Date, required: true },
            lessonsDone: { type: Number, required: true },
          },
          part,
        ),
      ],
      default: [],
    },
  },
  { strict: 'throw' },
)
enrolmentSchema.index({ personId: 1, programmeCode: 1 }, { unique: true })
enrolmentSchema.index({ programmeCode: 1, finishedAt: 1 })

export type EnrolmentRecord = InferSchemaType<typeof enrolmentSchema> & { _id: Types.ObjectId }
export const EnrolmentModel = model('Enrolment', enrolmentSchema)
