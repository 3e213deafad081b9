import { Types } from 'mongoose'
import type { Deps } from '../../../infra/deps.ts'
import { CertificateModel, type CertificateRecord } from '../model.ts'

export const CLOSED = '已注销'

/** Takes the holder and the child out of a person's certificates: the number can still be looked up, and says revoked. Harmless twice. */
export async function forgetHolder(personId: string, now: Date, { files }: Pick<Deps, 'files'>) {
  const mine = { personId: new Types.ObjectId(personId) }
  const held = await CertificateModel.find(mine, { pdf: 1, picture: 1 }).lean<CertificateRecord[]>()
  const kept = held.flatMap((it) => [it.pdf, it.picture]).flatMap((it) => it ?? [])
  await Promise.all(kept.map((it) => files.remove(it)))
  await CertificateModel.updateMany(
    { ...mine, status: 'valid' },
    { status: 'revoked', revokedAt: now, revokeReason: '持证人注销了账号' },
  )
  await CertificateModel.updateMany({ memberIds: mine.personId }, { $pull: { memberIds: mine.personId } })
  await CertificateModel.updateMany(mine, {
    holder: CLOSED,
    studentName: CLOSED,
    isChildHidden: true,
    families: [],
    pdf: null,
    picture: null,
  })
}
