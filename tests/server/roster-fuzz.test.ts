import { copyFile, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Types } from 'mongoose'
import { expect, it } from 'vitest'
import { GuardianshipModel, StudentModel } from '../../server/modules/org/families/model.ts'
import { filePath } from '../../server/modules/org/roster/files/service.ts'
import { look, mappingOf, settle } from '../../server/modules/org/roster/headings/service.ts'
import { workThroughImports } from '../../server/modules/org/roster/jobs.ts'
import { ImportModel, type ImportRecord } from '../../server/modules/org/roster/model.ts'
import { confirm } from '../../server/modules/org/roster/service.ts'
import type { UnitRecord } from '../../server/modules/org/tree/model.ts'
import { buildBranch } from '../support/build.ts'
import { brokenBook, WAYS } from '../support/broken-books.ts'
import { scaled } from '../support/scale.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const FILES = scaled(20 * Object.keys(WAYS).length, Object.keys(WAYS).length)
/** One file, on a machine that does ten other things. */
const MOST_MS = 30_000

async function importFile(district: UnitRecord, path: string) {
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
  await workThroughImports(world.deps())
  return standing(job._id)
}

async function standing(id: Types.ObjectId) {
  const job = await ImportModel.findById(id).lean<ImportRecord>()
  if (!job) throw new Error('An import is there')
  return job
}

/** As a person does who believes whatever is proposed. */
async function goOn(job: ImportRecord) {
  if (job.status === 'mapping') {
    const view = await look(job, {}, world.deps())
    if (view.missing.length > 0) return job
    await settle(job, mappingOf(view), world.deps())
    await workThroughImports(world.deps())
  }
  const checked = await standing(job._id)
  if (checked.status !== 'checked' || checked.rows === checked.errors) return checked
  await confirm(checked, { leavers: 'none', by: String(new Types.ObjectId()) }, world.now())
  await workThroughImports(world.deps())
  return standing(job._id)
}

it(
  `brings each of ${FILES} broken files to row errors or one sentence, and never half a roster`,
  async () => {
    const { district } = await buildBranch()
    const ends = new Map<string, number>()
    for (let seed = 0; seed < FILES; seed++) {
      const { name, write } = brokenBook(seed)
      const path = await write()
      const before = await StudentModel.countDocuments()
      const startedAt = performance.now()
      const end = await goOn(await importFile(district, path))
      const said = `${name}: ${end.status} ${end.refusal ?? ''}`
      ends.set(end.status, (ends.get(end.status) ?? 0) + 1)

      expect(performance.now() - startedAt, said).toBeLessThan(MOST_MS)
      expect(['refused', 'mapping', 'checked', 'applied'], said).toContain(end.status)
      if (end.status === 'refused') expect(end.refusal, said).toMatch(/^[\u4e00-\u9fff].{3,60}$/)
      const after = await StudentModel.countDocuments()
      expect(after - before, said).toBe(end.status === 'applied' ? end.newStudents : 0)
      if (end.status === 'applied') await expectWhole(said)
      await Promise.all([StudentModel.deleteMany({}), GuardianshipModel.deleteMany({})])
    }
    process.stdout.write(`${FILES} broken files: ${JSON.stringify(Object.fromEntries(ends))}\n`)
  },
  FILES * MOST_MS,
)

/** Every child has a name one can read, a class and somebody to call. */
async function expectWhole(said: string) {
  const students = await StudentModel.find().lean()
  for (const { name, number } of students) {
    expect(name, said).toMatch(/^[^\p{Cc}\p{Cs}]{1,60}$/u)
    expect(number, said).toMatch(/^[\w-]{1,32}$/)
  }
  const withGuardians = await GuardianshipModel.distinct('studentId', { to: null })
  expect(withGuardians.length, said).toBe(students.length)
}
