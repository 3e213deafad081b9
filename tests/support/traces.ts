import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import mongoose from 'mongoose'
import { sealedPathsOf, sealedTextsAt } from '../../server/infra/sealed.ts'
import type { World } from './world.ts'

/** Every place of the database in which these words stand. */
export async function placesOf(words: string[]) {
  const found: string[] = []
  for (const { collection, modelName } of Object.values(mongoose.models)) {
    const text = JSON.stringify(await collection.find().toArray())
    if (words.some((it) => text.includes(it))) found.push(modelName)
  }
  return found.sort()
}

/** The same of what is sealed: every such text is opened. */
export async function sealedPlacesOf(words: string[], world: World) {
  const { fields } = world.deps()
  const found: string[] = []
  for (const { collection, modelName, schema } of Object.values(mongoose.models)) {
    for (const path of sealedPathsOf(schema)) {
      const rows = await collection.find({}, { projection: { [path]: 1 } }).toArray()
      const texts = rows.flatMap((row) => sealedTextsAt(row, path)).map((it) => fields.open(it))
      if (texts.some((text) => words.some((it) => text.includes(it)))) found.push(`${modelName}.${path}`)
    }
  }
  return found.sort()
}

/** Keys of Redis in whose name or value these words stand. */
export async function redisPlacesOf(words: string[], world: World) {
  const { redis } = world.deps()
  const found: string[] = []
  for (const key of await redis.keys('*')) {
    const value = (await redis.type(key)) === 'string' ? await redis.get(key) : ''
    if (words.some((it) => key.includes(it) || value?.includes(it))) found.push(key)
  }
  return found
}

/** Names of the frozen files there are. */
export async function filesOf(world: World) {
  const root = join(world.deps().env.DATA_DIR, 'files')
  const names = await readdir(root, { recursive: true }).catch(() => [])
  return names.flatMap((it) => /[0-9a-f]{64}$/.exec(it)?.[0] ?? [])
}
