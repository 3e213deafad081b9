import { model, Schema, type Types } from 'mongoose'

/**
 * A picture that belongs to a family's answer: taken by a guardian for a question, or by the school of the paper that was
 * handed in. The bytes lie sealed in the store, under their SHA-256.
 */
export interface PictureRecord {
  _id: Types.ObjectId
  letterId: Types.ObjectId
  studentId: Types.ObjectId
  classId: Types.ObjectId
  personId: Types.ObjectId
  /** Made by the phone: sent twice on a bad network, it is one picture. */
  requestId: string
  isPaper: boolean
  sha256: string
  /** It stands in an answer or beside an entry; what nobody used is thrown away after two days. */
  isUsed: boolean
  at: Date
}

const id = { type: Schema.Types.ObjectId, required: true } as const

const pictureSchema = new Schema<PictureRecord>(
  {
    letterId: id,
    studentId: id,
    classId: id,
    personId: id,
    requestId: { type: String, required: true },
    isPaper: { type: Boolean, required: true },
    sha256: { type: String, required: true },
    isUsed: { type: Boolean, default: false, required: true },
    at: { type: Date, required: true },
  },
  { strict: 'throw', versionKey: false },
)
pictureSchema.index({ personId: 1, requestId: 1 }, { unique: true })
pictureSchema.index({ letterId: 1, studentId: 1 })
// Two families may have sent the same bytes.
pictureSchema.index({ sha256: 1 })
pictureSchema.index({ at: 1 }, { partialFilterExpression: { isUsed: false } })

export const LetterPictureModel = model<PictureRecord>('LetterPicture', pictureSchema)
