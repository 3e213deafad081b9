import type { InChargePost, NodeState, NodeStatus } from '#contract/calendar'
import type { Stage } from '#contract/tree'
import { datesOf } from '../../../../content/dates.ts'
import type { CalendarNode, Holidays, LetterTemplate } from '../../../../content/schema.ts'
import { defaultYear, type YearDays } from '../../org/terms/rules.ts'
import { type Division, gradesOf } from '../../org/tree/rules.ts'
import type { AddedNode, NodeChange, NodeMove } from './model.ts'

const DAY_MS = 86_400_000
/** So many days before it begins, whoever has not sent anything hears of it once more. */
const REMIND_DAYS = 3
/** A letter of a long node — the holidays, two months of publicity — belongs to its beginning. */
const OPEN_DAYS = 14
/** From March on, half a year ahead, next year's dates are looked through. */
const NEXT_OPENS = '-03-01'

export type StageWord = LetterTemplate['stages'][number]
export const STAGE_WORDS: Record<Stage, StageWord> = {
  kindergarten: '幼儿园',
  primary: '小学',
  junior: '初中',
  senior: '高中',
  vocational: '中职',
}
const STAGES = Object.keys(STAGE_WORDS) as Stage[]

export const addDays = (day: string, days: number) =>
  new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10)

export const yearKey = (unitId: string, year: number) => `${unitId}:${year}`
export const nodeKey = (cityId: string, year: number, code: string) => `${cityId}:${year}:${code}`
export const draftKey = (key: string, unitId: string, template: string) => `${key}:${unitId}:${template}`

/** A node as it stands for one city, or one school of it, in one school year. */
export interface EffectiveNode {
  code: string
  title: string
  about: string
  from: string
  to: string
  status: NodeStatus
  waitFor: string | null
  usual: { from: string; to: string } | null
  changedBy: 'city' | 'school' | null
  draftOn: string
  remindOn: string
  draftDaysBefore: number
  remindDaysBefore: number
  inCharge: InChargePost
  addedBy: 'city' | 'school' | null
  isOff: boolean
  letters: Partial<Record<StageWord, string[]>>
}

interface Changes {
  changes?: Record<string, NodeChange>
  added?: Record<string, AddedNode>
  removed?: Record<string, AddedNode>
}

/** What the calendar of one school year is made of. */
export interface Sources {
  year: number
  nodes: readonly CalendarNode[]
  holidays: Holidays[]
  /** The terms the city has entered: of this school year and of the next, where it has. */
  terms: readonly YearDays[]
  templates: readonly Pick<LetterTemplate, 'code' | 'stages'>[]
  city?: Changes | null
  school?: Changes | null
}

/** The nodes of a school year in the order of their days. What the school says of itself goes before what the city says. */
export function nodesOf({ city, school, ...sources }: Sources): EffectiveNode[] {
  const added = (from: Changes | null | undefined, by: 'city' | 'school') =>
    Object.values(from?.added ?? {}).map((it) => ownNode(it, by, sources.templates))
  return [
    ...sources.nodes.map((node) => plainNode(node, sources)),
    ...added(city, 'city'),
    ...added(school, 'school'),
  ]
    .map((it) => changed(it, city?.changes?.[it.code], 'city'))
    .map((it) => changed(it, school?.changes?.[it.code], 'school'))
    .sort((a, b) => (a.from === b.from ? (a.to < b.to ? -1 : 1) : a.from < b.from ? -1 : 1))
}

/** The nodes a city or a school has added and taken away again, as switched off. */
export const removedNodes = ({ city, school, templates }: Sources): EffectiveNode[] =>
  [city, school].flatMap((it) =>
    Object.values(it?.removed ?? {}).map((one) => ({ ...ownNode(one, 'city', templates), isOff: true })),
  )

type Plain = Omit<Sources, 'city' | 'school'>

function plainNode(node: CalendarNode, { year, holidays, terms }: Plain): EffectiveNode {
  const usual = datesOf(node, calendarYearOf(node, year), holidays)
  const told = usual.status === 'proposed' ? termDays(node, year, terms) : null
  return withDays({
    ...{ code: node.code, title: node.title, about: node.about, inCharge: node.inCharge },
    ...{ from: usual.from, to: usual.to, status: usual.status, waitFor: usual.waitFor },
    ...(told && { ...told, status: 'announced' as const, waitFor: null }),
    ...{ usual: null, changedBy: null, addedBy: null, isOff: false, letters: node.letters },
    draftDaysBefore: node.draftDaysBefore,
    remindDaysBefore: Math.min(REMIND_DAYS, Math.max(1, node.draftDaysBefore - 1)),
  })
}

function ownNode(it: AddedNode, addedBy: 'city' | 'school', templates: Plain['templates']): EffectiveNode {
  const { templates: codes, ...rest } = it
  const known = codes.flatMap((code) => templates.find((one) => one.code === code) ?? [])
  const letters: EffectiveNode['letters'] = {}
  for (const { code, stages } of known) for (const stage of stages) (letters[stage] ??= []).push(code)
  const fixed = { status: 'confirmed' as const, waitFor: null, usual: null, changedBy: null, isOff: false }
  return withDays({ ...rest, ...fixed, addedBy, letters })
}

function changed(node: EffectiveNode, change: NodeChange | undefined, by: 'city' | 'school'): EffectiveNode {
  if (!change) return node
  const isMoved = change.from !== node.from || change.to !== node.to
  return withDays({
    ...node,
    ...change,
    status: node.status === 'fixed' && !isMoved ? 'fixed' : 'confirmed',
    waitFor: null,
    usual: isMoved ? (node.usual ?? { from: node.from, to: node.to }) : node.usual,
    changedBy: by,
    // What the city has switched off, a school does not switch on.
    isOff: node.isOff || change.isOff,
  })
}

const withDays = (node: Omit<EffectiveNode, 'draftOn' | 'remindOn'>): EffectiveNode => ({
  ...node,
  draftOn: addDays(node.from, -node.draftDaysBefore),
  remindOn: addDays(node.from, -node.remindDaysBefore),
})

/** A school year has the autumn of one calendar year and the spring of the next; August is its beginning. */
function calendarYearOf({ rule }: CalendarNode, year: number) {
  const month =
    rule.kind === 'nth-weekday'
      ? rule.month
      : Number((rule.kind === 'week-of' ? rule.day : rule.from).slice(0, 2))
  return month >= 8 ? year : year + 1
}

/** The days of a node that begins or ends a term, from the terms a city has entered itself. */
function termDays({ rule }: CalendarNode, year: number, terms: readonly YearDays[]) {
  const set = terms.find((it) => it.year === year)
  if (!set || rule.kind !== 'notice' || !rule.term) return null
  const next = terms.find((it) => it.year === year + 1) ?? defaultYear(year + 1)
  switch (rule.term) {
    case 'autumn':
      return { from: set.autumn.from, to: set.autumn.from }
    case 'winter-holiday':
      return { from: addDays(set.autumn.to, 1), to: addDays(set.spring.from, -1) }
    case 'spring':
      return { from: set.spring.from, to: addDays(set.spring.from, OPEN_DAYS - 1) }
    case 'summer-holiday':
      return { from: addDays(set.spring.to, 1), to: addDays(next.autumn.from, -1) }
  }
}

/** The last day on which its letter is still worth writing. */
export const openTo = ({ from, to }: Pick<EffectiveNode, 'from' | 'to'>) => {
  const last = addDays(from, OPEN_DAYS)
  return to < last ? to : last
}

/** What a letter keeps of the days of its node. */
export const moveOf = ({ from, to, isOff }: NodeMove): NodeMove => ({ from, to, isOff })

/** From the day of drafting until its letter would come too late. */
export const isOpen = (node: EffectiveNode, today: string) =>
  !node.isOff && node.draftOn <= today && today <= openTo(node)

/** Whether the calendar of the year after the current one may be looked through already. */
export const isNextOpen = (today: string, current: number) => today >= `${current + 1}${NEXT_OPENS}`

/** What is wrong with the days of a node in a school year, in a sentence, or null. */
export function objectionTo(
  { from, to, draftDaysBefore, remindDaysBefore }: Omit<NodeChange, 'isOff'>,
  year: number,
): string | null {
  if (to < from) return '最后一天不能早于第一天'
  if (from < `${year}-08-01` || to > `${year + 1}-08-31`)
    return `日期要在${year}学年里，${year}年8月1日到${year + 1}年8月31日`
  return remindDaysBefore >= draftDaysBefore ? '提醒要比起草晚，请把提醒的天数改小' : null
}

interface Graded {
  forGrade?: 'first' | 'last' | undefined
}
export type TemplateOf = (code: string) => Graded | undefined

const fits = (template: Graded | undefined, grade: number, grades: readonly number[]) =>
  !template?.forGrade || grades.at(template.forGrade === 'first' ? 0 : -1) === grade

/** The templates a node offers one grade, the most fitting first: a letter of that very grade goes before a general one. */
export function offeredTo(
  { letters }: Pick<EffectiveNode, 'letters'>,
  grade: number,
  templateOf: TemplateOf,
  city: Division = {},
): string[] {
  const stage = STAGES.find((it) => gradesOf(it, city).includes(grade))
  if (!stage) return []
  const grades = gradesOf(stage, city)
  const fitting = (letters[STAGE_WORDS[stage]] ?? []).filter((code) => fits(templateOf(code), grade, grades))
  const isOwn = (code: string) => Number(Boolean(templateOf(code)?.forGrade))
  return fitting.toSorted((a, b) => isOwn(b) - isOwn(a))
}

/** The grades a node has a letter for. */
export const gradesFor = (
  node: Pick<EffectiveNode, 'letters'>,
  templateOf: TemplateOf,
  city: Division = {},
) =>
  STAGES.flatMap((stage) => gradesOf(stage, city)).filter(
    (grade) => offeredTo(node, grade, templateOf, city).length > 0,
  )

/** How far a unit is, by what became of its letters. A letter that is out goes before a dismissal: it was sent after all. */
export function stateOf(statuses: readonly string[], isDismissed: boolean): NodeState {
  if (statuses.some((it) => it === 'sent' || it === 'sending')) return 'sent'
  if (isDismissed) return 'dismissed'
  if (statuses.includes('scheduled')) return 'scheduled'
  return statuses.includes('draft') ? 'draft' : 'none'
}
