import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

const id = Schema.Types.ObjectId

/** A guardian asks another one in: a code that opens once, for three days. */
const invitationSchema = new Schema(
  {
    code: { type: String, required: true },
    studentId: { type: id, required: true },
    invitedBy: { type: id, required: true },
    /** What the inviting guardian is to the child: the card says 张*的妈妈邀请您. */
    inviterRelation: { type: String, required: true },
    at: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    usedAt: { type: Date, default: null },
    usedBy: { type: id, default: null },
    withdrawnAt: { type: Date, default: null },
  },
  { strict: 'throw', versionKey: false, collection: 'familyInvitations' },
)
invitationSchema.index({ code: 1 }, { unique: true })
// One open invitation a child and guardian, however often the button is pressed.
invitationSchema.index(
  { studentId: 1, invitedBy: 1 },
  { unique: true, partialFilterExpression: { usedAt: null, withdrawnAt: null } },
)
invitationSchema.index({ invitedBy: 1, expiresAt: 1 })
// Old ones say nothing any more.
invitationSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 180 * 86_400 })

export type InvitationRecord = InferSchemaType<typeof invitationSchema> & { _id: Types.ObjectId }
export const InvitationModel = model('FamilyInvitation', invitationSchema)
