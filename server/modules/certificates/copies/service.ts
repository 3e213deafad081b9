import type { Readable } from 'node:stream'
import type { Types } from 'mongoose'
import { create as qrOf } from 'qrcode'
import sharp from 'sharp'
import { certificateDesign } from '#contract/certificates'
import type { UnitKind } from '#contract/org'
import type { Deps } from '../../../infra/deps.ts'
import { fontOf } from '../../../infra/pdf/fonts.ts'
import type { FileStore } from '../../../infra/files.ts'
import { openPdf, type Pdf } from '../../../infra/pdf/pdf.ts'
import { lookOf } from '../looks/service.ts'
import { CertificateModel, type CertificateRecord } from '../model.ts'
import { numberInGroups, shortCodeOf } from '../rules.ts'
import { type Facts, type Measure, type Sheet, SHEET, type Weight, type Words } from './layout/rules.ts'
import type { Shape } from './ornaments/rules.ts'
import { drawSheet } from './rules.ts'

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

/** Width of a text by the fonts that certificates are set in. */
export const measure: Measure = (text, size, weight) => {
  const { layout, unitsPerEm } = { layout: face(weight).layout(text), unitsPerEm: face(weight).unitsPerEm }
  return (layout.advanceWidth * size) / unitsPerEm
}

export const factsOf = (certificate: CertificateRecord, origin: string): Facts => ({
  ...certificate,
  design: certificate.design ?? 'leaf',
  isFamily: Boolean(certificate.familyId),
  hasSealPicture: Boolean(certificate.seal),
  supersedes: certificate.supersedes ? numberInGroups(certificate.supersedes.number) : null,
  shortCode: shortCodeOf(certificate),
  verifyAddress: `${origin}/verify/${certificate.number}`,
})

/** The picture of the seal a certificate was issued with. */
const sealOf = ({ seal }: CertificateRecord, files: FileStore) => (seal ? files.get(seal) : null)

export type CopyDeps = Pick<Deps, 'files' | 'env'>

/** The certificate as PDF: words stay words, so it can be searched and read aloud. */
export async function pdfOf(certificate: CertificateRecord, { files, env }: CopyDeps): Promise<Buffer> {
  const sheet = drawSheet(factsOf(certificate, env.ORIGIN), measure)
  const pdf = openPdf({
    title: `家庭教育绿证 ${certificate.number}`,
    subject: certificate.programmeTitle,
    madeAt: certificate.issuedAt,
    landscape: true,
    margin: 0,
  })
  drawOn(pdf, sheet, await sealOf(certificate, files))
  return pdf.end()
}

/** Certificates one after the other as the pages of one PDF, which begins to flow before the last is drawn. */
export async function drawPages(
  certificates: AsyncIterable<CertificateRecord>,
  about: { title: string; madeAt: Date },
  { files, env }: CopyDeps,
  noted: (pages: number) => Promise<void>,
): Promise<Readable> {
  const pdf = openPdf({ ...about, subject: '家庭教育绿证', landscape: true, margin: 0, isFlowing: true })
  const draw = async () => {
    let pages = 0
    for await (const it of certificates) {
      if (pages > 0) pdf.doc.addPage()
      drawOn(pdf, drawSheet(factsOf(it, env.ORIGIN), measure), await sealOf(it, files))
      await noted(++pages)
    }
    pdf.doc.end()
  }
  draw().catch((error: unknown) => pdf.doc.destroy(error as Error))
  return pdf.doc
}

/** Draws a sheet on the page that is open. */
export function drawOn(pdf: Pick<Pdf, 'doc' | 'qr'>, sheet: Sheet, seal: Buffer | null) {
  const { doc } = pdf
  sheet.shapes.forEach((it) => drawShape(doc, it))
  sheet.words.forEach((it) => drawWords(doc, it))
  pdf.qr(sheet.qr.link, sheet.qr, sheet.qr.color)
  sheet.seal.shapes.forEach((it) => drawShape(doc, it))
  sheet.seal.words.forEach((it) => drawWords(doc, it))
  const { picture } = sheet.seal
  if (picture && seal) doc.image(seal, picture.x, picture.y, { fit: [picture.size, picture.size] })
}

type Doc = Pdf['doc']

function drawShape(doc: Doc, { path, fill, stroke, width = 1, opacity = 1, place }: Shape) {
  doc.save().opacity(opacity)
  if (place) doc.transform(...place)
  doc.path(path).lineWidth(width)
  if (fill && stroke) doc.fillAndStroke(fill, stroke)
  else if (fill) doc.fill(fill)
  else if (stroke) doc.stroke(stroke)
  doc.restore()
}

function drawWords(doc: Doc, { text, x, baseline, size, weight, color, spacing, place }: Words) {
  doc.save()
  if (place) doc.transform(...place)
  doc.font(fontOf(weight)).fontSize(size).fillColor(color)
  doc.text(text, x, baseline, { lineBreak: false, baseline: 'alphabetic', characterSpacing: spacing })
  doc.restore()
}

/** Twice the size of the sheet: sharp on a phone and in print at half a page. */
const PICTURE_WIDTH = 1684
const MOST_COLOURS = 128

/** The certificate as a picture for 保存到相册. Characters are outlines, so no machine needs a Chinese font installed. */
export async function pictureOf(certificate: CertificateRecord, { files, env }: CopyDeps): Promise<Buffer> {
  const sheet = drawSheet(factsOf(certificate, env.ORIGIN), measure)
  return rasterize(svgOf(sheet, await sealOf(certificate, files)))
}

const rasterize = (svg: string) =>
  sharp(Buffer.from(svg)).png({ palette: true, colours: MOST_COLOURS, effort: 1, dither: 0 }).toBuffer()

const placed = (place: Words['place']) => (place ? ` transform="matrix(${place.join(' ')})"` : '')

function svgOf({ shapes, words, qr, seal }: Sheet, sealPicture: Buffer | null) {
  const parts = [shapes.map(svgShape), words.map(outlines), qrPath(qr), seal.shapes.map(svgShape)]
  const stamp = seal.picture && sealPicture ? svgPicture(seal.picture, sealPicture) : ''
  const body = [...parts, seal.words.map(outlines), stamp].flat().join('')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SHEET.width} ${SHEET.height}" width="${PICTURE_WIDTH}">${body}</svg>`
}

const svgShape = ({ path, fill = 'none', stroke = 'none', width = 1, opacity = 1, place }: Shape) =>
  `<path d="${path}" fill="${fill}" stroke="${stroke}" stroke-width="${width}" opacity="${opacity}"${placed(place)}/>`

const svgPicture = ({ x, y, size }: { x: number; y: number; size: number }, png: Buffer) =>
  `<image x="${x}" y="${y}" width="${size}" height="${size}" href="data:image/png;base64,${png.toString('base64')}"/>`

/** A line of text as the outlines of its characters. */
function outlines({ text, x, baseline, size, weight, color, spacing, place }: Words) {
  const { glyphs, positions } = face(weight).layout(text)
  const scale = size / face(weight).unitsPerEm
  let at = 0
  const paths = glyphs.map((glyph, index) => {
    const path = `<path d="${glyph.path.toSVG()}" transform="translate(${at})"/>`
    at += (positions[index]?.xAdvance ?? 0) + spacing / scale
    return path
  })
  const own = `<g fill="${color}" transform="translate(${x} ${baseline}) scale(${scale} ${-scale})">${paths.join('')}</g>`
  return place ? `<g${placed(place)}>${own}</g>` : own
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
export async function freeze(certificate: CertificateRecord, deps: CopyDeps) {
  const [pdf, picture] = await Promise.all([
    pdfOf(certificate, deps).then((it) => deps.files.put(it)),
    pictureOf(certificate, deps).then((it) => deps.files.put(it)),
  ])
  await CertificateModel.updateOne({ _id: certificate._id, pdf: null }, { pdf, picture })
}

/** The same where it must not fail what came before it. */
export async function freezeIfMissing(
  certificate: CertificateRecord,
  deps: Pick<Deps, 'files' | 'env' | 'log'>,
) {
  if (certificate.pdf) return true
  return freeze(certificate, deps).then(
    () => true,
    (error: unknown) => {
      deps.log.error({ err: error, number: certificate.number }, 'certificate has no copies yet')
      return false
    },
  )
}

/** Certificates without copies: the oldest first, a handful at a time. */
export const unfrozen = (limit: number) =>
  CertificateModel.find({ pdf: null }).sort({ issuedAt: 1 }).limit(limit).lean<CertificateRecord[]>()

/** A certificate of an invented family as the unit's would look: for choosing a design and trying a seal. */
export async function samplePicture(
  units: { _id: Types.ObjectId; kind: UnitKind; name: string }[],
  design: string,
  { files }: Pick<Deps, 'files'>,
) {
  const { seal } = await lookOf(units.map((it) => it._id))
  const schoolName = units.find((it) => it.kind === 'school')?.name ?? '示范学校'
  const sheet = drawSheet(
    { ...SAMPLE, schoolName, hasSealPicture: Boolean(seal), design: designNamed(design) },
    measure,
  )
  return rasterize(svgOf(sheet, seal ? await files.get(seal) : null))
}

const designNamed = (name: string) => certificateDesign.parse(name)

const SAMPLE = {
  number: 'LZ202600000015',
  holder: '林小雨',
  studentName: '林知夏',
  className: '七年级2班',
  programmeTitle: '样张 · 家庭教育绿证课程',
  hours: 8,
  issuedOn: '2026-09-10',
  validUntil: '2029-08-31',
  shortCode: '样张 无效',
  verifyAddress: 'https://example.org/verify',
  isFamily: false,
  supersedes: null,
}
