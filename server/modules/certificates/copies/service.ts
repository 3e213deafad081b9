import { create as qrOf } from 'qrcode'
import sharp from 'sharp'
import type { Deps } from '../../../infra/deps.ts'
import { fontOf } from '../../../infra/pdf/fonts.ts'
import { openPdf } from '../../../infra/pdf/pdf.ts'
import { CertificateModel, type CertificateRecord } from '../model.ts'
import { shortCodeOf } from '../rules.ts'
import { drawSheet, type Facts, type Measure, type Sheet, SHEET, type Weight, type Words } from './rules.ts'

/** The parts of a parsed font that outlines are drawn with. */
interface Face {
  unitsPerEm: number
  layout: (text: string) => {
    advanceWidth: number
    glyphs: { path: { toSVG: () => string } }[]
    positions: { xAdvance: number }[]
  }
}
const face = (weight: Weight) => fontOf(weight) as unknown as Face

const measure: Measure = (text, size, weight) => {
  const { layout, unitsPerEm } = { layout: face(weight).layout(text), unitsPerEm: face(weight).unitsPerEm }
  return (layout.advanceWidth * size) / unitsPerEm
}

const factsOf = (certificate: CertificateRecord, origin: string): Facts => ({
  ...certificate,
  shortCode: shortCodeOf(certificate),
  verifyAddress: `${origin}/verify/${certificate.number}`,
})

/** The certificate as PDF: words stay words, so it can be searched and read aloud. */
export async function pdfOf(certificate: CertificateRecord, origin: string): Promise<Buffer> {
  const sheet = drawSheet(factsOf(certificate, origin), measure)
  const pdf = openPdf({
    title: `家庭教育绿证 ${certificate.number}`,
    subject: certificate.programmeTitle,
    madeAt: certificate.issuedAt,
    landscape: true,
    margin: 0,
  })
  const { doc } = pdf
  for (const { path, fill, stroke, width = 1, opacity = 1, place } of sheet.shapes) {
    doc.save().opacity(opacity)
    if (place) doc.transform(...place)
    doc.path(path).lineWidth(width)
    if (fill && stroke) doc.fillAndStroke(fill, stroke)
    else if (fill) doc.fill(fill)
    else if (stroke) doc.stroke(stroke)
    doc.restore()
  }
  for (const it of sheet.words) {
    doc.font(fontOf(it.weight)).fontSize(it.size).fillColor(it.color)
    doc.text(it.text, it.x, it.baseline, {
      lineBreak: false,
      baseline: 'alphabetic',
      characterSpacing: it.spacing,
    })
  }
  pdf.qr(sheet.qr.link, sheet.qr, sheet.qr.color)
  return pdf.end()
}

/** Twice the size of the sheet: sharp on a phone and in print at half a page. */
const PICTURE_WIDTH = 1684
const MOST_COLOURS = 128

/** The certificate as a picture for 保存到相册. Characters are outlines, so no machine needs a Chinese font installed. */
export async function pictureOf(certificate: CertificateRecord, origin: string): Promise<Buffer> {
  const svg = svgOf(drawSheet(factsOf(certificate, origin), measure))
  return sharp(Buffer.from(svg))
    .png({ palette: true, colours: MOST_COLOURS, effort: 1, dither: 0 })
    .toBuffer()
}

function svgOf({ shapes, words, qr }: Sheet) {
  const drawn = shapes.map(({ path, fill = 'none', stroke = 'none', width = 1, opacity = 1, place }) => {
    const transform = place ? ` transform="matrix(${place.join(' ')})"` : ''
    return `<path d="${path}" fill="${fill}" stroke="${stroke}" stroke-width="${width}" opacity="${opacity}"${transform}/>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SHEET.width} ${SHEET.height}" width="${PICTURE_WIDTH}">${drawn.join('')}${words.map(outlines).join('')}${qrPath(qr)}</svg>`
}

/** A line of text as the outlines of its characters. */
function outlines({ text, x, baseline, size, weight, color, spacing }: Words) {
  const { glyphs, positions } = face(weight).layout(text)
  const scale = size / face(weight).unitsPerEm
  let at = 0
  const paths = glyphs.map((glyph, index) => {
    const path = `<path d="${glyph.path.toSVG()}" transform="translate(${at})"/>`
    at += (positions[index]?.xAdvance ?? 0) + spacing / scale
    return path
  })
  return `<g fill="${color}" transform="translate(${x} ${baseline}) scale(${scale} ${-scale})">${paths.join('')}</g>`
}

function qrPath({ link, x, y, width, color }: Sheet['qr']) {
  const { modules } = qrOf(link, { errorCorrectionLevel: 'M' })
  const cell = width / modules.size
  const dark = [...modules.data].flatMap((isDark, at) =>
    isDark
      ? [
          `M${x + (at % modules.size) * cell} ${y + Math.floor(at / modules.size) * cell}h${cell}v${cell}h${-cell}z`,
        ]
      : [],
  )
  return `<path d="${dark.join('')}" fill="${color}" shape-rendering="crispEdges"/>`
}

/**
 * Makes the copies of a certificate and keeps them under their SHA-256. The same certificate gives the same bytes, so a
 * second run, after a crash or at once, finds what is there.
 */
export async function freeze(certificate: CertificateRecord, { files, env }: Pick<Deps, 'files' | 'env'>) {
  const [pdf, picture] = await Promise.all([
    pdfOf(certificate, env.ORIGIN).then((it) => files.put(it)),
    pictureOf(certificate, env.ORIGIN).then((it) => files.put(it)),
  ])
  await CertificateModel.updateOne({ _id: certificate._id, pdf: null }, { pdf, picture })
}

/** The same where it must not fail what came before it. */
export async function freezeIfMissing(
  certificate: CertificateRecord,
  deps: Pick<Deps, 'files' | 'env' | 'log'>,
) {
  if (certificate.pdf) return
  await freeze(certificate, deps).catch((error: unknown) =>
    deps.log.error({ err: error, number: certificate.number }, 'certificate has no copies yet'),
  )
}

/** Certificates without copies: the oldest first, a handful at a time. */
export const unfrozen = (limit: number) =>
  CertificateModel.find({ pdf: null }).sort({ issuedAt: 1 }).limit(limit).lean<CertificateRecord[]>()
