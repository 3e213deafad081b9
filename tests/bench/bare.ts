// What the same work costs without the product: Koa, a router, a body parser and the driver. Every handler sends the
// very statements its endpoint sends (docs/decisions/0006-bench.md), trusts what it is told, and answers something of the same kind.
import { createHash } from 'node:crypto'
import bodyParser from '@koa/bodyparser'
import Router from '@koa/router'
import Koa, { type Context } from 'koa'
import { type Document, MongoClient, ObjectId } from 'mongodb'
import { monthsBetween } from '../../server/modules/letters/rules.ts'
import { type Deed, receipt } from '../../server/modules/letters/sheets/rules.ts'
import { STILL_HERE } from '../../server/modules/org/families/rules.ts'
import { DEPTH, idAtExpression, idsOf, within } from '../../server/modules/org/tree/rules.ts'

const { MONGO_URL = '', PORT = '' } = process.env
const client = await MongoClient.connect(MONGO_URL, { maxPoolSize: 16, w: 'majority', retryWrites: true })
const db = client.db()
const of = (name: string) => db.collection<Document & { _id: ObjectId }>(name)
const keyed = (name: string) => db.collection<Document & { _id: string }>(name)

const router = new Router({ prefix: '/api' })
const DAY_MS = 86_400_000

async function personOf(ctx: Context) {
  const [id = '', secret = ''] = ctx.get('authorization').slice('Bearer '.length).split('.')
  const hash = createHash('sha256').update(secret).digest('base64url')
  const person = await of('people').findOne(
    { _id: new ObjectId(id), sessions: { $elemMatch: { hash, expiresAt: { $gt: new Date() } } } },
    { projection: { name: 1, loginName: 1, posts: 1, 'sessions.$': 1 } },
  )
  return found(person)
}

async function childOf(personId: ObjectId, studentId: string) {
  const bonds = await of('guardianships').find({ personId, to: null }).limit(10).toArray()
  const students = await of('students')
    .find({ _id: { $in: bonds.map((it) => it.studentId as ObjectId) }, leftAt: null })
    .toArray()
  const student = found(students.find((it) => String(it._id) === studentId))
  return { student, bond: found(bonds.find((it) => student._id.equals(it.studentId as ObjectId))) }
}

function found<T>(document: T | null | undefined): T {
  if (!document) throw new Error('not found')
  return document
}

const letterPath = '/me/children/:studentId/letters/:letterId'
router.post(`${letterPath}/opening`, (ctx) => receive(ctx, ['read']))
router.post(`${letterPath}/confirmation`, (ctx) => receive(ctx, ['read', 'confirmed']))

async function receive(ctx: Context, deeds: Deed[]) {
  const { studentId, letterId } = ctx.params as Record<string, string>
  const person = await personOf(ctx)
  const { student, bond } = await childOf(person._id, studentId ?? '')
  const letter = found(await of('letters').findOne({ _id: new ObjectId(letterId) }))
  const sheet = await keyed('sheets').findOneAndUpdate(
    { _id: `${letterId}:${String(student.classId)}` },
    receipt(student._id, String(person._id), deeds, new Date()),
    {
      returnDocument: 'after',
      projection: {
        schoolName: 1,
        className: 1,
        teacher: 1,
        sentAt: 1,
        [`readBy.${studentId}`]: 1,
        [`confirmedBy.${studentId}`]: 1,
        [`signedBy.${studentId}`]: 1,
      },
    },
  )
  const { title, body, kind, sentAt, confirmation, version, textHash } = letter as Record<string, unknown>
  ctx.body = { ...found(sheet), title, body, kind, sentAt, confirmation, version, textHash, ...bond }
}

router.post('/me/lessons/:lessonId/beats', async (ctx) => {
  const person = await personOf(ctx)
  const lessonId = new ObjectId(ctx.params.lessonId)
  const lesson = found(
    await of('lessons').findOne({ _id: lessonId }, { projection: { programmeId: 1, seconds: 1 } }),
  )
  const watch = found(await of('watches').findOne({ personId: person._id, lessonId }))
  const now = new Date()
  const credited = creditFor(watch, (ctx.request.body as { ranges: { from: number; to: number }[] }).ranges)
  await of('watches').updateOne(
    { personId: person._id, lessonId, revision: watch.revision as number },
    { $set: { ...credited, lastBeatAt: now, playback: 1 }, $inc: { revision: 1 } },
    { writeConcern: { w: 1 } },
  )
  const { watched, position } = credited
  ctx.body = { watched, position, seconds: lesson.seconds as number }
})

function creditFor(watch: Document, ranges: { from: number; to: number }[]) {
  const bits = Buffer.from((watch.bits as { buffer: Uint8Array }).buffer)
  let { watched, position } = watch as { watched: number; position: number }
  for (const { from, to } of ranges) {
    for (let second = from; second < to; second++, watched++, position++) {
      bits[second >> 3] = (bits[second >> 3] ?? 0) | (1 << (second & 7))
    }
  }
  return { bits, watched, position, creditMs: 0, spentMs: watched * 1000 }
}

router.post('/children/:studentId/slots/:slotId/booking', async (ctx) => {
  const person = await personOf(ctx)
  const { student, bond } = await childOf(person._id, ctx.params.studentId ?? '')
  const now = new Date()
  const ids = idsOf(student.path as string)
  const { topic } = ctx.request.body as { topic: string }
  const booking = {
    _id: new ObjectId(),
    studentId: student._id,
    personId: person._id,
    guardianshipId: bond._id,
    classId: student.classId as ObjectId,
    studentName: student.name as string,
    guardianName: bond.name as string,
    relation: bond.relation as string,
    topic,
    bookedAt: now,
    cancelledAt: null,
    cancelledBy: null,
    reason: null,
  }
  const slot = await of('slots').findOneAndUpdate(
    {
      _id: new ObjectId(ctx.params.slotId),
      status: 'open',
      path: { $in: ids.map((_, at) => `/${ids.slice(0, at + 1).join('/')}/`) },
      startAt: { $gt: now },
    },
    { $set: { status: 'booked', booking, updatedAt: now } },
    { returnDocument: 'after' },
  )
  const teacher = await of('people').findOne(
    { _id: slot?.teacherId as ObjectId },
    { projection: { name: 1 } },
  )
  const teacherName = String(teacher?.name)
  await tell(found(slot), booking, teacherName, now)
  ctx.body = { ...slot, teacherName }
})

/** Both sides: the call stands, and two reminders. */
async function tell(slot: Document, booking: Document, teacherName: string, now: Date) {
  const messages = [booking.personId, slot.teacherId].flatMap((personId) =>
    ['callBooked', 'callReminder', 'callReminder'].map((kind, step) => ({
      _id: `${kind}:call-${String(booking._id)}:${String(personId)}:${step}`,
      kind,
      subject: `call-${String(booking._id)}`,
      personId: personId as ObjectId,
      path: slot.path as string,
      title: '通话约好了',
      text: `与${teacherName}老师通话，谈谈${String(booking.studentName)}。想聊：${String(booking.topic)}`,
      page: '/pages/calls/calls',
      values: {
        who: '李老师',
        child: '王小雨',
        time: { from: slot.startAt as Date, to: slot.endAt as Date },
      },
      isUrgent: false,
      showAt: now,
      dueAt: now,
      expiresAt: slot.startAt as Date,
      status: 'pending',
      readAt: null,
      leaseId: null,
      leaseUntil: new Date(0),
      attempts: 0,
      sentAt: null,
      errcode: null,
      reason: null,
    })),
  )
  await keyed('outbox').bulkWrite(
    messages.map(({ _id, ...rest }) => ({
      updateOne: { filter: { _id }, update: { $setOnInsert: rest }, upsert: true },
    })),
    { ordered: false },
  )
}

let counting: Promise<object[]> | null = null

/** Counted once for all who wait at the same moment, as the product does. */
router.get('/units/:unitId/dashboard', async (ctx) => {
  await personOf(ctx)
  const unit = found(await of('units').findOne({ _id: new ObjectId(ctx.params.unitId) }))
  counting ??= countBelow(unit).finally(() => (counting = null))
  ctx.body = await counting
})

async function countBelow(unit: Document) {
  const scope = within(unit.path as string)
  const [children, activation, receipts, certified] = await Promise.all([
    of('units')
      .find({ parentId: unit._id as ObjectId })
      .sort({ code: 1 })
      .toArray(),
    activationBelow(scope),
    receiptsBelow(scope),
    certifiedBelow(
      scope,
      idsOf(unit.path as string).map((it) => new ObjectId(it)),
    ),
  ])
  return children.map(({ _id, kind, name }) => ({
    unitId: _id,
    kind: kind as string,
    name: name as string,
    activation: activation.find((it) => it._id === String(_id)) ?? null,
    receipts: receipts.find((it) => it._id === String(_id)) ?? null,
    certified,
  }))
}

type Scope = ReturnType<typeof within>
const district = idAtExpression(DEPTH.district)

const activationBelow = (path: Scope) =>
  of('students')
    .aggregate([
      { $match: { path, ...STILL_HERE } },
      {
        $group: {
          _id: district,
          families: { $sum: 1 },
          activated: { $sum: { $cond: [{ $gt: ['$activatedAt', null] }, 1, 0] } },
        },
      },
    ])
    .toArray()

function receiptsBelow(path: Scope) {
  const now = new Date()
  const from = new Date(now.getTime() - 30 * DAY_MS)
  const counters = ['expected', 'reached', 'read', 'confirmed', 'signed']
  return keyed('sheets')
    .aggregate([
      { $match: { month: { $in: monthsBetween(from, now) }, path, sentAt: { $gte: from, $lte: now } } },
      {
        $group: { _id: district, ...Object.fromEntries(counters.map((key) => [key, { $sum: `$${key}` }])) },
      },
    ])
    .toArray()
}

async function certifiedBelow(path: Scope, above: ObjectId[]) {
  const [[programme]] = await Promise.all([
    of('programmes')
      .find({ unitId: { $in: [null, ...above] } })
      .sort({ code: 1, version: -1 })
      .limit(1000)
      .toArray(),
    of('coursesettings')
      .find({ _id: { $in: above } })
      .limit(200)
      .toArray(),
  ])
  const [counts, classes, holders] = await Promise.all([
    of('students')
      .aggregate([
        { $match: { path, ...STILL_HERE } },
        { $group: { _id: idAtExpression(DEPTH.class), count: { $sum: 1 } } },
      ])
      .toArray(),
    of('units').find({ path, kind: 'class' }).sort({ path: 1 }).toArray(),
    holdersBelow(path, programme),
    of('units').find({ path, kind: 'district' }).sort({ path: 1 }).toArray(),
  ])
  const students = new Map(counts.map((it) => [String(it._id), Number(it.count)]))
  const required = classes
    .filter((it) => it.grade === 7)
    .reduce((sum, it) => sum + (students.get(String(it._id)) ?? 0), 0)
  return { required, holders }
}

async function holdersBelow(path: Scope, programme?: Document) {
  const codes = (await of('programmes').distinct('code', {
    stage: programme?.stage as string,
    forGrades: { $in: (programme?.forGrades as string[] | undefined) ?? [] },
  })) as string[]
  return of('certificates')
    .aggregate([
      { $match: { programmeCode: { $in: codes }, status: 'valid', 'families.path': path } },
      { $unwind: '$families' },
      { $match: { 'families.path': path } },
      {
        $group: {
          _id: {
            unitId: idAtExpression(DEPTH.district, '$families.path'),
            studentId: '$families.studentId',
          },
        },
      },
      { $group: { _id: '$_id.unitId', count: { $sum: 1 } } },
    ])
    .toArray()
}

const app = new Koa()
app.use(bodyParser({ enableTypes: ['json'] }))
app.use(router.routes())
const server = app.listen(Number(PORT), '127.0.0.1')
server.keepAliveTimeout = 65_000
// A process that goes by itself leaves its profile behind.
process.once('SIGTERM', () => process.exit(0))
