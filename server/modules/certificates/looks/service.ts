import { Types } from 'mongoose'
import sharp, { type Sharp } from 'sharp'
import type { CertificateDesign } from '#contract/certificates'
import { Refusal } from '../../../http/errors.ts'
import type { Deps } from '../../../infra/deps.ts'
import type { UnitScope } from '../../org/policy.ts'
import { idsOf } from '../../org/tree/rules.ts'
import { LookModel, type LookRecord } from '../model.ts'
import { designOf, SEAL_PIXELS } from './rules.ts'

const looksAt = (unitIds: Types.ObjectId[]) => LookModel.find({ _id: { $in: unitIds } }).lean<LookRecord[]>()

/** How a certificate looks that is issued below these units now: design from the nearest unit, seal from the school. */
export async function lookOf(unitIds: Types.ObjectId[]) {
  const looks = await looksAt(unitIds)
  return {
    design: designOf(
      unitIds.map(String),
      looks.map((it) => ({ unitId: String(it._id), design: it.design ?? null })),
    ),
    seal: looks.find((it) => it.seal)?.seal ?? null,
  }
}

/** What a unit has chosen itself, and what its certificates get. */
export async function readLook(scope: UnitScope) {
  const ids = idsOf(scope.path).map((it) => new Types.ObjectId(it))
  const [own, inUse] = await Promise.all([LookModel.findById(scope.unitId).lean<LookRecord>(), lookOf(ids)])
  return { own, inUse }
}

export const setDesign = (scope: UnitScope<'keepTree'>, design: CertificateDesign | null) =>
  LookModel.updateOne({ _id: new Types.ObjectId(scope.unitId) }, { $set: { design } }, { upsert: true })

/**
 * Keeps a picture as the seal of a school. It is drawn anew from its pixels, so that nothing else in the file comes along; SVG and the
 * like are no pictures here.
 */
export async function setSeal(
  scope: UnitScope<'keepTree'>,
  bytes: Buffer,
  now: Date,
  { files }: Pick<Deps, 'files'>,
) {
  const seal = await files.put(await asSeal(bytes))
  await LookModel.updateOne(
    { _id: new Types.ObjectId(scope.unitId) },
    { $set: { seal, sealChangedAt: now, sealChangedBy: new Types.ObjectId(scope.personId) } },
    { upsert: true },
  )
}

const BAD = '这不是能用的图片，请上传 PNG 或 JPG，边长 200 到 4000 像素'

async function asSeal(bytes: Buffer) {
  if (bytes.length === 0) throw new Refusal('unsupported', BAD)
  const picture = sharp(bytes, { limitInputPixels: 4000 * 4000, failOn: 'error' })
  const about = await picture.metadata().catch(() => null)
  const { format, width = 0, height = 0 } = about ?? {}
  const isPicture = format === 'png' || format === 'jpeg' || format === 'webp'
  if (!isPicture || Math.min(width, height) < 200) throw new Refusal('unsupported', BAD)
  if (Math.max(width, height) > Math.min(width, height) * 1.5) {
    throw new Refusal('unsupported', '章的图片要接近正方形，请裁去四周的空白再上传')
  }
  return withoutPaper(
    picture.rotate().resize(SEAL_PIXELS, SEAL_PIXELS, { fit: 'inside', withoutEnlargement: true }),
  ).catch(() => {
    throw new Refusal('unsupported', BAD)
  })
}

/** White becomes see-through, so that a scan of a stamp on paper lies over the words as ink does. */
async function withoutPaper(picture: Sharp) {
  const { data, info } = await picture.ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  for (let at = 0; at < data.length; at += 4) {
    const [red = 0, green = 0, blue = 0, alpha = 0] = data.subarray(at, at + 4)
    const paper = Math.min(red, green, blue)
    const ink = 255 - paper
    // What stays, laid on white again, gives the colour that was there.
    for (const [offset, value] of [red, green, blue].entries()) {
      data[at + offset] = ink === 0 ? 0 : Math.round(((value - paper) * 255) / ink)
    }
    data[at + 3] = Math.round((ink * alpha) / 255)
  }
  const raw = { width: info.width, height: info.height, channels: 4 as const }
  return sharp(data, { raw }).png({ palette: true, colours: 64 }).toBuffer()
}

/** Back to the drawn seal; certificates that were issued keep what they have, so the bytes stay. */
export const removeSeal = (scope: UnitScope<'keepTree'>, now: Date) =>
  LookModel.updateOne(
    { _id: new Types.ObjectId(scope.unitId) },
    { $set: { seal: null, sealChangedAt: now, sealChangedBy: new Types.ObjectId(scope.personId) } },
  )
