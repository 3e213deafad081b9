import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

const id = Schema.Types.ObjectId
const part = { _id: false, strict: 'throw' } as const

/** To the certificate before or after. */
const linkSchema = new Schema(
  {
    certificateId: { type: id, required: true },
    number: { type: String, required: true },
    why: { type: String, enum: ['renewed', 'corrected'], required: true },
  },
  part,
)

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
    /** `replaced`: another certificate has taken its place, by renewal or with a name put right. */
    status: { type: String, enum: ['valid', 'revoked', 'replaced'], required: true },
    revokedAt: { type: Date, default: null },
    revokedBy: { type: id, default: null },
    revokeReason: { type: String, default: null },
    design: { type: String, enum: ['leaf', 'jade', 'dawn'], default: 'leaf' },
    /** SHA-256 of the picture of the school's seal on the day of issue; without one the seal is drawn. */
    seal: { type: String, default: null },
    /** The child whose family it is for, where a programme gives one per family. */
    familyId: { type: id },
    /** Guardians of that family who have passed as well: it is theirs too. */
    memberIds: { type: [id], default: undefined },
    supersedes: { type: linkSchema, default: null },
    supersededBy: { type: linkSchema, default: null },
    /** The last reminder of its end: 30, 7 or 1 days before. */
    remindedDays: { type: Number, default: null },
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
// And one per family where the programme says so.
certificateSchema.index(
  { familyId: 1, programmeCode: 1 },
  { unique: true, partialFilterExpression: { status: 'valid', familyId: { $exists: true } } },
)
certificateSchema.index({ personId: 1, _id: -1 })
certificateSchema.index({ memberIds: 1 }, { partialFilterExpression: { memberIds: { $exists: true } } })
// Which copy is an original is asked by its hash.
certificateSchema.index({ pdf: 1 }, { partialFilterExpression: { pdf: { $gt: '' } } })
certificateSchema.index({ picture: 1 }, { partialFilterExpression: { picture: { $gt: '' } } })
// What ends soon and holds; what holds no more, for the status lists of the credentials.
certificateSchema.index({ validUntil: 1, _id: 1 }, { partialFilterExpression: { status: 'valid' } })
certificateSchema.index({ status: 1, year: 1, serial: 1 })
certificateSchema.index({ unitIds: 1, _id: -1 })
certificateSchema.index({ unitIds: 1, holder: 1 })
certificateSchema.index({ unitIds: 1, studentName: 1 })
certificateSchema.index({ programmeCode: 1, 'families.path': 1 })
certificateSchema.index({ issuedAt: 1 }, { partialFilterExpression: { pdf: null } })

export type CertificateRecord = InferSchemaType<typeof certificateSchema> & { _id: Types.ObjectId }
export const CertificateModel = model('Certificate', certificateSchema)

/** What a unit has chosen for its certificates; a school's seal is a picture kept under its SHA-256. */
const lookSchema = new Schema(
  {
    _id: { type: id, required: true },
    design: { type: String, enum: ['leaf', 'jade', 'dawn', null], default: null },
    seal: { type: String, default: null },
    sealChangedAt: { type: Date, default: null },
    sealChangedBy: { type: id, default: null },
  },
  { strict: 'throw' },
)
export type LookRecord = InferSchemaType<typeof lookSchema> & { _id: Types.ObjectId }
export const LookModel = model('CertificateLook', lookSchema)

/** The last serial of each year; moved in the transaction that writes the certificate, so no number is lost. */
const counterSchema = new Schema(
  { _id: { type: Number, required: true }, last: { type: Number, required: true } },
  { strict: 'throw' },
)
export const CounterModel = model('CertificateCounter', counterSchema)
