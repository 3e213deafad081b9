import { Types } from 'mongoose'
import PDFDocument from 'pdfkit'
import { create as qrOf } from 'qrcode'
import { fontOf } from '../../server/infra/pdf/fonts.ts'
import { factsOf, measure, pdfOf } from '../../server/modules/certificates/copies/service.ts'
import type { Sheet } from '../../server/modules/certificates/copies/layout/rules.ts'
import { drawSheet } from '../../server/modules/certificates/copies/rules.ts'
import type { CertificateRecord } from '../../server/modules/certificates/model.ts'
import { numberOf } from '../../server/modules/certificates/rules.ts'
import { quantile } from './load.ts'
import type { Line, Settings } from './rounds.ts'

export const CERTIFICATE_LINE = 'draw a certificate'
const ORIGIN = 'https://jiaxiao.example.cn'
const DESIGNS = ['leaf', 'jade', 'dawn'] as const
/** The seal is drawn: no picture is read. */
const deps = { env: { ORIGIN }, files: { get: () => Promise.reject(new Error('No seal')) } } as never

const certificate = (serial: number) =>
  ({
    _id: new Types.ObjectId(),
    number: numberOf(2026, serial),
    holder: '欧阳明玉',
    studentName: '欧阳思远',
    schoolName: '云溪市实验中学',
    className: '七年级2班',
    programmeTitle: '七年级新生家长·家庭教育绿证课程',
    hours: 8,
    issuedAt: new Date('2026-11-29T02:00:00Z'),
    issuedOn: '2026-11-29',
    validUntil: '2029-08-31',
    design: DESIGNS[serial % DESIGNS.length],
  }) as unknown as CertificateRecord

/** The same shapes, words and squares by pdfkit alone, from places that are known already. */
function drawBare({ shapes, words, qr, seal }: Sheet): Promise<Buffer> {
  const font = fontOf('regular') as unknown as string
  const doc = new PDFDocument({ size: 'A4', layout: 'landscape', margin: 0, font })
  const parts: Buffer[] = []
  const done = new Promise<Buffer>((resolve) => doc.on('end', () => resolve(Buffer.concat(parts))))
  doc.on('data', (part: Buffer) => parts.push(part))
  for (const it of [...shapes, ...seal.shapes]) {
    doc.save().opacity(it.opacity ?? 1)
    if (it.place) doc.transform(...it.place)
    doc.path(it.path).lineWidth(it.width ?? 1)
    if (it.fill && it.stroke) doc.fillAndStroke(it.fill, it.stroke)
    else if (it.fill) doc.fill(it.fill)
    else if (it.stroke) doc.stroke(it.stroke)
    doc.restore()
  }
  for (const it of [...words, ...seal.words]) {
    doc.save()
    if (it.place) doc.transform(...it.place)
    doc.font(fontOf(it.weight)).fontSize(it.size).fillColor(it.color)
    doc.text(it.text, it.x, it.baseline, {
      lineBreak: false,
      baseline: 'alphabetic',
      characterSpacing: it.spacing,
    })
    doc.restore()
  }
  const { modules } = qrOf(qr.link, { errorCorrectionLevel: 'M' })
  const cell = qr.width / modules.size
  modules.data.forEach((dark, at) => {
    if (dark)
      doc.rect(qr.x + (at % modules.size) * cell, qr.y + Math.floor(at / modules.size) * cell, cell, cell)
  })
  doc.fill(qr.color).end()
  return done
}

/** Certificates as PDF, one after the other, beside pdfkit drawing the same: by turns, as both share the machine. */
export async function certificateLine({ rounds, burstMs, say }: Settings): Promise<Line> {
  let serial = 0
  const sheets = DESIGNS.map((_, at) => drawSheet(factsOf(certificate(at), ORIGIN), measure))
  const draw = {
    product: () => pdfOf(certificate(++serial), deps),
    bare: () => drawBare(sheets[++serial % sheets.length] as Sheet),
  }
  for (let at = 0; at < 30; at++) await Promise.all([draw.product(), draw.bare()])
  const results: { product: number; bare: number; latencies: Record<keyof typeof draw, number[]> }[] = []
  for (let round = 0; round < rounds; round++) {
    const latencies: Record<keyof typeof draw, number[]> = { product: [], bare: [] }
    for (const side of ['product', 'bare', 'bare', 'product'] as const) {
      const until = performance.now() + burstMs
      while (performance.now() < until) {
        const from = performance.now()
        await draw[side]()
        latencies[side].push(performance.now() - from)
      }
    }
    const rateOf = (all: number[]) => (all.length * 1_000) / all.reduce((sum, it) => sum + it, 0)
    const result = { product: rateOf(latencies.product), bare: rateOf(latencies.bare), latencies }
    say(`  ${CERTIFICATE_LINE}：${result.product.toFixed(1)} / ${result.bare.toFixed(1)} 张/秒`)
    results.push(result)
  }
  const median = (pick: (it: (typeof results)[number]) => number) => quantile(results.map(pick), 0.5)
  const rounded = (value: number) => Number(value.toFixed(1))
  return {
    name: CERTIFICATE_LINE,
    rps: rounded(median((it) => it.product)),
    p95Ms: rounded(median((it) => quantile(it.latencies.product, 0.95))),
    bareRps: rounded(median((it) => it.bare)),
    bareP95Ms: rounded(median((it) => quantile(it.latencies.bare, 0.95))),
    ratio: Number(median((it) => it.product / it.bare).toFixed(2)),
  }
}
