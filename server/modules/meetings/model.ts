import { type InferSchemaType, model, Schema, type Types } from 'mongoose'

const id = Schema.Types.ObjectId

const bookingSchema = new Schema({
  studentId: { type: id, required: true },
  personId: { type: id, required: true },
  guardianshipId: { type: id, required: true },
  classId: { type: id, required: true },
  studentName: { type: String, required: true },
  guardianName: { type: String, default: '' },
  relation: { type: String, required: true },
  topic: { type: String, required: true },
  bookedAt: { type: Date, required: true },
  cancelledAt: { type: Date, default: null },
  cancelledBy: { type: String, enum: ['guardian', 'teacher', null], default: null },
  reason: { type: String, default: null },
  /** Not in the guardian's own list: they no longer belong to the child. */
  isHidden: { type: Boolean },
})

/** One appointment and the booking on it: a booking is one conditional update of one document. */
const slotSchema = new Schema(
  {
    teacherId: { type: id, required: true },
    /** Families at or below this path may book. */
    path: { type: String, required: true },
    unitId: { type: id, required: true },
    startAt: { type: Date, required: true },
    endAt: { type: Date, required: true },
    way: { type: String, enum: ['phone', 'visit'], required: true },
    status: { type: String, enum: ['open', 'booked', 'closed'], default: 'open', required: true },
    booking: { type: bookingSchema, default: null },
    /** Bookings that were cancelled, the newest last. */
    history: { type: [bookingSchema], default: [] },
  },
  { timestamps: true, strict: 'throw' },
)
// A teacher has one live appointment at a time, and so has a child: the database refuses the second.
slotSchema.index(
  { teacherId: 1, startAt: 1 },
  { unique: true, partialFilterExpression: { status: { $in: ['open', 'booked'] } } },
)
slotSchema.index(
  { 'booking.studentId': 1, startAt: 1 },
  { unique: true, partialFilterExpression: { status: 'booked' } },
)
slotSchema.index({ teacherId: 1, status: 1, startAt: 1 })
slotSchema.index({ path: 1, status: 1, startAt: 1 })
slotSchema.index({ 'booking.personId': 1, startAt: -1 })
slotSchema.index({ 'history.personId': 1, startAt: -1 })

export type BookingRecord = InferSchemaType<typeof bookingSchema> & { _id: Types.ObjectId }
export type SlotRecord = Omit<InferSchemaType<typeof slotSchema>, 'booking' | 'history'> & {
  _id: Types.ObjectId
  booking: BookingRecord | null
  history: BookingRecord[]
}
export const SlotModel = model('Slot', slotSchema)

/**
 * One document a teacher and day, touched by whoever opens slots in it: two openings at once meet here and one of them
 * runs again, after which it sees the other's slots. Without it, overlapping slots slip through (R3).
 */
const teacherDaySchema = new Schema(
  { _id: { type: String, required: true }, openings: { type: Number, default: 0 } },
  { strict: 'throw' },
)
export const TeacherDayModel = model('TeacherDay', teacherDaySchema)
