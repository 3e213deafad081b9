import { Types } from 'mongoose'
import { CertificateModel, type CertificateRecord, CounterModel } from '../model.ts'
import { numberOf } from '../rules.ts'

export type Snapshot = Omit<CertificateRecord, '_id' | 'number' | 'serial'>

interface Waiting {
  snapshot: Snapshot
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
export function writeNumbered(snapshot: Snapshot): Promise<CertificateRecord> {
  return new Promise((done, failed) => {
    waiting.push({ snapshot, done, failed })
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
    const written = await writeTogether(batch.map((it) => it.snapshot))
    batch.forEach((it, at) => it.done(written[at] as CertificateRecord))
  } catch (error) {
    if (batch.length === 1) batch[0]?.failed(error)
    else for (const it of batch) await writeBatch([it])
  }
}

async function writeTogether(snapshots: Snapshot[]): Promise<CertificateRecord[]> {
  return CertificateModel.db.transaction(async () => {
    const rows: CertificateRecord[] = []
    for (const [year, own] of Map.groupBy(snapshots, (it) => it.year)) {
      const counter = await CounterModel.findOneAndUpdate(
        { _id: year },
        { $inc: { last: own.length } },
        { upsert: true, returnDocument: 'after' },
      ).lean<{ last: number }>()
      const first = counter.last - own.length + 1
      own.forEach((it, at) => {
        rows.push({
          ...it,
          _id: new Types.ObjectId(),
          serial: first + at,
          number: numberOf(year, first + at),
        })
      })
    }
    await CertificateModel.insertMany(rows)
    // In the order asked for, whatever years they fell into.
    return snapshots.map((it) => rows.find((row) => row.attemptId.equals(it.attemptId)) as CertificateRecord)
  })
}
