import { type Db, MongoClient } from 'mongodb'
import { readEnv } from '../env.ts'
import { type Say, SetupError } from '../infra/engines/setup.ts'
import { digest } from './demo-builds.ts'

// Written last: a database with content but without this mark was left in the middle of seeding.
const MARK = { collection: 'demo', _id: 'seeded' }

/**
 * Fills an empty database with the demo city. One that was filled to the end before is left as it is, unless the
 * content files have changed since: then they are published again, and the city stays.
 */
export async function seedOnce(settings: Record<string, string>, isOurs: boolean, say: Say) {
  const client = await MongoClient.connect(settings.MONGO_URL ?? '')
  try {
    const database = client.db()
    const marks = database.collection<{ _id: string; content: string }>(MARK.collection)
    const content = await digest(['content'])
    const mark = await marks.findOne({ _id: MARK._id })
    if (mark?.content === content) return
    if (!mark) await empty(database, isOurs)

    // Loaded only now: a second start does not pay for it.
    const { seed } = await import('./seed.ts')
    await seed(readEnv(settings), say)
    await marks.updateOne({ _id: MARK._id }, { $set: { content } }, { upsert: true })
  } finally {
    await client.close()
  }
}

async function empty(database: Db, isOurs: boolean) {
  const collections = await database.listCollections({}, { nameOnly: true }).toArray()
  if (collections.length > 0 && !isOurs) {
    throw new SetupError('MONGO_URL 指向的数据库里已有别的数据，演示不会动它：请换一个空的数据库。')
  }
  await database.dropDatabase()
}
