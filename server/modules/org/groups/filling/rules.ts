import {
  plain,
  plainName,
  type RawRow,
  readClass,
  readGrade,
  readGradeAndClass,
  readNumber,
} from '../../roster/rules.ts'

/** A table that was agreed to can be taken back for an hour. */
export const UNDO_MS = 3_600_000
/** So many of each kind are shown; the file of problems has all rows. */
export const SHOWN = 100
/** As many as the contract takes. */
export const MOST_CHOICES = 200

/** A child of the unit that keeps the group. */
export interface Known {
  id: string
  /** As it is kept. */
  number: string
  name: string
  grade: number | null
  klass: string
  className: string
  isIn: boolean
}

export interface Row {
  row: number
  raw: RawRow
  said: string[]
}

export interface Unclear {
  row: number
  said: string
  reason: string
  studentIds: string[]
  cells: string[]
}

export interface Problem {
  row: number
  student: string
  problem: string
  cells: string[]
}

export interface Findings {
  headings: string[]
  found: string[]
  unclear: Unclear[]
  problems: Problem[]
}

type Match = { child: Known } | { choices: Known[]; reason: string } | { problem: string }

/** What the rows of a table come to, each child once. `sought` gives a typed number as it is kept. */
export function findChildren(
  rows: readonly Row[],
  known: readonly Known[],
  sought: (number: string) => string,
): Omit<Findings, 'headings'> & { already: number } {
  const directory = directoryOf(known)
  const seen = new Map<string, number>()
  const findings = { found: [] as string[], unclear: [] as Unclear[], problems: [] as Problem[], already: 0 }
  for (const { row, raw, said: cells } of rows) {
    const match = once(matchOf(raw, directory, sought), row, seen)
    if ('problem' in match) {
      const student = plainName(raw.student ?? '').slice(0, 20)
      findings.problems.push({ row, student, problem: match.problem, cells })
    } else if ('choices' in match) {
      const studentIds = match.choices.map((it) => it.id)
      findings.unclear.push({ row, said: saidBy(raw), reason: match.reason, studentIds, cells })
    } else if (match.child.isIn) findings.already++
    else findings.found.push(match.child.id)
  }
  return findings
}

type Directory = ReturnType<typeof directoryOf>

const directoryOf = (known: readonly Known[]) => ({
  byNumber: new Map(known.map((it) => [it.number, it])),
  byBareNumber: Map.groupBy(known, (it) => bare(it.number)),
  byName: Map.groupBy(known, (it) => it.name),
})

/** Sheets take 0012 for a number and leave 12. */
const bare = (number: string) => number.replace(/^0+(?=\d)/, '')

function matchOf(raw: RawRow, directory: Directory, sought: (number: string) => string): Match {
  const name = plainName(raw.student ?? '')
  if (!plain(raw.number ?? '')) {
    return name ? byName(name, raw, directory) : { problem: '这一行没有学号，也没有姓名' }
  }
  const said = readNumber(raw.number ?? '')
  if ('problem' in said) return said
  const child = byNumber(sought(said.number), directory)
  if (!child) return nearly(name, directory)
  if (name && child.name !== name) {
    return { problem: `这个学号是${child.name}的，和这一行的姓名“${name.slice(0, 20)}”对不上` }
  }
  return { child }
}

function byNumber(number: string, { byNumber, byBareNumber }: Directory): Known | undefined {
  const exact = byNumber.get(number)
  const like = byBareNumber.get(bare(number)) ?? []
  return exact ?? (like.length === 1 ? like[0] : undefined)
}

function nearly(name: string, { byName }: Directory): Match {
  const choices = (name && byName.get(name)) || []
  if (choices.length === 0) return { problem: '这个单位里没有这个学号' }
  return { choices, reason: '没有这个学号，姓名对得上' }
}

function byName(name: string, raw: RawRow, directory: Directory): Match {
  const namesakes = directory.byName.get(name) ?? []
  const [first] = namesakes
  if (!first) return { problem: `这个单位里没有叫“${name.slice(0, 20)}”的孩子` }
  const there = namesakes.filter((it) => isSaidClass(it, raw))
  if (there.length === 0) return { choices: namesakes, reason: '这个班里没有，别的班里有' }
  const [child] = there
  if (child && there.length === 1) return { child }
  return { choices: there, reason: `有${there.length}个孩子叫这个名字` }
}

/** 三中 in 三中七年级2班. */
const BEFORE_GRADE = /^.*?(?=(?:[初高]?[一二三四五六七八九]|\d{1,2})年级)/

/** Whether a child is in the class, or the grade, that a row says; a row that says neither means any. */
function isSaidClass({ grade, klass, className }: Known, raw: RawRow) {
  const said = plain(raw.klass ?? '')
  const column = raw.grade ? readGrade(raw.grade) : null
  if (!said) return column === null || column === grade
  if (said === plain(className)) return true
  const both = readGradeAndClass(said.replace(BEFORE_GRADE, ''))
  // 702 below a column 七年级 is class 2, and 102 below it is class 102.
  if (both && (column === null || both.grade === column)) return both.grade === grade && both.klass === klass
  return readClass(said) === klass && (column === null || column === grade)
}

function once(match: Match, row: number, seen: Map<string, number>): Match {
  if (!('child' in match)) return match
  const before = seen.get(match.child.id)
  if (before !== undefined) return { problem: `和第${before}行是同一个孩子，只算一次` }
  seen.set(match.child.id, row)
  return match
}

const saidBy = ({ student = '', number = '', grade = '', klass = '' }: RawRow) =>
  [student, grade, klass, number]
    .map((it) => plain(it).slice(0, 20))
    .filter(Boolean)
    .join(' ')

/** Headings that say nothing known: the columns in which the unit's own numbers and names stand. */
export function columnsByContent(
  lines: readonly { cells: string[] }[],
  isNumber: (cell: string) => boolean,
  isName: (cell: string) => boolean,
) {
  const width = Math.max(0, ...lines.map((it) => it.cells.length))
  const best = (is: (cell: string) => boolean, not = -1) => {
    const hits = Array.from(
      { length: width },
      (_, at) => lines.filter(({ cells }) => is(cells[at] ?? '')).length,
    )
    const most = Math.max(0, ...hits.filter((_, at) => at !== not))
    return most === 0 ? -1 : hits.findIndex((it, at) => it === most && at !== not)
  }
  const number = best(isNumber)
  const student = best(isName, number)
  return [
    ...(number >= 0 ? [{ at: number, key: 'number' as const }] : []),
    ...(student >= 0 ? [{ at: student, key: 'student' as const }] : []),
  ]
}

/** The choices that were made, one child of its own row each; null where one is not to be chosen. */
export function chosenOf(
  unclear: readonly Unclear[],
  choices: readonly { row: number; studentId: string }[],
): string[] | null {
  const offered = new Map(unclear.map((it) => [it.row, it.studentIds]))
  const isOnce = new Set(choices.map((it) => it.row)).size === choices.length
  const isOffered = choices.every(({ row, studentId }) => offered.get(row)?.includes(studentId))
  return isOnce && isOffered ? choices.map((it) => it.studentId) : null
}

/** The rows that do not speak for themselves, in the order of the sheet. */
export const problemRows = ({ unclear, problems }: Findings) =>
  [
    ...problems.map(({ row, problem, cells }) => ({ row, problem, said: cells })),
    ...unclear.map(({ row, reason, cells }) => ({
      row,
      problem: `${reason}，请写上学号或班级`,
      said: cells,
    })),
  ].sort((a, b) => a.row - b.row)

/** A made-up table: a number is enough, and a name with its class is, too. */
export const SAMPLE = {
  headings: ['学号（可不填）', '姓名', '班级（可不填）'],
  rows: [
    ['20260201', '示例学生', '七年级2班'],
    ['', '示例学生二', '七年级3班'],
  ],
}
