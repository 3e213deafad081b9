import { model, Schema } from 'mongoose'

/**
 * What WeChat says of the bytes of a picture. It knows no school: the same bytes get the same answer wherever they are shown, so it is asked
 * once for all of them.
 */
export interface PictureWordRecord {
  /** SHA-256 of the bytes. */
  _id: string
  verdict: 'pass' | 'doubt'
  at: Date
}

const wordSchema = new Schema<PictureWordRecord>(
  {
    _id: { type: String, required: true },
    verdict: { type: String, enum: ['pass', 'doubt'], required: true },
    at: { type: Date, required: true },
  },
  { strict: 'throw', versionKey: false, collection: 'pictureWords' },
)

export const PictureWordModel = model<PictureWordRecord>('PictureWord', wordSchema)
