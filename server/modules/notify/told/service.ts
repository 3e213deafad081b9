import { OutboxModel, type OutboxRecord } from '../model.ts'

/** Those of some keys under which a message has been put into the outbox, whatever became of it. */
export async function keysAmong(keys: readonly string[]): Promise<Set<string>> {
  if (keys.length === 0) return new Set()
  const found = await OutboxModel.find({ _id: { $in: [...keys] } }, { _id: 1 }).lean<
    Pick<OutboxRecord, '_id'>[]
  >()
  return new Set(found.map((it) => it._id))
}
