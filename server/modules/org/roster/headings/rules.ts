import type { ColumnKey, OutlineColumn } from '#contract/roster'
import type { SheetRow } from '../../../../infra/sheets/book.ts'
import { COLUMNS, plain, readGradeAndClass } from '../rules.ts'

/** What a column can hold, as a person chooses it. Those of father and mother bring their relation along. */
export const CHOICES: { key: ColumnKey; title: string }[] = [
  ...COLUMNS.map(({ key, title }) => ({ key, title })),
  { key: 'father', title: '父亲姓名' },
  { key: 'fatherPhone', title: '父亲手机号' },
  { key: 'mother', title: '母亲姓名' },
  { key: 'motherPhone', title: '母亲手机号' },
]
const PHONES: ColumnKey[] = ['phone', 'phone2', 'fatherPhone', 'motherPhone']
const SECOND = { guardian: 'guardian2', relation: 'relation2', phone: 'phone2' } as const

/** Where a list begins and what its columns are. */
export interface Mapping {
  sheet: number
  line: number
  lines: number
  columns: { at: number; key: ColumnKey }[]
}

/** A mapping as it is stored; its keys have passed the contract. */
export const storedMapping = ({ sheet, line, lines, columns }: StoredMapping): Mapping => ({
  sheet,
  line,
  lines,
  columns: columns.map(({ at, key }) => ({ at, key: key as ColumnKey })),
})
type StoredMapping = Omit<Mapping, 'columns'> & { columns: readonly { at: number; key: string }[] }

/** 家长手机号 （可不填）* → 家长手机号 */
export const plainTitle = (text: string) =>
  plain(text)
    .replace(/[([【].*?[)\]】]/g, '')
    .replace(/[\s*:：_\-./、,，。()[\]【】]/g, '')
    .toLowerCase()

const TITLES = new Map(CHOICES.map(({ key, title }) => [plainTitle(title), key]))
const NOT_OURS =
  /身份证|证件|地址|住址|单位|职务|职业|学历|民族|出生|生日|性别|邮箱|微信|qq|备注|班主任|老师|教师|籍贯|户口|户籍|政治|座位|座号|床|照片|问题|行号|辅号/

/** What a heading most likely stands for, by the words offices use. */
export function likelyKey(heading: string): ColumnKey | null {
  const title = plainTitle(heading)
  const exact = TITLES.get(title)
  if (exact || !title || title.length > 20 || NOT_OURS.test(title)) return exact ?? null
  const isOlder = /祖|外|爷|奶|姥|公|婆/.test(title)
  const isFather = /父|爸/.test(title) && !/母|妈/.test(title) && !isOlder
  const isMother = /母|妈/.test(title) && !/父|爸/.test(title) && !isOlder
  const isSecond = /2|二|乙|备用|其他|另|紧急/.test(title)
  if (/电话|手机|联系方式|号码$|^tel|phone|mobile/.test(title)) {
    if (/学生|孩子|本人|学校|班级/.test(title)) return null
    if (isFather) return 'fatherPhone'
    if (isMother) return 'motherPhone'
    return isSecond ? 'phone2' : 'phone'
  }
  if (/关系|称谓|称呼/.test(title)) return isSecond ? 'relation2' : 'relation'
  if (/学号|学籍号?$|学籍(编号|主号)|^(学生|考生)?(编号|编码|代码|id)$|^考籍号$/.test(title)) return 'number'
  if (/^(学生|孩子|子女|幼儿|小孩|学员)?(姓名|名字)$|^(学生|孩子|幼儿)(名称)?$/.test(title)) return 'student'
  if (/^(所在|就读|所属|学籍|现)?(学校|校名|校区|园所|幼儿园)(名称|全称)?$/.test(title)) return 'school'
  if (/^(所在|就读|所属|现|当前)?年级(名称)?$/.test(title)) return 'grade'
  if (/^(所在|就读|所属|行政|现|当前)?(班级|班|班别|年级班级|年班)(名称|号)?$/.test(title)) return 'klass'
  if (isFather) return 'father'
  if (isMother) return 'mother'
  if (/家长|监护人|联系人|成员|父母|亲属/.test(title)) return isSecond ? 'guardian2' : 'guardian'
  return null
}

/** 学号 rather than 学籍号, 学籍号 rather than the national one, which is built from the ID number. */
const rank = (heading: string) => {
  const at = ['学号', '学籍号', '编号', '全国学籍号'].findIndex((it) => plainTitle(heading).endsWith(it))
  return at < 0 || plainTitle(heading).startsWith('全国') ? 9 : at
}

/** Each column's proposal; what was said of the same heading last time comes first. No key is given twice. */
export function propose(headings: string[], remembered: ReadonlyMap<string, ColumnKey | null>) {
  const taken = new Set<ColumnKey>()
  const proposals = headings.map((heading) => {
    const title = plainTitle(heading)
    const known = title ? remembered.get(title) : undefined
    if (known !== undefined && !(known && taken.has(known))) {
      if (known) taken.add(known)
      return { heading, key: known, from: 'remembered' as const }
    }
    return { heading, key: null, from: 'none' as const }
  })
  const byRank = [...headings.keys()].sort(
    (a, b) => rank(headings[a] ?? '') - rank(headings[b] ?? '') || a - b,
  )
  const likely = new Map<number, ColumnKey>()
  for (const at of byRank) {
    if (proposals[at]?.from === 'remembered') continue
    const key = likelyKey(headings[at] ?? '')
    const second = key && key in SECOND ? SECOND[key as keyof typeof SECOND] : null
    const free = [key, second].find((it) => it && !taken.has(it))
    if (!free) continue
    taken.add(free)
    likely.set(at, free)
  }
  return proposals.map((it, at) => {
    const key = likely.get(at)
    if (!key) return it
    const isExact = TITLES.get(plainTitle(it.heading)) === key
    return { ...it, key, from: isExact ? ('title' as const) : ('similar' as const) }
  })
}

/** The heading of the lines `at` and, with two, below it: a title above several columns counts for each of them. */
export function headingOf(rows: SheetRow[], at: number, lines: number): string[] {
  const upper = rows[at]?.cells ?? []
  if (lines === 1) return upper
  const lower = rows[at + 1]?.cells ?? []
  let last = ''
  return Array.from({ length: Math.max(upper.length, lower.length) }, (_, column) => {
    last = upper[column] || last
    const above = upper[column] || (lower[column] ? last : '')
    const below = lower[column] ?? ''
    return above === below ? above : above + below
  })
}

/** Which line, or which two, look most like a heading. */
export function findHeading(rows: SheetRow[]): { at: number; lines: number; score: number } {
  let best = { at: 0, lines: 1, score: 0 }
  for (const at of rows.keys()) {
    for (const lines of at + 1 < rows.length ? [1, 2] : [1]) {
      const keys = new Set(headingOf(rows, at, lines).map(likelyKey).filter(Boolean))
      const score = keys.has('student') || keys.has('number') ? keys.size : 0
      if (score > best.score) best = { at, lines, score }
    }
  }
  return best
}

/** What a list must have and this one lacks, by the titles people know. */
export function lacking(columns: OutlineColumn[], hasSchool: boolean): string[] {
  const sampled = new Map(columns.flatMap((it) => (it.key ? [[it.key, it.samples] as const] : [])))
  const saysGrade = (sampled.get('klass') ?? []).some((it) => readGradeAndClass(it))
  return [
    !hasSchool && !sampled.has('school') && '学校',
    !sampled.has('grade') && !saysGrade && '年级',
    !sampled.has('klass') && '班级',
    !sampled.has('number') && '学号',
    !sampled.has('student') && '学生姓名',
    !PHONES.some((it) => sampled.has(it)) && '家长手机号',
  ].filter((it) => it !== false)
}

/** The template itself needs no question: its titles say all, and nothing else in it looks like ours. */
export const isTemplate = (columns: OutlineColumn[]) =>
  columns.every((it) => it.from === 'title' || it.key === null) &&
  COLUMNS.every((it) => !it.isNeeded || columns.some(({ key }) => key === it.key))

/** Enough to recognise a column by: names stay, what is as long as a phone or an ID number loses its middle. */
export function masked(text: string): string {
  const said = plain(text)
  const digits = said.replace(/[^\dXx]/g, '')
  return digits.length >= 11 ? `${digits.slice(0, 3)}****${digits.slice(-4)}` : said
}
