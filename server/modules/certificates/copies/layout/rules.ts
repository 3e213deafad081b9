import type { CertificateDesign } from '#contract/certificates'
import { dayWritten, type Said } from '../../rules.ts'
import type { Matrix, Shape } from '../ornaments/rules.ts'

/** A4 across, in points. */
export const SHEET = { width: 841.89, height: 595.28 }

export type Weight = 'regular' | 'bold'

export interface Words {
  text: string
  x: number
  /** Of the line the characters stand on. */
  baseline: number
  size: number
  weight: Weight
  color: string
  /** Points between characters. */
  spacing: number
  /** Turned or moved from where it stands. */
  place?: Matrix
}

/** The school's seal, over the words as on paper: drawn, or a picture of the school's own. */
export interface Seal {
  shapes: Shape[]
  words: Words[]
  picture: { x: number; y: number; size: number } | null
}

export interface Sheet {
  shapes: Shape[]
  words: Words[]
  qr: { link: string; x: number; y: number; width: number; color: string }
  seal: Seal
}

/** What stands on a certificate: what it says, and what the sheet carries beside it. */
export interface Facts extends Said {
  shortCode: string
  verifyAddress: string
  design: CertificateDesign
  /** One certificate for the whole family. */
  isFamily: boolean
  hasSealPicture: boolean
  /** The number whose place it took, where there is one. */
  supersedes: string | null
}

/** Width of a text in points; comes from the font that will draw it. */
export type Measure = (text: string, size: number, weight: Weight) => number

export interface Palette {
  strong: string
  plain: string
  soft: string
}

/** One line of text at a place. */
export const line = (
  text: string,
  x: number,
  baseline: number,
  size: number,
  color: string,
  more: { weight?: Weight; spacing?: number } = {},
): Words => ({
  text,
  x,
  baseline,
  size,
  color,
  weight: more.weight ?? 'regular',
  spacing: more.spacing ?? 0,
})

/** The same, with its middle at a place. */
export function centred(it: Words, middle: number, measure: Measure): Words {
  const width = measure(it.text, it.size, it.weight) + it.spacing * (it.text.length - 1)
  return { ...it, x: middle - width / 2 }
}

/** The same, ending at a place and made smaller where it is wider than there is room. */
export function endingAt(it: Words, right: number, most: number, measure: Measure): Words {
  const size = Math.min(it.size, (it.size * most) / Math.max(measure(it.text, it.size, it.weight), 1))
  return { ...it, size, x: right - measure(it.text, size, it.weight) }
}

/** What the certificate says, as paragraphs of runs: who, for what, and a word of thanks. */
export function sayings(facts: Facts): Run[][] {
  const child = `（孩子${facts.studentName}，${facts.schoolName}${facts.className}）`
  return [
    [
      { text: facts.holder, weight: 'bold' },
      { text: `${facts.isFamily ? ' 一家' : ' 家长'}${child}：`, weight: 'regular' },
    ],
    [
      { text: '　　您已学完', weight: 'regular' },
      { text: `《${facts.programmeTitle}》`, weight: 'bold' },
      { text: `全部课程，共${facts.hours}学时，经考试合格，特发此证。`, weight: 'regular' },
    ],
    [{ text: '　　谢谢您用学习陪伴孩子成长。', weight: 'regular' }],
  ]
}

/** Small print every design carries somewhere. */
export const smallPrint = (facts: Facts) => [
  '扫码查验真伪',
  `有效期至${dayWritten(facts.validUntil)}`,
  `防伪短码 ${facts.shortCode}`,
  ...(facts.supersedes ? [`原编号 ${facts.supersedes}`] : []),
]

export interface Field {
  x: number
  width: number
  top: number
  size: number
  leading: number
  /** So many lines it holds at the first size. */
  lines: number
}

/** Paragraphs broken into lines; long titles make the type smaller, not the sheet fuller. */
export function setParagraphs(
  paragraphs: Run[][],
  field: Field,
  { strong, plain }: Palette,
  measure: Measure,
): Words[] {
  const smallest = field.size * 0.66
  for (const size of [1, 0.89, 0.79, 0.66].map((it) => field.size * it)) {
    const lines = paragraphs.flatMap((it) => breakLines(it, field.width, size, measure))
    const leading = (field.leading * size) / field.size
    if (lines.length * leading > field.lines * field.leading && size > smallest) continue
    return lines.flatMap((one, at) => {
      let x = field.x
      return one.map((run) => {
        const color = run.weight === 'bold' ? strong : plain
        const words = line(run.text, x, field.top + at * leading, size, color, { weight: run.weight })
        x += measure(run.text, size, run.weight)
        return words
      })
    })
  }
  return []
}

export interface Run {
  text: string
  weight: Weight
}

/** These never begin a line. */
const CLOSING = new Set('，。、；：？！）》”’』」…—')
/** These never end one. */
const OPENING = new Set('（《“‘『「')

/** Figures stay with the character that follows: 8学, LZ2026. */
const UNBROKEN = /[0-9A-Za-z]+.?|./gsu

/** Breaks runs into lines as Chinese is set: anywhere between characters, but never before 。or after《. */
export function breakLines(runs: Run[], width: number, size: number, measure: Measure): Run[][] {
  const characters = runs.flatMap(({ text, weight }) =>
    (text.match(UNBROKEN) ?? []).map((it) => ({ text: it, weight })),
  )
  const lines: Run[][] = [[]]
  let used = 0
  for (const it of characters) {
    const own = measure(it.text, size, it.weight)
    const line = lines.at(-1) as Run[]
    if (used + own > width && line.length > 0 && !CLOSING.has(it.text)) {
      const carried: Run[] = []
      while (line.length > 1 && OPENING.has(line.at(-1)?.text ?? '')) carried.unshift(line.pop() as Run)
      lines.push([...carried, it])
      used = [...carried, it].reduce((sum, one) => sum + measure(one.text, size, one.weight), 0)
    } else {
      line.push(it)
      used += own
    }
  }
  return lines.map(joinRuns)
}

const joinRuns = (line: Run[]) =>
  line.reduce<Run[]>((runs, it) => {
    const last = runs.at(-1)
    if (last?.weight === it.weight) last.text += it.text
    else runs.push({ ...it })
    return runs
  }, [])
