import mongoose from 'mongoose'
import { describe, expect, it } from 'vitest'
import { staffActor } from '../../server/modules/accounts/service.ts'
import { openLog } from '../../server/infra/log.ts'
import { breakInWords } from '../../server/modules/audit/chain/rules.ts'
import { checkChain, sealWaiting } from '../../server/modules/audit/chain/service.ts'
import { AuditModel } from '../../server/modules/audit/model.ts'
import { record, view } from '../../server/modules/audit/service.ts'
import { TallyModel } from '../../server/modules/audit/tally/model.ts'
import { beginAnew, tellAll } from '../../server/modules/audit/tally/service.ts'
import { unitScope } from '../../server/modules/org/policy.ts'
import { buildBranch, buildStaff, newId } from '../support/build.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const seal = () => sealWaiting(world.now(), openLog('silent'))
const raw = () => AuditModel.collection
const write = (detail: string) =>
  record('families.listed', { unit: { unitId: newId(), path: '/' }, detail }, world.now())
async function writeAll(...details: string[]) {
  for (const it of details) await write(it)
}
async function lookAt() {
  await tellAll()
  await seal()
  return checkChain()
}

describe('a line that is taken away before it has its place in the chain', () => {
  it.each([
    ['the first', 'a', 0],
    ['one in the middle', 'b', 1],
    ['the last', 'd', 3],
  ])('is missed: %s', async (_, detail, after) => {
    await writeAll('a', 'b', 'c', 'd')
    await raw().deleteOne({ detail })
    const { broken } = await lookAt()
    expect(broken).toMatchObject({ fault: 'missing', seq: after })
    expect(broken && breakInWords(broken)).toMatch(
      /^(最前面|第\d条（.+）)：在它后面不久，有记录没等入链就被删除$/,
    )
  })

  it('is missed where several processes write, and only there', async () => {
    await writeAll('a', 'b')
    await tellAll()
    await beginAnew()
    await writeAll('c', 'd')
    expect((await lookAt()).broken).toBeNull()
    await write('e')
    await raw().deleteOne({ detail: 'e' })
    expect((await lookAt()).broken).toMatchObject({ fault: 'missing', seq: 4 })
  })

  it('is missed from a transaction, too', async () => {
    await writeAll('a')
    await AuditModel.db.transaction(() => write('b'))
    await raw().deleteOne({ detail: 'a' })
    expect((await lookAt()).broken).toMatchObject({ fault: 'missing', seq: 0 })
  })

  it('is told of by itself within seconds, in no transaction of anybody’s', async () => {
    await AuditModel.db.transaction(() => write('a'))
    await expect.poll(async () => (await TallyModel.findOne().lean())?.last, { timeout: 9_000 }).toBe(1)
  }, 12_000)
})

describe('a line that was never written', () => {
  it('is not missed: its transaction came to nothing, or began again', async () => {
    await write('a')
    const failed = AuditModel.db.transaction(async () => {
      await write('b')
      throw new Error('came to nothing')
    })
    await expect(failed).rejects.toThrow('came to nothing')
    const again = new mongoose.mongo.MongoServerError({ message: 'again' })
    again.addErrorLabel('TransientTransactionError')
    let tries = 0
    await AuditModel.db.transaction(async () => {
      await write('c')
      if (++tries < 3) throw again
    })
    await write('d')
    expect(tries).toBe(3)
    await expect.poll(async () => (await lookAt()).lines).toBe(3)
    await expect
      .poll(async () => {
        await tellAll()
        return (await TallyModel.findOne().lean())?.last
      })
      .toBe(6)
    expect((await checkChain()).broken).toBeNull()
    expect((await TallyModel.findOne().lean())?.void).toHaveLength(3)
  })

  it('is not missed: the same view was taken down at the same moment', async () => {
    const { klass } = await buildBranch()
    const actor = await staffActor(await buildStaff(klass, 'class_teacher'), world.now())
    const scope = await unitScope(actor, String(klass._id), 'seeFamilies')
    await Promise.all([1, 2, 3].map(() => view('joins.listed', scope, {}, world.now())))
    await writeAll('a')
    expect(await lookAt()).toMatchObject({ lines: 2, broken: null })
    expect(await TallyModel.findOne().lean()).toMatchObject({ last: 4 })
  })

  it('is not claimed while its transaction still runs', async () => {
    let go = () => {}
    const held = new Promise<void>((done) => (go = done))
    const slow = AuditModel.db.transaction(async () => {
      await write('slow')
      await held
    })
    await expect
      .poll(async () => {
        await tellAll()
        return TallyModel.countDocuments()
      })
      .toBe(1)
    await writeAll('a', 'b')
    const early = await lookAt()
    expect(early).toMatchObject({ lines: 2, broken: null })
    go()
    await slow
    expect((await lookAt()).broken).toBeNull()
  })
})

describe('a tally', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['that was changed', () => TallyModel.collection.updateOne({}, { $set: { last: 1 } })],
    [
      'that says a line came to nothing',
      () => TallyModel.collection.updateOne({}, { $push: { void: 2 } as never }),
    ],
    ['that was taken away', () => TallyModel.collection.deleteMany({})],
  ])('%s is noticed', async (_, damage) => {
    await writeAll('a', 'b', 'c')
    await lookAt()
    await damage()
    expect((await checkChain()).broken?.fault).toBe('tally')
  })
})
