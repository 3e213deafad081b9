import { plainPhone } from '../../accounts/rules.ts'

/** The columns of the template, in its order. A second guardian may stand in the same row or in a row of its own. */
export const COLUMNS = [
  { key: 'school', title: '学校', isNeeded: true },
  { key: 'grade', title: '年级', isNeeded: true },
  { key: 'klass', title: '班级', isNeeded: true },
  { key: 'number', title: '学号', isNeeded: true },
  { key: 'student', title: '学生姓名', isNeeded: true },
  { key: 'guardian', title: '家长姓名', isNeeded: false },
  { key: 'relation', title: '与孩子的关系', isNeeded: true },
  { key: 'phone', title: '家长手机号', isNeeded: true },
  { key: 'guardian2', title: '家长2姓名', isNeeded: false },
  { key: 'relation2', title: '家长2关系', isNeeded: false },
  { key: 'phone2', title: '家长2手机号', isNeeded: false },
] as const

export type ColumnKey = (typeof COLUMNS)[number]['key']
export type RawRow = Partial<Record<ColumnKey, string>>

export interface RowGuardian {
  name: string
  relation: string
  phone: string
}

/** A row that can be written. */
export interface RosterRow {
  school: string
  grade: number
  klass: string
  number: string
  student: string
  guardians: RowGuardian[]
}

const LONGEST = 60

/** Which column of the sheet holds what, from its heading; the titles of what is missing when it is not a roster. */
export function readHeading(cells: string[]): { at: Map<number, ColumnKey>; missing: string[] } {
  const at = new Map<number, ColumnKey>()
  for (const [index, cell] of cells.entries()) {
    const title = plain(cell).replace(/[\s*（(].*$/, '')
    const column = COLUMNS.find((it) => it.title === title && ![...at.values()].includes(it.key))
    if (column) at.set(index, column.key)
  }
  const found = new Set(at.values())
  return { at, missing: COLUMNS.filter((it) => it.isNeeded && !found.has(it.key)).map((it) => it.title) }
}

/** Full-width letters and digits to plain ones, spaces trimmed: `１３８ ` → `138`. */
export const plain = (text: string) => text.normalize('NFKC').replace(/\s+/g, ' ').trim()

const NUMERALS = '一二三四五六七八九'

/** 七年级, 7年级, 初一 → 7; 高一 → 10; otherwise null. */
export function readGrade(text: string): number | null {
  const found = /^(初|高)?([一二三四五六七八九]|\d{1,2})(年级)?$/.exec(plain(text))
  if (!found) return null
  const [, stage, numeral = ''] = found
  const value = NUMERALS.includes(numeral) ? NUMERALS.indexOf(numeral) + 1 : Number(numeral)
  const grade = stage === '初' ? value + 6 : stage === '高' ? value + 9 : value
  return grade >= 1 && grade <= 12 ? grade : null
}

/** 2班, 2, 七(2)班, 02班 → 2班; other names stay as they are. */
export function readClass(text: string): string {
  const found = /^(?:.*\()?0*(\d{1,3})\)?班?$/.exec(plain(text))
  return found ? `${found[1]}班` : plain(text)
}

/** What a raw row says, or what is wrong with it in a sentence. */
export function readRow(raw: RawRow): { row: RosterRow } | { problem: string } {
  const cells = Object.fromEntries(Object.entries(raw).map(([key, value]) => [key, plain(value)])) as RawRow
  const empty = COLUMNS.find((it) => it.isNeeded && !cells[it.key])
  if (empty) return { problem: `缺少${empty.title}` }
  const long = COLUMNS.find((it) => (cells[it.key]?.length ?? 0) > LONGEST)
  if (long) return { problem: `${long.title}太长了` }
  const grade = readGrade(cells.grade ?? '')
  if (grade === null) return { problem: `年级“${cells.grade}”不认识，请写成“七年级”` }
  if (!/^[\w-]{1,32}$/.test(cells.number ?? '')) return { problem: '学号只能有数字和字母' }

  const guardians: RowGuardian[] = []
  for (const suffix of ['', '2'] as const) {
    const typed = cells[`phone${suffix}`]
    if (!typed) continue
    const phone = plainPhone(typed)
    if (!phone) return { problem: `手机号“${typed}”不对，应为11位` }
    if (guardians.some((it) => it.phone === phone)) return { problem: '两位家长的手机号相同' }
    guardians.push({
      name: cells[`guardian${suffix}`] ?? '',
      relation: cells[`relation${suffix}`] || '家长',
      phone,
    })
  }
  return {
    row: {
      school: cells.school ?? '',
      grade,
      klass: readClass(cells.klass ?? ''),
      number: cells.number ?? '',
      student: cells.student ?? '',
      guardians,
    },
  }
}

/**
 * Notices rows that contradict earlier ones. The same student may stand twice with two guardians; the same guardian of
 * the same student twice is a copy, and one number with two names is a mistake.
 */
export function duplicates() {
  const students = new Map<string, { row: number; name: string; klass: string }>()
  const guardians = new Map<string, number>()
  return (row: RosterRow, at: number): string | null => {
    const key = `${row.school}\n${row.number}`
    const klass = `${row.grade}\n${row.klass}`
    const before = students.get(key)
    if (before && before.name !== row.student) return `学号与第${before.row}行重复，但姓名不同`
    if (before && before.klass !== klass) return `与第${before.row}行是同一个学生，但班级不同`
    for (const { phone } of row.guardians) {
      const twin = guardians.get(`${key}\n${phone}`)
      if (twin !== undefined) return `与第${twin}行重复`
    }
    if (!before) students.set(key, { row: at, name: row.student, klass })
    for (const { phone } of row.guardians) guardians.set(`${key}\n${phone}`, at)
    return null
  }
}
