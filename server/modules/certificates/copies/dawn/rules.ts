import { dayWritten, numberInGroups } from '../../rules.ts'
import {
  breakLines,
  centred,
  endingAt,
  type Facts,
  line,
  type Measure,
  sayings,
  SHEET,
  type Sheet,
  smallPrint,
  type Words,
} from '../layout/rules.ts'
import { circle, leafAt, rectangle, type Shape, sunrise } from '../ornaments/rules.ts'
import { drawSeal } from '../seal/rules.ts'

const GREEN = '#2c7a4b'
const BROWN = '#6b3e16'
const GOLD = '#d79a3a'
const PALETTE = { strong: BROWN, plain: '#3a2c1f', soft: '#7c6a55' }
const MIDDLE = SHEET.width / 2
const RIGHT = SHEET.width - 104

/** 暖阳: a sun that rises behind the words, which stand in the middle. */
export function drawDawn(facts: Facts, measure: Measure): Sheet {
  const number = line(`编号 ${numberInGroups(facts.number)}`, 0, 172, 12.5, PALETTE.soft, { spacing: 0.6 })
  const name = Math.min(38, (38 * 460) / Math.max(measure(facts.holder, 38, 'bold'), 1))
  const school = line(`${facts.schoolName}家长学校`, 0, 470, 17, BROWN, { weight: 'bold' })
  const whose = `${facts.isFamily ? '一家' : '家长'} · 孩子${facts.studentName} · ${facts.schoolName}${facts.className}`
  const small = smallPrint(facts)
  return {
    shapes: ground(),
    words: [
      centred(line('家庭教育绿证', 0, 138, 46, GREEN, { weight: 'bold', spacing: 14 }), MIDDLE, measure),
      centred(number, MIDDLE, measure),
      centred(line(facts.holder, 0, 240, name, BROWN, { weight: 'bold', spacing: 4 }), MIDDLE, measure),
      centred(line(whose, 0, 278, whoseSize(whose, measure), PALETTE.soft), MIDDLE, measure),
      ...sentence(facts, measure),
      ...small.map((it, at) => line(it, 188, 456 + at * (small.length > 3 ? 18 : 22), 11, PALETTE.soft)),
      endingAt(school, RIGHT, 270, measure),
      endingAt(line(dayWritten(facts.issuedOn), 0, 497, 14, PALETTE.plain), RIGHT, 270, measure),
    ],
    qr: { link: facts.verifyAddress, x: 98, y: 436, width: 78, color: BROWN },
    seal: drawSeal(`${facts.schoolName}家长学校`, { x: RIGHT - 70, y: 422 }, facts.hasSealPicture, measure),
  }
}

const whoseSize = (text: string, measure: Measure) =>
  Math.min(14, (14 * 560) / Math.max(measure(text, 14, 'regular'), 1))

/** What it is for, each line in the middle. */
function sentence(facts: Facts, measure: Measure): Words[] {
  const [, ...rest] = sayings(facts).map((runs) =>
    runs.map((it) => ({ ...it, text: it.text.replaceAll('　', '') })),
  )
  const size = measure(facts.programmeTitle, 18, 'bold') > 520 ? 14 : 18
  const lines = rest.flatMap((it) => breakLines(it, 560, size, measure))
  return lines.flatMap((runs, at) => {
    let x = MIDDLE - runs.reduce((sum, it) => sum + measure(it.text, size, it.weight), 0) / 2
    return runs.map(({ text, weight }) => {
      const color = weight === 'bold' ? PALETTE.strong : PALETTE.plain
      const words = line(text, x, 326 + at * size * 1.85, size, color, { weight })
      x += measure(text, size, weight)
      return words
    })
  })
}

function ground(): Shape[] {
  const { width, height } = SHEET
  return [
    { path: rectangle(0, 0, width, height), fill: '#fff9ee' },
    ...sunrise(MIDDLE, height + 30, 250, '#f6c56b'),
    { path: rectangle(26, 26, width - 52, height - 52), stroke: GOLD, width: 1.6 },
    { path: rectangle(33, 33, width - 66, height - 66), stroke: GOLD, width: 0.5 },
    { path: circle(MIDDLE, 62, 21), fill: '#fff9ee', stroke: GOLD, width: 1 },
    ...leafAt(MIDDLE - 10, 72, 28, GREEN),
    { path: rectangle(MIDDLE - 120, 253, 240, 0.8), fill: GOLD },
  ]
}
