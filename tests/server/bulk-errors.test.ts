import { MongoBulkWriteError, MongoNetworkError } from 'mongodb'
import { expect, it } from 'vitest'
import { isDuplicatesOnly } from '../../server/infra/mongo.ts'
import { FamilyTurnModel } from '../../server/modules/org/families/model.ts'
import { useWorld } from '../support/world.ts'

useWorld()

const caught = (work: Promise<unknown>): Promise<unknown> => work.then(() => null).catch((it: unknown) => it)
const insert = (...rows: object[]) => FamilyTurnModel.collection.insertMany(rows, { ordered: false })

it('takes rows that are there already for done, and nothing else', async () => {
  await insert({ _id: 'a' })

  expect(isDuplicatesOnly(await caught(insert({ _id: 'a' }, { _id: 'b' })))).toBe(true)
  expect(isDuplicatesOnly(await caught(insert({ _id: 'a' }, { _id: ['not an id'] })))).toBe(false)
  expect(isDuplicatesOnly(new Error('E11000'))).toBe(false)
})

it('does not take a lost connection for rows that are there: it came wrapped in the same error, and a thousand messages were lost', async () => {
  const { result } = (await caught(insert({ _id: 'c' }, { _id: 'c' }))) as MongoBulkWriteError
  const lost = new MongoBulkWriteError(new MongoNetworkError('connection closed'), result)

  expect(lost.writeErrors).toEqual([])
  expect(isDuplicatesOnly(lost)).toBe(false)
})
