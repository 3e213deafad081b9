import type { Document, Filter } from 'mongodb'
import type { Model } from 'mongoose'
import { runningSession } from './mongo.ts'

/** A model as far as it names a collection. */
type Named = Pick<Model<never>, 'collection'>
interface Limits {
  projection?: object
  limit?: number
}

/**
 * The few statements that every request or receipt is made of, by the driver itself: building and casting mongoose's query is a fifth of what
 * a statement costs this process (decision 0006). What a filter holds has its own type already, ids are ObjectIds; nothing is cast. Like
 * mongoose's own they join the transaction they are called in.
 */
export const findOnePlain = <R>(model: Named, filter: Filter<Document>, { projection }: Limits = {}) =>
  model.collection.findOne(filter, { ...within(), ...(projection && { projection }) }) as Promise<R | null>

export const findPlain = <R>(model: Named, filter: Filter<Document>, { projection, limit }: Limits = {}) =>
  model.collection
    .find(filter, { ...within(), ...(projection && { projection }), ...(limit && { limit }) })
    .toArray() as Promise<R[]>

/** One update by a pipeline; the document as it is then, or null where none matched. */
export const updateOnePlain = <R>(
  model: Named,
  filter: Filter<Document>,
  update: Document[],
  { projection }: Limits = {},
) =>
  model.collection.findOneAndUpdate(filter, update, {
    ...within(),
    returnDocument: 'after',
    ...(projection && { projection }),
  }) as Promise<R | null>

function within() {
  const session = runningSession()
  return session ? { session } : {}
}
