import ExcelJS from 'exceljs'
import type { NodeState } from '#contract/calendar'
import { dayInWords, shanghaiDay } from '../../../../infra/clock.ts'
import { safeCell, stampSheet } from '../../../../infra/sheets/cells.ts'
import type { UnitScope } from '../../../org/policy.ts'
import type { EffectiveNode } from '../rules.ts'
import { isMissing } from './rules.ts'
import type { linesOf } from './service.ts'

const STATES: Record<NodeState, string> = {
  none: '还没有写',
  draft: '有草稿，没有发',
  scheduled: '定好时间，待发',
  sent: '已发',
  dismissed: '今年不发',
}
const stateInWords = (state: NodeState, isOver: boolean) =>
  isOver && isMissing({ state }) ? '没有发' : STATES[state]

const HEADINGS = [
  '区县',
  '学校',
  '情况',
  '不发的原因',
  '发出几封',
  '家庭数',
  '可送达',
  '已读',
  '已确认',
  '已签字',
]
const WIDTHS = [16, 28, 18, 30, 10, 10, 10, 10, 10, 10]

/** A line for each school; figures only, no names of people. */
export async function workbookOf(
  node: EffectiveNode,
  {
    lines,
    isOver,
    watermark,
  }: { lines: Awaited<ReturnType<typeof linesOf>>; isOver: boolean; watermark: string },
): Promise<Buffer> {
  const book = new ExcelJS.Workbook()
  const sheet = book.addWorksheet('发信情况', { views: [{ state: 'frozen', ySplit: 2 }] })
  sheet.addRow([safeCell(`${node.title}（${dayInWords(node.from)}）`)]).font = { bold: true, size: 14 }
  sheet.addRow(HEADINGS).font = { bold: true }
  for (const { district, school, state, reason, letters, tally } of lines) {
    const { expected, reached, read, confirmed, signed } = tally
    sheet.addRow([
      ...[safeCell(district), safeCell(school), stateInWords(state, isOver), safeCell(reason ?? '')],
      ...[letters, expected, reached, read, confirmed, signed],
    ])
  }
  WIDTHS.forEach((width, at) => (sheet.getColumn(at + 1).width = width))
  stampSheet(sheet, watermark)
  return Buffer.from(await book.xlsx.writeBuffer())
}

/** 临川市_国庆假期_发信情况_2026-11-29.xlsx */
export const nameOfExport = (scope: UnitScope, node: EffectiveNode, now: Date) =>
  `${scope.fullName}_${node.title}_发信情况_${shanghaiDay(now)}.xlsx`
