import type { SheetRow } from '../../../../infra/sheets/book.ts'
import type { Child } from '../differences/rules.ts'
import type { Mapping } from '../headings/rules.ts'
import { holdsIdNumber, isIdHeading } from '../../../../infra/id-numbers.ts'
import { plain, type RawRow, readRow, type RosterRow, type RowGuardian } from '../rules.ts'

export interface Mistake {
  row: number
  problem: string
  student: string
  /** The row as the sheet said it. */
  said: string[]
}

interface Met {
  row: number
  name: string
  klass: string
  /** Phones and the rows that named them, one after the other. */
  phones: number[]
  /** The batch the child waits in. */
  seq: number
}

export interface ReadBatch {
  /** Children met for the first time. */
  children: Child[]
  /** Further guardians of children that wait in an earlier batch. */
  later: { seq: number; row: number; guardians: RowGuardian[] }[]
  mistakes: Mistake[]
  /** Rows that are neither heading nor empty. */
  lines: number
}

export type Reader = ReturnType<typeof rosterReader>

/**
 * Turns the rows of a sheet into children. A child may stand in several rows with a guardian each, as long as name and class
 * agree; the same guardian twice is a copy. What is remembered of 200,000 children is kept small.
 */
export function rosterReader(
  mapping: Mapping,
  problemOf: (row: RosterRow) => string | null,
  ownSchool: string | null,
  /** What stands for an ID number. */
  standIn: (idNumber: string) => string,
) {
  const met = new Map<string, Met>()
  /** Children of rows that cannot be written: nobody takes them for gone. */
  const doubtful = new Set<string>()
  const numberAt = mapping.columns.find((it) => it.key === 'number')?.at ?? -1
  /** Its heading says that the column of numbers holds ID numbers, whatever they look like. */
  let isOfIds = false

  const isHeading = headingFilter(mapping, (cells) => (isOfIds ||= isIdHeading(cells[numberAt] ?? '')))

  function readOne(line: SheetRow, seq: number, batch: ReadBatch, byRow: Map<number, Child>) {
    const raw: RawRow = {}
    for (const { at, key } of mapping.columns) raw[key] = line.cells[at] ?? ''
    const read = readRow(raw, ownSchool)
    const problem = 'problem' in read ? read.problem : problemOf(read.row)
    if ('problem' in read || problem) return fail(line, raw, problem ?? '', batch)
    const row = kept(read.row)
    const key = keyOf(row)
    const before = met.get(key)
    const contradiction = before && contradictionOf(before, row)
    if (contradiction) return fail(line, raw, contradiction, batch)
    const { guardians, student, grade, klass } = row
    const phones = guardians.flatMap((it) => [Number(it.phone), line.row])
    if (!before) {
      met.set(key, { row: line.row, name: student, klass: `${grade}${klass}`, phones, seq })
      const child = { ...row, row: line.row, lines: 1 }
      byRow.set(line.row, child)
      batch.children.push(child)
      return
    }
    before.phones.push(...phones)
    const waiting = byRow.get(before.row)
    if (waiting) {
      waiting.guardians.push(...guardians)
      waiting.lines++
    } else batch.later.push({ seq: before.seq, row: before.row, guardians })
  }

  const isId = (number: string) => number !== '' && (isOfIds || holdsIdNumber(number))
  const kept = (row: RosterRow): RosterRow =>
    isId(row.number) ? { ...row, number: standIn(row.number), idNumber: row.number } : row

  function fail(line: SheetRow, raw: RawRow, problem: string, batch: ReadBatch) {
    const student = plain(raw.student ?? '').slice(0, 20)
    const number = plain(raw.number ?? '')
    doubtful.add((isId(number) ? standIn(number) : number) || student)
    batch.mistakes.push({ row: line.row, problem, student, said: line.cells })
  }

  return {
    read(rows: SheetRow[], seq: number): ReadBatch {
      const batch: ReadBatch = { children: [], later: [], mistakes: [], lines: 0 }
      const byRow = new Map<number, Child>()
      for (const line of rows) {
        if (isHeading(line)) continue
        batch.lines++
        readOne(line, seq, batch, byRow)
      }
      return batch
    },
    /** Whether the list names a child, rightly or with a mistake. */
    names: (school: string, number: string, name: string) =>
      met.has(keyOf({ school, number })) || doubtful.has(number) || doubtful.has(name),
  }
}

/** Tells a list's rows from what stands above it, from its heading, and from the heading said again on every printed page. */
export function headingFilter(mapping: Mapping, met: (heading: string[]) => void) {
  let toSkip = mapping.lines
  let headings: string[] = []
  return ({ row, cells }: SheetRow): boolean => {
    if (row < mapping.line) return true
    if (toSkip > 0) {
      toSkip--
      headings = cells
      met(cells)
      return true
    }
    const texts = mapping.columns.map(({ at }) => [cells[at] ?? '', headings[at] ?? ''] as const)
    return texts.every(([cell, heading]) => cell === heading)
  }
}

const keyOf = ({ school, number }: Pick<RosterRow, 'school' | 'number'>) => `${school}\n${number}`

function contradictionOf(before: Met, row: RosterRow): string | null {
  if (before.name !== row.student) return `学号与第${before.row}行重复，但姓名不同`
  if (before.klass !== `${row.grade}${row.klass}`) return `与第${before.row}行是同一个学生，但班级不同`
  for (const { phone } of row.guardians) {
    const at = before.phones.findIndex((it, place) => place % 2 === 0 && it === Number(phone))
    if (at >= 0) return `与第${before.phones[at + 1]}行重复`
  }
  return null
}
