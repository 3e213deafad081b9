import type { Types } from 'mongoose'
import type { Deps } from '../../../../infra/deps.ts'
import { SheetRefused } from '../../../../infra/sheets/guard.ts'
import { readSheetRows } from '../../../../infra/sheets/read.ts'
import { StudentModel } from '../../families/model.ts'
import type { ImportRecord } from '../model.ts'
import { RowModel } from '../model.ts'
import {
  COLUMNS,
  type ColumnKey,
  duplicates,
  readHeading,
  readRow,
  type RawRow,
  type RosterRow,
} from '../rules.ts'
import { note } from '../service.ts'
import { openPlaces, type Places } from '../places/service.ts'

/** The heading stands in one of the first lines; a title or a note may stand above it. */
const HEADING_WITHIN = 5

interface Sheet {
  heading: Map<number, ColumnKey> | null
  missing: string[]
  twice: ReturnType<typeof duplicates>
  places: Places
  counts: Pick<
    ImportRecord,
    | 'rows'
    | 'rowsChecked'
    | 'students'
    | 'newStudents'
    | 'changedStudents'
    | 'guardians'
    | 'newUnits'
    | 'errors'
  >
  numbers: Set<string>
}

interface Line {
  row: number
  cells: string[]
}

/** Looks a whole file through and changes nothing but its own notes. May start over after a crash. */
export async function check(job: ImportRecord, file: string, deps: Pick<Deps, 'fields' | 'clock'>) {
  await RowModel.deleteMany({ importId: job._id })
  const counts = {
    rows: 0,
    rowsChecked: 0,
    students: 0,
    newStudents: 0,
    changedStudents: 0,
    guardians: 0,
    newUnits: 0,
    errors: 0,
  }
  await note(job._id, { status: 'checking', ...counts }, deps.clock.now())
  const places = await openPlaces(job)
  const sheet: Sheet = { heading: null, missing: [], twice: duplicates(), places, counts, numbers: new Set() }
  try {
    for await (const batch of readSheetRows(file)) {
      await checkBatch(sheet, batch, job._id, deps)
      await note(job._id, counts, deps.clock.now())
    }
    if (!sheet.heading) throw new SheetRefused(`表头里没有找到：${sheet.missing.join('、')}。请按模板填写`)
    if (counts.rows === 0) throw new SheetRefused('表格里只有表头，没有学生')
    await note(job._id, { status: 'checked', ...counts, newUnits: places.madeUp() }, deps.clock.now())
  } catch (error) {
    if (!(error instanceof SheetRefused)) throw error
    await note(job._id, { status: 'refused', refusal: error.message }, deps.clock.now())
  }
}

async function checkBatch(
  sheet: Sheet,
  batch: Line[],
  importId: Types.ObjectId,
  { fields, clock }: Pick<Deps, 'fields' | 'clock'>,
) {
  const lines = batch.filter((line) => !isHeading(sheet, line))
  const read = lines.map((line) => ({ line, ...examine(sheet, line) }))
  await countStudents(
    sheet,
    read.flatMap((it) => ('row' in it ? [it.row] : [])),
  )
  sheet.counts.rows += lines.length
  sheet.counts.rowsChecked += lines.length
  sheet.counts.errors += read.filter((it) => 'problem' in it).length
  const at = clock.now()
  await RowModel.insertMany(
    read.map((it) => ({
      importId,
      row: it.line.row,
      at,
      ...('row' in it
        ? { student: it.row.student, sealed: fields.seal(JSON.stringify(it.row)) }
        : { student: it.student, problem: it.problem, said: fields.seal(JSON.stringify(it.said)) }),
    })),
  )
}

function isHeading(sheet: Sheet, line: Line) {
  if (sheet.heading) return false
  const { at, missing } = readHeading(line.cells)
  if (missing.length === 0) {
    sheet.heading = at
    return true
  }
  if (sheet.missing.length === 0 || missing.length < sheet.missing.length) sheet.missing = missing
  if (line.row >= HEADING_WITHIN || at.size > COLUMNS.length / 2) {
    throw new SheetRefused(`表头里没有找到：${sheet.missing.join('、')}。请按模板填写`)
  }
  return true
}

type Examined = { row: RosterRow } | { problem: string; student: string; said: string[] }

function examine(sheet: Sheet, line: Line): Examined {
  const raw: RawRow = {}
  for (const [index, key] of sheet.heading ?? []) raw[key] = line.cells[index] ?? ''
  const student = (raw.student ?? '').slice(0, 20)
  const said = COLUMNS.map(({ key }) => raw[key] ?? '')
  const read = readRow(raw)
  if ('problem' in read) return { ...read, student, said }
  const problem = sheet.places.problemOf(read.row) ?? sheet.twice(read.row, line.row)
  return problem ? { problem, student, said } : read
}

/** New, moved or renamed against what the database holds; one query a batch. */
async function countStudents({ counts, places, numbers }: Sheet, rows: RosterRow[]) {
  const fresh = rows.filter((it) => {
    const key = `${it.school}\n${it.number}`
    if (numbers.has(key)) return false
    numbers.add(key)
    return true
  })
  const wanted = fresh.flatMap((it) => {
    const schoolId = places.schoolIdOf(it)
    return schoolId ? [{ schoolId, number: it.number }] : []
  })
  const found =
    wanted.length === 0
      ? []
      : await StudentModel.find({ $or: wanted }, { schoolId: 1, number: 1, name: 1, classId: 1 }).lean()
  const known = new Map(found.map((it) => [`${String(it.schoolId)}\n${it.number}`, it]))
  for (const row of fresh) {
    const before = known.get(`${String(places.schoolIdOf(row) ?? '')}\n${row.number}`)
    const classId = places.classIdOf(row)
    counts.students++
    if (!before) counts.newStudents++
    else if (before.name !== row.student || !classId || !before.classId.equals(classId))
      counts.changedStudents++
  }
  counts.guardians += rows.reduce((sum, it) => sum + it.guardians.length, 0)
}
