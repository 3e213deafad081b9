import ExcelJS from 'exceljs'
import type { UnreachedFamily, UnreachedKept } from '#contract/unreached'
import type { Deps } from '../../../infra/deps.ts'
import { maskPhone } from '../../../infra/field-crypto.ts'
import { shownNumber } from '../../../infra/id-numbers.ts'
import { stampSheet } from '../../../infra/sheets/cells.ts'
import { plainCell } from '../exports/rules.ts'
import type { Kept } from './recounting/service.ts'
import { CAUSE_WORDS } from './rules.ts'
import type { Unreached } from './service.ts'

/** Numbers leave masked; a whole one is asked for with a reason. */
export const presentFamily = (it: Unreached, { fields }: Pick<Deps, 'fields'>): UnreachedFamily => ({
  studentId: String(it.student._id),
  number: shownNumber(it.student.number),
  name: it.student.name,
  cause: it.cause,
  isNumberBad: it.isNumberBad,
  guardians: it.guardians.map((one) => ({
    guardianshipId: String(one._id),
    relation: one.relation,
    maskedPhone: one.phone ? maskPhone(fields.open(one.phone)) : null,
  })),
})

export const presentKept = (
  { countedAt, isStale, progress }: Kept,
  firstSchools: UnreachedKept['firstSchools'],
): UnreachedKept => ({ countedAt: countedAt?.toISOString() ?? null, isStale, progress, firstSchools })

interface Line extends UnreachedFamily {
  className: string
}

export async function presentBook(title: string, lines: readonly Line[], watermark: string) {
  const book = new ExcelJS.Workbook()
  const sheet = book.addWorksheet('提醒不到的家庭', { views: [{ state: 'frozen', ySplit: 2 }] })
  sheet.addRow([plainCell(title)]).font = { bold: true, size: 14 }
  sheet.addRow(['班级', '学号', '姓名', '原因', '可以这样做', '家长手机', '已联系（打勾）']).font = {
    bold: true,
  }
  for (const it of lines) {
    const phones = it.guardians.map((one) => `${one.relation} ${one.maskedPhone ?? '没有号码'}`).join('、')
    const { cause, step } = CAUSE_WORDS[it.cause]
    const why = it.isNumberBad && it.cause !== 'wrongNumber' ? `${cause}，号码打不通` : cause
    const row = sheet.addRow([it.className, it.number, it.name, why, step, phones, ''].map(plainCell))
    row.eachCell((cell) => (cell.numFmt = '@'))
  }
  ;[18, 14, 12, 20, 34, 28, 16].forEach((width, at) => (sheet.getColumn(at + 1).width = width))
  stampSheet(sheet, watermark)
  return Buffer.from(await book.xlsx.writeBuffer())
}
