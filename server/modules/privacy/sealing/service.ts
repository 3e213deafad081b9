import mongoose, { type Types } from 'mongoose'
import { leadsToMany, sealedAt, sealedPathsOf } from '../../../infra/sealed.ts'
import type { Deps } from '../../../infra/deps.ts'

const BATCH = 500
/** A document whose path leads to a list of many: some hundred children of a roster are one. */
const LARGE_BATCH = 10

type Registered = (typeof mongoose.models)[string]

export interface Resealed {
  /** Sealed values that were looked at. */
  seen: number
  /** Of these, sealed anew with the current key. */
  renewed: number
}

/**
 * Seals everything anew that an older key of FIELD_KEYS has sealed, a page of ids at a time; begun again after a crash it finds
 * what is left. A value that somebody changes meanwhile is left to them: the write asks for the old text. When a pass renews
 * nothing, the older keys open nothing any more and may be taken out.
 */
export async function resealAll({ fields, files }: Pick<Deps, 'fields' | 'files'>): Promise<Resealed> {
  const sum: Resealed = await files.reseal()
  for (const model of Object.values(mongoose.models)) {
    for (const path of sealedPathsOf(model.schema)) {
      const { seen, renewed } = await resealPath(model, path, fields)
      sum.seen += seen
      sum.renewed += renewed
    }
  }
  return sum
}

type Row = { _id: Types.ObjectId } & Record<string, unknown>

async function resealPath(model: Registered, path: string, fields: Deps['fields']): Promise<Resealed> {
  const sum: Resealed = { seen: 0, renewed: 0 }
  const limit = leadsToMany(model.schema, path) ? LARGE_BATCH : BATCH
  let after: unknown = null
  for (;;) {
    const rows = (await model.collection
      .find(after ? { _id: { $gt: after as Types.ObjectId } } : {}, { projection: { [path]: 1 } })
      .sort({ _id: 1 })
      .limit(limit)
      .toArray()) as Row[]
    const held = rows.flatMap((row) => sealedAt(row, path).map((it) => ({ _id: row._id, ...it })))
    const old = held.filter(({ text }) => !fields.isCurrent(text))
    if (old.length > 0) {
      const { modifiedCount } = await model.collection.bulkWrite(
        old.map(({ _id, at, text }) => ({
          updateOne: {
            filter: { _id, [at]: text },
            update: { $set: { [at]: fields.seal(fields.open(text)) } },
          },
        })),
        { ordered: false },
      )
      sum.renewed += modifiedCount
    }
    sum.seen += held.length
    if (rows.length < limit) return sum
    after = rows.at(-1)?._id
  }
}
