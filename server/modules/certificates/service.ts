import { Types } from 'mongoose'
import type { UnitKind } from '#contract/org'
import { shanghaiDay } from '../../infra/clock.ts'
import { Refusal } from '../../http/errors.ts'
import type { OwnChild, UnitScope } from '../org/policy.ts'
import { DEPTH, idAtExpression, idsOf, within } from '../org/tree/rules.ts'
import * as tree from '../org/tree/service.ts'
import { CertificateModel, type CertificateRecord } from './model.ts'
import { type Snapshot, writeNumbered } from './numbering/service.ts'
import type { CertificateHolder } from './policy.ts'
import { readNumber, type Validity, validUntil } from './rules.ts'

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
}

/** Issues under way in this process: a double tap joins the first instead of colliding with it. */
const underWay = new Map<string, Promise<CertificateRecord>>()

/**
 * Issues a certificate, once per person and programme: who comes again gets the one that holds. The unique index is
 * what decides between two processes.
 */
export async function issue(passed: Passed, now: Date): Promise<CertificateRecord> {
  const key = `${passed.personId}:${passed.programme.code}`
  const joined = underWay.get(key)
  if (joined) return joined
  const issuing = issueOnce(passed, now).finally(() => underWay.delete(key))
  underWay.set(key, issuing)
  return issuing
}

async function issueOnce(passed: Passed, now: Date) {
  const held = await findHeld(passed.personId, passed.programme.code)
  if (held) return held
  try {
    return await writeNumbered(await snapshotOf(passed, now))
  } catch (error) {
    const isTaken = (error as { code?: number }).code === 11000
    const winner = isTaken ? await findHeld(passed.personId, passed.programme.code) : null
    if (!winner) throw error
    return winner
  }
}

async function snapshotOf({ programme, child, families, ...passed }: Passed, now: Date): Promise<Snapshot> {
  const units = await tree.unitsOnPath(child.path)
  const nameOf = (kind: UnitKind) => units.find((it) => it.kind === kind)?.name ?? ''
  const klass = units.find((it) => it.kind === 'class')
  if (!klass) throw new Error('A child without a class cannot stand on a certificate')
  const issuedOn = shanghaiDay(now)
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
    unitIds: idsOf(child.path).map((it) => new Types.ObjectId(it)),
    families: families.map((it) => ({ studentId: new Types.ObjectId(it.studentId), path: it.path })) as never,
    issuedAt: now,
    issuedOn,
    validUntil: validUntil(programme.validity, programme.stage, klass.grade ?? null, issuedOn),
    status: 'valid',
    revokedAt: null,
    revokedBy: null,
    revokeReason: null,
    pdf: null,
    picture: null,
  }
}

const findHeld = (personId: string, programmeCode: string) =>
  CertificateModel.findOne({
    personId: new Types.ObjectId(personId),
    programmeCode,
    status: 'valid',
  }).lean<CertificateRecord>()

/** A person's certificates, the newest first; revoked ones too, with their reason. */
export const certificatesOf = (personId: string) =>
  CertificateModel.find({ personId: new Types.ObjectId(personId) })
    .sort({ _id: -1 })
    .limit(50)
    .lean<CertificateRecord[]>()

export async function findOwn(holder: CertificateHolder, certificateId: string) {
  const certificate = await CertificateModel.findOne({
    _id: certificateId,
    personId: new Types.ObjectId(holder.personId),
  }).lean<CertificateRecord>()
  if (!certificate) throw new Refusal('not_found', '没有这张绿证')
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

/** The certificates that some people hold for a programme, by person. */
export async function certificatesOfPeople(programmeCode: string, personIds: string[]) {
  const found = await CertificateModel.find({
    programmeCode,
    status: 'valid',
    personId: { $in: personIds.map((it) => new Types.ObjectId(it)) },
  }).lean<CertificateRecord[]>()
  return new Map(found.map((it) => [String(it.personId), it]))
}

/** Families with a certificate by unit of one kind below a scope; two parents of one child are one family. */
export async function certificatesBy(scope: UnitScope, kind: UnitKind, programmeCode: string) {
  const rows = await CertificateModel.aggregate<{ _id: string; count: number }>([
    { $match: { programmeCode, status: 'valid', 'families.path': within(scope.path) } },
    { $unwind: '$families' },
    { $match: { 'families.path': within(scope.path) } },
    {
      $group: {
        _id: { unitId: idAtExpression(DEPTH[kind], '$families.path'), studentId: '$families.studentId' },
      },
    },
    { $group: { _id: '$_id.unitId', count: { $sum: 1 } } },
  ])
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
export const hideChild = (
  personId: string,
  child: { _id: Types.ObjectId; name: string },
  isChildHidden: boolean,
) =>
  CertificateModel.updateMany(
    { personId: new Types.ObjectId(personId), studentName: child.name },
    { $set: { isChildHidden }, ...(isChildHidden && { $pull: { families: { studentId: child._id } } }) },
  )
