import { dayWritten, numberInGroups } from '../../rules.ts'
import {
  centred,
  endingAt,
  type Facts,
  line,
  type Measure,
  sayings,
  setParagraphs,
  SHEET,
  type Sheet,
  smallPrint,
} from '../layout/rules.ts'
import { corners, divider, emblem, rectangle, rosette, type Shape } from '../ornaments/rules.ts'
import { drawSeal } from '../seal/rules.ts'

const GREEN = '#1f7a54'
const DEEP = '#14563b'
const GOLD = '#b8924a'
const PALETTE = { strong: DEEP, plain: '#1f2a24', soft: '#5c6b63' }
const FIELD = { x: 128, width: SHEET.width - 256, top: 272, size: 19, leading: 38, lines: 4 }

/** 青叶: a frame of leaves around a centred title. */
export function drawLeaf(facts: Facts, measure: Measure): Sheet {
  const middle = SHEET.width / 2
  const right = SHEET.width - 112
  const title = line('家庭教育绿证', 0, 167, 50, DEEP, { weight: 'bold', spacing: 12 })
  const number = line(`编号 ${numberInGroups(facts.number)}`, 0, 216, 12.5, PALETTE.soft, { spacing: 0.6 })
  const school = line(`${facts.schoolName}家长学校`, 0, 458, 18, DEEP, { weight: 'bold' })
  const small = smallPrint(facts)
  return {
    shapes: frame(),
    words: [
      centred(title, middle, measure),
      centred(number, middle, measure),
      ...setParagraphs(sayings(facts), FIELD, PALETTE, measure),
      ...small.map((it, at) => line(it, 202, 440 + at * (small.length > 3 ? 19 : 23), 11, PALETTE.soft)),
      endingAt(school, right, 300, measure),
      endingAt(line(dayWritten(facts.issuedOn), 0, 486, 14, PALETTE.plain), right, 300, measure),
    ],
    qr: { link: facts.verifyAddress, x: 104, y: 424, width: 84, color: DEEP },
    seal: drawSeal(`${facts.schoolName}家长学校`, { x: right - 70, y: 411 }, facts.hasSealPicture, measure),
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
