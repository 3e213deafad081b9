import { Types } from 'mongoose'
import { Refusal } from '../../../http/errors.ts'
import { CertificateModel, type CertificateRecord, CounterModel } from '../model.ts'
import { numberOf } from '../rules.ts'

export type Snapshot = Omit<CertificateRecord, '_id' | 'number' | 'serial'>

/** How the certificate before it ends: why, by whom, with which words. */
export interface Ending {
  by: Types.ObjectId | null
  reason: string
}

interface Waiting {
  snapshot: Snapshot
  ending: Ending | null
  done: (written: CertificateRecord) => void
  failed: (error: unknown) => void
}

/** One transaction carries so many: 200 that come at once are a handful of transactions, not 200. */
const BATCH = 50

const waiting: Waiting[] = []
let isWriting = false

/**
 * Gives a snapshot the next number of its year and writes it. Number and certificate are one transaction, so a failure
 * leaves neither a gap nor a number given twice (R5). Transactions on one counter can only follow each other; whoever
 * comes while one is being written goes into the next together.
 */
export function writeNumbered(snapshot: Snapshot, ending: Ending | null = null): Promise<CertificateRecord> {
  return new Promise((done, failed) => {
    waiting.push({ snapshot, ending, done, failed })
    if (!isWriting) void writeWaiting()
  })
}

async function writeWaiting() {
  isWriting = true
  while (waiting.length > 0) await writeBatch(waiting.splice(0, BATCH))
  isWriting = false
}

/** A batch that fails is tried again one by one, so that one certificate that cannot be written stops no other. */
async function writeBatch(batch: Waiting[]) {
  try {
    const written = await writeTogether(batch)
    batch.forEach((it, at) => it.done(written[at] as CertificateRecord))
  } catch (error) {
    if (batch.length === 1) batch[0]?.failed(error)
    else for (const it of batch) await writeBatch([it])
  }
}

async function writeTogether(batch: Waiting[]): Promise<CertificateRecord[]> {
  return CertificateModel.db.transaction(async () => {
    const rows = new Map<Waiting, CertificateRecord>()
    for (const [year, own] of Map.groupBy(batch, (it) => it.snapshot.year)) {
      const counter = await CounterModel.findOneAndUpdate(
        { _id: year },
        { $inc: { last: own.length } },
        { upsert: true, returnDocument: 'after' },
      ).lean<{ last: number }>()
      const first = counter.last - own.length + 1
      own.forEach((it, at) => {
        const serial = first + at
        rows.set(it, { ...it.snapshot, _id: new Types.ObjectId(), serial, number: numberOf(year, serial) })
      })
    }
    // The old one ends first: of two that hold at once the index lets none in.
    for (const [it, row] of rows) await endPredecessor(row, it.ending)
    await CertificateModel.insertMany([...rows.values()])
    // In the order asked for, whatever years they fell into.
    return batch.map((it) => rows.get(it) as CertificateRecord)
  })
}

/** Ends the certificate that this one takes the place of, in the same transaction; who comes second is told so. */
async function endPredecessor(row: CertificateRecord, ending: Ending | null) {
  if (!row.supersedes) return
  const { matchedCount } = await CertificateModel.updateOne(
    { _id: row.supersedes.certificateId, status: 'valid' },
    {
      status: 'replaced',
      revokedAt: row.issuedAt,
      revokedBy: ending?.by ?? null,
      revokeReason: ending?.reason ?? null,
      supersededBy: { certificateId: row._id, number: row.number, why: row.supersedes.why },
    },
  )
  if (matchedCount === 0) throw new Refusal('conflict', '这张绿证已经换发、续证或撤销过了，请刷新后再看')
}
