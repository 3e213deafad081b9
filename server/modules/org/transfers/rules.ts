import { shownNumber } from '../../../infra/id-numbers.ts'

/** What a list may call its columns; the first name is the one we print. */
const COLUMNS = {
  number: ['学号', '学籍号', '全国学籍号', '考号', '学生学号'],
  name: ['学生姓名', '姓名', '学生'],
  toSchool: ['新学校', '录取学校', '分配学校', '升入学校', '接收学校'],
  fromSchool: ['现学校', '原学校', '毕业学校', '现就读学校'],
  newNumber: ['新学号'],
} as const

export type ColumnKey = keyof typeof COLUMNS
const NEEDED: readonly ColumnKey[] = ['number', 'name', 'toSchool']

export interface AssignedLine {
  number: string
  name: string
  toSchool: string
  fromSchool: string
  newNumber: string
}

/** Full-width letters and digits to plain ones, spaces trimmed. */
const plain = (text: string) => text.normalize('NFKC').replace(/\s+/g, ' ').trim()

/** Which column of the sheet holds what, from its heading; what is missing when it is no such list. */
export function readHeading(cells: readonly string[]): { at: Map<number, ColumnKey>; missing: string[] } {
  const at = new Map<number, ColumnKey>()
  for (const [index, cell] of cells.entries()) {
    const title = plain(cell).replace(/[\s*（(].*$/, '')
    const key = (Object.keys(COLUMNS) as ColumnKey[]).find((it) =>
      (COLUMNS[it] as readonly string[]).includes(title),
    )
    if (key && ![...at.values()].includes(key)) at.set(index, key)
  }
  const found = new Set(at.values())
  return { at, missing: NEEDED.filter((it) => !found.has(it)).map((it) => COLUMNS[it][0]) }
}

const LONGEST = 60

/** What a line says, or what is wrong with it in a sentence. */
export function readLine(
  cells: readonly string[],
  at: ReadonlyMap<number, ColumnKey>,
): { line: AssignedLine; problem: string | null } {
  const line: AssignedLine = { number: '', name: '', toSchool: '', fromSchool: '', newNumber: '' }
  for (const [index, key] of at) line[key] = plain(cells[index] ?? '').slice(0, LONGEST)
  const empty = NEEDED.find((it) => !line[it])
  if (empty) return { line, problem: `缺少${COLUMNS[empty][0]}` }
  if (!/^[\w-]{1,32}$/.test(line.number)) return { line, problem: '学号只能有数字和字母' }
  if (line.newNumber && !/^[\w-]{1,32}$/.test(line.newNumber)) {
    return { line, problem: '新学号只能有数字和字母' }
  }
  return { line, problem: null }
}

export interface KnownStudent {
  _id: unknown
  name: string
  schoolName: string
  hasLeft: boolean
}

/** Which of the students with this number is meant, or what is wrong in a sentence. */
export function matchOf<T extends KnownStudent>(line: AssignedLine, known: readonly T[]): T | string {
  const here = line.fromSchool ? known.filter((it) => it.schoolName === line.fromSchool) : known
  if (here.length === 0) {
    return line.fromSchool
      ? `${line.fromSchool}没有学号${shownNumber(line.number)}`
      : `没有找到学号${shownNumber(line.number)}`
  }
  const named = here.filter((it) => it.name === line.name)
  const [student, second] = named
  if (!student) return `学号${shownNumber(line.number)}的学生不叫“${line.name}”`
  if (second) return `有${named.length}所学校都有这个学号和姓名，请加上“现学校”一列`
  return student.hasLeft ? `${line.name}已经离开本市的学校` : student
}
