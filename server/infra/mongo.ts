import mongoose, { type mongo } from 'mongoose'

/**
 * Opens the database that all models use. Operators in a filter are our own: what callers say has passed the contract,
 * where `{"$ne": null}` is not a string (S2; docs/decisions/0005-operators.md says why `sanitizeFilter` stays off).
 */
export async function openMongo(url: string, options: { dbName?: string } = {}) {
  mongoose.set('strictQuery', 'throw')
  // Whatever is written inside connection.transaction(…) joins it, without handing a session through every call.
  mongoose.set('transactionAsyncLocalStorage', true)
  await mongoose.connect(url, {
    ...options,
    // Measured: more connections than 16 only queue inside the database.
    maxPoolSize: 16,
    // A request never waits longer than this for a connection or for a primary (R13).
    waitQueueTimeoutMS: 4_000,
    serverSelectionTimeoutMS: 4_000,
    // One slow statement must not hold a connection for ever.
    socketTimeoutMS: 30_000,
    w: 'majority',
    retryWrites: true,
    autoIndex: false,
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

/** Creates what indexes are missing. Run at boot by one process of each kind; harmless twice. */
export async function ensureIndexes() {
  for (const model of Object.values(mongoose.models)) {
    await model.createCollection().catch((error: { code?: number }) => {
      if (error.code !== 48) throw error // 48: it exists already
    })
    await model.createIndexes()
  }
}
