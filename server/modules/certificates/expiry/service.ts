import type { Types } from 'mongoose'
import { shanghaiDay } from '../../../infra/clock.ts'
import type { Deps } from '../../../infra/deps.ts'
import { enqueue } from '../../notify/service.ts'
import { CertificateModel, type CertificateRecord } from '../model.ts'
import { dayAfter, dayWritten, daysBetween, REMIND_DAYS, reminderDue } from '../rules.ts'

const BATCH = 200

/**
 * Reminds holders whose certificate ends within 30, 7 or 1 days, once for each. The message is in the outbox before the certificate
 * says so, under a key that a second run finds again: a crash between the two costs nothing.
 */
export async function remindOfExpiry({ clock, log }: Pick<Deps, 'clock' | 'log'>) {
  const today = shanghaiDay(clock.now())
  let after: { validUntil: string; _id: Types.ObjectId } | null = null
  for (;;) {
    const batch = await endingSoon(today, after)
    const last = batch.at(-1)
    if (!last) return
    after = last
    for (const it of batch) {
      await remind(it, today, clock.now()).catch((error: unknown) =>
        log.error({ err: error, number: it.number }, 'end of a certificate not announced'),
      )
    }
  }
}

/** Certificates that hold and end within the longest notice, by their last day, a batch at a time. */
const endingSoon = (today: string, after: { validUntil: string; _id: Types.ObjectId } | null) =>
  CertificateModel.find({
    status: 'valid',
    validUntil: { $gte: after?.validUntil ?? today, $lte: dayAfter(today, REMIND_DAYS[0]) },
    ...(after && { $or: [{ validUntil: { $gt: after.validUntil } }, { _id: { $gt: after._id } }] }),
  })
    .sort({ validUntil: 1, _id: 1 })
    .limit(BATCH)
    .lean<CertificateRecord[]>()

async function remind(certificate: CertificateRecord, today: string, now: Date) {
  const daysLeft = daysBetween(today, certificate.validUntil)
  const due = reminderDue(daysLeft, certificate.remindedDays)
  if (due === null) return
  await enqueue(
    [certificate.personId, ...(certificate.memberIds ?? [])].map((personId) => ({
      kind: 'certificateExpiry' as const,
      subject: certificate.number,
      personId: String(personId),
      step: String(due),
      values: {
        programme: certificate.programmeTitle,
        number: certificate.number,
        endsOn: certificate.validUntil,
        note: `${dayWritten(certificate.validUntil)}到期，还有${daysLeft}天`,
      },
      page: `packages/course/certificate/certificate?id=${String(certificate._id)}`,
    })),
    now,
  )
  await CertificateModel.updateOne({ _id: certificate._id }, { remindedDays: due })
}
