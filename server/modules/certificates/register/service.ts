import { Types } from 'mongoose'
import type { CertificateState } from '#contract/certificates'
import { shanghaiDay } from '../../../infra/clock.ts'
import { Refusal } from '../../../http/errors.ts'
import type { UnitScope } from '../../org/policy.ts'
import { CertificateModel, type CertificateRecord } from '../model.ts'
import { readNumber } from '../rules.ts'
import { reissue } from '../service.ts'

const PAGE = 30

export interface Wanted {
  search?: string | undefined
  state?: CertificateState | undefined
  after?: string | undefined
  limit?: number | undefined
}

/** The certificates of a unit, newest first, a page at a time. */
export async function certificatesIn(scope: UnitScope<'seeFigures'>, wanted: Wanted, now: Date) {
  const page = wanted.limit ?? PAGE
  const found = await CertificateModel.find({
    unitIds: new Types.ObjectId(scope.unitId),
    ...stateFilter(wanted.state, shanghaiDay(now)),
    ...(wanted.search && searchFilter(scope, wanted.search)),
    ...(wanted.after && { _id: { $lt: new Types.ObjectId(wanted.after) } }),
  })
    .sort({ _id: -1 })
    .limit(page + 1)
    .lean<CertificateRecord[]>()
  const certificates = found.slice(0, page)
  return { certificates, next: found.length > page ? String(certificates.at(-1)?._id) : null }
}

/** A number is found whole; names by their beginning, and only by those who may see families. */
function searchFilter(scope: UnitScope, search: string) {
  const number = readNumber(search)
  if (number) return { number }
  if (!scope.may('seeFamilies')) throw new Refusal('forbidden', '您的岗位只能按完整编号查找')
  const begins = new RegExp(`^${search.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`, 'i')
  return { $or: [{ holder: begins }, { studentName: begins }, { number: begins }] }
}

function stateFilter(state: CertificateState | undefined, today: string) {
  if (!state) return {}
  if (state === 'revoked') return { status: { $in: ['revoked' as const, 'replaced' as const] } }
  return { status: 'valid' as const, validUntil: state === 'valid' ? { $gte: today } : { $lt: today } }
}

/** How many of each state a unit has. */
export async function countStates(scope: UnitScope<'seeFigures'>, now: Date) {
  const today = shanghaiDay(now)
  const count = (state: CertificateState) =>
    CertificateModel.countDocuments({
      unitIds: new Types.ObjectId(scope.unitId),
      ...stateFilter(state, today),
    })
  const [valid, expired, revoked] = await Promise.all([count('valid'), count('expired'), count('revoked')])
  return { valid, expired, revoked }
}

/** Revokes a certificate that holds, once; the reason stays with it. */
export async function revoke(
  scope: UnitScope<'revokeCertificates'>,
  certificateId: string,
  reason: string,
  now: Date,
) {
  const revoked = await CertificateModel.findOneAndUpdate(
    { _id: certificateId, unitIds: new Types.ObjectId(scope.unitId), status: 'valid' },
    {
      status: 'revoked',
      revokedAt: now,
      revokedBy: new Types.ObjectId(scope.personId),
      revokeReason: reason,
    },
    { returnDocument: 'after' },
  ).lean<CertificateRecord>()
  if (!revoked) throw new Refusal('conflict', '这张绿证已经撤销过了')
  return revoked
}

/** Issues a certificate anew with a name put right; the old number says 已换发 from then on. Somebody who comes second is told. */
export async function replace(
  scope: UnitScope<'revokeCertificates'>,
  certificateId: string,
  correction: { holder?: string | undefined; studentName?: string | undefined; reason: string },
  now: Date,
) {
  const old = await CertificateModel.findOne({
    _id: certificateId,
    unitIds: new Types.ObjectId(scope.unitId),
  }).lean<CertificateRecord>()
  if (!old) throw new Refusal('not_found', '没有这张绿证')
  if (old.status !== 'valid') throw new Refusal('conflict', '这张绿证已经换发、续证或撤销过了，请刷新后再看')
  const isSame =
    (correction.holder ?? old.holder) === old.holder &&
    (correction.studentName ?? old.studentName) === old.studentName
  if (isSame) throw new Refusal('invalid', '名字和原来一样，不用换发')
  return reissue(old, { ...correction, by: scope.personId }, now)
}
