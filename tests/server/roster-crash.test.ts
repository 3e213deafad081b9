import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync } from 'node:fs'
import { copyFile, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Types } from 'mongoose'
import { afterEach, expect, it } from 'vitest'
import { ChangeModel, ImportModel, type ImportRecord } from '../../server/modules/org/roster/model.ts'
import { workThroughImports } from '../../server/modules/org/roster/jobs.ts'
import { filePath } from '../../server/modules/org/roster/files/service.ts'
import { GuardianshipModel, StudentModel } from '../../server/modules/org/families/model.ts'
import type { UnitRecord } from '../../server/modules/org/tree/model.ts'
import { buildBranch } from '../support/build.ts'
import { rosterNow } from '../support/imports.ts'
import { rosterRow, type Row, writeRoster } from '../support/roster.ts'
import { scaled } from '../support/scale.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
/** 200,000 rows within 512 MB; the daily suite takes a fortieth of the rows. */
const ROWS = scaled(200_000, 5_000)
const MOST_MB = 512
const CRASH_ROWS = scaled(20_000, 800)
const KILLS = scaled(20, 2)

let worker: ChildProcess | undefined
afterEach(() => worker?.kill('SIGKILL'))

const figures = join(mkdtempSync(join(tmpdir(), 'jiaxiao-worker-')), 'figures.json')

/** A worker on the engines, keys and files of this test. */
function start() {
  const { env } = world.deps()
  const strings = Object.entries({ ...env, FIGURES: figures }).flatMap(([key, value]) =>
    typeof value === 'string' || typeof value === 'number' ? [[key, String(value)]] : [],
  )
  const child = fork('tests/support/roster-worker.ts', {
    env: { PATH: process.env.PATH, ...(Object.fromEntries(strings) as Record<string, string>), ...keys() },
    execArgv: [],
    stdio: 'inherit',
  })
  worker = child
  return child
}

/** The keys as the environment spells them: the parsed ones are bytes. */
const keys = () => {
  const { FIELD_KEYS, INDEX_KEY } = world.deps().env
  return {
    FIELD_KEYS: FIELD_KEYS.map(({ id, key }) => `${id}:${key.toString('base64')}`).join(','),
    INDEX_KEY: INDEX_KEY.toString('base64'),
    AUDIT_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    BADGE_KEYS: `k1:${randomBytes(32).toString('base64')}`,
  }
}

/** An import whose file has arrived. */
async function arrive(district: UnitRecord, path: string) {
  const job = await ImportModel.create({
    unitId: district._id,
    path: district.path,
    fileName: '花名册.xlsx',
    bytes: 1,
    makeUnits: true,
    begunBy: new Types.ObjectId(),
    status: 'uploaded',
  })
  const target = filePath(String(job._id), world.deps())
  await mkdir(dirname(target), { recursive: true })
  await copyFile(path, target)
  return job._id
}

const statusOf = async (id: Types.ObjectId) => (await ImportModel.findById(id).lean<ImportRecord>())?.status
const say = (id: Types.ObjectId, status: string, district: UnitRecord) =>
  ImportModel.updateOne({ _id: id }, { status, writing: [district._id], leaseUntil: new Date(0) })

/** Works through what waits, in a process apart where it is to be killed or measured; killed at random moments, and begun again a minute later, which here is at once. */
async function workThrough(
  id: Types.ObjectId,
  until: string,
  kills: number,
  where: 'here' | 'apart' = 'here',
) {
  let killed = 0
  if (kills === 0 && where === 'here') {
    await ImportModel.updateOne({ _id: id }, { leaseUntil: new Date(0) })
    await workThroughImports(world.deps())
  }
  while ((await statusOf(id)) !== until) {
    await ImportModel.updateOne({ _id: id }, { leaseUntil: new Date(0) })
    const child = start()
    const gone = once(child, 'exit')
    if (killed < kills) {
      await Promise.race([once(child, 'message'), gone])
      const patience = new Promise((done) => setTimeout(done, randomInt(20, 900)))
      await Promise.race([patience, gone])
      if (child.exitCode === null) killed++
      child.kill('SIGKILL')
    }
    const [code] = (await gone) as [number | null]
    if (code !== 0 && code !== null) throw new Error(`The worker ended with ${code}`)
  }
  return killed
}

/** A list that moves, renames, renumbers and adds. */
const second = (rows: Row[]): Row[] => [
  ...rows.map((row, n) =>
    n % 5 === 0
      ? row.with(2, '11班')
      : n % 5 === 1
        ? row.with(4, `新名${n}`)
        : n % 5 === 2
          ? row.with(7, 13_500_000_000 + n)
          : row,
  ),
  ...Array.from({ length: rows.length / 4 }, (_, n) => rosterRow(1_000_000 + n)),
]

async function run(kills: number) {
  await Promise.all([
    StudentModel.deleteMany({}),
    GuardianshipModel.deleteMany({}),
    ChangeModel.deleteMany({}),
  ])
  const { district } = await buildBranch()
  const first = Array.from({ length: CRASH_ROWS }, (_, n) => rosterRow(n))
  const done: unknown[] = []
  for (const rows of [first, second(first)]) {
    const id = await arrive(district, await writeRoster(rows))
    await workThrough(id, 'checked', kills > 2 ? 1 : 0)
    await say(id, 'applying', district)
    await workThrough(id, 'applied', rows === first && kills <= 2 ? 0 : Math.ceil(kills / 3))
    done.push(await rosterNow())
    if (rows === first) continue
    await say(id, 'undoing', district)
    await workThrough(id, 'undone', Math.ceil(kills / 3))
    done.push(await rosterNow())
  }
  return done as [Awaited<ReturnType<typeof rosterNow>>, unknown, unknown]
}

it(
  'leaves the same roster whether or not the worker was killed on the way, there and back',
  async () => {
    const undisturbed = await run(0)
    await world.emptyRedis()
    const disturbed = await run(KILLS)
    const own = ({ students, guardians }: Awaited<ReturnType<typeof rosterNow>>) => ({ students, guardians })
    expect(disturbed.map((it) => own(it as never))).toEqual(undisturbed.map((it) => own(it as never)))
    expect(own(disturbed[2] as never)).toEqual(own(disturbed[0]))
    expect(disturbed[0].students).toHaveLength(CRASH_ROWS)
  },
  30 * 60_000,
)

it(
  `takes ${ROWS} rows within ${MOST_MB} MB`,
  async () => {
    const { district } = await buildBranch()
    function* rows() {
      for (let n = 0; n < ROWS; n++) {
        yield rosterRow(n, { school: `第${Math.floor(n / 2_000) + 1}中学`, klass: `${(n % 40) + 1}班` })
      }
    }
    const id = await arrive(district, await writeRoster(rows()))
    await workThrough(id, 'checked', 0, 'apart')
    const checking = JSON.parse(readFileSync(figures, 'utf8')) as { mostMb: number; ms: number }
    await say(id, 'applying', district)
    await workThrough(id, 'applied', 0, 'apart')
    const writing = JSON.parse(readFileSync(figures, 'utf8')) as { mostMb: number; ms: number }
    process.stdout.write(
      `${ROWS} rows: check ${checking.ms} ms, ${checking.mostMb} MB; write ${writing.ms} ms, ${writing.mostMb} MB\n`,
    )
    expect(await StudentModel.countDocuments()).toBe(ROWS)
    expect(await GuardianshipModel.countDocuments()).toBe(ROWS)
    expect(Math.max(checking.mostMb, writing.mostMb)).toBeLessThan(MOST_MB)
  },
  60 * 60_000,
)
