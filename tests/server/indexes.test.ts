import mongoose, { type Connection, Schema } from 'mongoose'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ensureIndexes, openMongo } from '../../server/infra/mongo.ts'
import { testMongoUrl } from '../support/engines.ts'

const DOCUMENTS = 100_000
/** Far less than an index over so many takes. */
const SOCKET_MS = 50

const Large = mongoose.model('Large', new Schema({ word: String }).index({ word: 1 }))

/** Waits as long as it takes, for all that is not what the test is about. */
let patient: Connection

beforeAll(async () => {
  await openMongo(testMongoUrl(), { socketTimeoutMS: SOCKET_MS })
  patient = await mongoose.createConnection(testMongoUrl()).asPromise()
})
afterAll(async () => {
  await patient.dropCollection(Large.collection.collectionName)
  await patient.close()
  await mongoose.disconnect()
  mongoose.deleteModel('Large')
})

/** The database multiplies one document by itself, as sending so many would take longer. */
async function fill() {
  const seeds = patient.collection('largeSeed')
  await seeds.insertOne({})
  await seeds
    .aggregate([
      { $project: { n: { $range: [0, DOCUMENTS] } } },
      { $unwind: '$n' },
      { $project: { _id: '$n', word: { $toString: { $rand: {} } } } },
      { $merge: Large.collection.collectionName },
    ])
    .toArray()
  await seeds.drop()
}

it('waits for an index that takes longer to make than one statement may take', async () => {
  await fill()

  await ensureIndexes([Large])

  const indexes = (await patient.collection(Large.collection.collectionName).listIndexes().toArray()) as {
    name: string
  }[]
  expect(indexes.map((it) => it.name)).toEqual(['_id_', 'word_1'])
}, 60_000)
