import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

const id = Schema.Types.ObjectId

/** Somebody on the shorter way to a certificate that follows one. What was learned before is noted here when its ledger begins anew. */
const renewalSchema = new Schema(
  {
    personId: { type: id, required: true },
    programmeCode: { type: String, required: true },
    /** The version whose lessons are learned again. */
    programmeId: { type: id, required: true },
    certificateId: { type: id, required: true },
    lessonIds: { type: [id], required: true },
    learnedBefore: {
      type: [
        new Schema(
          { lessonId: { type: id, required: true }, completedAt: { type: Date, default: null } },
          { _id: false },
        ),
      ],
      default: [],
    },
    startedAt: { type: Date, required: true },
    doneAt: { type: Date, default: null },
  },
  { strict: 'throw' },
)
// One at a time, however often the button is pressed.
renewalSchema.index(
  { personId: 1, programmeCode: 1 },
  { unique: true, partialFilterExpression: { doneAt: null } },
)

export type RenewalRecord = InferSchemaType<typeof renewalSchema> & { _id: Types.ObjectId }
export const RenewalModel = model('Renewal', renewalSchema)
