import type { Types } from 'mongoose'
import type { Deps } from '../../../../infra/deps.ts'
import { keptNumber } from '../../../../infra/id-numbers.ts'
import { SheetRefused } from '../../../../infra/sheets/guard.ts'
import { readOutline, readSheetRows } from '../../../../infra/sheets/read.ts'
import { sealIdNumbers } from '../../families/numbers/service.ts'
import { StudentModel, type StudentRecord } from '../../families/model.ts'
import { compare, type Leaver, openBatch, sealBatch, type Waiting } from '../differences/service.ts'
import type { Child } from '../differences/rules.ts'
import type { Mapping } from '../headings/rules.ts'
import { firstLook, mappingOf } from '../headings/service.ts'
import { ChunkModel, type ChunkRecord, type ImportRecord, RowModel } from '../model.ts'
import { openPlaces, type Places } from '../places/service.ts'
import { type Mistake, type ReadBatch, type Reader, rosterReader } from '../reading/rules.ts'
import { note } from '../service.ts'

type Tools = Pick<Deps, 'fields' | 'clock'>

const BATCH = 500
const NOTHING = {
  rows: 0,
  rowsChecked: 0,
  students: 0,
  newStudents: 0,
  changedStudents: 0,
  movedStudents: 0,
  leftInClasses: 0,
  leftInSchools: 0,
  guardians: 0,
  idNumbers: 0,
  newUnits: 0,
  errors: 0,
}

/** Opens a file that has just come: either its columns speak for themselves, or a person is asked. */
export async function look(job: ImportRecord, file: string, deps: Tools): Promise<Mapping | null> {
  try {
    const outline = await readOutline(file)
    if (outline.every((it) => it.lines.length === 0)) throw new SheetRefused('表格是空的')
    const view = await firstLook(outline, job)
    const sealed = deps.fields.seal(JSON.stringify(outline))
    const mapping = view.isClear ? mappingOf(view) : null
    const headings = view.columns.map((it) => it.heading)
    const status = mapping ? 'checking' : 'mapping'
    await note(job._id, { status, outline: sealed, mapping, headings }, deps.clock.now())
    return mapping
  } catch (error) {
    await refuse(job._id, error, deps)
    return null
  }
}

async function refuse(importId: Types.ObjectId, error: unknown, deps: Tools) {
  if (!(error instanceof SheetRefused)) throw error
  await note(importId, { status: 'refused', refusal: error.message, outline: null }, deps.clock.now())
}

interface Checking {
  importId: Types.ObjectId
  reader: Reader
  places: Places
  counts: typeof NOTHING
  /** The schools and classes that the list names and the tree knows. */
  schools: Map<string, Types.ObjectId>
  classIds: Set<string>
  deps: Tools
}

/** Looks a whole list through and changes nothing but its own notes. May start over after a crash. */
export async function check(job: ImportRecord, mapping: Mapping, file: string, deps: Tools) {
  const importId = job._id
  await Promise.all([RowModel.deleteMany({ importId }), ChunkModel.deleteMany({ importId })])
  // A child whose ID number still stands in clear would be taken for another one.
  await sealIdNumbers(job.path, deps)
  await note(importId, { status: 'checking', ...NOTHING }, deps.clock.now())
  const places = await openPlaces(job)
  const reader = rosterReader(
    mapping,
    places.problemOf,
    places.ownSchool,
    (it) => keptNumber(it, deps.fields, true).number,
  )
  const counts = { ...NOTHING }
  const it: Checking = { importId, reader, places, counts, schools: new Map(), classIds: new Set(), deps }
  try {
    let seq = 0
    for await (const rows of readSheetRows(file, mapping.sheet)) {
      await checkBatch(it, reader.read(rows, ++seq), seq)
      await note(importId, { rows: it.counts.rows, rowsChecked: it.counts.rows }, deps.clock.now())
    }
    if (it.counts.rows === 0) throw new SheetRefused('表格里只有表头，没有学生')
    await findLeavers(it, seq)
    await conclude(it)
  } catch (error) {
    await refuse(importId, error, deps)
  }
}

async function checkBatch(it: Checking, batch: ReadBatch, seq: number) {
  const { counts } = it
  counts.rows += batch.lines
  counts.rowsChecked = counts.rows
  counts.errors += batch.mistakes.length
  counts.students += batch.children.length
  counts.idNumbers += batch.children.filter((it) => it.idNumber).length
  const guardians = [...batch.children, ...batch.later].flatMap((child) => child.guardians)
  counts.guardians += guardians.length
  if (batch.children.length > 0) await writeChunk(it, seq, batch.children)
  await writeMistakes(it, batch.mistakes)
  for (const [earlier, more] of Map.groupBy(batch.later, (child) => child.seq))
    await extend(it, earlier, more)
}

async function writeChunk(it: Checking, seq: number, children: Child[]) {
  const { importId, places, deps } = it
  for (const child of children) {
    const schoolId = places.schoolIdOf(child)
    const klass = places.classOf(child)
    if (schoolId) it.schools.set(child.school, schoolId)
    if (klass) it.classIds.add(String(klass._id))
  }
  const compared = await compare(children, places, deps)
  const waiting = compared.map(({ child, difference: { kind, notes } }): Waiting => ({ child, kind, notes }))
  const kinds = { added: 0, moved: 0, changed: 0, same: 0 }
  for (const { kind } of waiting) kinds[kind]++
  const chunk = {
    kinds,
    lines: children.reduce((sum, child) => sum + child.lines, 0),
    sealed: sealBatch({ children: waiting }, deps),
    at: deps.clock.now(),
  }
  await ChunkModel.updateOne({ importId, seq }, { $set: chunk }, { upsert: true })
}

/** Rows that come late to a child of an earlier batch: that batch is compared anew, with all guardians. */
async function extend(it: Checking, seq: number, more: ReadBatch['later']) {
  const chunk = await ChunkModel.findOne({ importId: it.importId, seq }).lean<ChunkRecord>()
  const batch = chunk && openBatch(chunk, it.deps)
  if (!batch || !('children' in batch)) return
  const children = new Map(batch.children.map(({ child }) => [child.row, child]))
  for (const { row, guardians } of more) {
    const child = children.get(row)
    if (!child) continue
    child.guardians.push(...guardians)
    child.lines++
  }
  await writeChunk(it, seq, [...children.values()])
}

async function writeMistakes({ importId, deps }: Checking, mistakes: Mistake[]) {
  if (mistakes.length === 0) return
  const at = deps.clock.now()
  await RowModel.insertMany(
    mistakes.map(({ row, problem, student, said }) => ({
      importId,
      row,
      problem,
      student,
      said: deps.fields.seal(JSON.stringify(said)),
      at,
    })),
    { ordered: false },
  )
}

/** Who stands in a school of the list and is not named by it: shown, and touched only if a person says so. */
async function findLeavers(it: Checking, last: number) {
  const { importId, reader, places, counts, schools, classIds, deps } = it
  let seq = last
  let leavers: Leaver[] = []
  const flush = async () => {
    if (leavers.length === 0) return
    const leftInClasses = leavers.filter((it) => it.isInClass).length
    const kinds = { leftInClasses, leftInSchools: leavers.length - leftInClasses }
    const sealed = sealBatch({ leavers }, deps)
    await ChunkModel.create({ importId, seq: ++seq, kinds, lines: 0, sealed, at: deps.clock.now() })
    counts.leftInClasses += kinds.leftInClasses
    counts.leftInSchools += kinds.leftInSchools
    leavers = []
  }
  for (const [school, schoolId] of schools) {
    const students = StudentModel.find({ schoolId, leftAt: null }, { number: 1, name: 1, classId: 1 })
      .sort({ number: 1 })
      .lean<StudentRecord[]>()
      .cursor({ batchSize: BATCH })
    for await (const student of students as AsyncIterable<StudentRecord>) {
      if (reader.names(school, student.number, student.name)) continue
      leavers.push({
        studentId: String(student._id),
        classId: String(student.classId),
        student: student.name,
        number: student.number,
        className: places.fullNameOf(student.classId) ?? school,
        isInClass: classIds.has(String(student.classId)),
      })
      if (leavers.length === BATCH) await flush()
    }
  }
  await flush()
}

async function conclude({ importId, counts, places, deps }: Checking) {
  const [sums] = await ChunkModel.aggregate<{ added: number; moved: number; changed: number }>([
    { $match: { importId } },
    {
      $group: {
        _id: null,
        added: { $sum: '$kinds.added' },
        moved: { $sum: '$kinds.moved' },
        changed: { $sum: '$kinds.changed' },
      },
    },
  ])
  const { added = 0, moved = 0, changed = 0 } = sums ?? {}
  const found = { newStudents: added, changedStudents: moved + changed, movedStudents: moved }
  const now = deps.clock.now()
  const newUnits = places.madeUp()
  await note(importId, { status: 'checked', ...counts, ...found, newUnits, checkedAt: now }, now)
}
