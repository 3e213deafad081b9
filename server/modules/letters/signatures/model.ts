import { model, Schema, type Types } from 'mongoose'
import { dropsIndex } from '../../../infra/gone-indexes.ts'
import { holdsSealed } from '../../../infra/sealed.ts'

/** An answer in the words of the letter, as it stood when it was signed. */
export interface SignedAnswer {
  label: string
  text: string
  photos?: SignedPhoto[]
}

/** A photo of an answer; the hash vouches for its bytes. */
export interface SignedPhoto {
  /** 照片1 */
  name: string
  bytes: number
  sha256: string
}

/** What of a signature is sealed. */
export interface Drawn {
  /** The pen's way as x, y, x, y …, on the pad. */
  strokes: number[][]
  answers?: SignedAnswer[]
  /** Hashes of pictures of the letter that a reviewer had sent back: whoever signed had not seen them. */
  returned?: string[]
}

/** A signature as it was given; nothing of it changes afterwards. */
export interface SignatureRecord {
  _id: Types.ObjectId
  letterId: Types.ObjectId
  studentId: Types.ObjectId
  personId: Types.ObjectId
  /** Whose signature it is where each guardian signs a copy of their own; none where a family signs once. */
  slot?: string
  classId: Types.ObjectId
  childName: string
  relation: string
  signedAt: Date
  /** Hash of the letter's text, and its edition, that were signed. */
  textHash: string
  version: number
  /** What was drawn and answered, as JSON, sealed: `Drawn`. */
  sealed: string
  /** The same in the open, as it was kept once; a job seals it. */
  strokes?: number[][]
  answers?: SignedAnswer[]
  /** Size of the pad. */
  width: number
  height: number
  /** The words of the class that the letter was filled with. */
  schoolName: string
  className: string
  teacher: string
  sentAt: Date
  /** SHA-256 of the signed copy, once its bytes are kept. */
  copySha256: string | null
  /** Shown to the school only: a court keeps who signed from the child. */
  isWithheld?: boolean
}

const id = { type: Schema.Types.ObjectId, required: true } as const
const text = { type: String, required: true } as const
const number = { type: Number, required: true } as const

const fields = {
  letterId: id,
  studentId: id,
  personId: id,
  slot: { type: String },
  classId: id,
  childName: text,
  relation: text,
  signedAt: { type: Date, required: true },
  textHash: text,
  version: number,
  sealed: { type: String, default: '' },
  strokes: { type: [[Number]], default: undefined },
  width: number,
  height: number,
  answers: { type: [Schema.Types.Mixed], default: undefined },
  schoolName: text,
  className: text,
  teacher: { type: String, default: '' },
  sentAt: { type: Date, required: true },
  copySha256: { type: String, default: null },
  isWithheld: { type: Boolean },
}
const signatureSchema = new Schema<SignatureRecord>(fields, { strict: 'throw', versionKey: false })

holdsSealed(signatureSchema, 'sealed')

// A family signs a letter once, or each guardian does, whoever holds the phone and however often it is sent.
signatureSchema.index({ letterId: 1, studentId: 1, slot: 1 }, { unique: true })
dropsIndex(signatureSchema, 'letterId_1_studentId_1')
// What somebody signed for a child, when the two part.
signatureSchema.index({ studentId: 1, personId: 1 })
// What the tick still has to freeze.
signatureSchema.index({ copySha256: 1, _id: 1 }, { partialFilterExpression: { copySha256: null } })
// Whether a file is a copy that was kept.
signatureSchema.index({ copySha256: 1 }, { partialFilterExpression: { copySha256: { $gt: '' } } })

export const SignatureModel = model<SignatureRecord>('Signature', signatureSchema)

/** A signature of somebody who is not of the family: kept for the sender, shown to no family. */
const voidedSchema = new Schema<SignatureRecord & { voidedAt: Date }>(
  { ...fields, voidedAt: { type: Date, required: true } },
  { strict: 'throw', versionKey: false, collection: 'voidedSignatures' },
)
holdsSealed(voidedSchema, 'sealed')
voidedSchema.index({ letterId: 1, studentId: 1 })
voidedSchema.index({ copySha256: 1 }, { partialFilterExpression: { copySha256: { $gt: '' } } })
export const VoidedSignatureModel = model<SignatureRecord & { voidedAt: Date }>(
  'VoidedSignature',
  voidedSchema,
)
