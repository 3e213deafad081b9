import { postKind } from '#contract/posts'
import { type InferSchemaType, model, Schema, type Types } from 'mongoose'
import { holdsSealed } from '../../infra/sealed.ts'
import { dropsIndex } from '../../infra/gone-indexes.ts'
import { ANY_TEXT } from '../../infra/partial-indexes.ts'

const sessionSchema = new Schema({
  /** SHA-256 of the token's secret half: a stolen database opens no session. */
  hash: { type: String, required: true },
  role: { type: String, enum: ['guardian', 'staff'], required: true },
  openedAt: { type: Date, required: true },
  expiresAt: { type: Date, required: true },
  device: { type: String, default: '' },
  /** Opened with a password: it never becomes a parent's, whose door is WeChat alone. */
  isConsole: { type: Boolean, default: false },
  /** The unit requires six digits and there were none at sign-in: until they are set up nothing else opens. */
  mustSetUpTotp: { type: Boolean, default: false },
  /** Opened with a first password: until there is one of their own nothing else opens. */
  mustChangePassword: { type: Boolean, default: false },
})

/** person × unit × from–to. Posts are never removed: what is over is history. */
const postSchema = new Schema({
  post: { type: String, enum: postKind.options, required: true },
  unitId: { type: Schema.Types.ObjectId, required: true },
  path: { type: String, required: true },
  from: { type: Date, required: true },
  /** From this instant on it gives nothing. */
  to: { type: Date, default: null },
  givenBy: { type: Schema.Types.ObjectId, default: null },
  endedBy: { type: Schema.Types.ObjectId, default: null },
  /** A deputy's: whose post it really is. No default, so that the index holds deputies only. */
  deputyForId: { type: Schema.Types.ObjectId },
  /** The holder's: until when somebody stands in. One deputy at a time. */
  deputyUntil: { type: Date, default: null },
})

const personSchema = new Schema(
  {
    name: { type: String, default: '' },
    /** Sealed; `phoneIndex` is what is searched. */
    phone: { type: String, default: null },
    phoneIndex: { type: String },
    wxOpenId: { type: String },
    loginName: { type: String },
    passwordHash: { type: String, default: null },
    /** The password was drawn here and read by somebody else: good for one thing, setting one's own. */
    hasFirstPassword: { type: Boolean },
    totp: {
      type: new Schema(
        {
          secret: { type: String, required: true },
          confirmedAt: { type: Date, default: null },
          /** The last 30-second step that was used: a code opens one session only. */
          lastStep: { type: Number, default: 0 },
        },
        { _id: false },
      ),
      default: null,
    },
    /** A link at which this person sets a new password, once. Kept as a hash, as a session is. */
    passwordLink: {
      type: new Schema(
        { hash: { type: String, required: true }, expiresAt: { type: Date, required: true } },
        { _id: false },
      ),
      default: null,
    },
    /** The last answer to the privacy text; all of them are kept in `consents`. */
    consent: {
      type: new Schema(
        {
          version: { type: Number, required: true },
          isGiven: { type: Boolean, required: true },
          at: { type: Date, required: true },
        },
        { _id: false },
      ),
      default: null,
    },
    /** The closing of the account that was asked for. */
    closing: {
      type: new Schema(
        { askedAt: { type: Date, required: true }, dueAt: { type: Date, required: true } },
        { _id: false },
      ),
      default: null,
    },
    sessions: { type: [sessionSchema], default: [] },
    posts: { type: [postSchema], default: [] },
    /** Courses for teachers that were finished; one that is learned anew every year, once for each (A8). */
    trainings: {
      type: [
        new Schema(
          { code: { type: String, required: true }, at: { type: Date, required: true } },
          { _id: false },
        ),
      ],
      default: [],
    },
    /** The name under which the demo city offers this person. */
    demoAs: { type: String },
  },
  { timestamps: true, strict: 'throw' },
)

for (const key of ['wxOpenId', 'phoneIndex', 'loginName', 'demoAs']) {
  personSchema.index(
    { [key]: 1 },
    { name: `${key}_any`, unique: true, partialFilterExpression: { [key]: ANY_TEXT } },
  )
  dropsIndex(personSchema, `${key}_1`)
}
personSchema.index(
  { 'closing.dueAt': 1 },
  { partialFilterExpression: { 'closing.dueAt': { $type: 'date' } } },
)
personSchema.index({ 'posts.path': 1, _id: 1 })
personSchema.index({ 'posts.unitId': 1, 'posts.post': 1 })
personSchema.index({ 'posts.deputyForId': 1 }, { sparse: true })

export type PostRecord = InferSchemaType<typeof postSchema> & { _id: Types.ObjectId }
holdsSealed(personSchema, 'phone', 'totp.secret')

export type PersonRecord = InferSchemaType<typeof personSchema> & { _id: Types.ObjectId }
export const PersonModel = model('Person', personSchema)
