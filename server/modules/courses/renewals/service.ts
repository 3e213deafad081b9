import { Types } from 'mongoose'
import { dayInWords, shanghaiDay } from '../../../infra/clock.ts'
import { Refusal } from '../../../http/errors.ts'
import * as certificates from '../../certificates/service.ts'
import type { Learner } from '../policy.ts'
import { EnrolmentModel } from '../programmes/model.ts'
import { findLatest } from '../programmes/service.ts'
import { WatchModel, type WatchRecord } from '../watch/model.ts'
import { RenewalModel, type RenewalRecord } from './model.ts'
import { lessonsAgain, renewableFrom } from './rules.ts'

/** The renewal somebody is on, if any. */
export const renewalOf = (personId: string, programmeCode: string) =>
  RenewalModel.findOne({
    personId: new Types.ObjectId(personId),
    programmeCode,
    doneAt: null,
  }).lean<RenewalRecord>()

/**
 * Begins the shorter way, in the latest version: its lessons are learned anew, everything else stays as it is. Pressed twice, it is
 * begun once.
 */
export async function begin(learner: Learner, code: string, now: Date) {
  if (await renewalOf(learner.personId, code)) return
  const [programme, held] = await Promise.all([
    findLatest(code),
    certificates.certificatesOf(learner.personId),
  ])
  if (!programme) throw new Refusal('not_found', '没有这门课程')
  const certificate = held.find((it) => it.programmeCode === code && it.status === 'valid')
  const from = renewableFrom(programme, certificate ?? null)
  if (!certificate || !from) throw new Refusal('conflict', '这门课程的绿证不能续证')
  if (shanghaiDay(now) < from)
    throw new Refusal('conflict', `还没到续证的时候，${dayInWords(from)}起可以续证`)
  const lessonIds = lessonsAgain(programme).map((it) => it.lessonId)
  if (lessonIds.length === 0) throw new Refusal('conflict', '续证的课还没有准备好，请联系学校')
  await start(learner, { code, programmeId: programme._id, certificateId: certificate._id, lessonIds }, now)
}

async function start(
  { personId }: Learner,
  way: {
    code: string
    programmeId: Types.ObjectId
    certificateId: Types.ObjectId
    lessonIds: Types.ObjectId[]
  },
  now: Date,
) {
  const who = new Types.ObjectId(personId)
  const { code: programmeCode, programmeId, certificateId, lessonIds } = way
  const ledgers = { personId: who, lessonId: { $in: lessonIds } }
  await RenewalModel.db
    .transaction(async () => {
      const before = await WatchModel.find(ledgers, { bits: 0 }).lean<WatchRecord[]>()
      const learnedBefore = before.map(({ lessonId, completedAt }) => ({ lessonId, completedAt }))
      await RenewalModel.create([
        {
          personId: who,
          programmeCode,
          programmeId,
          certificateId,
          lessonIds,
          learnedBefore,
          startedAt: now,
        },
      ])
      await WatchModel.deleteMany(ledgers)
      await EnrolmentModel.updateOne(
        { personId: who, programmeCode },
        { $set: { programmeId }, $setOnInsert: { startedAt: now } },
        { upsert: true },
      )
    })
    .catch((error: { code?: number }) => {
      if (error.code !== 11000) throw error // begun by the same tap, a moment earlier
    })
}

/** The new certificate is there. Harmless twice. */
export const finish = (personId: Types.ObjectId, certificateId: Types.ObjectId, now: Date) =>
  RenewalModel.updateMany({ personId, certificateId, doneAt: null }, { doneAt: now })
