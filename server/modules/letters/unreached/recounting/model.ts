import { model, Schema, type Types } from 'mongoose'
import type { UnreachedCounts } from '#contract/unreached'

/** Nobody asks about a letter any more after so long; whoever does has it counted again. */
const KEEP_SECONDS = 90 * 86_400
const id = Schema.Types.ObjectId

/** How many families of one school nothing reaches for a letter, as they were counted. */
export interface UnreachedTally {
  /** `letter:school` */
  _id: string
  letterId: Types.ObjectId
  /** Of the school. */
  path: string
  counts: UnreachedCounts
  countedAt: Date
}

const tallySchema = new Schema<UnreachedTally>(
  {
    _id: { type: String, required: true },
    letterId: { type: id, required: true },
    path: { type: String, required: true },
    counts: { type: Schema.Types.Mixed, required: true },
    countedAt: { type: Date, required: true },
  },
  { strict: 'throw', collection: 'unreachedTallies', versionKey: false },
)
tallySchema.index({ letterId: 1, path: 1 })
tallySchema.index({ countedAt: 1 }, { expireAfterSeconds: KEEP_SECONDS })
export const UnreachedTallyModel = model('UnreachedTally', tallySchema)

/** Somebody above the schools has asked for a letter to be counted: the worker goes from school to school. */
export interface UnreachedRecount {
  /** `letter:unit` */
  _id: string
  letterId: Types.ObjectId
  /** Of the unit that is asked about. */
  path: string
  askedAt: Date
  isDue: boolean
  /** The end of the last school that has been counted. */
  upTo: string
  done: number
  of: number
  /** When it was last at its end. */
  endedAt: Date | null
}

const recountSchema = new Schema<UnreachedRecount>(
  {
    _id: { type: String, required: true },
    letterId: { type: id, required: true },
    path: { type: String, required: true },
    askedAt: { type: Date, required: true },
    isDue: { type: Boolean, required: true },
    upTo: { type: String, required: true },
    done: { type: Number, required: true },
    of: { type: Number, required: true },
    endedAt: { type: Date, default: null },
  },
  { strict: 'throw', collection: 'unreachedRecounts', versionKey: false },
)
recountSchema.index({ isDue: 1, askedAt: 1 }, { partialFilterExpression: { isDue: true } })
recountSchema.index({ askedAt: 1 }, { expireAfterSeconds: KEEP_SECONDS })
export const UnreachedRecountModel = model('UnreachedRecount', recountSchema)
