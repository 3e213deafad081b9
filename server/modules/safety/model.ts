import { type InferSchemaType, model, Schema, type Types } from 'mongoose'
import { contentKind } from '#contract/safety'
import { holdsSealed } from '../../infra/sealed.ts'
import { ANY_TEXT } from '../../infra/partial-indexes.ts'

const id = Schema.Types.ObjectId

/** What was written on a phone and has to be looked at by a person before others see it. The thing itself stays in its room. */
const contentSchema = new Schema(
  {
    kind: { type: String, enum: contentKind.options, required: true },
    /** The thing in its room. */
    subject: { type: String, required: true },
    personId: { type: id, required: true },
    /** Sealed: what families write is nobody’s to read in the database, nor whose it is. */
    sealedText: { type: String, default: '' },
    sealedWho: { type: String, default: '' },
    /** Where it was written: the school above this place looks at it. */
    path: { type: String, required: true },
    /** Who must not look at it, whatever post they hold: the other parents, of what one says in confidence. */
    keptFrom: { type: [id], default: undefined },
    because: { type: String, enum: ['doubt', 'unchecked', 'picture'], required: true },
    /** Of a picture, `asked`: WeChat looks at it, and nobody has to as long as it does not doubt. */
    status: { type: String, enum: ['asked', 'waiting', 'passed', 'returned'], required: true },
    words: { type: String, default: null },
    /** Where its sender finds it: the letter’s title, and the page of the mini-program. */
    about: { type: new Schema({ title: String, page: String }, { _id: false }), default: null },
    savedAt: { type: Date, required: true },
    decidedBy: { type: id, default: null },
    decidedAt: { type: Date, default: null },
    /** WeChat's number of a picture it has been asked about. */
    traceId: { type: String },
    /** Whether the room it belongs to has acted on the decision. */
    isHeeded: { type: Boolean, default: true, required: true },
  },
  { strict: 'throw', versionKey: false },
)
holdsSealed(contentSchema, 'sealedText', 'sealedWho')
// Held twice, a thing waits once.
contentSchema.index({ kind: 1, subject: 1 }, { unique: true })
contentSchema.index({ status: 1, path: 1, _id: -1 })
contentSchema.index({ personId: 1 })
contentSchema.index({ traceId: 1 }, { partialFilterExpression: { traceId: ANY_TEXT } })
contentSchema.index({ savedAt: 1 }, { partialFilterExpression: { status: 'asked' } })
contentSchema.index({ isHeeded: 1, _id: 1 }, { partialFilterExpression: { isHeeded: false } })

export type ContentRecord = InferSchemaType<typeof contentSchema> & { _id: Types.ObjectId }
export const ContentModel = model('Content', contentSchema)
