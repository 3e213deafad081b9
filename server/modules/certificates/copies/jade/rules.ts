import { dayWritten, numberInGroups } from '../../rules.ts'
import {
  endingAt,
  type Facts,
  line,
  type Measure,
  sayings,
  setParagraphs,
  SHEET,
  type Sheet,
  smallPrint,
  type Words,
} from '../layout/rules.ts'
import { leafAt, rectangle, type Shape, waves } from '../ornaments/rules.ts'
import { drawSeal } from '../seal/rules.ts'

const JADE = '#0f5c53'
const DEEP = '#0b4640'
const PALETTE = { strong: DEEP, plain: '#1d2b29', soft: '#5b6d69' }
const BAND = 190
const LEFT = BAND + 64
const RIGHT = SHEET.width - 64

/** 青玉: a band of jade with the title set downward, and the words beside it. */
export function drawJade(facts: Facts, measure: Measure): Sheet {
  const [, ...rest] = sayings(facts)
  const who = line(facts.holder, LEFT, 152, 40, DEEP, { weight: 'bold', spacing: 4 })
  const shrunk = Math.min(40, (40 * 380) / Math.max(measure(facts.holder, 40, 'bold'), 1))
  const whose = `${facts.isFamily ? '一家' : '家长'} · 孩子${facts.studentName} · ${facts.schoolName}${facts.className}`
  const field = { x: LEFT, width: RIGHT - LEFT, top: 252, size: 18, leading: 36, lines: 4 }
  const school = line(`${facts.schoolName}家长学校`, 0, 470, 17, DEEP, { weight: 'bold' })
  const child = fitting(line(whose, LEFT, 190, 15, PALETTE.soft), RIGHT - LEFT, measure)
  return {
    shapes: ground(),
    words: [
      ...downward('家庭教育绿证'),
      line(`编号 ${numberInGroups(facts.number)}`, LEFT, 82, 12.5, PALETTE.soft, { spacing: 0.6 }),
      { ...who, size: shrunk },
      child,
      ...setParagraphs(rest, field, PALETTE, measure),
      ...smallPrint(facts)
        .slice(1)
        .map((it, at) => line(it, LEFT, 470 + at * 21, 11, PALETTE.soft)),
      endingAt(school, RIGHT, 250, measure),
      endingAt(line(dayWritten(facts.issuedOn), 0, 497, 14, PALETTE.plain), RIGHT, 250, measure),
      line('扫码查验真伪', BAND / 2 - measure('扫码查验真伪', 11, 'regular') / 2, 549, 11, '#ffffff'),
    ],
    qr: { link: facts.verifyAddress, x: BAND / 2 - 37, y: 454, width: 74, color: DEEP },
    seal: drawSeal(`${facts.schoolName}家长学校`, { x: RIGHT - 70, y: 422 }, facts.hasSealPicture, measure),
  }
}

/** The title down the band, one character under the other. */
const downward = (title: string): Words[] =>
  [...title].map((text, at) => line(text, BAND / 2 - 22, 128 + at * 55, 44, '#ffffff', { weight: 'bold' }))

const fitting = (it: Words, most: number, measure: Measure): Words => ({
  ...it,
  size: Math.min(it.size, (it.size * most) / Math.max(measure(it.text, it.size, it.weight), 1)),
})

function ground(): Shape[] {
  const { width, height } = SHEET
  return [
    { path: rectangle(0, 0, width, height), fill: '#fcfefd' },
    ...waves({ x: BAND, y: height - 92, width: width - BAND, height: 92 }, '#bcd8d0'),
    { path: rectangle(0, 0, BAND, height), fill: JADE },
    { path: rectangle(BAND, 0, 5, height), fill: '#c9a765' },
    ...leafAt(BAND / 2 - 14, 62, 38, '#9fd3c4'),
    { path: rectangle(BAND / 2 - 44, 447, 88, 88), fill: '#ffffff' },
    { path: rectangle(LEFT, 208, RIGHT - LEFT, 1), fill: '#c9a765' },
  ]
}
