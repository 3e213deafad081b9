import { type InferSchemaType, model, Schema, type Types } from 'mongoose'
import { dropsIndex } from '../../../infra/gone-indexes.ts'
import { holdsIdNumber } from '../../../infra/id-numbers.ts'
import { holdsSealed } from '../../../infra/sealed.ts'

const id = Schema.Types.ObjectId

const studentSchema = new Schema(
  {
    schoolId: { type: id, required: true },
    classId: { type: id, required: true },
    /** Path of the class the student is in now. */
    path: { type: String, required: true },
    /** 学号; unique in its school, tells namesakes apart. Of an ID number only what `keptNumber` leaves of it. */
    number: {
      type: String,
      required: true,
      validate: { validator: (it: string) => !holdsIdNumber(it), message: 'An ID number is kept sealed' },
    },
    /** The whole ID number, where `number` only stands for one. */
    sealedNumber: { type: String, default: null },
    name: { type: String, required: true },
    /** zhangsan and zs: what people type when they search. */
    pinyin: { type: String, default: '' },
    initials: { type: String, default: '' },
    /** The first time a guardian of this student joined: what activation counts. */
    activatedAt: { type: Date, default: null },
    memberships: {
      type: [
        new Schema(
          {
            classId: { type: id, required: true },
            path: { type: String, required: true },
            from: { type: Date, required: true },
            to: { type: Date, default: null },
          },
          { _id: false },
        ),
      ],
      default: [],
    },
    /** Groups of a school, grade or class. One counts while the child is within `path`; out of the unit is out of the group. */
    groups: {
      type: [
        new Schema(
          {
            groupId: { type: id, required: true },
            path: { type: String, required: true },
            from: { type: Date, required: true },
            to: { type: Date, default: null },
          },
          { _id: false },
        ),
      ],
      default: undefined,
    },
    leftAt: { type: Date, default: null },
    /** Why: at the end of the school's last grade, or out of the city. */
    leftReason: { type: String, enum: ['graduated', 'left', null], default: null },
    /** 住校 and 留守: for the family and those who know the families, nobody else. */
    isBoarding: { type: Boolean, default: false },
    isLeftBehind: { type: Boolean, default: false },
    /** 日常照顾人, in the family's words: 奶奶. */
    dailyCarer: { type: String, default: '' },
  },
  { timestamps: true, strict: 'throw' },
)
studentSchema.index({ schoolId: 1, number: 1 }, { unique: true })
studentSchema.index({ classId: 1, leftAt: 1, number: 1 })
// Covers the counts of the dashboard and orders lists.
studentSchema.index({ path: 1, leftAt: 1, activatedAt: 1 })
studentSchema.index({ path: 1, number: 1 })
// Who is in a group, and who has a mark: few children, so that most carry no cost.
studentSchema.index(
  { 'groups.groupId': 1, path: 1 },
  { partialFilterExpression: { 'groups.groupId': { $exists: true } } },
)
// With the day of leaving they also count without looking at a child.
studentSchema.index({ isBoarding: 1, path: 1, leftAt: 1 }, { partialFilterExpression: { isBoarding: true } })
studentSchema.index(
  { isLeftBehind: 1, path: 1, leftAt: 1 },
  { partialFilterExpression: { isLeftBehind: true } },
)
dropsIndex(studentSchema, 'isBoarding_1_path_1')
dropsIndex(studentSchema, 'isLeftBehind_1_path_1')

holdsSealed(studentSchema, 'sealedNumber')

export type StudentRecord = InferSchemaType<typeof studentSchema> & { _id: Types.ObjectId }
export const StudentModel = model('Student', studentSchema)

const guardianshipSchema = new Schema(
  {
    studentId: { type: id, required: true },
    classId: { type: id, required: true },
    /** Path of the student's class, so that a class's families are one range. */
    path: { type: String, required: true },
    name: { type: String, default: '' },
    /** In free words: 妈妈, 爸爸, 奶奶, 大伯. */
    relation: { type: String, required: true },
    phone: { type: String, default: null },
    phoneIndex: { type: String },
    /** The account that answered for it; null while the roster alone speaks. */
    personId: { type: id },
    isPrimary: { type: Boolean, default: false },
    joinedAt: { type: Date, default: null },
    /** The phone's owner said: not my child. */
    deniedAt: { type: Date, default: null },
    from: { type: Date, required: true },
    to: { type: Date, default: null },
    /** When the student left, as on the student: families of a school are counted without those who graduated. */
    leftAt: { type: Date, default: null },
    /** How the account came to the child. */
    cameBy: { type: String, enum: ['match', 'join', 'invitation', null], default: null },
    /** The guardian who invited this one. */
    invitedBy: { type: id },
    /** Why it ended. Null while in force, and where nobody said. */
    endedBecause: { type: String, enum: ['left', 'mismatch', 'barred', null], default: null },
  },
  { timestamps: true, strict: 'throw' },
)
guardianshipSchema.index(
  { studentId: 1, phoneIndex: 1 },
  { unique: true, partialFilterExpression: { phoneIndex: { $type: 'string' }, to: null } },
)
guardianshipSchema.index(
  { studentId: 1, personId: 1 },
  { unique: true, partialFilterExpression: { personId: { $type: 'objectId' }, to: null } },
)
// One primary guardian a child, whoever names another at the same moment.
guardianshipSchema.index(
  { studentId: 1, isPrimary: 1 },
  { unique: true, partialFilterExpression: { isPrimary: true, to: null } },
)
// The guardians of a student: neither partial index above answers that.
guardianshipSchema.index({ studentId: 1, to: 1 })
guardianshipSchema.index({ phoneIndex: 1, to: 1 })
guardianshipSchema.index({ personId: 1, to: 1 })
guardianshipSchema.index({ classId: 1, to: 1 })
guardianshipSchema.index({ path: 1, to: 1, personId: 1 })
// Who came by invitation lately: the school looks at them once.
guardianshipSchema.index(
  { path: 1, joinedAt: -1 },
  { partialFilterExpression: { cameBy: 'invitation', to: null } },
)

holdsSealed(guardianshipSchema, 'phone')

export type GuardianshipRecord = InferSchemaType<typeof guardianshipSchema> & { _id: Types.ObjectId }
export const GuardianshipModel = model('Guardianship', guardianshipSchema)

/**
 * One document a child and one a person, touched by whatever changes who belongs together: two such changes at once meet
 * here, and one of them runs again and sees what the other did. Without it a barred guardian and an approval of the same
 * minute, or an eleventh child and a tenth, would pass each other.
 */
const turnSchema = new Schema(
  { _id: { type: String, required: true }, turns: { type: Number, default: 0 } },
  { strict: 'throw', versionKey: false, collection: 'familyTurns' },
)
export const FamilyTurnModel = model('FamilyTurn', turnSchema)
