import { type InferSchemaType, model, Schema, type Types } from 'mongoose'
import type { LetterForm } from '#contract/letter-form'
import type { Attachment, AuthorBlank } from '#contract/letters'
import type { HandedIn } from './approvals/model.ts'
import type { FrozenPicture } from './rules.ts'
import type { NodeDays } from './calendar/model.ts'
import { type AudienceEntry, entrySchema, staffSchema } from './addressing/model.ts'
import { dropsIndex } from '../../infra/gone-indexes.ts'
import { ANY_ID } from '../../infra/partial-indexes.ts'

const id = Schema.Types.ObjectId
/** So long an expired draft can be taken up again. */
export const KEPT_DAYS = 366

const letterSchema = new Schema(
  {
    unitId: { type: id, required: true },
    /** Path of the unit that writes, and the ids of it: a branch finds what was written below by one of them. */
    path: { type: String, required: true },
    ownerIds: { type: [id], required: true },
    unitName: { type: String, required: true },
    authorId: { type: id, required: true },
    authorName: { type: String, required: true },
    kind: { type: String, enum: ['letter', 'notice'], required: true },
    title: { type: String, default: '' },
    body: { type: String, default: '' },
    pledge: { type: String, default: '' },
    confirmation: { type: String, enum: ['read', 'confirm', 'sign'], required: true },
    audience: { type: [entrySchema], required: true },
    /** Units and groups whose families do not get it. */
    without: { type: [entrySchema], default: undefined },
    /** Families of the units that do not get it. */
    excluded: {
      type: [
        new Schema(
          { studentId: { type: id, required: true }, name: { type: String, required: true } },
          { _id: false },
        ),
      ],
      default: undefined,
    },
    /**
     * To members of staff instead of families: whoever holds one of these posts at or below one of these units. `keys` are
     * what a holder finds it by (`unit#post`). Its `audience` is empty, so that no family ever meets it.
     */
    staff: {
      type: staffSchema,
      default: undefined,
    },
    /** Begun from a template that speaks of one child: never to a class (B4, B5). */
    isForOneFamily: { type: Boolean },
    /** To single families only: nobody but the author's own office sees it. */
    isPrivate: { type: Boolean },
    /** Who of a family has to confirm or sign. Letters from before there was a choice have none: any guardian. */
    receiptRule: { type: String, enum: ['any', 'each', 'once'] },
    /** Belongs to a day of the year's calendar: which one, in which school year (B7). */
    node: {
      type: new Schema(
        {
          /** `city:year:node` */
          key: { type: String, required: true },
          code: { type: String, required: true },
          year: { type: Number, required: true },
          title: { type: String, required: true },
          template: { type: String, default: null },
        },
        { _id: false },
      ),
      default: undefined,
    },
    nodeDays: { type: Schema.Types.Mixed },
    /** `city:year:node:unit:template` of a draft that the calendar has made; nobody's own has it. */
    draftKey: { type: String },
    /** The help lines of each family's own city stand below it (B8). */
    offersHelp: { type: Boolean },
    /** What families fill in, and what the author fills in while it is a draft. */
    form: { type: Schema.Types.Mixed },
    blanks: { type: [Schema.Types.Mixed], default: undefined },
    /** Files beside the text: their bytes lie in the store under their SHA-256. */
    attachments: { type: [Schema.Types.Mixed], default: undefined },
    /** The pictures of the text, as phones are sent them. */
    pictures: { type: [Schema.Types.Mixed], default: undefined },
    /** Counts the saves of a draft. */
    revision: { type: Number },
    /** Where families' replies go; as is usual for its kind, if not said. */
    replies: { type: String, enum: ['author', 'classTeacher', 'none'] },
    dueOn: { type: String, default: null },
    status: {
      type: String,
      enum: ['draft', 'expired', 'scheduled', 'sending', 'sent', 'withdrawn'],
      default: 'draft',
      required: true,
    },
    /** A draft whose node is over or off, put away with the rest of its unit’s. */
    expiredAt: { type: Date },
    sendAt: { type: Date, default: null },
    sentAt: { type: Date, default: null },
    version: { type: Number, default: 1, required: true },
    /** SHA-256 of what was sent; set when sending begins and never again. */
    textHash: { type: String, default: null },
    supersedes: { type: id, default: null },
    supersededBy: { type: id, default: null },
    /** In one sentence what a new edition puts right, for those who have read the one before. */
    correction: { type: String },
    /** A letter of a unit above that this one passes on to its own families. */
    forwardOf: {
      type: new Schema(
        {
          letterId: { type: id, required: true },
          unitName: { type: String, required: true },
          title: { type: String, required: true },
          /** The unit has seen that the original was withdrawn or put right, and left its own as it is. */
          keptAt: { type: Date },
        },
        { _id: false },
      ),
      default: undefined,
    },
    /** Where it stands with the unit that wants to see it first. */
    approval: { type: Schema.Types.Mixed },
    withdrawnAt: { type: Date, default: null },
    /** Why it was taken back, for those who had read it. */
    withdrawnReason: { type: String },
    /** Units that have passed it on are still to be told that it was withdrawn or put right. */
    areForwardsDue: { type: Boolean },
    /** What was handed in to be seen last, and the time before. */
    handedIn: { type: Schema.Types.Mixed },
    /** Why it did not go at its hour, and since when it is a draft again. */
    heldBack: {
      type: new Schema(
        { why: { type: String, required: true }, at: { type: Date, required: true } },
        { _id: false },
      ),
      default: undefined,
    },
    requestId: { type: String, required: true },
    /** Families see it already; the sheets of their classes are still being made. */
    areSheetsDue: { type: Boolean },
    /** Path of the last class that has its sheet: where a sending that was cut short goes on. */
    sheetsUpTo: { type: String, default: '' },
    /** Path of the last class whose guardians stand in the outbox. */
    messagesUpTo: { type: String, default: '' },
    areMessagesDue: { type: Boolean, default: false, required: true },
    /** The reminders its author has chosen; left out, the usual ones. */
    remindOn: { type: [String], default: undefined },
    /** 紧急: its first message goes at once, at night too. */
    isUrgent: { type: Boolean },
    /** Whom WeChat does not reach with it is texted at once. */
    textsFirst: { type: Boolean },
    /** Their days, worked out when it was sent, and what has been done of them. */
    rungs: {
      type: [
        new Schema(
          {
            step: { type: String, required: true },
            at: { type: Date, required: true },
            /** Path of the last class that has been written to. */
            upTo: { type: String, default: '' },
            doneAt: { type: Date, default: null },
            isSkipped: { type: Boolean },
          },
          { _id: false },
        ),
      ],
      default: undefined,
    },
    nextRungAt: { type: Date },
  },
  { timestamps: true, strict: 'throw' },
)

letterSchema.index({ unitId: 1, _id: -1 })
letterSchema.index({ ownerIds: 1, _id: -1 })
// Pressed twice on a bad network, a letter is written once.
letterSchema.index({ authorId: 1, requestId: 1 }, { unique: true })
// A sent letter has one next edition, whoever begins it.
letterSchema.index(
  { supersedes: 1 },
  { name: 'supersedes_any', unique: true, partialFilterExpression: { supersedes: ANY_ID } },
)
dropsIndex(letterSchema, 'supersedes_1')
// A family's letters: those to any unit on the path of its class, newest first.
letterSchema.index(
  { 'audience.unitId': 1, sentAt: -1, _id: -1 },
  { partialFilterExpression: { status: 'sent' } },
)
// The same for the holder of a post.
letterSchema.index(
  { 'staff.keys': 1, sentAt: -1, _id: -1 },
  { partialFilterExpression: { status: 'sent', 'staff.keys': { $exists: true } } },
)
// What waits for a unit's yes, what came first first.
letterSchema.index(
  { 'approval.approverId': 1, 'approval.at': 1 },
  { partialFilterExpression: { 'approval.state': 'submitted' } },
)
// What was taken back from a family lately.
letterSchema.index(
  { 'audience.unitId': 1, withdrawnAt: -1 },
  { partialFilterExpression: { status: 'withdrawn' } },
)
// The calendar drafts a letter once, however often its walk begins anew. MongoDB 6 looks nothing up in an index that is partial by `$type`.
letterSchema.index(
  { draftKey: 1 },
  { unique: true, partialFilterExpression: { draftKey: { $exists: true } } },
)
// Which schools have sent theirs: read from the index alone.
letterSchema.index(
  { 'node.key': 1, path: 1, status: 1 },
  { partialFilterExpression: { 'node.key': { $exists: true } } },
)
// Who has passed a letter on.
letterSchema.index(
  { 'forwardOf.letterId': 1, path: 1 },
  { partialFilterExpression: { 'forwardOf.letterId': { $exists: true } } },
)
// What a unit has planned, by its day.
letterSchema.index({ unitId: 1, sendAt: 1 }, { partialFilterExpression: { status: 'scheduled' } })
// What a unit has put away; after a year it is gone, as its list says.
letterSchema.index({ unitId: 1, expiredAt: -1 }, { partialFilterExpression: { status: 'expired' } })
letterSchema.index(
  { expiredAt: 1 },
  { expireAfterSeconds: KEPT_DAYS * 86_400, partialFilterExpression: { status: 'expired' } },
)
// The tick asks for what is due; only what waits carries the cost.
letterSchema.index({ sendAt: 1 }, { partialFilterExpression: { status: 'scheduled' } })
letterSchema.index({ status: 1, _id: 1 }, { partialFilterExpression: { status: 'sending' } })
letterSchema.index({ areForwardsDue: 1, _id: 1 }, { partialFilterExpression: { areForwardsDue: true } })
letterSchema.index({ areSheetsDue: 1, _id: 1 }, { partialFilterExpression: { areSheetsDue: true } })
letterSchema.index({ areMessagesDue: 1, _id: 1 }, { partialFilterExpression: { areMessagesDue: true } })

letterSchema.index({ nextRungAt: 1 }, { partialFilterExpression: { nextRungAt: { $type: 'date' } } })

/** Who is to see a letter before it goes out, what exactly, and what they said. */
export interface Approval {
  state: 'submitted' | 'approved' | 'returned'
  approverId: Types.ObjectId
  approverPath: string
  approverName: string
  /** SHA-256 of everything a yes is given to. */
  hash: string
  byId: Types.ObjectId
  by: string
  at: Date
  /** When it goes once it is approved; null where its author sends it. */
  thenSend: { at: Date | null } | null
  isForSafety: boolean
  words?: string | null
  decidedById?: Types.ObjectId
  decidedBy?: string
  decidedAt?: Date
}

export type LetterRecord = Omit<
  InferSchemaType<typeof letterSchema>,
  | 'form'
  | 'blanks'
  | 'attachments'
  | 'pictures'
  | 'approval'
  | 'handedIn'
  | 'audience'
  | 'without'
  | 'nodeDays'
> & {
  nodeDays?: NodeDays | null
  approval?: Approval | null
  handedIn?: { now: HandedIn; before?: HandedIn } | null
  _id: Types.ObjectId
  audience: AudienceEntry[]
  without?: AudienceEntry[] | null
  form?: LetterForm | null
  blanks?: AuthorBlank[]
  attachments?: Attachment[]
  pictures?: FrozenPicture[]
}
export const LetterModel = model('Letter', letterSchema)
