import { dayWritten, numberInGroups } from '../rules.ts'
import { corners, divider, emblem, rectangle, rosette, type Shape } from './ornaments/rules.ts'

/** A4 across, in points. */
export const SHEET = { width: 841.89, height: 595.28 }

const GREEN = '#1f7a54'
const DEEP = '#14563b'
const GOLD = '#b8924a'
const INK = '#1f2a24'
const SOFT = '#5c6b63'

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
}

export interface Sheet {
  shapes: Shape[]
  words: Words[]
  qr: { link: string; x: number; y: number; width: number; color: string }
}

/** What stands on a certificate. */
export interface Facts {
  number: string
  holder: string
  studentName: string
  schoolName: string
  className: string
  programmeTitle: string
  hours: number
  issuedOn: string
  validUntil: string
  shortCode: string
  verifyAddress: string
}

/** Width of a text in points; comes from the font that will draw it. */
export type Measure = (text: string, size: number, weight: Weight) => number

/** The certificate as shapes and words with their places: PDF and picture are drawn from this one description. */
export function drawSheet(facts: Facts, measure: Measure): Sheet {
  const middle = SHEET.width / 2
  const centred = (
    text: string,
    baseline: number,
    size: number,
    weight: Weight,
    color: string,
    spacing = 0,
  ) => ({
    text,
    x: middle - (measure(text, size, weight) + spacing * (text.length - 1)) / 2,
    baseline,
    size,
    weight,
    color,
    spacing,
  })
  return {
    shapes: frame(),
    words: [
      centred('家庭教育绿证', 167, 50, 'bold', DEEP, 12),
      centred(`编号 ${numberInGroups(facts.number)}`, 216, 12.5, 'regular', SOFT, 0.6),
      ...body(facts, measure),
      ...foot(facts, measure),
    ],
    qr: { link: facts.verifyAddress, x: 104, y: 424, width: 84, color: DEEP },
  }
}

function frame(): Shape[] {
  const { width, height } = SHEET
  const inset = (by: number) => rectangle(by, by, width - by * 2, height - by * 2)
  return [
    { path: rectangle(0, 0, width, height), fill: '#fffdf6' },
    ...rosette(width / 2, 318, 176, GREEN),
    { path: inset(22), stroke: GREEN, width: 3 },
    { path: inset(29), stroke: GOLD, width: 0.9 },
    { path: inset(33), stroke: GREEN, width: 0.5 },
    ...corners({ x: 46, y: 46, width: width - 92, height: height - 92 }, [GREEN, '#4d9a73', '#7fb894']),
    ...emblem(width / 2, 80, 30, GREEN, GOLD),
    ...divider(width / 2, 190, 340, GOLD),
  ]
}

const BODY = { x: 128, width: SHEET.width - 256, size: 19, leading: 38, top: 272 }

/** The sentence that the certificate is for, broken into lines; long titles make the type smaller, not the sheet fuller. */
function body(facts: Facts, measure: Measure): Words[] {
  const said = [
    { text: facts.holder, weight: 'bold' as const },
    {
      text: ` 家长（孩子${facts.studentName}，${facts.schoolName}${facts.className}）：`,
      weight: 'regular' as const,
    },
  ]
  const achieved = [
    { text: '　　您已学完', weight: 'regular' as const },
    { text: `《${facts.programmeTitle}》`, weight: 'bold' as const },
    { text: `全部课程，共${facts.hours}学时，经考试合格，特发此证。`, weight: 'regular' as const },
  ]
  const thanks = [{ text: '　　谢谢您用学习陪伴孩子成长。', weight: 'regular' as const }]
  for (const size of [BODY.size, 17, 15, 13]) {
    const lines = [said, achieved, thanks].flatMap((it) => breakLines(it, BODY.width, size, measure))
    if (lines.length > 4 && size > 13) continue
    const leading = (BODY.leading * size) / BODY.size
    return lines.flatMap((line, at) => setLine(line, BODY.x, BODY.top + at * leading, size, measure))
  }
  return []
}

interface Run {
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

function setLine(line: Run[], left: number, baseline: number, size: number, measure: Measure): Words[] {
  let x = left
  return line.map((run) => {
    const words = { ...run, x, baseline, size, color: run.weight === 'bold' ? DEEP : INK, spacing: 0 }
    x += measure(run.text, size, run.weight)
    return words
  })
}

/** QR and what belongs to it on the left, who issued it on the right. */
function foot(facts: Facts, measure: Measure): Words[] {
  const small = (text: string, baseline: number): Words => ({
    text,
    x: 202,
    baseline,
    size: 11,
    weight: 'regular',
    color: SOFT,
    spacing: 0,
  })
  const right = (text: string, baseline: number, largest: number, weight: Weight, color: string): Words => {
    const size = Math.min(largest, (largest * 300) / Math.max(measure(text, largest, weight), 1))
    return {
      text,
      x: SHEET.width - 112 - measure(text, size, weight),
      baseline,
      size,
      weight,
      color,
      spacing: 0,
    }
  }
  return [
    small('扫码查验真伪', 440),
    small(`有效期至${dayWritten(facts.validUntil)}`, 463),
    small(`防伪短码 ${facts.shortCode}`, 486),
    right(`${facts.schoolName}家长学校`, 458, 18, 'bold', DEEP),
    right(dayWritten(facts.issuedOn), 486, 14, 'regular', INK),
  ]
}
