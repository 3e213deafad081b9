import mongoose from 'mongoose'
import { ensureIndexes } from '../../server/infra/mongo.ts'

const names = () => Object.values(mongoose.models).map((it) => it.collection.collectionName)

/**
 * This worker's database for the next file: collections and indexes of the models, nothing else. Those that the file before has left are
 * kept, as making them costs two to three seconds a file; what no model knows (Agenda's jobs) goes.
 */
export async function openDatabase() {
  const db = mongoose.connection.db
  const known = new Set(names())
  const standing = (await db?.listCollections({}, { nameOnly: true }).toArray()) ?? []
  for (const { name } of standing.filter((it) => !known.has(it.name))) await db?.dropCollection(name)
  await ensureIndexes()
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
