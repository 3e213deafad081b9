import { randomBytes } from 'node:crypto'
import { Types } from 'mongoose'
import sharp from 'sharp'
import type { EvidenceStatus } from '#contract/evidence'
import { Refusal } from '../../../http/errors.ts'
import type { Deps } from '../../../infra/deps.ts'
import type { OwnChild, UnitScope } from '../../org/policy.ts'
import { idsOf } from '../../org/tree/rules.ts'
import type { ProgrammeRecord } from '../programmes/model.ts'
import { EvidenceModel, type EvidenceRecord, GatheringModel, type GatheringRecord } from './model.ts'
import type { OwnEvidence, OwnGathering } from './policy.ts'
import { isCode, PICTURE_PIXELS } from './rules.ts'

const PAGE = 30
/** More meetings than these no school holds at the same hour. */
const MOST_OPEN = 50

export const findGathering = (gatheringId: string) =>
  GatheringModel.findById(gatheringId).lean<GatheringRecord>()
export const findEvidence = (evidenceId: string) => EvidenceModel.findById(evidenceId).lean<EvidenceRecord>()

export const gatheringsOf = (scope: UnitScope<'seeFigures'>) =>
  GatheringModel.find({ unitId: new Types.ObjectId(scope.unitId) })
    .sort({ closesAt: -1 })
    .limit(PAGE)
    .lean<GatheringRecord[]>()

/** Begins to take check-ins; the same request again gives the gathering it opened the first time. */
export async function open(
  scope: UnitScope<'decideEvidence'>,
  { requestId, title, minutes }: { requestId: string; title: string; minutes: number },
  now: Date,
) {
  const key = { openedBy: new Types.ObjectId(scope.personId), requestId }
  const gathering = await GatheringModel.findOneAndUpdate(
    key,
    {
      $setOnInsert: {
        unitId: new Types.ObjectId(scope.unitId),
        unitName: scope.fullName,
        title,
        secret: randomBytes(16).toString('hex'),
        openedAt: now,
        closesAt: new Date(now.getTime() + minutes * 60_000),
      },
    },
    { upsert: true, returnDocument: 'after' },
  )
    .lean<GatheringRecord>()
    .catch(async (error: { code?: number }) => {
      if (error.code !== 11000) throw error
      return GatheringModel.findOne(key).lean<GatheringRecord>() // the same tap, a moment earlier
    })
  if (!gathering) throw new Refusal('conflict', '请再试一次')
  return gathering
}

/** Ends it now; one that has ended stays as it was. */
export async function close({ gathering }: OwnGathering, now: Date) {
  const closed = await GatheringModel.findOneAndUpdate(
    { _id: gathering._id, closesAt: { $gt: now } },
    { closesAt: now },
    { returnDocument: 'after' },
  ).lean<GatheringRecord>()
  return closed ?? gathering
}

/** Notes that somebody is there: the code names the gathering, of those that are open for the child's class. Twice is once. */
export async function checkIn(child: OwnChild, code: string, now: Date) {
  const unitIds = idsOf(child.path).map((it) => new Types.ObjectId(it))
  const here = await GatheringModel.find({ unitId: { $in: unitIds }, closesAt: { $gt: now } })
    .limit(MOST_OPEN)
    .lean<GatheringRecord[]>()
  const found = here.find((it) => isCode(code, it.secret, now))
  if (!found) throw new Refusal('invalid', '签到码不对或者已经换了，看一看老师屏幕上现在的6位数字')
  const key = { gatheringId: found._id, personId: child.personId, studentId: child.studentId }
  const { upsertedCount } = await EvidenceModel.updateOne(
    key,
    {
      $setOnInsert: { unitIds, way: 'checkIn', title: found.title, status: 'accepted', givenAt: now },
    },
    { upsert: true },
  ).catch((error: { code?: number }) => {
    if (error.code !== 11000) throw error
    return { upsertedCount: 0 }
  })
  if (upsertedCount > 0) await GatheringModel.updateOne({ _id: found._id }, { $inc: { checkedIn: 1 } })
  return found
}

/** Keeps a picture as proof, to be looked at by the school; while one waits, the next takes its place. */
export async function give(
  child: OwnChild,
  programme: ProgrammeRecord,
  bytes: Buffer,
  now: Date,
  { files }: Pick<Deps, 'files'>,
) {
  const rule = programme.certificate?.evidence
  if (!rule?.ways.includes('upload')) throw new Refusal('conflict', '这门课程不收活动证明')
  const picture = await files.put(await asPicture(bytes))
  const key = {
    personId: new Types.ObjectId(child.personId),
    studentId: new Types.ObjectId(child.studentId),
    programmeCode: programme.code,
    status: 'waiting' as const,
  }
  const said = {
    unitIds: idsOf(child.path).map((it) => new Types.ObjectId(it)),
    programmeTitle: programme.title,
    way: 'upload' as const,
    title: rule.what,
    picture,
    givenAt: now,
  }
  const replaced = await EvidenceModel.findOneAndUpdate(
    key,
    { $set: said },
    { upsert: true, returnDocument: 'before' },
  )
    .lean<EvidenceRecord>()
    .catch((error: { code?: number }) => {
      if (error.code !== 11000) throw error // the same tap, a moment earlier
      return null
    })
  if (replaced?.picture) await removePicture(replaced.picture, files)
}

/** A picture is named by its bytes: who sent it for two programmes, or both parents, still need it for the other. */
async function removePicture(picture: string, files: Deps['files'], besides: object = {}) {
  if (await EvidenceModel.exists({ picture, ...besides })) return
  await files.remove(picture)
}

/** Everything a person has given, for whichever child, the latest first. */
export const evidenceOf = (personId: string, most: number) =>
  EvidenceModel.find({ personId: new Types.ObjectId(personId) })
    .sort({ _id: -1 })
    .limit(most)
    .lean<EvidenceRecord[]>()

/** Forgets what a person has given, pictures too. Harmless twice. */
export async function forgetEvidence(personId: string, { files }: Pick<Deps, 'files'>) {
  const mine = { personId: new Types.ObjectId(personId) }
  const held = await EvidenceModel.find({ ...mine, picture: { $ne: null } }, { picture: 1 }).lean<
    EvidenceRecord[]
  >()
  for (const { picture } of held) {
    if (picture) await removePicture(picture, files, { personId: { $ne: mine.personId } })
  }
  await EvidenceModel.deleteMany(mine)
}

const BAD = '这不是能用的照片，请拍一张或选一张 JPG、PNG 图片'

/** The picture drawn anew from its pixels: upright, without the place and time a phone writes into it. */
async function asPicture(bytes: Buffer) {
  if (bytes.length === 0) throw new Refusal('unsupported', BAD)
  const picture = sharp(bytes, { limitInputPixels: 60_000_000, failOn: 'error' })
  const about = await picture.metadata().catch(() => null)
  if (!about || !['jpeg', 'png', 'webp', 'heif'].includes(about.format)) throw new Refusal('unsupported', BAD)
  return picture
    .rotate()
    .resize(PICTURE_PIXELS, PICTURE_PIXELS, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' })
    .jpeg({ quality: 80 })
    .toBuffer()
    .catch(() => {
      throw new Refusal('unsupported', BAD)
    })
}

/** What one guardian has given for a child, the latest first. */
export const givenBy = (child: OwnChild, programmeCode: string) =>
  EvidenceModel.find({
    personId: new Types.ObjectId(child.personId),
    studentId: new Types.ObjectId(child.studentId),
    programmeCode: { $in: [programmeCode, null] },
  })
    .sort({ _id: -1 })
    .limit(20)
    .lean<EvidenceRecord[]>()

/** Whether the evidence a programme asks for is there: of the guardian, or of anybody in the family where one certificate is for all. */
export async function isGiven(
  programme: Pick<ProgrammeRecord, 'code' | 'certificate'>,
  personId: string,
  studentId: string,
) {
  const isFamily = programme.certificate?.per === 'family'
  const found = await EvidenceModel.exists({
    studentId: new Types.ObjectId(studentId),
    status: 'accepted',
    programmeCode: { $in: [programme.code, null] },
    ...(!isFamily && { personId: new Types.ObjectId(personId) }),
  })
  return found !== null
}

/** The same for a guardian whichever child it was: what the programme's page shows. */
export const isGivenBy = async (personId: string, programmeCode: string) =>
  (await EvidenceModel.exists({
    personId: new Types.ObjectId(personId),
    status: 'accepted',
    programmeCode: { $in: [programmeCode, null] },
  })) !== null

/** The queue of a unit, the oldest first; what was decided, the latest first. */
export async function evidenceIn(
  scope: UnitScope<'decideEvidence'>,
  { status = 'waiting', after }: { status?: EvidenceStatus | undefined; after?: string | undefined },
) {
  const unitIds = new Types.ObjectId(scope.unitId)
  const way = status === 'waiting' ? 1 : -1
  const found = await EvidenceModel.find({
    unitIds,
    status,
    way: 'upload',
    ...(after && { _id: { [way === 1 ? '$gt' : '$lt']: new Types.ObjectId(after) } }),
  })
    .sort({ _id: way })
    .limit(PAGE + 1)
    .lean<EvidenceRecord[]>()
  const evidence = found.slice(0, PAGE)
  return {
    evidence,
    next: found.length > PAGE ? String(evidence.at(-1)?._id) : null,
    waiting: await EvidenceModel.countDocuments({ unitIds, status: 'waiting', way: 'upload' }),
  }
}

/** Takes a proof or gives it back with words, once. */
export async function decide(
  { evidence, scope }: OwnEvidence,
  { accept, words }: { accept: boolean; words: string },
  now: Date,
) {
  if (!accept && !words) throw new Refusal('invalid', '请写一句为什么没有通过，家长会看到')
  const decided = await EvidenceModel.findOneAndUpdate(
    { _id: evidence._id, status: 'waiting', picture: evidence.picture ?? null },
    {
      status: accept ? 'accepted' : 'refused',
      words,
      decidedBy: new Types.ObjectId(scope.personId),
      decidedAt: now,
    },
    { returnDocument: 'after' },
  ).lean<EvidenceRecord>()
  if (!decided) throw new Refusal('conflict', '这份证明已经处理过，或者家长换了新的，请刷新后再看')
  return decided
}
