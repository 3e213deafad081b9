import mongoose from 'mongoose'
import { ensureIndexes } from '../../server/infra/mongo.ts'

const names = () => Object.values(mongoose.models).map((it) => it.collection.collectionName)

/** Which collections stand with their indexes in this worker's database, and with which. */
const STANDING = 'testStanding'

/**
 * This worker's database for the next file: collections and indexes of the models, nothing else. Those that the file before has left are
 * kept, and are not asked for again either: a hundred collections take seconds to make and half a second to ask about. What no model
 * knows (Agenda's jobs) goes.
 */
export async function openDatabase() {
  const { db } = mongoose.connection
  if (!db) throw new Error('Open the connection before the database')
  const known = new Set([...names(), STANDING])
  const there = (await db.listCollections({}, { nameOnly: true }).toArray()).map((it) => it.name)
  for (const name of there.filter((it) => !known.has(it))) await db.dropCollection(name)

  const standing = db.collection<{ _id: string; indexes: string }>(STANDING)
  const asked = new Map((await standing.find().toArray()).map((it) => [it._id, it.indexes]))
  const missing = Object.values(mongoose.models)
    .map((model) => ({
      model,
      _id: model.collection.collectionName,
      indexes: JSON.stringify(model.schema.indexes()),
    }))
    .filter(({ _id, indexes }) => !there.includes(_id) || asked.get(_id) !== indexes)
  if (missing.length === 0) return
  await ensureIndexes(missing.map((it) => it.model))
  await standing.bulkWrite(
    missing.map(({ _id, indexes }) => ({
      updateOne: { filter: { _id }, update: { $set: { indexes } }, upsert: true },
    })),
  )
}

/** Empties what holds anything: one question about all collections, then an order to the few. */
export async function emptyDatabase() {
  const [first = '', ...others] = names()
  const mark = (name: string) => [{ $limit: 1 }, { $project: { _id: 0, name: { $literal: name } } }]
  const filled = await mongoose.connection
    .collection(first)
    .aggregate<{ name: string }>([
      ...mark(first),
      ...others.map((coll) => ({ $unionWith: { coll, pipeline: mark(coll) } })),
    ])
    .toArray()
  await Promise.all(filled.map(({ name }) => mongoose.connection.collection(name).deleteMany({})))
}
