import ExcelJS from 'exceljs'
import type { SheetRow, Tally, VoidedRow } from '#contract/letters'
import { instantInWords } from '../../../infra/clock.ts'
import { stampSheet } from '../../../infra/sheets/cells.ts'
import { plainCell } from './rules.ts'

export interface NamedRow extends SheetRow {
  className: string
  /** Masked: 138****1234. */
  phones: string
  /** What is still missing: 还没有读 · 还差爸爸. */
  missing: string
  /** Another opinion: by whom, and why where the sender exports it. */
  objections: string
  /** How it came where the school entered it, and who of the school. */
  ways: string
  /** One for each question of the letter's form, in its order. */
  answers: string[]
}

export interface VoidedLine extends VoidedRow {
  className: string
}

const DEEDS: Record<VoidedRow['deeds'][number]['deed'], string> = {
  read: '已读',
  answered: '已填表',
  confirmed: '已确认',
  signed: '已签字',
  objected: '不同意见',
}
const instant = (at: string) => instantInWords(new Date(at))

const WIDTHS = [18, 14, 12, 10, 24, 24, 24, 20, 28, 24, 24]

/** Opens in 已读/未读 order of nothing but the class and the student number, as it stands on paper. */
export function presentNames(
  title: string,
  { rows, voided, questions }: { rows: NamedRow[]; voided: VoidedLine[]; questions: string[] },
  watermark: string,
) {
  const deed = (it: SheetRow['read']) => (it ? `${it.by} ${instantInWords(new Date(it.at))}` : '')
  return workbook(title, watermark, [
    [
      ...['班级', '学号', '姓名', '家长已加入', '已读', '已确认', '已签字', '还缺什么', '不同意见'],
      ...['代登记', '家长手机', ...questions],
    ],
    ...rows.map((it) => [
      it.className,
      it.number,
      it.name,
      it.hasJoined ? '是' : '否',
      deed(it.read),
      deed(it.confirmed),
      deed(it.signed),
      it.missing,
      it.objections,
      it.ways,
      it.phones,
      ...it.answers,
    ]),
    ...(voided.length > 0
      ? [
          [''],
          ['作废的回执（不计入人数）'],
          ['班级', '姓名', '谁给的', '当时', '作废时间', '原因'],
          ...voided.map((it) => [
            it.className,
            it.childName,
            it.by,
            it.deeds.map(({ deed, at }) => `${DEEDS[deed]} ${instant(at)}`).join('，'),
            instant(it.voidedAt),
            it.because,
          ]),
        ]
      : []),
  ])
}

/** Figures only: who is above a school sees no names. */
export function presentFigures(
  title: string,
  { rows, options }: { rows: FigureRow[]; options: { label: string; option: string; count: number }[] },
  watermark: string,
) {
  return workbook(title, watermark, [
    ['单位', '家庭数', '可送达', '已读', '已确认', '已签字', '不同意见', '等着处理'],
    ...rows.map((it) => [
      ...[it.name, it.expected, it.reached, it.read, it.confirmed, it.signed],
      ...[it.objected ?? 0, it.open ?? 0],
    ]),
    ...(options.length > 0 ? [[''], ['题目', '选项', '家庭数']] : []),
    ...options.map((it) => [it.label, it.option, it.count]),
  ])
}

export interface FigureRow extends Tally {
  name: string
  objected?: number
  open?: number
}

async function workbook(title: string, watermark: string, rows: (string | number)[][]): Promise<Buffer> {
  const book = new ExcelJS.Workbook()
  const sheet = book.addWorksheet('签收单', { views: [{ state: 'frozen', ySplit: 2 }] })
  sheet.addRow([plainCell(title)]).font = { bold: true, size: 14 }
  for (const row of rows) {
    const added = sheet.addRow(row.map((it) => (typeof it === 'string' ? plainCell(it) : it)))
    // As text: a student number keeps its zeros, a phone stays what it is.
    added.eachCell((cell) => (typeof cell.value === 'string' ? (cell.numFmt = '@') : null))
  }
  sheet.getRow(2).font = { bold: true }
  WIDTHS.forEach((width, at) => (sheet.getColumn(at + 1).width = width))
  stampSheet(sheet, watermark)
  return Buffer.from(await book.xlsx.writeBuffer())
}
