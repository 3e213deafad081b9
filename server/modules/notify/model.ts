import { type InferSchemaType, model, Schema } from 'mongoose'
import type { TemplateValue } from '../../infra/wechat/fit.ts'
import { MESSAGE_KINDS, REASON_NAMES, SMS_STATUSES } from './rules.ts'
import { dropsIndex } from '../../infra/gone-indexes.ts'
import { ANY_TEXT } from '../../infra/partial-indexes.ts'

/** Kept for a school year and a little: longer than the 180 days that logs must be, shorter than for ever. */
const KEEP_SECONDS = 400 * 86_400

/** The second way to a person WeChat did not reach. */
const smsSchema = new Schema(
  {
    status: { type: String, enum: SMS_STATUSES, required: true },
    dueAt: { type: Date, required: true },
    leaseId: { type: String, default: null },
    leaseUntil: { type: Date, default: () => new Date(0) },
    /** The text message it went out in. */
    textId: { type: String, default: null },
  },
  { _id: false },
)

/** Everything that leaves is first a document here. It is the line in the person's list of messages, too. */
const outboxSchema = new Schema(
  {
    /** `kind:subject:person:step`, so that nothing can stand here twice. */
    _id: { type: String, required: true },
    kind: { type: String, enum: MESSAGE_KINDS, required: true },
    subject: { type: String, required: true },
    personId: { type: Schema.Types.ObjectId, required: true },
    path: { type: String, default: null },
    title: { type: String, required: true },
    text: { type: String, required: true },
    page: { type: String, required: true },
    values: { type: Schema.Types.Mixed, required: true },
    isUrgent: { type: Boolean, default: false },
    /** When the person's list shows it; quiet hours do not matter there. */
    showAt: { type: Date, required: true },
    readAt: { type: Date, default: null },
    /** No longer in the person's list: it is about a child they do not belong to. */
    isHidden: { type: Boolean },
    /** When WeChat gets it, at the earliest. */
    dueAt: { type: Date, required: true },
    expiresAt: { type: Date, default: null },
    status: {
      type: String,
      enum: ['pending', 'sending', 'sent', 'failed', 'unreachable', 'unknown', 'withdrawn'],
      default: 'pending',
      required: true,
    },
    leaseId: { type: String, default: null },
    leaseUntil: { type: Date, default: () => new Date(0) },
    attempts: { type: Number, default: 0 },
    sentAt: { type: Date, default: null },
    /** WeChat's number for what it took on; its report of the delivery names it. */
    messageId: { type: String },
    errcode: { type: Number, default: null },
    reason: { type: String, enum: [...REASON_NAMES, null], default: null },
    /** Key of the message it went out with: several in one. */
    withId: { type: String },
    /** Which step of a letter's reminders it is: `before1`, or `m2` for the second one that was asked for by hand. */
    rung: { type: String },
    /** Where WeChat does not reach its person, a text message may. */
    mayText: { type: Boolean },
    sms: { type: smsSchema, default: undefined },
  },
  { strict: 'throw', collection: 'outbox', versionKey: false },
)

// The dispatcher asks every few seconds for what is due; only what waits carries the cost.
outboxSchema.index({ dueAt: 1 }, { partialFilterExpression: { status: 'pending' } })
outboxSchema.index({ leaseUntil: 1 }, { partialFilterExpression: { status: 'sending' } })
// What shares a person's message of the day.
outboxSchema.index({ personId: 1, dueAt: 1 }, { partialFilterExpression: { status: 'pending' } })
outboxSchema.index({ 'sms.dueAt': 1 }, { partialFilterExpression: { 'sms.status': 'pending' } })
outboxSchema.index({ 'sms.leaseUntil': 1 }, { partialFilterExpression: { 'sms.status': 'sending' } })
outboxSchema.index({ withId: 1 }, { name: 'withId_any', partialFilterExpression: { withId: ANY_TEXT } })
outboxSchema.index({ personId: 1, showAt: -1, _id: -1 })
// Of a letter to a city a million and a half rows come in the order of their paths, which costs this index next to nothing (decision 0004).
outboxSchema.index({ subject: 1, path: 1, _id: 1 })
outboxSchema.index(
  { subject: 1, path: 1, rung: 1, status: 1, 'sms.status': 1 },
  { name: 'rungs', partialFilterExpression: { rung: ANY_TEXT } },
)
outboxSchema.index(
  { messageId: 1 },
  { name: 'messageId_any', partialFilterExpression: { messageId: ANY_TEXT } },
)
outboxSchema.index({ showAt: 1 }, { expireAfterSeconds: KEEP_SECONDS })
for (const name of [
  'withId_1',
  'leaseId_1',
  'messageId_1',
  'subject_1_path_1_status_1',
  'subject_1_path_1_rung_1_status_1_sms.status_1',
  'subject_1__id_1',
  'personId_1_readAt_1',
])
  dropsIndex(outboxSchema, name)

export type OutboxRecord = Omit<InferSchemaType<typeof outboxSchema>, 'values'> & {
  values: Record<string, TemplateValue>
}
export const OutboxModel = model('Outbox', outboxSchema)
