import PDFDocument from 'pdfkit'
import { create as qrOf } from 'qrcode'
import { fontOf, type Weight } from './fonts.ts'

export const INK = '#1f2a24'
export const SOFT = '#5c6b63'
export const GREEN = '#1f7a54'
const LINE = '#dfe5df'

export interface PdfOptions {
  title: string
  subject: string
  /** Stands in the file as its date; the same content at the same instant gives the same bytes. */
  madeAt: Date
  landscape?: boolean
  margin?: number
  /** Small print at the foot of every page, beside its number. Without it the pages carry neither. */
  footer?: string
  /** Pages leave as they are done, for whoever reads `doc` as a stream; there is no footer and no `end` then. */
  isFlowing?: boolean
}

export interface Run {
  text: string
  bold?: boolean
}

export interface TextStyle {
  size?: number
  weight?: Weight
  color?: string
  align?: 'left' | 'center' | 'right'
  /** Points from the left margin. */
  indent?: number
  /** Points below. */
  gap?: number
}

export interface Box {
  x: number
  y: number
  width: number
}

export type Pdf = ReturnType<typeof openPdf>

const EMOJI =
  /[\u{1F000}-\u{1FAFF}][\uFE0F\u{1F3FB}-\u{1F3FF}]*(?:\u200D[\u2600-\u27BF\u{1F000}-\u{1FAFF}][\uFE0F\u{1F3FB}-\u{1F3FF}]*)*/gu

const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ'
const LOWERED = '₀₁₂₃₄₅₆₇₈₉₊₋₌'
/** Of the raised signs the font has these. */
const DRAWN = /^[¹²³⁴]+$/

const plain = (signs: string, among: string, said: string) =>
  [...signs].map((it) => [...said][[...among].indexOf(it)] ?? it).join('')

/**
 * What the font does not draw, said so that no empty box stands on paper: an emoji as a word, a ticked box as brackets, CO₂ as CO2, and a
 * power as 10^5, as without its mark it would be another number.
 */
export const legible = (text: string) =>
  text
    .replace(EMOJI, '［表情］')
    .replaceAll('\uFE0F', '')
    .replaceAll('☑', '［√］')
    .replace(/[₀-₉₊₋₌]+/g, (it) => plain(it, LOWERED, '0123456789+-='))
    .replace(/[⁰¹²³⁴-⁹⁺⁻ⁿ]+/g, (it) => (DRAWN.test(it) ? it : `^${plain(it, RAISED, '0123456789+-n')}`))

/**
 * A document in Chinese on A4. `text`, `row`, `image` and their like flow down the page and on to the next; `place` and
 * `qr` with a box stand where they are told. Lines break between Chinese characters, never before 。，”.
 */
export function openPdf(options: PdfOptions) {
  const margin = options.margin ?? 56
  const doc = new PDFDocument({
    size: 'A4',
    layout: options.landscape ? 'landscape' : 'portrait',
    margin,
    bufferPages: !options.isFlowing,
    // pdfkit opens Helvetica unless it is given a font; its typings want a path here.
    font: fontOf('regular') as unknown as string,
    lang: 'zh-CN',
    displayTitle: true,
    info: {
      Title: options.title,
      Subject: options.subject,
      Creator: '家长学校平台',
      Producer: '家长学校平台',
      CreationDate: options.madeAt,
    },
  })
  const bytes = options.isFlowing ? Promise.resolve(Buffer.alloc(0)) : collect(doc)
  const width = doc.page.width - margin * 2
  const face = (weight: Weight = 'regular') => doc.font(fontOf(weight))

  function text(said: string | Run[], style: TextStyle = {}) {
    const { size = 11.5, weight, color = INK, align = 'left', indent = 0, gap = 8 } = style
    const runs = typeof said === 'string' ? [{ text: said }] : said.filter((it) => it.text !== '')
    doc.x = margin + indent
    runs.forEach((run, at) => {
      face(run.bold ? 'bold' : weight)
        .fontSize(size)
        .fillColor(color)
      doc.text(legible(run.text), {
        width: width - indent,
        align,
        lineGap: size * 0.35,
        continued: at < runs.length - 1,
      })
    })
    space(gap)
  }

  function space(points: number) {
    doc.y += points
    doc.x = margin
  }

  /** Starts a new page when less than this is left on the current one. */
  function keep(points: number) {
    if (doc.y + points > doc.page.height - margin) doc.addPage()
  }

  return {
    /** For drawing that flows nowhere: frames, stamps, lines. */
    doc,
    text,
    space,
    keep,
    heading: (title: string, style: TextStyle = {}) =>
      text(title, { size: 20, weight: 'bold', gap: 12, ...style }),
    /** One fact: its name in grey, what it is beside it. */
    row(name: string, value: string, nameWidth = 84) {
      keep(22)
      const top = doc.y
      face().fontSize(11).fillColor(SOFT).text(name, margin, top, { width: nameWidth })
      const left = doc.y
      doc
        .fillColor(INK)
        .text(legible(value), margin + nameWidth, top, { width: width - nameWidth, lineGap: 3 })
      doc.y = Math.max(left, doc.y)
      space(6)
    },
    rule(gap = 12) {
      doc
        .moveTo(margin, doc.y)
        .lineTo(margin + width, doc.y)
        .lineWidth(0.75)
        .strokeColor(LINE)
        .stroke()
      space(gap)
    },
    /** A PNG or JPEG that flows, fitted into width × height. */
    image(bytes: Buffer, size: { width: number; height: number }) {
      keep(size.height)
      doc.image(bytes, margin, doc.y, { fit: [size.width, size.height] })
      doc.y += size.height
      space(8)
    },
    /** Text at a place of its own. */
    place(said: string, box: Box, style: Omit<TextStyle, 'indent' | 'gap'> = {}) {
      const { size = 11.5, weight, color = INK, align = 'left' } = style
      const { x, y } = doc
      face(weight).fontSize(size).fillColor(color).text(said, box.x, box.y, { width: box.width, align })
      doc.x = x
      doc.y = y
    },
    /** A QR code of vectors, sharp at any size. */
    qr(link: string, box: Box, color = INK) {
      const { modules } = qrOf(link, { errorCorrectionLevel: 'M' })
      const cell = box.width / modules.size
      modules.data.forEach((dark, at) => {
        if (!dark) return
        const column = at % modules.size
        const line = Math.floor(at / modules.size)
        // A hair wider than the cell: without it some readers show white seams.
        doc.rect(box.x + column * cell, box.y + line * cell, cell + 0.05, cell + 0.05)
      })
      doc.fill(color)
    },
    /** Closes the document and gives its bytes. */
    async end(): Promise<Buffer> {
      if (options.footer) footers(doc, margin, options.footer)
      doc.end()
      return bytes
    },
  }
}

function footers(doc: PDFKit.PDFDocument, margin: number, footer: string) {
  const { count } = doc.bufferedPageRange()
  for (let page = 0; page < count; page++) {
    doc.switchToPage(page)
    const { width, height } = doc.page
    // Below the margin pdfkit would start a new page; the foot belongs to this one.
    doc.page.margins.bottom = 0
    const line = { width: width - margin * 2, lineBreak: false, height: 12 }
    doc.font(fontOf('regular')).fontSize(8.5).fillColor(SOFT)
    doc.text(footer, margin, height - margin + 18, line)
    doc.text(`第 ${page + 1} 页，共 ${count} 页`, margin, height - margin + 18, { ...line, align: 'right' })
    doc.page.margins.bottom = margin
  }
}

const collect = (doc: PDFKit.PDFDocument) =>
  new Promise<Buffer>((resolve, reject) => {
    const parts: Buffer[] = []
    doc.on('data', (part: Buffer) => parts.push(part))
    doc.on('end', () => resolve(Buffer.concat(parts)))
    doc.on('error', reject)
  })
