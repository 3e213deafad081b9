import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

const id = Schema.Types.ObjectId

/** One sitting of the exam. The drawn paper stands in it: reloading brings the same questions in the same order. */
const attemptSchema = new Schema(
  {
    personId: { type: id, required: true },
    programmeCode: { type: String, required: true },
    programmeId: { type: id, required: true },
    /** The child whose name the certificate will carry; a teacher's carries none. */
    studentId: { type: id, default: null },
    /** false where passing earns no certificate. */
    earnsCertificate: { type: Boolean, default: true },
    status: { type: String, enum: ['running', 'passed', 'failed', 'expired'], required: true },
    questions: {
      type: [
        new Schema(
          {
            questionId: { type: id, required: true },
            /** Position in a case. */
            part: { type: Number, default: null },
            order: { type: [Number], required: true },
          },
          { _id: false },
        ),
      ],
      required: true,
    },
    startedAt: { type: Date, required: true },
    endsAt: { type: Date, required: true },
    endedAt: { type: Date, default: null },
    /** Positions as shown on this paper. */
    answers: { type: [[Number]], default: [] },
    right: { type: Number, default: 0 },
    /** What it takes to pass this paper; a renewal's is its own. Absent: as the programme says. */
    passPercent: { type: Number },
    /** The certificate that passing renews. */
    renews: { type: id, default: null },
    /** Passed, and something else is still to come before the certificate: evidence, or the school's word. */
    awaits: { type: String, enum: ['evidence', 'school', null], default: null },
    /** The school has given its word, where certificates wait for it. */
    releasedAt: { type: Date, default: null },
    /** Where the child was when the paper was begun; of what waits for a school. */
    path: { type: String },
    certificateId: { type: id, default: null },
  },
  { strict: 'throw' },
)
// One running paper per person and programme, however often the button is pressed.
attemptSchema.index(
  { personId: 1, programmeCode: 1 },
  { unique: true, partialFilterExpression: { status: 'running' } },
)
attemptSchema.index({ personId: 1, programmeCode: 1, startedAt: -1 })
// Passed and not yet certified: what a crash between the two left behind.
attemptSchema.index(
  { endedAt: 1 },
  { name: 'uncertified', partialFilterExpression: { status: 'passed', certificateId: null, awaits: null } },
)
// What waits for evidence or for the school, by class.
attemptSchema.index(
  { awaits: 1, programmeCode: 1, path: 1 },
  { partialFilterExpression: { awaits: { $gt: '' } } },
)
attemptSchema.index({ studentId: 1 }, { partialFilterExpression: { awaits: { $gt: '' } } })
// How questions were answered, the latest papers first.
attemptSchema.index({ programmeId: 1, endedAt: -1 })

export type AttemptRecord = Omit<InferSchemaType<typeof attemptSchema>, 'answers' | 'endedAt'> & {
  _id: Types.ObjectId
  answers: number[][]
  endedAt: Date | null
}
export const AttemptModel = model('ExamAttempt', attemptSchema)
