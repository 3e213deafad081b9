import ExcelJS from 'exceljs'
import type { LetterForm } from '#contract/letter-form'
import type { StaffAnswerRow } from '#contract/staff-answers'
import { instantInWords } from '../../../../infra/clock.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { stampSheet } from '../../../../infra/sheets/cells.ts'
import { linesOf } from '../../answers/present.ts'
import { plainCell } from '../../exports/rules.ts'
import type { LetterRecord } from '../../model.ts'
import type { StaffAnswerRecord } from '../answers/model.ts'
import { uploadsIn } from '../answers/rules.ts'
import { allOf } from '../answers/service.ts'
import type { StaffFileRecord } from '../files/model.ts'
import type { peopleOn } from './service.ts'

interface Reading extends Pick<Deps, 'fields'> {
  form: LetterForm
  files: readonly StaffFileRecord[]
  linkOf: (fileId: string) => string
}

/** An answer as the author's office reads it: numbers by their ends, papers by links. */
export function presentAnswerRow(
  answer: StaffAnswerRecord,
  { form, files, linkOf, fields }: Reading,
): StaffAnswerRow {
  const items = allOf(answer, { fields })
  const papersOf = (code: string) => {
    const ids = uploadsIn(items.filter((it) => it.code === code))
    return ids.flatMap((id) => {
      const file = files.find((it) => String(it._id) === id)
      return file ? [{ name: file.name, link: linkOf(id) }] : []
    })
  }
  return {
    id: answer._id,
    unitId: String(answer.unitId),
    unitName: answer.unitName,
    by: answer.by,
    at: answer.changedAt.toISOString(),
    ...(answer.version && { version: answer.version }),
    lines: linesOf(form, items, { seesReasons: true }).map((line) => {
      const isPhone = form.fields.some((it) => it.code === line.code && it.type === 'phone')
      const papers = papersOf(line.code)
      return { ...line, ...(isPhone && { isPhone }), ...(papers.length > 0 && { files: papers }) }
    }),
    earlier: answer.earlier.toReversed().map((it) => ({
      by: it.by,
      at: it.at.toISOString(),
      lines: linesOf(form, it.items, { seesReasons: true }),
    })),
  }
}

type OnSheets = Awaited<ReturnType<typeof peopleOn>>

const words = (at: Date | undefined) => (at ? instantInWords(at) : '')

/** 签收单 with everybody's name, and what was answered on a sheet of its own. */
export async function presentStaffWorkbook(
  letter: LetterRecord,
  { units, answers }: { units: OnSheets; answers: readonly StaffAnswerRecord[] },
  { watermark, fields }: { watermark: string } & Pick<Deps, 'fields'>,
): Promise<Buffer> {
  const book = new ExcelJS.Workbook()
  const { form } = letter
  const done = form ? '已填回执' : letter.confirmation === 'confirm' ? '已确认' : ''
  addSheet(book, '签收单', letter.title, watermark, [
    ['区县', '单位', '姓名', '岗位', '已读', ...(done ? [done] : [])],
    ...units.flatMap(({ sheet, district, people }) =>
      people.map(({ personId, name, posts }) => [
        ...[district, sheet.unitName, name, posts, words(sheet.readBy?.[personId])],
        ...(done ? [words((form ? sheet.answeredBy : sheet.confirmedBy)?.[personId])] : []),
      ]),
    ),
  ])
  if (form) {
    const districts = new Map(units.map((it) => [String(it.sheet.unitId), it.district]))
    addSheet(book, '回执', letter.title, watermark, [
      ['区县', '单位', '填写人', '时间', ...form.fields.map((it) => it.label)],
      ...answers.map((it) => {
        const lines = linesOf(form, allOf(it, { fields }), { seesReasons: true })
        return [
          ...[districts.get(String(it.unitId)) ?? '', it.unitName, it.by, words(it.changedAt)],
          ...form.fields.map(({ code }) => lines.find((line) => line.code === code)?.text ?? ''),
        ]
      }),
    ])
  }
  return Buffer.from(await book.xlsx.writeBuffer())
}

function addSheet(book: ExcelJS.Workbook, name: string, title: string, watermark: string, rows: string[][]) {
  const sheet = book.addWorksheet(name, { views: [{ state: 'frozen', ySplit: 2 }] })
  sheet.addRow([plainCell(title)]).font = { bold: true, size: 14 }
  for (const row of rows) {
    // As text: a number keeps its zeros, and nothing runs as a formula.
    sheet.addRow(row.map(plainCell)).eachCell((cell) => (cell.numFmt = '@'))
  }
  sheet.getRow(2).font = { bold: true }
  for (let at = 1; at <= (rows[0]?.length ?? 0); at++) sheet.getColumn(at).width = at === 2 ? 28 : 20
  stampSheet(sheet, watermark)
}
