import { MongoBulkWriteError } from 'mongodb'
import mongoose, { type Model, type mongo } from 'mongoose'
import { goneIndexesOf } from './gone-indexes.ts'

/**
 * Opens the database that all models use. Operators in a filter are our own: what callers say has passed the contract,
 * where `{"$ne": null}` is not a string (S2; docs/decisions/0005-operators.md says why `sanitizeFilter` stays off).
 */
export async function openMongo(url: string, options: { dbName?: string; socketTimeoutMS?: number } = {}) {
  mongoose.set('strictQuery', 'throw')
  // Whatever is written inside connection.transaction(…) joins it, without handing a session through every call.
  mongoose.set('transactionAsyncLocalStorage', true)
  await mongoose.connect(url, {
    // Measured: more connections than 16 only queue inside the database.
    maxPoolSize: 16,
    // A request never waits longer than this for a connection or for a primary (R13).
    waitQueueTimeoutMS: 4_000,
    serverSelectionTimeoutMS: 4_000,
    // One slow statement must not hold a connection for ever.
    socketTimeoutMS: 30_000,
    w: 'majority',
    retryWrites: true,
    // `ensureIndexes` makes collections and indexes, one after the other: all at once would keep the pool from everybody else.
    autoIndex: false,
    autoCreate: false,
    ...options,
  })
  return mongoose.connection
}

/** The session of the transaction that is running here, if one is. Mongoose keeps it there and does not say so in its types. */
export function runningSession(): mongo.ClientSession | null {
  const { transactionAsyncLocalStorage: kept } = mongoose as unknown as {
    transactionAsyncLocalStorage?: { getStore(): { session?: mongo.ClientSession } | undefined }
  }
  return kept?.getStore()?.session ?? null
}

/**
 * Whether a bulk write failed only because what it was to put there is there: somebody else did it at the same moment, or an earlier run.
 * The driver wraps a lost connection in the same error, with no write error in it: then nothing is known to be there.
 */
export const isDuplicatesOnly = (error: unknown): error is MongoBulkWriteError => {
  if (!(error instanceof MongoBulkWriteError) || error.result.getWriteConcernError()) return false
  const failed = [error.writeErrors].flat()
  return failed.length > 0 && failed.every((it) => it.code === 11000)
}

type Indexed = Pick<Model<never>, 'createCollection' | 'createIndexes'> & {
  schema: object
  collection: { dropIndex: (name: string) => Promise<unknown> }
}

/** Creates what indexes are missing and drops those that a schema has given up. Run at boot by one process of each kind; harmless twice. */
export async function ensureIndexes(models: Indexed[] = Object.values(mongoose.models)) {
  for (const model of models) {
    await untilMade(async () => {
      await model.createCollection().catch((error: { code?: number }) => {
        if (error.code !== 48) throw error // 48: it exists already
      })
      await model.createIndexes()
      for (const name of goneIndexesOf(model.schema)) {
        await model.collection.dropIndex(name).catch((error: { code?: number }) => {
          if (error.code !== 27) throw error // 27: it is gone already
        })
      }
    })
  }
}

/**
 * An index over a million documents takes longer to make than one statement may take (found by the benchmark of the search). The database
 * goes on with it when we hang up, and whoever asks again is answered when it stands.
 */
async function untilMade(make: () => Promise<unknown>) {
  for (;;) {
    const error = await make().then(
      () => null,
      (it: Error) => it,
    )
    if (!error) return
    if (error.name !== 'MongoNetworkTimeoutError') throw error
  }
}
