import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { appendFileSync, cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Redis } from 'ioredis'
import mongoose, { type Types } from 'mongoose'
import { expect, it } from 'vitest'
import { bookSlot, openSlots } from '#contract/meetings'
import { openMyLetter } from '#contract/letters'
import { shanghaiDay } from '../../server/infra/clock.ts'
import { findMongod } from '../../server/infra/engines/mongo.ts'
import { freePort, startBeside } from '../../server/infra/engines/process.ts'
import { fieldCrypto } from '../../server/infra/field-crypto.ts'
import { openLog } from '../../server/infra/log.ts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { sealWaiting } from '../../server/modules/audit/chain/service.ts'
import { AuditModel } from '../../server/modules/audit/model.ts'
import { record } from '../../server/modules/audit/service.ts'
import { CertificateModel } from '../../server/modules/certificates/model.ts'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { SheetModel } from '../../server/modules/letters/sheets/model.ts'
import { SlotModel } from '../../server/modules/meetings/model.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { GuardianshipModel, StudentModel } from '../../server/modules/org/families/model.ts'
import { JoinModel } from '../../server/modules/org/joins/model.ts'
import { UnitModel } from '../../server/modules/org/tree/model.ts'
import { type Installation, isRed, line, runChecks } from '../../server/scripts/self-check/check.ts'
import { ENGINES } from '../../server/scripts/self-check/engines.ts'
import { ENVIRONMENT } from '../../server/scripts/self-check/environment.ts'
import { QUEUES } from '../../server/scripts/self-check/queues.ts'
import { RECORDS } from '../../server/scripts/self-check/records.ts'
import { newId } from '../support/build.ts'
import { passAll, publish } from '../support/learning.ts'
import { SignatureModel } from '../../server/modules/letters/signatures/model.ts'
import { buildClass, sendLetter, tick } from '../support/letters.ts'
import { statementsOf } from '../support/plans.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const CHECKS = [...ENVIRONMENT, ...ENGINES, ...RECORDS, ...QUEUES]
const HOUR = 3_600_000
const DAY = 24 * HOUR
const PLENTY = { free: 100 * 1024 ** 3, total: 200 * 1024 ** 3 }

const ago = (ms: number) => new Date(Date.now() - ms)
const schedule = () => ({
  name: 'letters.dispatch',
  type: 'single',
  lastRunAt: ago(60_000),
  nextRunAt: new Date(world.now().getTime() + 60_000),
})

/** The environment in words, as it is given to a process. */
function sourceOf(): Record<string, string> {
  const { env } = world.deps()
  const keys = (all: { id: string; key: Buffer }[]) =>
    all.map(({ id, key }) => `${id}:${key.toString('base64')}`).join(',')
  return {
    NODE_ENV: 'test',
    ORIGIN: env.ORIGIN,
    MONGO_URL: env.MONGO_URL,
    REDIS_URL: env.REDIS_URL,
    DATA_DIR: env.DATA_DIR,
    FIELD_KEYS: keys(env.FIELD_KEYS),
    INDEX_KEY: env.INDEX_KEY.toString('base64'),
    AUDIT_KEYS: keys(env.AUDIT_KEYS),
    BADGE_KEYS: keys(env.BADGE_KEYS),
    WX_APP_ID: env.WX_APP_ID,
    WX_APP_SECRET: env.WX_APP_SECRET,
    WX_PUSH_TOKEN: env.WX_PUSH_TOKEN,
    WX_PUSH_AES_KEY: env.WX_PUSH_AES_KEY,
  }
}

/** Something of everything that is checked: a letter that was read, a certificate with its copies, a booking, a log. */
async function scene() {
  const { mother, office, teacher, school, klass, zhang } = await buildClass(world)
  await publish(world)
  const call = await world.as(mother, 'guardian')
  const letter = await sendLetter(world, office, school, { audience: [klass] })
  await tick(world)
  const studentId = String(zhang._id)
  await call(openMyLetter, { studentId, letterId: letter.id })
  const asTeacher = await world.as(teacher, 'staff')
  const unitId = String(klass._id)
  const days = [new Date(Date.now() + 2 * DAY).toISOString().slice(0, 10)]
  const times = { from: '16:00', until: '18:00', lengthMinutes: 15, gapMinutes: 5 }
  const { slots } = await asTeacher(openSlots, { unitId, days, ...times, way: 'phone' })
  await call(bookSlot, { studentId, slotId: slots[0]?.id ?? '', topic: '学习' })
  await passAll(world, call)
  await record('families.listed', { unit: { unitId, path: klass.path }, detail: '一次' }, world.now())
  await sealWaiting(world.now(), openLog('silent'))
  await UnitModel.updateMany({ kind: 'city' }, { helpLinesCheckedOn: shanghaiDay(new Date()) })
  await mongoose.connection.collection('agendaJobs').deleteMany({})
  await mongoose.connection.collection('agendaJobs').insertOne(schedule())
  return { mother, teacher, klass }
}

const healthy = (): Installation => ({
  ...world.deps(),
  source: sourceOf(),
  connection: mongoose.connection,
  now: () => new Date(),
  space: async () => PLENTY,
  contentDir: 'content',
})

/** Reading all content takes longest and looks at nothing but files: it is left out where the files are as they were. */
const WITHOUT_CONTENT = CHECKS.filter((it) => it.name !== 'content')

async function redOf(at: Installation, checks = CHECKS) {
  const findings = await runChecks(checks, at)
  return findings.filter((it) => it.problem !== null)
}

type Undo = () => Promise<unknown>
interface Fault {
  /** What stands instead. */
  over?: Partial<Installation>
  undo?: Undo
}

/** Past the rules of the models, as an accident does it. */
const collectionOf = (model: Pick<(typeof mongoose.models)[string], 'collection'>) => model.collection
async function change(
  model: Pick<(typeof mongoose.models)[string], 'collection'>,
  filter: object,
  set: Record<string, unknown>,
): Promise<Fault> {
  const before = await collectionOf(model).findOneAndUpdate(filter, { $set: set })
  if (!before) throw new Error(`nothing to change in ${model.collection.name}`)
  return { undo: () => collectionOf(model).replaceOne({ _id: before._id }, before) }
}
async function put(
  model: Pick<(typeof mongoose.models)[string], 'collection'>,
  document: object,
): Promise<Fault> {
  const { insertedId } = await collectionOf(model).insertOne(document)
  return { undo: () => collectionOf(model).deleteOne({ _id: insertedId }) }
}
/** As one of them is, but for this. */
async function another(
  model: Pick<(typeof mongoose.models)[string], 'collection'>,
  over: object,
  id: object = {},
) {
  const found = await collectionOf(model).findOne({})
  if (!found) throw new Error(`nothing in ${model.collection.name}`)
  const { _id, ...rest } = found
  return put(model, { ...rest, ...over, ...id })
}

const given = (over: Record<string, string | undefined>): Fault => ({
  over: { source: { ...sourceOf(), ...over } },
})
/** The content as it is, but for one folder that is a copy and gets damaged. */
function broken(name: string, damage: (folder: string) => void): Fault {
  const contentDir = mkdtempSync(join(tmpdir(), 'jiaxiao-content-'))
  for (const it of readdirSync('content')) {
    if (it === name) cpSync(join('content', it), join(contentDir, it), { recursive: true })
    else symlinkSync(resolve('content', it), join(contentDir, it))
  }
  damage(join(contentDir, name))
  return { over: { contentDir }, undo: async () => rmSync(contentDir, { recursive: true }) }
}

/** A MongoDB that was started without --replSet. */
async function standalone(): Promise<Fault> {
  const folder = mkdtempSync(join(tmpdir(), 'jiaxiao-alone-'))
  const port = await freePort()
  const binary = await findMongod(() => undefined)
  const running = await startBeside(
    binary,
    ['--dbpath', folder, '--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket', '--quiet'],
    { patience: 20_000 },
  )
  const connection = await mongoose
    .createConnection(`mongodb://127.0.0.1:${port}/alone`, { serverSelectionTimeoutMS: 15_000 })
    .asPromise()
  await connection.collection('agendaJobs').insertOne(schedule())
  const undo = async () => {
    await connection.close()
    await running.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return { over: { connection }, undo }
}

function redisAway(): Fault {
  const redis = new Redis({
    port: 1,
    lazyConnect: true,
    enableOfflineQueue: false,
    retryStrategy: () => null,
  })
  redis.on('error', () => undefined)
  return { over: { redis }, undo: async () => redis.disconnect() }
}

const FAULTS: Record<string, [name: string, plant: () => Fault | Promise<Fault>]> = {
  'a secret that is missing': ['environment', () => given({ AUDIT_KEYS: undefined })],
  'a secret that is too short': ['environment', () => given({ WX_APP_SECRET: '短' })],
  'a key used twice': ['distinctSecrets', () => given({ INDEX_KEY: sourceOf().FIELD_KEYS?.slice(3) })],
  'a key of zeros': ['realKeys', () => given({ INDEX_KEY: Buffer.alloc(32).toString('base64') })],
  'the demo door open': ['demoDoor', () => given({ NODE_ENV: 'production', DEMO: '1' })],
  'MongoDB alone': ['replicaSet', standalone],
  'Redis away': ['redis', redisAway],
  'an index gone': [
    'indexes',
    async () => {
      await collectionOf(JoinModel).dropIndex('personId_1__id_-1')
      return { undo: () => JoinModel.createIndexes() }
    },
  ],
  'a clock that is fast': ['clock', () => ({ over: { now: () => new Date(Date.now() + 5_000) } })],
  'a full disk': ['disk', () => ({ over: { space: async () => ({ free: 1024 ** 3, total: 1024 ** 4 }) } })],
  'a folder that is a file': [
    'dataFolder',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'jiaxiao-folder-'))
      writeFileSync(join(folder, 'taken'), '')
      const env = { ...world.deps().env, DATA_DIR: join(folder, 'taken') }
      return { over: { env }, undo: async () => rmSync(folder, { recursive: true }) }
    },
  ],
  'a copy that is lost': [
    'frozenCopies',
    async () => {
      const { files } = world.deps()
      const pdf = (await CertificateModel.findOne().lean())?.pdf ?? ''
      const bytes = await files.get(pdf)
      await files.remove(pdf)
      return { undo: () => files.put(bytes) }
    },
  ],
  'a copy that was damaged': [
    'frozenCopies',
    async () => {
      const { files, env } = world.deps()
      const pdf = (await CertificateModel.findOne().lean())?.pdf ?? ''
      const bytes = await files.get(pdf)
      appendFileSync(join(env.DATA_DIR, 'files', pdf.slice(0, 2), pdf), 'x')
      return { undo: async () => files.remove(pdf).then(() => files.put(bytes)) }
    },
  ],
  'jobs that stand still': [
    'jobs',
    async () => {
      const jobs = mongoose.connection.collection('agendaJobs')
      await jobs.updateMany({}, { $set: { nextRunAt: ago(HOUR) } })
      return { undo: () => jobs.updateMany({}, { $set: schedule() }) }
    },
  ],
  'a line of the log changed': ['auditChain', () => change(AuditModel, { seq: 1 }, { detail: '改过' })],
  'a counter one too high': ['sheetCounters', () => change(SheetModel, { read: 1 }, { read: 2 })],
  'a signature of a letter that is gone': [
    'signedCopies',
    () => put(SignatureModel, { letterId: newId(), studentId: newId(), copySha256: null }),
  ],
  'a guardianship without its child': [
    'guardianshipStudents',
    async () => another(GuardianshipModel, { studentId: new mongoose.Types.ObjectId() }),
  ],
  'a student beside its class': ['studentPaths', () => change(StudentModel, {}, { path: '/elsewhere/' })],
  'two families at one time': [
    'overlappingBookings',
    async () => {
      const slot = await SlotModel.findOne({ status: 'booked' }).lean()
      if (!slot) throw new Error('no booking')
      const startAt = new Date(slot.startAt.getTime() + 5 * 60_000)
      const { _id, ...rest } = slot
      return put(SlotModel, { ...rest, startAt })
    },
  ],
  'a certificate without copies': [
    'certificateCopies',
    () => change(CertificateModel, {}, { pdf: null, picture: null, issuedAt: ago(2 * HOUR) }),
  ],
  'a phone that no key opens': [
    'sealedOpens',
    () => {
      const other = fieldCrypto([{ id: 'k0', key: randomBytes(32) }], randomBytes(32))
      return put(PersonModel, { name: '旧', phone: other.seal('13912345678'), posts: [], sessions: [] })
    },
  ],
  'an ID number as a student number': [
    'idNumbers',
    () => change(StudentModel, {}, { number: 'G110101201503070012' }),
  ],
  'a phone in clear': [
    'sealedAtAll',
    () => put(PersonModel, { name: '明文', phone: '13912345678', posts: [], sessions: [] }),
  ],
  'a message stuck on its way': [
    'outboxLeases',
    () =>
      another(
        OutboxModel,
        { status: 'sending', leaseUntil: ago(HOUR) },
        { _id: newId() as unknown as Types.ObjectId },
      ),
  ],
  'messages that do not leave': [
    'outboxWaiting',
    () =>
      another(
        OutboxModel,
        { status: 'pending', dueAt: ago(DAY) },
        { _id: newId() as unknown as Types.ObjectId },
      ),
  ],
  'a letter past its time': [
    'lettersLate',
    () => another(LetterModel, { status: 'scheduled', sendAt: ago(HOUR), requestId: newId() }),
  ],
  'a request nobody answered': [
    'joinsWaiting',
    () => put(JoinModel, { status: 'waiting', askedAt: ago(20 * DAY), personId: newId(), classId: newId() }),
  ],
  'a closing that did not happen': [
    'closingsDue',
    () =>
      change(
        PersonModel,
        { posts: { $size: 0 } },
        { closing: { askedAt: ago(9 * DAY), dueAt: ago(2 * DAY) } },
      ),
  ],
  'a post that is over, still signed in': [
    'endedPosts',
    () =>
      change(
        PersonModel,
        { 'sessions.role': 'staff', 'posts.0': { $exists: true } },
        { 'posts.0.to': ago(DAY) },
      ),
  ],
  'help lines rung up more than a year ago': [
    'helpLines',
    () => change(UnitModel, { kind: 'city' }, { helpLinesCheckedOn: shanghaiDay(ago(367 * DAY)) }),
  ],
  'help lines that cannot be read': [
    'content',
    () => broken('hotlines', (folder) => writeFileSync(join(folder, 'national.json'), '{')),
  ],
  'no privacy text': [
    'privacyText',
    () => broken('privacy', (folder) => ['v1.json', 'v2.json'].forEach((it) => rmSync(join(folder, it)))),
  ],
}

it(
  'is green on a sound installation, and red exactly where a fault was planted (S14)',
  { timeout: 240_000 },
  async () => {
    await scene()
    expect((await redOf(healthy())).map(line)).toEqual([])

    const seen: Record<string, string[]> = {}
    for (const [fault, [name, plant]] of Object.entries(FAULTS)) {
      const { over, undo } = await plant()
      const red = await redOf({ ...healthy(), ...over }, over?.contentDir ? CHECKS : WITHOUT_CONTENT)
      seen[fault] = red.map((it) => it.name)
      // What is only late stops nobody: yellow, and the command still ends well.
      const sign = name === 'helpLines' ? /^! / : /^✗ /
      for (const it of red) expect(line(it), fault).toMatch(sign)
      for (const it of red) expect(line(it), fault).toMatch(/[\u4e00-\u9fff].*：.+。.+。$/)
      expect(red.some(isRed), fault).toBe(name !== 'helpLines')
      await undo?.()
    }
    expect(seen).toEqual(Object.fromEntries(Object.entries(FAULTS).map(([fault, [name]]) => [fault, [name]])))
    expect((await redOf(healthy())).map(line)).toEqual([])

    const covered = new Set(Object.values(FAULTS).map(([name]) => name))
    expect(CHECKS.map((it) => it.name).filter((it) => !covered.has(it))).toEqual([])
    expect(covered.size).toBeGreaterThanOrEqual(19)
  },
)

it('asks nothing that reads a whole collection, but the scheduler’s few lines', async () => {
  await scene()
  const statements = await statementsOf(() => redOf(healthy()))
  // What is sampled is an aggregation, which draws by a random cursor once a collection is large.
  const whole = statements.filter(({ name, plan }) => plan === 'COLLSCAN' && name.startsWith('find '))
  expect(whole.map((it) => it.name)).toEqual(['find agendaJobs'])
})

it(
  'npm run self-check tells every check on a line, and ends with 1 when one is red',
  { timeout: 60_000 },
  async () => {
    const run = (over: Record<string, string> = {}) =>
      new Promise<{ code: number; text: string }>((done) => {
        execFile(
          process.execPath,
          ['server/scripts/self-check.ts'],
          { env: { PATH: process.env.PATH, ...sourceOf(), ...over } },
          (error, stdout, stderr) =>
            done({ code: typeof error?.code === 'number' ? error.code : 0, text: stdout + stderr }),
        )
      })

    const red = await run({ REDIS_URL: 'redis://127.0.0.1:1' })
    expect(red.text).toContain('✗ 缓存连得上：Redis 没有回答。')
    expect(red.text.match(/^[✓✗!] /gm)).toHaveLength(CHECKS.length)
    expect(red.code).toBe(1)

    const blind = await run({ INDEX_KEY: '' })
    expect(blind.text).toContain('✗ 环境变量齐全，密钥长度合适：INDEX_KEY')
    expect(blind.text).toContain('环境变量补齐以后才能接着查')
    expect(blind.code).toBe(1)
  },
)
