import type { Types } from 'mongoose'
import { keptNumber } from '../../../../infra/id-numbers.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { SheetRefused } from '../../../../infra/sheets/guard.ts'
import { readSheetRows } from '../../../../infra/sheets/read.ts'
import { sealIdNumbers } from '../../families/numbers/service.ts'
import { StudentModel, type StudentRecord } from '../../families/model.ts'
import type { UnitRecord } from '../../tree/model.ts'
import { DEPTH, idAt } from '../../tree/rules.ts'
import { unitsWithin } from '../../tree/service.ts'
import { AssignmentModel, type AssignmentRecord, GroupModel, LineModel } from '../assignments/model.ts'
import { noteAssignment } from '../assignments/service.ts'
import { type ColumnKey, type KnownStudent, matchOf, readHeading, readLine } from '../rules.ts'

type Tools = Pick<Deps, 'clock' | 'fields'>

/** The heading stands in one of the first lines; a title may stand above it. */
const HEADING_WITHIN = 5

interface Reading {
  job: AssignmentRecord
  heading: Map<number, ColumnKey> | null
  /** The schools of the district that gives, and those of the city that may receive. */
  giving: UnitRecord[]
  receiving: Map<string, UnitRecord[]>
  seen: Map<string, number>
  rows: number
  problems: number
  fields: Deps['fields']
}

/** Looks a whole list through and moves nobody. May start over after a crash. */
export async function check(job: AssignmentRecord, file: string, { clock, fields }: Tools) {
  await Promise.all([
    LineModel.deleteMany({ assignmentId: job._id }),
    GroupModel.deleteMany({ assignmentId: job._id }),
  ])
  await sealIdNumbers(job.path, { fields })
  const cityPath = `/${idAt(job.path, DEPTH.city) ?? ''}/`
  const receiving = await unitsWithin(cityPath, 'school')
  const reading: Reading = {
    job,
    heading: null,
    giving: receiving.filter((it) => it.path.startsWith(job.path)),
    receiving: Map.groupBy(receiving, (it) => it.name),
    seen: new Map(),
    rows: 0,
    problems: 0,
    fields,
  }
  await noteAssignment(job._id, { status: 'checking', rows: 0, problems: 0 }, clock.now())
  try {
    for await (const batch of readSheetRows(file)) {
      await checkBatch(reading, batch, clock.now())
      const { rows, problems } = reading
      await noteAssignment(job._id, { rows, problems }, clock.now())
    }
    if (!reading.heading) throw new SheetRefused('表头里要有“学号”“学生姓名”和“新学校”')
    if (reading.rows === 0) throw new SheetRefused('表格里只有表头，没有学生')
    await makeGroups(reading, receiving)
    await noteAssignment(job._id, { status: 'checked' }, clock.now())
  } catch (error) {
    if (!(error instanceof SheetRefused)) throw error
    await noteAssignment(job._id, { status: 'refused', refusal: error.message }, clock.now())
  }
}

interface Row {
  row: number
  cells: string[]
}

async function checkBatch(reading: Reading, batch: Row[], at: Date) {
  const lines = batch.flatMap((row) => {
    const { heading } = reading
    if (!heading) return takeHeading(reading, row)
    return [{ row: row.row, ...keptLine(readLine(row.cells, heading), reading.fields) }]
  })
  if (lines.length === 0) return
  const known = await studentsBy(
    reading,
    lines.flatMap((it) => (it.problem ? [] : [it.line.number])),
  )
  const made = lines.map(({ row, line, problem, sealedNewNumber }) => {
    const found = problem ? problem : placed(reading, row, line, known.get(line.number) ?? [])
    const isPlaced = typeof found !== 'string'
    reading.rows++
    if (!isPlaced) reading.problems++
    const { name, number, newNumber } = line
    return {
      assignmentId: reading.job._id,
      row,
      name,
      number,
      newNumber,
      sealedNewNumber,
      at,
      fromSchool: isPlaced ? found.student.schoolName : line.fromSchool,
      ...(isPlaced ? { studentId: found.student._id, schoolId: found.to._id } : { problem: found }),
    }
  })
  await LineModel.insertMany(made)
}

/** A line as it may be kept: what are ID numbers stand as everywhere. */
function keptLine({ line, problem }: ReturnType<typeof readLine>, fields: Deps['fields']) {
  const fresh = keptNumber(line.newNumber, fields)
  const number = keptNumber(line.number, fields).number
  return { line: { ...line, number, newNumber: fresh.number }, sealedNewNumber: fresh.sealedNumber, problem }
}

function takeHeading(reading: Reading, { row, cells }: Row): [] {
  const { at, missing } = readHeading(cells)
  if (missing.length === 0) reading.heading = at
  else if (row >= HEADING_WITHIN) throw new SheetRefused(`表头里没有找到：${missing.join('、')}`)
  return []
}

type Candidate = KnownStudent & { _id: Types.ObjectId; schoolId: Types.ObjectId }

/** The student and the school of a line, or what is wrong with it. */
function placed(
  reading: Reading,
  row: number,
  line: ReturnType<typeof readLine>['line'],
  known: Candidate[],
) {
  const student = matchOf(line, known)
  if (typeof student === 'string') return student
  const schools = reading.receiving.get(line.toSchool) ?? []
  const [to, second] = schools
  if (!to) return `本市没有“${line.toSchool}”，请写学校的全称`
  if (second) return `本市有${schools.length}所“${line.toSchool}”，请用“单位”里的全称区分`
  if (to._id.equals(student.schoolId)) return `${line.name}已经在${line.toSchool}`
  const twin = reading.seen.get(String(student._id))
  if (twin !== undefined) return `与第${twin}行是同一名学生`
  reading.seen.set(String(student._id), row)
  return { student, to }
}

async function studentsBy({ giving }: Reading, numbers: string[]) {
  const names = new Map(giving.map((it) => [String(it._id), it.name]))
  const students =
    numbers.length === 0
      ? []
      : await StudentModel.find(
          { schoolId: { $in: giving.map((it) => it._id) }, number: { $in: [...new Set(numbers)] } },
          { number: 1, name: 1, schoolId: 1, leftAt: 1, leftReason: 1 },
        ).lean<StudentRecord[]>()
  const candidates = students.map((it) => ({
    _id: it._id,
    schoolId: it.schoolId,
    number: it.number,
    name: it.name,
    schoolName: names.get(String(it.schoolId)) ?? '',
    // Who graduated this summer is just whom such a list is about.
    hasLeft: Boolean(it.leftAt) && it.leftReason !== 'graduated',
  }))
  return Map.groupBy(candidates, (it) => it.number)
}

async function makeGroups({ job }: Reading, schools: UnitRecord[]) {
  const rows = await LineModel.aggregate<{ _id: Types.ObjectId; students: number }>([
    { $match: { assignmentId: job._id, studentId: { $type: 'objectId' } } },
    { $group: { _id: '$schoolId', students: { $sum: 1 } } },
  ])
  await GroupModel.insertMany(
    rows.flatMap(({ _id, students }) => {
      const school = schools.find((it) => it._id.equals(_id))
      if (!school) return []
      return [
        {
          assignmentId: job._id,
          schoolId: _id,
          path: school.path,
          schoolName: school.name,
          from: job.unitName,
          fileName: job.fileName,
          students,
        },
      ]
    }),
  )
}

/** Takes the next list that waits, or whose checker is gone. */
export const leaseCheck = (now: Date, until: Date) =>
  AssignmentModel.findOneAndUpdate(
    { status: { $in: ['uploaded', 'checking'] }, leaseUntil: { $lt: now } },
    { leaseUntil: until },
    { sort: { _id: 1 }, returnDocument: 'after' },
  ).lean<AssignmentRecord>()
