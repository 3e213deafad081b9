import { copyFile, mkdir, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import mongoose, { Types } from 'mongoose'
import { readEnv } from '../../server/env.ts'
import { withDatabase } from '../../server/infra/engines/mongo.ts'
import { ensureIndexes } from '../../server/infra/mongo.ts'
import { openDeps } from '../../server/infra/open.ts'
import { GuardianshipModel, StudentModel } from '../../server/modules/org/families/model.ts'
import { filePath } from '../../server/modules/org/roster/files/service.ts'
import { workThroughImports } from '../../server/modules/org/roster/jobs.ts'
import { ImportModel, type ImportRecord } from '../../server/modules/org/roster/model.ts'
import { confirm } from '../../server/modules/org/roster/service.ts'
import type { UnitRecord } from '../../server/modules/org/tree/model.ts'
import { ensureUnit } from '../../server/modules/org/tree/service.ts'
import { rosterRow, writeRoster } from '../support/roster.ts'

type Say = (line: string) => void
type Deps = Awaited<ReturnType<typeof openDeps>>

const CLASSES = 40

/**
 * A list of so many rows, from the file to the last guardian, beside a plain `bulkWrite` of the same students and guardians:
 * an unordered upsert of each by its natural key, made ready beforehand, with the same indexes and write concern.
 */
export async function measureRoster(env: Record<string, string>, { rows, rounds, say }: Pace) {
  const url = withDatabase(env.MONGO_URL ?? '', 'bench_roster')
  const deps = await openDeps(readEnv({ ...env, MONGO_URL: url, PORT: '0' }))
  try {
    await mongoose.connection.dropDatabase()
    await ensureIndexes()
    const city = await ensureUnit({ kind: 'city', name: '云溪市', code: '1', parent: null })
    const district = await ensureUnit({ kind: 'district', name: '东湖区', code: '2', parent: city })
    const list = Array.from({ length: rows }, (_, n) =>
      rosterRow(n, { school: `第${Math.floor(n / 2_000) + 1}中学`, klass: `${(n % CLASSES) + 1}班` }),
    )
    const path = await writeRoster(list)
    const results: Round[] = []
    for (let round = 0; round < rounds; round++) {
      say(`  第${round + 1}轮：导入${rows}行，再直接写入同样的${rows}行`)
      results.push({ ...(await importOnce(deps, district, path)), bareMs: await writeBare(rows) })
    }
    await rm(path)
    return summary(rows, results)
  } finally {
    await mongoose.connection.dropDatabase()
    await deps.close()
  }
}

interface Pace {
  rows: number
  rounds: number
  say: Say
}

interface Round {
  checkMs: number
  writeMs: number
  bareMs: number
}

const timed = async (work: () => Promise<unknown>) => {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

const emptied = () => Promise.all([StudentModel.deleteMany({}), GuardianshipModel.deleteMany({})])

async function importOnce(deps: Deps, district: UnitRecord, path: string) {
  await emptied()
  const job = await ImportModel.create({
    unitId: district._id,
    path: district.path,
    fileName: '花名册.xlsx',
    bytes: 1,
    makeUnits: true,
    begunBy: new Types.ObjectId(),
    status: 'uploaded',
  })
  const target = filePath(String(job._id), deps)
  await mkdir(dirname(target), { recursive: true })
  await copyFile(path, target)
  const checkMs = await timed(() => workThroughImports(deps))
  const checked = await ImportModel.findById(job._id).lean<ImportRecord>()
  if (checked?.status !== 'checked') throw new Error(`The list was not checked: ${checked?.status}`)
  await confirm(checked, { leavers: 'none', by: String(job._id) }, deps.clock.now())
  const writeMs = await timed(() => workThroughImports(deps))
  return { checkMs, writeMs }
}

/** What the import has just written, written again by somebody who knows nothing but these documents. */
async function writeBare(rows: number) {
  const students = await StudentModel.find().lean()
  const bonds = await GuardianshipModel.find().lean()
  if (students.length !== rows || bonds.length !== rows) throw new Error('Not every row was written')
  await emptied()
  return timed(async () => {
    for (let from = 0; from < rows; from += 1_000) {
      await StudentModel.collection.bulkWrite(
        students.slice(from, from + 1_000).map(({ schoolId, number, ...rest }) => ({
          updateOne: { filter: { schoolId, number }, update: { $setOnInsert: rest }, upsert: true },
        })),
        { ordered: false },
      )
      await GuardianshipModel.collection.bulkWrite(
        bonds.slice(from, from + 1_000).map(({ studentId, phoneIndex, to, ...rest }) => ({
          updateOne: { filter: { studentId, phoneIndex, to }, update: { $setOnInsert: rest }, upsert: true },
        })),
        { ordered: false },
      )
    }
  })
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
const perSecond = (rows: number, ms: number) => Math.round((rows / ms) * 1000)
const round2 = (value: number) => Math.round(value * 100) / 100

const summary = (rows: number, rounds: Round[]) => ({
  name: 'import a roster',
  rows,
  rowsPerSecond: perSecond(rows, median(rounds.map((it) => it.checkMs + it.writeMs))),
  writtenPerSecond: perSecond(rows, median(rounds.map((it) => it.writeMs))),
  bareRowsPerSecond: perSecond(rows, median(rounds.map((it) => it.bareMs))),
  /** Reading, checking, comparing and writing against writing alone. */
  ratio: round2(median(rounds.map((it) => it.bareMs / (it.checkMs + it.writeMs)))),
  writeRatio: round2(median(rounds.map((it) => it.bareMs / it.writeMs))),
})
