import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

const id = Schema.Types.ObjectId
const part = { _id: false, strict: 'throw' } as const

/**
 * One certificate as it was issued. Everything on it is a copy made that day: a child who changes class or a programme
 * that gets a new title changes no certificate.
 */
const certificateSchema = new Schema(
  {
    number: { type: String, required: true },
    year: { type: Number, required: true },
    serial: { type: Number, required: true },
    personId: { type: id, required: true },
    attemptId: { type: id, required: true },
    programmeId: { type: id, required: true },
    programmeCode: { type: String, required: true },
    programmeTitle: { type: String, required: true },
    programmeVersion: { type: Number, required: true },
    hours: { type: Number, required: true },
    holder: { type: String, required: true },
    studentName: { type: String, required: true },
    schoolName: { type: String, required: true },
    /** 七年级2班 */
    className: { type: String, required: true },
    classId: { type: id, required: true },
    /** The class and every unit above it: a unit's list is one equality, in the order of issue. */
    unitIds: { type: [id], required: true },
    /** The holder no longer belongs to the child it names: what was issued stays valid, the child is not shown. */
    isChildHidden: { type: Boolean },
    /** The families this certificate counts for: twins are two. */
    families: {
      type: [
        new Schema({ studentId: { type: id, required: true }, path: { type: String, required: true } }, part),
      ],
      required: true,
    },
    issuedAt: { type: Date, required: true },
    issuedOn: { type: String, required: true },
    validUntil: { type: String, required: true },
    status: { type: String, enum: ['valid', 'revoked'], required: true },
    revokedAt: { type: Date, default: null },
    revokedBy: { type: id, default: null },
    revokeReason: { type: String, default: null },
    /** SHA-256 of the frozen PDF and of the picture; absent until they are made. */
    pdf: { type: String, default: null },
    picture: { type: String, default: null },
  },
  { strict: 'throw' },
)
certificateSchema.index({ number: 1 }, { unique: true })
certificateSchema.index({ year: 1, serial: 1 }, { unique: true })
// One that holds per person and programme, whoever issues it and however often.
certificateSchema.index(
  { personId: 1, programmeCode: 1 },
  { unique: true, partialFilterExpression: { status: 'valid' } },
)
certificateSchema.index({ personId: 1, _id: -1 })
certificateSchema.index({ unitIds: 1, _id: -1 })
certificateSchema.index({ unitIds: 1, holder: 1 })
certificateSchema.index({ unitIds: 1, studentName: 1 })
certificateSchema.index({ programmeCode: 1, 'families.path': 1 })
certificateSchema.index({ issuedAt: 1 }, { partialFilterExpression: { pdf: null } })

export type CertificateRecord = InferSchemaType<typeof certificateSchema> & { _id: Types.ObjectId }
export const CertificateModel = model('Certificate', certificateSchema)

/** The last serial of each year; moved in the transaction that writes the certificate, so no number is lost. */
const counterSchema = new Schema(
  { _id: { type: Number, required: true }, last: { type: Number, required: true } },
  { strict: 'throw' },
)
export const CounterModel = model('CertificateCounter', counterSchema)
