import { model, Schema, type Types } from 'mongoose'

/** Student → when, and who of the family: 妈妈. */
export type Marks = Record<string, { at: Date; relation: string }>

/** One sheet for each activity or live class and class, as a class has one sign-in sheet on paper; made by the first who comes. */
export interface AttendanceRecord {
  /** `event:class` */
  _id: string
  eventId: Types.ObjectId
  classId: Types.ObjectId
  path: string
  registered: number
  joined: number
  attended: number
  registeredBy?: Marks
  joinedBy?: Marks
  attendedBy?: Marks
}

const marks = { type: Schema.Types.Mixed }

const attendanceSchema = new Schema<AttendanceRecord>(
  {
    _id: { type: String, required: true },
    eventId: { type: Schema.Types.ObjectId, required: true },
    classId: { type: Schema.Types.ObjectId, required: true },
    path: { type: String, required: true },
    registered: { type: Number, default: 0 },
    joined: { type: Number, default: 0 },
    attended: { type: Number, default: 0 },
    registeredBy: marks,
    joinedBy: marks,
    attendedBy: marks,
  },
  { strict: 'throw', versionKey: false, collection: 'attendanceSheets' },
)
attendanceSchema.index({ eventId: 1, path: 1, registered: 1, joined: 1, attended: 1 })
attendanceSchema.index({ classId: 1 })

export const AttendanceModel = model<AttendanceRecord>('Attendance', attendanceSchema)
