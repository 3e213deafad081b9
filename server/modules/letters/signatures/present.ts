import { blocksOf } from '#contract/letter-text'
import { instantInWords } from '../../../infra/clock.ts'
import { INK, openPdf, type Pdf, SOFT } from '../../../infra/pdf/pdf.ts'
import { withoutHidden } from '../looks/rules.ts'
import type { LetterRecord } from '../model.ts'
import { writeBlock } from '../paper/present.ts'
import { dateInWords, fillingFor } from '../rules.ts'
import type { Drawn, SignatureRecord } from './model.ts'
import { fitted, inEights, shortCode, sizeInWords } from './rules.ts'

const BOX = { width: 200, height: 76 }

/**
 * 签收单: the whole letter as this family read it, the handwriting, and who signed when. The same signature always gives
 * the same bytes, so it does not matter when they are made.
 */
export async function presentCopy(
  signature: SignatureRecord,
  drawn: Drawn,
  letter: LetterRecord,
): Promise<Buffer> {
  const number = String(signature._id)
  const pdf = openPdf({
    title: letter.title,
    subject: '签收单',
    madeAt: signature.signedAt,
    footer: `${signature.schoolName} · 签收单 · 编号 ${number}`,
  })
  pdf.heading(letter.title, { gap: 4 })
  pdf.text(`${letter.unitName}　${dateInWords(signature.sentAt)}`, { size: 10, color: SOFT, gap: 16 })
  const filling = fillingFor(signature, {
    studentName: signature.childName,
    relation: signature.relation,
  })
  const returned = new Set(drawn.returned)
  const hidden = new Map(
    (letter.pictures ?? [])
      .filter((it) => returned.has(it.sha256))
      .map((it) => [it.address, 'returned' as const]),
  )
  for (const block of withoutHidden(blocksOf(letter.body, filling), hidden)) writeBlock(pdf, block)
  files(pdf, letter, returned)
  answers(pdf, drawn)
  sign(pdf, signature, drawn, letter.pledge)
  return pdf.end()
}

/** What stood beside the text and in it, by the hash of its bytes: the letter's own hash vouches for these. */
function files(pdf: Pdf, { attachments = [], pictures = [] }: LetterRecord, returned: ReadonlySet<string>) {
  const named = [
    ...attachments.map((it, at) => [`附件${at + 1}`, it.name, it.sha256] as const),
    ...pictures.map((it, at) => ['图片', `第${at + 1}张`, it.sha256] as const),
  ]
  for (const [kind, name, sha256] of named) {
    pdf.keep(40)
    pdf.text(`${kind}：${name}${returned.has(sha256) ? '（审核未通过，已不再显示）' : ''}`, { gap: 2 })
    pdf.text(`校验码 ${inEights(sha256)}`, { size: 8, color: SOFT, gap: 6 })
  }
}

function answers(pdf: Pdf, { answers: given }: Drawn) {
  if (!given?.length) return
  pdf.keep(80)
  pdf.space(6)
  pdf.text([{ text: '家长填写', bold: true }], { size: 13, weight: 'bold', gap: 6 })
  for (const { label, text, photos = [] } of given) {
    pdf.text(`${label}：${text}`, { gap: photos.length > 0 ? 2 : 4 })
    for (const it of photos) {
      pdf.text(`${it.name}　JPG，${sizeInWords(it.bytes)}　校验码 ${shortCode(it.sha256)}`, PHOTO)
    }
    if (photos.length > 0) pdf.space(2)
  }
}

const PHOTO = { size: 9, color: SOFT, indent: 12, gap: 2 }

function sign(pdf: Pdf, signature: SignatureRecord, { strokes }: Drawn, pledge: string) {
  pdf.keep(290)
  pdf.space(8)
  pdf.rule()
  if (pledge) pdf.text(pledge, { weight: 'bold', gap: 12 })
  const { doc } = pdf
  const top = doc.y
  const ink = fitted(strokes, BOX)
  pdf.place('家长签字', { x: 56, y: top, width: 84 }, { size: 11, color: SOFT })
  doc.save().translate(140, top + (BOX.height - ink.height) / 2)
  doc.path(ink.path).lineWidth(2.2).lineCap('round').lineJoin('round').strokeColor(INK).stroke()
  doc.restore()
  doc.y = top + BOX.height
  pdf.space(10)
  pdf.row('签收人', `${signature.childName}${signature.relation}`)
  pdf.row('孩子', `${signature.childName}（${signature.schoolName}${signature.className}）`)
  pdf.row('签字时间', `${dateInWords(signature.signedAt).slice(0, 5)}${instantInWords(signature.signedAt)}`)
  pdf.row('信件版本', `第 ${signature.version} 版`)
  pdf.row('信件校验码', inEights(signature.textHash))
  pdf.text('校验码由文字或文件的内容算出，改动一个字、照片改动一点，算出来就不一样。', {
    size: 8,
    color: SOFT,
    gap: 0,
  })
}
