import type { Block } from '#contract/letter-text'
import { type Pdf, SOFT } from '../../../infra/pdf/pdf.ts'

/** One block of a letter's text, as it stands on paper. */
export function writeBlock(pdf: Pdf, { kind, runs, number }: Block) {
  // On paper nothing can be tapped: the address stands behind its words.
  const said = runs.map(({ text, isBold, link }) => ({
    text: link ? `${text}（${link}）` : text,
    bold: isBold,
  }))
  if (kind === 'heading') {
    pdf.keep(60)
    pdf.space(4)
    return pdf.text(said, { size: 13, weight: 'bold', gap: 6 })
  }
  if (kind === 'item' || kind === 'number') {
    pdf.keep(24)
    const top = pdf.doc.y
    const indent = kind === 'number' ? 22 : 16
    pdf.text(said, { indent, gap: 5 })
    // The mark belongs to the first line, also when the item ends on the next page.
    const mark = kind === 'number' ? `${number ?? ''}.` : '•'
    if (pdf.doc.y > top) pdf.place(mark, { x: 56, y: top, width: indent - 2 })
    return
  }
  if (kind === 'picture') {
    return pdf.text(`［图片${said[0] ? `：${said[0].text}` : ''}］`, { size: 10, color: SOFT, gap: 8 })
  }
  // No line of a paragraph is left alone at the foot of a page.
  pdf.keep(40)
  pdf.text(said, { gap: 8 })
}
