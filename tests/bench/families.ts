import { Types } from 'mongoose'
import { shanghaiDay, shanghaiInstant } from '../../server/infra/clock.ts'
import type { Deps } from '../../server/infra/deps.ts'
import { mintToken, SESSION_DAYS } from '../../server/modules/accounts/rules.ts'
import type { ProgrammeRecord } from '../../server/modules/courses/programmes/model.ts'
import type { UnitRecord } from '../../server/modules/org/tree/model.ts'
import { gradeName, idsOf } from '../../server/modules/org/tree/rules.ts'

export const STUDENTS = 40
/** The first of a class, whose mothers have joined: each has an account that is signed in. */
const JOINED = 24
/** Of the grade that must, the first hold the certificate. */
const CERTIFIED = 8
/** What everybody who has joined has seen of the first lesson. */
export const SEEN_SECONDS = 15
const SLOTS_A_DAY = 6
const DAY_MS = 86_400_000

/** Whoever sends a request, with what it names. */
export interface Family {
  token: string
  studentId: string
  slotId: string
}

let serial = 0

/** Everything that belongs to one class, in the shape the models give it. */
export function rowsOfClass(
  klass: UnitRecord,
  school: UnitRecord,
  programme: ProgrammeRecord,
  fields: Deps['fields'],
  now: Date,
) {
  const teacher = newPerson('李文', null, now)
  const posts = [{ post: 'class_teacher', unitId: klass._id, path: klass.path, from: new Date(0), to: null }]
  const all = Array.from({ length: STUDENTS }, (_, at) => {
    const number = ++serial
    const hasJoined = at < JOINED
    const student = newStudent(klass, school, number, hasJoined, now)
    const phone = `199${String(number).padStart(8, '0')}`
    const sealed = { phone: fields.seal(phone), phoneIndex: fields.index(phone) }
    const guardian = hasJoined ? newPerson('刘洋', sealed, now) : null
    return {
      student,
      guardian,
      guardianship: newGuardianship(student, guardian?.person._id ?? null, sealed, now),
      slot: newSlot(klass, teacher.person._id, at, now),
      isCertified: at < CERTIFIED && programme.forGrades.includes(gradeName(klass.grade ?? 0)),
      number,
    }
  })
  const joined = all.flatMap(({ guardian, ...it }) => (guardian ? [{ ...it, ...guardian }] : []))
  return {
    students: all.map((it) => it.student),
    guardianships: all.map((it) => it.guardianship),
    people: [{ ...teacher.person, posts }, ...joined.map((it) => it.person)],
    slots: joined.map((it) => it.slot),
    enrolments: joined.map(({ person }) => newEnrolment(person._id, programme, now)),
    watches: joined.map(({ person }) => newWatch(person._id, programme, now)),
    certificates: joined
      .filter((it) => it.isCertified)
      .map(({ person, student, number }) => newCertificate(person._id, student, number, programme, now)),
    families: joined.map(({ token, student, slot }): Family => ({
      token,
      studentId: String(student._id),
      slotId: String(slot._id),
    })),
  }
}

function newPerson(name: string, sealed: { phone: string; phoneIndex: string } | null, now: Date) {
  const _id = new Types.ObjectId()
  const { token, hash } = mintToken(String(_id))
  const session = {
    _id: new Types.ObjectId(),
    hash,
    role: 'guardian',
    openedAt: now,
    expiresAt: new Date(now.getTime() + SESSION_DAYS.guardian * DAY_MS),
    device: '苹果手机上的微信',
  }
  const person = {
    _id,
    name,
    ...(sealed ?? { phone: null }),
    wxOpenId: `o-bench-${String(_id)}`,
    passwordHash: null,
    totp: null,
    sessions: [session],
    posts: [],
    createdAt: now,
    updatedAt: now,
    __v: 0,
  }
  return { person, token }
}

function newStudent(klass: UnitRecord, school: UnitRecord, number: number, hasJoined: boolean, now: Date) {
  const where = { classId: klass._id, path: klass.path }
  return {
    _id: new Types.ObjectId(),
    schoolId: school._id,
    ...where,
    number: String(20_260_000 + number),
    name: '王小雨',
    pinyin: 'wangxiaoyu',
    initials: 'wxy',
    activatedAt: hasJoined ? now : null,
    memberships: [{ ...where, from: new Date(now.getTime() - 80 * DAY_MS), to: null }],
    leftAt: null,
    createdAt: now,
    updatedAt: now,
    __v: 0,
  }
}
type NewStudent = ReturnType<typeof newStudent>

const newGuardianship = (
  { _id, classId, path }: NewStudent,
  personId: Types.ObjectId | null,
  sealed: { phone: string; phoneIndex: string },
  now: Date,
) => ({
  studentId: _id,
  classId,
  path,
  name: '刘洋',
  relation: '妈妈',
  ...sealed,
  ...(personId && { personId }),
  isPrimary: true,
  joinedAt: personId && now,
  deniedAt: null,
  from: now,
  to: null,
  createdAt: now,
  updatedAt: now,
  __v: 0,
})

/** The class teacher's slots of the next days, one for each family that has joined. */
function newSlot(klass: UnitRecord, teacherId: Types.ObjectId, at: number, now: Date) {
  const day = shanghaiDay(new Date(now.getTime() + (2 + Math.floor(at / SLOTS_A_DAY)) * DAY_MS))
  const startAt = new Date(shanghaiInstant(day, '16:00').getTime() + (at % SLOTS_A_DAY) * 20 * 60_000)
  return {
    _id: new Types.ObjectId(),
    teacherId,
    unitId: klass._id,
    path: klass.path,
    startAt,
    endAt: new Date(startAt.getTime() + 15 * 60_000),
    way: 'phone',
    status: 'open',
    booking: null,
    history: [],
    createdAt: now,
    updatedAt: now,
    __v: 0,
  }
}

const newEnrolment = (personId: Types.ObjectId, { _id, code }: ProgrammeRecord, now: Date) => ({
  personId,
  programmeCode: code,
  programmeId: _id,
  startedAt: now,
  __v: 0,
})

/** The first quarter of a minute of the first lesson; the time since then is the credit of the next beat. */
function newWatch(personId: Types.ObjectId, { _id, outline: [lesson] }: ProgrammeRecord, now: Date) {
  const bits = Buffer.alloc(Math.ceil((lesson?.seconds ?? 0) / 8))
  bits.writeUInt16LE(2 ** SEEN_SECONDS - 1)
  return {
    personId,
    lessonId: lesson?.lessonId,
    programmeId: _id,
    bits,
    creditMs: 0,
    lastBeatAt: now,
    spentMs: SEEN_SECONDS * 1000,
    watched: SEEN_SECONDS,
    position: SEEN_SECONDS,
    playback: 1,
    revision: 1,
    completedAt: null,
    quizTries: 0,
    quizPassedAt: null,
    __v: 0,
  }
}

function newCertificate(
  personId: Types.ObjectId,
  student: NewStudent,
  serialNumber: number,
  programme: ProgrammeRecord,
  now: Date,
) {
  const year = now.getFullYear()
  const issuedOn = shanghaiDay(now)
  return {
    number: `B-${year}-${serialNumber}`,
    year,
    serial: serialNumber,
    personId,
    attemptId: new Types.ObjectId(),
    programmeId: programme._id,
    programmeCode: programme.code,
    programmeTitle: programme.title,
    programmeVersion: programme.version,
    hours: programme.hours,
    holder: '刘洋',
    studentName: student.name,
    schoolName: '第一学校',
    className: '七年级2班',
    classId: student.classId,
    unitIds: idsOf(student.path).map((it) => new Types.ObjectId(it)),
    families: [{ studentId: student._id, path: student.path }],
    issuedAt: now,
    issuedOn,
    validUntil: issuedOn,
    status: 'valid',
    revokedAt: null,
    revokedBy: null,
    revokeReason: null,
    pdf: 'kept',
    picture: 'kept',
    __v: 0,
  }
}
