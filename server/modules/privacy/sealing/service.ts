import mongoose, { type Types } from 'mongoose'
import { sealedPathsOf } from '../../../infra/sealed.ts'
import type { Deps } from '../../../infra/deps.ts'

const BATCH = 500

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
  let after: unknown = null
  for (;;) {
    const rows = (await model.collection
      .find(after ? { _id: { $gt: after as Types.ObjectId } } : {}, { projection: { [path]: 1 } })
      .sort({ _id: 1 })
      .limit(BATCH)
      .toArray()) as Row[]
    const held = rows.flatMap((row) => {
      const sealed = valueAt(row, path)
      return typeof sealed === 'string' && sealed !== '' ? [{ _id: row._id, sealed }] : []
    })
    const old = held.filter(({ sealed }) => !fields.isCurrent(sealed))
    if (old.length > 0) {
      const { modifiedCount } = await model.collection.bulkWrite(
        old.map(({ _id, sealed }) => ({
          updateOne: {
            filter: { _id, [path]: sealed },
            update: { $set: { [path]: fields.seal(fields.open(sealed)) } },
          },
        })),
        { ordered: false },
      )
      sum.renewed += modifiedCount
    }
    sum.seen += held.length
    if (rows.length < BATCH) return sum
    after = rows.at(-1)?._id
  }
}

const valueAt = (row: Record<string, unknown>, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | null)?.[key], row)
