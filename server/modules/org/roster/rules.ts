import type { ColumnKey } from '#contract/roster'
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
] as const satisfies { key: ColumnKey; title: string; isNeeded: boolean }[]

/** Between a check and its yes, and between writing and taking back, lies a week at most. */
export const KEPT_DAYS = 7

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
  /** As it is kept: what stands for an ID number is made where the row is read. */
  number: string
  /** The whole ID number, where `number` only stands for one. It waits sealed, as the row does. */
  idNumber?: string
  student: string
  guardians: RowGuardian[]
}

/** What a guardian is called of whom the list does not say more. */
export const SOME_GUARDIAN = '家长'

const LONGEST = 60

/** Columns of guardians: with a relation of their own, or with one that the heading has said. */
const GUARDIANS = [
  { name: 'guardian', relation: 'relation', phone: 'phone', called: SOME_GUARDIAN },
  { name: 'guardian2', relation: 'relation2', phone: 'phone2', called: SOME_GUARDIAN },
  { name: 'father', relation: null, phone: 'fatherPhone', called: '爸爸' },
  { name: 'mother', relation: null, phone: 'motherPhone', called: '妈妈' },
] as const

/** Full-width letters and digits to plain ones, nothing invisible, spaces trimmed: `１３８ ` → `138`. */
export const plain = (text: string) =>
  text
    .toWellFormed()
    .normalize('NFKC')
    .replace(/[\s\u2028\u2029]+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\ufffd]/gu, '')
    .trim()

/** 张 三 → 张三: names of two characters are often spread out to the width of three. */
export const plainName = (text: string) => plain(text).replace(/(?<=\p{Script=Han}) (?=\p{Script=Han})/gu, '')

const NUMERALS = '一二三四五六七八九'
const NUMERAL = '[一二三四五六七八九]'

/** 二 → 2, 十 → 10, 十二 → 12, 二十 → 20; digits stay. */
function readNumeral(text: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  const [, tens = '', ten = '', ones = ''] =
    /^([一二三四五六七八九]?)(十?)([一二三四五六七八九]?)$/.exec(text) ?? []
  const digit = (it: string) => (it ? NUMERALS.indexOf(it) + 1 : 0)
  return ten ? (digit(tens) || 1) * 10 + digit(ones) : digit(tens || ones)
}

const KINDERGARTEN: Record<string, number> = { 小: -3, 中: -2, 大: -1 }
/** What 初 and 高 add to the numeral behind them; 职高一 is 职一. */
const STAGE: Record<string, number> = { 初: 6, 高: 9 }

/** 七年级, 7年级, 初一 → 7; 高一 → 10; 职一 → 13; 大班 → −1, as the tree counts them; otherwise null. */
export function readGrade(text: string): number | null {
  const said = plain(text)
  const [, kindergarten] = /^([小中大])班$/.exec(said) ?? []
  if (kindergarten) return KINDERGARTEN[kindergarten] ?? null
  const found = /^(?:中(?=职)|职(?=高))?(初|高|职)?([一二三四五六七八九]|\d{1,2})(年级)?$/.exec(said)
  if (!found) return null
  const [, stage = '', numeral = ''] = found
  const isVocational = stage === '职' || said.startsWith('职')
  const grade = readNumeral(numeral) + (isVocational ? 12 : (STAGE[stage] ?? 0))
  const most = isVocational ? 15 : stage === '初' ? 9 : 12
  return grade >= 1 && grade <= most ? grade : null
}

/** 2班, 2, 二班, 七(2)班, 七年级二班, 02班 → 2班; other names stay as they are. */
export function readClass(text: string): string {
  const said = plain(text)
  const found =
    /^(?:.*\()?0*(\d{1,3})\)?班?$/.exec(said) ??
    /^(?:.*年级|.*\()?([一二三四五六七八九十]{1,3}|\d{1,3})\)?班$/.exec(said)
  return found?.[1] ? `${readNumeral(found[1])}班` : said
}

/** The ways in which a class says its grade as well: 七年级2班, 初一(3)班, 七2班, 7(2)班, 702班. */
const BOTH = [
  /^([小中大])((?:[一二三四五六七八九十]|\d{1,2})班)$/,
  new RegExp(`^((?:初|高)?(?:${NUMERAL}|\\d{1,2})年级)(.+)$`),
  new RegExp(`^((?:初|高)(?:${NUMERAL}|\\d))(.+)$`),
  new RegExp(`^(${NUMERAL})(\\(?\\d{1,3}\\)?班)$`),
  /^(\d{1,2})(\(\d{1,3}\)班?)$/,
  /^(\d)(\d{2}班?)$/,
]

/** Grade and class out of one cell, for lists without a column for the grade. */
export function readGradeAndClass(text: string): { grade: number; klass: string } | null {
  const said = plain(text)
  for (const way of BOTH) {
    const [, first = '', second = ''] = way.exec(said) ?? []
    const grade = readGrade(KINDERGARTEN[first] ? `${first}班` : first)
    if (grade !== null) return { grade, klass: readClass(second) }
  }
  return null
}

/** `2026001.0` → 2026001; what a sheet has spoilt is told. */
export function readNumber(text: string): { number: string } | { problem: string } {
  const number = plain(text).replace(/\.0+$/, '')
  if (!number) return { problem: '缺少学号' }
  if (/^\d(\.\d+)?e\+?\d+$/i.test(number)) {
    return { problem: '学号太长，被表格改成了科学计数。请把学号一列设为“文本”再填' }
  }
  return /^[\w-]{1,32}$/.test(number) ? { number } : { problem: '学号只能有数字和字母' }
}

/** What a raw row says, or what is wrong with it in a sentence. `school` is where a list without that column belongs. */
export function readRow(raw: RawRow, school: string | null = null): { row: RosterRow } | { problem: string } {
  const cells = Object.fromEntries(Object.entries(raw).map(([key, value]) => [key, plain(value)])) as RawRow
  const place = readPlace(cells, school)
  if ('problem' in place) return place
  const said = readNumber(cells.number ?? '')
  if ('problem' in said) return said
  const { number } = said
  const student = plainName(cells.student ?? '')
  if (!student) return { problem: '缺少学生姓名' }
  const long = COLUMNS.find((it) => (cells[it.key]?.length ?? 0) > LONGEST)
  if (long) return { problem: `${long.title}太长了` }
  const broken = Object.values(cells).find((it) => /^#(N\/A|REF!|VALUE!|DIV\/0!|NAME\?|NUM!|NULL!)$/.test(it))
  if (broken) return { problem: `有一格是公式的错误结果（${broken}），请改成文字` }
  const guardians = readGuardians(cells)
  return 'problem' in guardians ? guardians : { row: { ...place, number, student, ...guardians } }
}

function readPlace(
  cells: RawRow,
  own: string | null,
): Pick<RosterRow, 'school' | 'grade' | 'klass'> | { problem: string } {
  const school = cells.school || own
  if (!school) return { problem: '缺少学校' }
  if (!cells.grade) {
    if (!cells.klass) return { problem: '缺少班级' }
    const both = readGradeAndClass(cells.klass)
    return both ? { school, ...both } : { problem: '缺少年级' }
  }
  const grade = readGrade(cells.grade)
  if (grade === null) return { problem: `年级“${cells.grade.slice(0, 20)}”不认识，请写成“七年级”` }
  if (!cells.klass) return { problem: '缺少班级' }
  const both = readGradeAndClass(cells.klass)
  // 702 below a column 七年级 is class 2, and 102 below it is class 102.
  return { school, grade, klass: both?.grade === grade ? both.klass : readClass(cells.klass) }
}

function readGuardians(cells: RawRow): { guardians: RowGuardian[] } | { problem: string } {
  const guardians: RowGuardian[] = []
  for (const { name, relation, phone: key, called } of GUARDIANS) {
    const typed = cells[key]
    if (!typed) continue
    const phone = readPhone(typed)
    if (typeof phone !== 'string') return phone
    const said = (relation ? plainName(cells[relation] ?? '') : '') || called
    const twin = guardians.find((it) => it.phone === phone)
    if (twin && twin.relation !== SOME_GUARDIAN && said !== SOME_GUARDIAN) {
      return { problem: '两位家长的手机号相同' }
    }
    const guardian = { name: plainName(cells[name] ?? ''), relation: said, phone }
    if (!twin) guardians.push(guardian)
    // 监护人 and 母亲 with one number are one person, of whom the second says more.
    else if (twin.relation === SOME_GUARDIAN)
      Object.assign(twin, guardian, { name: guardian.name || twin.name })
  }
  return guardians.length > 0 ? { guardians } : { problem: '缺少家长手机号' }
}

/** `138-0013-8000`, `13800138000.0`, `+86 138…` → 13800138000. */
function readPhone(typed: string): string | { problem: string } {
  const spread = /^(\d)\.(\d{10})e\+?10$/i.exec(typed)
  const text = spread ? `${spread[1]}${spread[2]}` : typed.replace(/\.0+$/, '')
  if (/^\d(\.\d+)?e\+?\d+$/i.test(text)) {
    return { problem: `手机号变成了“${typed}”，末几位已经丢失。请把这一列设为“文本”再填` }
  }
  const phone = plainPhone(text.replace(/^'|[\s\-‐-―_()·.]/g, '').replace(/^00(?=86)/, ''))
  if (phone) return phone
  if (/^\D*1[3-9]\d{9}\D+1[3-9]\d{9}\D*$/.test(text)) {
    return { problem: '一格里有两个手机号，请分成两列填' }
  }
  return { problem: `手机号“${typed.slice(0, 20)}”不对，应为11位` }
}
