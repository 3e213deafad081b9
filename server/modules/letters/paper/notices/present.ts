import { setImmediate as breathe } from 'node:timers/promises'
import { blocksOf } from '#contract/letter-text'
import { dayInWords } from '../../../../infra/clock.ts'
import { shownNumber } from '../../../../infra/id-numbers.ts'
import { openPdf, type Pdf, SOFT } from '../../../../infra/pdf/pdf.ts'
import type { LetterRecord } from '../../model.ts'
import { dateInWords, fillingFor } from '../../rules.ts'
import { writeBlock } from '../present.ts'
import { linesOf, SLIP } from './rules.ts'
import type { ClassCode, Paper } from './service.ts'

const MARGIN = 56
const QR = 78

/** A paper for each family: the letter, how to answer on the phone instead, and a slip to tear off, all on pages of its own. */
export async function presentPapers(
  letter: LetterRecord,
  papers: readonly Paper[],
  codes: Map<string, ClassCode>,
  madeAt: Date,
): Promise<Buffer> {
  const pdf = openPdf({ title: letter.title, subject: '纸质通知', madeAt, margin: MARGIN })
  for (const [at, paper] of papers.entries()) {
    if (at > 0) pdf.doc.addPage()
    writeLetter(pdf, letter, paper)
    wayIn(pdf, codes.get(String(paper.sheet.classId)))
    slip(pdf, letter, paper)
    // Hundreds of pages take seconds: others are answered in between.
    await breathe()
  }
  return pdf.end()
}

function writeLetter(pdf: Pdf, letter: LetterRecord, { sheet, student }: Paper) {
  const due = letter.dueOn ? `　请在${dayInWords(letter.dueOn)}前交回执` : ''
  pdf.heading(letter.title, { gap: 4 })
  pdf.text(`${letter.unitName}　${dateInWords(sheet.sentAt)}${due}`, { size: 10, color: SOFT, gap: 4 })
  pdf.text(`${sheet.className}　${student.name}的家长`, { weight: 'bold', gap: 12 })
  const filling = fillingFor(sheet, { studentName: student.name, relation: '家长' })
  for (const block of blocksOf(letter.body, filling)) writeBlock(pdf, block)
  const names = (letter.attachments ?? []).map((it) => it.name)
  if (names.length > 0) pdf.text(`附件：${names.join('、')}（在小程序里看）`, { size: 10, color: SOFT })
}

function wayIn(pdf: Pdf, way: ClassCode | undefined) {
  if (!way) return
  const { code, picture } = way
  pdf.keep(QR + 16)
  pdf.space(8)
  const top = pdf.doc.y
  const left = MARGIN + (picture ? QR + 16 : 0)
  const width = pdf.doc.page.width - MARGIN - left
  // The same text is the same picture: it stands in the file once, on however many papers.
  if (picture) pdf.doc.image(picture, MARGIN, top, { fit: [QR, QR] })
  const how = picture
    ? '用微信扫左边的码：加入班级后，就能在手机上看信、交回执。'
    : '在微信小程序里点“加入班级”，输入班级码。'
  pdf.place('也可以在手机上交回执', { x: left, y: top + 8, width }, { weight: 'bold' })
  pdf.place(how, { x: left, y: top + 28, width }, { size: 10.5 })
  pdf.place(`班级码 ${code}`, { x: left, y: top + 48, width }, { size: 10.5, color: SOFT })
  pdf.doc.y = top + (picture ? QR : 66)
}

/** At the foot of the last page, below a line to cut along. */
function slip(pdf: Pdf, letter: LetterRecord, { sheet, student }: Paper) {
  const lines = linesOf(letter.form)
  const height = 152 + lines.length * 22
  pdf.keep(height + 16)
  const { doc } = pdf
  const top = Math.max(doc.y + 12, doc.page.height - MARGIN - height)
  doc
    .save()
    .moveTo(MARGIN, top)
    .lineTo(doc.page.width - MARGIN, top)
    .dash(4, { space: 4 })
    .lineWidth(0.75)
    .strokeColor(SOFT)
    .stroke()
    .restore()
  doc.y = top + 12
  doc.x = MARGIN
  const due = letter.dueOn ? `　请在${dayInWords(letter.dueOn)}前交给班主任` : '　请交给班主任'
  pdf.text([{ text: '回执', bold: true }, { text: due }], { gap: 4 })
  const number = shownNumber(student.number)
  pdf.text(`《${letter.title}》　${sheet.className}　${student.name}　学号${number}`, { size: 10, gap: 6 })
  for (const line of lines) pdf.text(line, { size: 11, gap: 6 })
  pdf.text(`□ ${letter.pledge || SLIP[letter.confirmation]}`, { gap: 6 })
  pdf.text('□ 有不同意见：＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿', { gap: 12 })
  pdf.text('家长签字：＿＿＿＿＿＿＿＿＿　与孩子的关系：＿＿＿＿＿　日期：＿＿月＿＿日', { size: 11, gap: 0 })
}
