import { Types } from 'mongoose'
import type { CertificateDesign } from '#contract/certificates'
import type { UnitKind } from '#contract/org'
import { shanghaiDay } from '../../infra/clock.ts'
import { Refusal } from '../../http/errors.ts'
import type { OwnChild, UnitScope } from '../org/policy.ts'
import { DEPTH, idAtExpression, idsOf, within } from '../org/tree/rules.ts'
import * as tree from '../org/tree/service.ts'
import { CertificateModel, type CertificateRecord } from './model.ts'
import { lookOf } from './looks/service.ts'
import { type Snapshot, writeNumbered } from './numbering/service.ts'
import type { CertificateHolder } from './policy.ts'
import { readNumber, stateOf, type Validity, validUntil } from './rules.ts'

/** A programme that somebody has passed, and for which child. */
export interface Passed {
  personId: string
  holder: string
  attemptId: Types.ObjectId
  programme: {
    _id: Types.ObjectId
    code: string
    title: string
    version: number
    hours: number
    stage: string
    validity: Validity
  }
  child: Pick<OwnChild, 'studentName' | 'path'>
  /** Every family it counts for; the child's own among them. */
  families: Pick<OwnChild, 'studentId' | 'path'>[]
  /** Set where the programme gives one certificate per family. */
  familyId?: string
  /** The design the programme asks for; the units above the child have a say where it asks for none. */
  design?: CertificateDesign | null
  /** The certificate this one renews. */
  renews?: CertificateRecord | null
}

/** Issues under way in this process: a double tap joins the first instead of colliding with it. */
const underWay = new Map<string, Promise<CertificateRecord>>()

/**
 * Issues a certificate, once per person (or family) and programme: who comes again gets the one that holds. The unique
 * indexes are what decides between two processes.
 */
export async function issue(passed: Passed, now: Date): Promise<CertificateRecord> {
  const key = `${passed.familyId ?? passed.personId}:${passed.programme.code}:${passed.personId}`
  const joined = underWay.get(key)
  if (joined) return joined
  const issuing = issueOnce(passed, now).finally(() => underWay.delete(key))
  underWay.set(key, issuing)
  return issuing
}

async function issueOnce(passed: Passed, now: Date) {
  const held = await findHeld(passed)
  if (held && !held._id.equals(passed.renews?._id)) return shareWith(held, passed.personId)
  try {
    return await writeNumbered(await snapshotOf(passed, now), { by: null, reason: '续证' })
  } catch (error) {
    // Another process was first: by the index, or by ending the certificate that both renew.
    const isTaken = (error as { code?: number | string }).code === 11000 || error instanceof Refusal
    const winner = isTaken ? await findHeld(passed) : null
    if (!winner) throw error
    return shareWith(winner, passed.personId)
  }
}

/** A family's certificate belongs to every guardian of it who has passed. */
async function shareWith(held: CertificateRecord, personId: string) {
  if (!held.familyId || String(held.personId) === personId) return held
  await CertificateModel.updateOne(
    { _id: held._id },
    { $addToSet: { memberIds: new Types.ObjectId(personId) } },
  )
  return held
}

async function snapshotOf({ programme, child, families, ...passed }: Passed, now: Date): Promise<Snapshot> {
  const units = await tree.unitsOnPath(child.path)
  const nameOf = (kind: UnitKind) => units.find((it) => it.kind === kind)?.name ?? ''
  const klass = units.find((it) => it.kind === 'class')
  if (!klass) throw new Error('A child without a class cannot stand on a certificate')
  const issuedOn = shanghaiDay(now)
  const unitIds = idsOf(child.path).map((it) => new Types.ObjectId(it))
  const look = await lookOf(unitIds)
  const { renews = null } = passed
  return {
    year: Number(issuedOn.slice(0, 4)),
    personId: new Types.ObjectId(passed.personId),
    attemptId: passed.attemptId,
    programmeId: programme._id,
    programmeCode: programme.code,
    programmeTitle: programme.title,
    programmeVersion: programme.version,
    hours: programme.hours,
    holder: passed.holder,
    studentName: child.studentName,
    schoolName: nameOf('school'),
    className: nameOf('grade') + nameOf('class'),
    classId: klass._id,
    unitIds,
    families: families.map((it) => ({ studentId: new Types.ObjectId(it.studentId), path: it.path })) as never,
    issuedAt: now,
    issuedOn,
    validUntil: validUntil(programme.validity, programme.stage, klass.grade ?? null, issuedOn),
    design: passed.design ?? look.design,
    seal: look.seal,
    ...(passed.familyId && { familyId: new Types.ObjectId(passed.familyId) }),
    ...NEW,
    supersedes: renews && { certificateId: renews._id, number: renews.number, why: 'renewed' },
  }
}

/** How every certificate begins. */
const NEW = {
  status: 'valid',
  revokedAt: null,
  revokedBy: null,
  revokeReason: null,
  supersededBy: null,
  remindedDays: null,
  pdf: null,
  picture: null,
} as const

/** What is put right on a certificate that was issued with a wrong name. */
export interface Correction {
  holder?: string | undefined
  studentName?: string | undefined
  reason: string
  by: string
}

/** The same certificate with a name put right: a number of its own, the same end, and the old one says that it was replaced. */
export function reissue(
  { _id, number, serial: _serial, ...old }: CertificateRecord,
  { holder, studentName, reason, by }: Correction,
  now: Date,
) {
  const issuedOn = shanghaiDay(now)
  const snapshot: Snapshot = {
    ...old,
    ...NEW,
    holder: holder ?? old.holder,
    studentName: studentName ?? old.studentName,
    year: Number(issuedOn.slice(0, 4)),
    issuedAt: now,
    issuedOn,
    supersedes: { certificateId: _id, number, why: 'corrected' },
  }
  return writeNumbered(snapshot, { by: new Types.ObjectId(by), reason })
}

const findHeld = ({ personId, familyId, programme }: Pick<Passed, 'personId' | 'familyId' | 'programme'>) =>
  CertificateModel.findOne({
    ...(familyId ? { familyId: new Types.ObjectId(familyId) } : { personId: new Types.ObjectId(personId) }),
    programmeCode: programme.code,
    status: 'valid',
  }).lean<CertificateRecord>()

/** A person's own certificates and those of their family, the newest first; ones that hold no more too, with their reason. */
export async function certificatesOf(personId: string) {
  const who = new Types.ObjectId(personId)
  const newest = (filter: object) =>
    CertificateModel.find(filter).sort({ _id: -1 }).limit(50).lean<CertificateRecord[]>()
  const [own, shared] = await Promise.all([newest({ personId: who }), newest({ memberIds: who })])
  if (shared.length === 0) return own
  return [...own, ...shared].sort((a, b) => (a._id.toString() < b._id.toString() ? 1 : -1))
}

export async function findOwn(holder: CertificateHolder, certificateId: string) {
  const who = new Types.ObjectId(holder.personId)
  const certificate = await findCertificate(certificateId)
  const isOwn = certificate?.personId.equals(who) || certificate?.memberIds?.some((it) => it.equals(who))
  if (!certificate || !isOwn) throw new Refusal('not_found', '没有这张绿证')
  return certificate
}

/** Any certificate by its id. Callers hold a proof, or a link of ours, before they show it. */
export const findCertificate = (certificateId: string) =>
  CertificateModel.findById(certificateId).lean<CertificateRecord>()

/** The certificate with this number, however it was typed; null for one that was never issued. */
export async function findByNumber(typed: string) {
  const number = readNumber(typed)
  return number ? CertificateModel.findOne({ number }).lean<CertificateRecord>() : null
}

/** The certificates that some people hold today for any of some programmes, by person; a family's is everybody's in it who has passed. */
export async function certificatesOfPeople(programmeCodes: string[], personIds: string[], today: string) {
  const people = personIds.map((it) => new Types.ObjectId(it))
  const holds = { programmeCode: { $in: programmeCodes }, status: 'valid' as const }
  const [own, shared] = await Promise.all([
    CertificateModel.find({ ...holds, personId: { $in: people } }).lean<CertificateRecord[]>(),
    CertificateModel.find({ ...holds, memberIds: { $in: people } }).lean<CertificateRecord[]>(),
  ])
  const holdsToday = (it: CertificateRecord) => stateOf(it, today) === 'valid'
  return new Map([
    ...shared
      .filter(holdsToday)
      .flatMap((it) => (it.memberIds ?? []).map((member) => [String(member), it] as const)),
    ...own.filter(holdsToday).map((it) => [String(it.personId), it] as const),
  ])
}

/** Families with a certificate that holds today, by unit of one kind below a scope; two parents of one child are one family. */
export async function certificatesBy(
  scope: UnitScope,
  kind: UnitKind,
  programmeCodes: string[],
  today: string,
) {
  const rows = await CertificateModel.aggregate<{ _id: string; count: number }>([
    {
      $match: {
        programmeCode: { $in: programmeCodes },
        status: 'valid',
        validUntil: { $gte: today },
        'families.path': within(scope.path),
      },
    },
    { $unwind: '$families' },
    { $match: { 'families.path': within(scope.path) } },
    {
      $group: {
        _id: { unitId: idAtExpression(DEPTH[kind], '$families.path'), studentId: '$families.studentId' },
      },
    },
    { $group: { _id: '$_id.unitId', count: { $sum: 1 } } },
    // Left to itself the database may walk everything that has not ended, of the whole city.
  ]).hint({ programmeCode: 1, 'families.path': 1 })
  return new Map(rows.map((it) => [it._id, it.count]))
}

export interface Family {
  studentId: Types.ObjectId
  path: string
}

/** The certificates that hold, in the order of issue, a batch at a time. */
export const validAfter = (after: Types.ObjectId | null, limit: number) =>
  CertificateModel.find({ status: 'valid', ...(after && { _id: { $gt: after } }) })
    .sort({ _id: 1 })
    .limit(limit)
    .lean<CertificateRecord[]>()

/** Changes which families a certificate counts for; what stands on it stays. */
export const setFamilies = (certificateId: Types.ObjectId, families: Family[]) =>
  CertificateModel.updateOne({ _id: certificateId, status: 'valid' }, { $set: { families } })

/** The holder and the child have parted: the certificate holds, counts for that family no more and names the child to nobody but the school. */
export async function hideChild(
  personId: string,
  child: { _id: Types.ObjectId; name: string },
  isChildHidden: boolean,
) {
  const who = new Types.ObjectId(personId)
  await CertificateModel.updateMany(
    { personId: who, studentName: child.name },
    { $set: { isChildHidden }, ...(isChildHidden && { $pull: { families: { studentId: child._id } } }) },
  )
  // A family's certificate is no longer theirs who left the family; it stays the family's.
  if (isChildHidden) {
    await CertificateModel.updateMany({ memberIds: who, familyId: child._id }, { $pull: { memberIds: who } })
  }
}
