import { execFile } from 'node:child_process'
import { Types } from 'mongoose'
import { beforeEach, describe, expect, it } from 'vitest'
import { auditKeys } from '../../server/infra/audit-keys.ts'
import { openLog } from '../../server/infra/log.ts'
import { ChainModel } from '../../server/modules/audit/chain/model.ts'
import { anchorText, endMac, linkOf, macOf, readAnchor } from '../../server/modules/audit/chain/rules.ts'
import { chainEnd, checkChain, sealWaiting } from '../../server/modules/audit/chain/service.ts'
import { checkNightly } from '../../server/modules/audit/jobs.ts'
import { AuditModel, type AuditRecord } from '../../server/modules/audit/model.ts'
import { record } from '../../server/modules/audit/service.ts'
import { newId } from '../support/build.ts'
import { scaled } from '../support/scale.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const said: string[] = []
const log = openLog('info', { write: (line: string) => void said.push(line) })
const seal = () => sealWaiting(world.now(), log)
/** Past the rules of the model, as somebody does who has the database and not the product. */
const raw = () => AuditModel.collection

beforeEach(() => void (said.length = 0))

async function write(count: number) {
  for (let at = 0; at < count; at++) {
    await record(
      'families.listed',
      { unit: { unitId: newId(), path: '/' }, detail: `第${at}次` },
      world.now(),
    )
  }
}

const lineAt = async (seq: number) => {
  const line = await AuditModel.findOne({ seq }).lean<AuditRecord>()
  if (!line) throw new Error(`no line ${seq}`)
  return line
}

describe('sealing', () => {
  it('chains what several processes wrote at once, every line once and without a gap', async () => {
    await Promise.all(Array.from({ length: 8 }, () => write(10)))
    await Promise.allSettled([seal(), seal(), seal()])
    await seal()

    const seqs = (await AuditModel.find().sort({ seq: 1 }).lean()).map((it) => it.seq)
    expect(seqs).toEqual(Array.from({ length: 80 }, (_, at) => at + 1))
    expect(await checkChain()).toMatchObject({ lines: 80, waiting: 0, broken: null })
  })

  it('goes on where it stopped, also under a new key while the old one stays in the list', async () => {
    await write(3)
    await seal()
    const [old] = auditKeys()
    if (!old) throw new Error('no key')
    auditKeys().unshift({ id: 'k2', key: Buffer.alloc(32, 7) })
    await write(2)
    await seal()

    expect((await lineAt(4)).mac).toMatch(/^k2\./)
    expect(await checkChain()).toMatchObject({ lines: 5, broken: null })
    auditKeys().shift()
  })

  it('keeps a line that is not ours out of the chain, says so at once, and the check shows it', async () => {
    await write(1)
    await raw().insertOne({ at: world.now(), act: 'phone.shown', mac: 'k1.forged', isWaiting: true })
    await seal()

    expect(said.join()).toContain('not ours')
    expect(await checkChain()).toMatchObject({ lines: 1, broken: { fault: 'foreign' } })
  })

  it('has the database refuse a second line at one place', async () => {
    await write(2)
    await seal()
    await expect(AuditModel.updateOne({ seq: 2 }, { seq: 1 })).rejects.toMatchObject({ code: 11000 })
  })

  it('tells the end of the chain to the process log once a day', async () => {
    await write(1)
    await seal()
    await write(1)
    await seal()
    const told = () => said.filter((it) => it.includes('end of the audit chain'))
    expect(told()).toHaveLength(1)

    world.pass(86_400_000)
    await write(1)
    await seal()
    expect(told()).toHaveLength(2)
    expect(told()[1]).toContain(anchorText((await chainEnd()) ?? { seq: 0, hash: '' }))
  })
})

describe('the check', () => {
  beforeEach(async () => {
    await write(20)
    await seal()
  })

  it('finds the line in which one byte was changed', async () => {
    const line = await lineAt(7)
    await raw().updateOne({ _id: line._id }, { $set: { detail: `${line.detail.slice(0, -1)}天` } })
    expect(await checkChain()).toMatchObject({
      lines: 6,
      broken: { fault: 'edited', seq: 7, at: line.at },
    })
  })

  it.each<[string, object]>([
    ['the time', { at: new Date(0) }],
    ['who', { actorId: new Types.ObjectId() }],
    ['the child', { studentIds: [new Types.ObjectId()] }],
    ['the approval', { approval: { ground: 'own', approvalId: null, approverId: null } }],
    ['the address', { ip: '10.0.0.1' }],
  ])('notices a change of %s', async (_, change) => {
    await raw().updateOne({ seq: 3 }, { $set: change })
    expect((await checkChain()).broken).toMatchObject({ fault: 'edited', seq: 3 })
  })

  it('finds the gap where a line was removed', async () => {
    await raw().deleteOne({ seq: 9 })
    expect((await checkChain()).broken).toMatchObject({ fault: 'removed', seq: 9 })
  })

  it('finds a gap that was closed by moving the others up', async () => {
    await raw().deleteOne({ seq: 9 })
    for (let seq = 10; seq <= 20; seq++) await raw().updateOne({ seq }, { $set: { seq: seq - 1 } })
    expect((await checkChain()).broken).toMatchObject({ fault: 'reordered', seq: 9 })
  })

  it('finds two lines that changed places', async () => {
    const [a, b] = [await lineAt(4), await lineAt(5)]
    await raw().updateOne({ _id: a._id }, { $set: { seq: 999, hash: b.hash } })
    await raw().updateOne({ _id: b._id }, { $set: { seq: 4, hash: a.hash } })
    await raw().updateOne({ _id: a._id }, { $set: { seq: 5 } })
    expect((await checkChain()).broken).toMatchObject({ fault: 'reordered', seq: 4 })
  })

  it('finds a line that was put in between, and one put at the end', async () => {
    const { _id, ...copy } = await lineAt(6)
    await raw().insertOne({ ...copy, seq: 6.5 })
    expect((await checkChain()).broken).toMatchObject({ fault: 'inserted', seq: 6.5 })
    await raw().deleteOne({ seq: 6.5 })
    await raw().insertOne({ ...copy, seq: 21 })
    expect((await checkChain()).broken).toMatchObject({ fault: 'inserted', seq: 21 })
    expect(String(_id)).toHaveLength(24)
  })

  it('finds a cut-off end by the end that the database keeps', async () => {
    await raw().deleteMany({ seq: { $gt: 17 } })
    expect((await checkChain()).broken).toMatchObject({ fault: 'cut', seq: 18 })
  })

  it('finds an end that was set back, and one that was set back with its old seal only by the anchor', async () => {
    const end = await chainEnd()
    if (!end) throw new Error('no end')
    const told = anchorText(end)
    const { hash } = await lineAt(17)
    await raw().deleteMany({ seq: { $gt: 17 } })
    await ChainModel.updateOne({ _id: 'end' }, { seq: 17, hash: hash ?? '' })
    expect((await checkChain()).broken).toMatchObject({ fault: 'end' })

    // Who kept a copy of the end as it was at line 17 has its true seal too.
    const earlier = { seq: 17, hash: hash ?? '', sealedAt: end.sealedAt }
    await ChainModel.updateOne({ _id: 'end' }, { ...earlier, mac: endMac(auditKeys(), earlier) })
    expect((await checkChain()).broken).toBeNull()
    expect((await checkChain(readAnchor(told))).broken).toMatchObject({ fault: 'cut', seq: 18 })
  })

  it('notices by the anchor when even somebody with the keys wrote the chain anew', async () => {
    const told = anchorText((await chainEnd()) ?? { seq: 0, hash: '' })
    let previous = ''
    for (let seq = 1; seq <= 20; seq++) {
      const line = { ...(await lineAt(seq)), ...(seq === 5 && { detail: '什么也没有发生' }) }
      const mac = macOf(auditKeys(), line)
      const hash = linkOf(auditKeys(), seq, previous, mac)
      await raw().updateOne({ seq }, { $set: { detail: line.detail, mac, hash } })
      previous = hash
    }
    const end = { seq: 20, hash: previous, sealedAt: world.now() }
    await ChainModel.updateOne({ _id: 'end' }, { ...end, mac: endMac(auditKeys(), end) })
    expect((await checkChain()).broken).toBeNull()
    expect((await checkChain(readAnchor(told))).broken).toMatchObject({ fault: 'end', seq: 20 })
  })

  it('runs every night, keeps what it found, and shouts when the chain is broken', async () => {
    await checkNightly({ clock: { now: world.now }, log })
    expect(await chainEnd()).toMatchObject({ checkedSeq: 20, fault: '' })
    await raw().updateOne({ seq: 2 }, { $set: { detail: '' } })
    await checkNightly({ clock: { now: world.now }, log })
    expect((await chainEnd())?.fault).toMatch(/^第2条（.*）：内容被改动过$/)
    expect(said.join()).toContain('the audit chain is broken')
  })
})

it('npm run verify-audit says where the chain is broken and ends with 1', async () => {
  await write(5)
  await seal()
  const { env } = world.deps()
  const keys = env.AUDIT_KEYS.map(({ id, key }) => `${id}:${key.toString('base64')}`).join(',')
  const secret = `k1:${Buffer.alloc(32).toString('base64')}`
  const run = (...args: string[]) =>
    new Promise<{ code: number; text: string }>((done) => {
      execFile(
        process.execPath,
        ['server/scripts/verify-audit.ts', ...args],
        {
          env: {
            PATH: process.env.PATH,
            NODE_ENV: 'test',
            ORIGIN: env.ORIGIN,
            MONGO_URL: env.MONGO_URL,
            REDIS_URL: env.REDIS_URL,
            DATA_DIR: env.DATA_DIR,
            FIELD_KEYS: secret,
            INDEX_KEY: secret.slice(3),
            AUDIT_KEYS: keys,
            BADGE_KEYS: secret,
            WX_APP_ID: env.WX_APP_ID,
            WX_APP_SECRET: env.WX_APP_SECRET,
            WX_PUSH_TOKEN: env.WX_PUSH_TOKEN,
            WX_PUSH_AES_KEY: env.WX_PUSH_AES_KEY,
          },
        },
        (error, stdout, stderr) =>
          done({ code: typeof error?.code === 'number' ? error.code : 0, text: stdout + stderr }),
      )
    })

  const whole = await run()
  expect(whole).toMatchObject({ code: 0 })
  expect(whole.text).toContain('操作记录完好：核对了 5 条')
  await raw().updateOne({ seq: 4 }, { $set: { detail: '改过' } })
  const broken = await run()
  expect(broken.code).toBe(1)
  expect(broken.text).toMatch(
    /断了。第4条（\d+月\d+日\(周.\) \d\d:\d\d）：内容被改动过。在它之前的 3 条完好。/,
  )
  expect((await run('--anchor', 'nonsense')).code).toBe(1)
}, 60_000)

it('checks a long log in bounded memory', async () => {
  const lines = scaled(100_000, 2_000)
  const at = world.now()
  for (let done = 0; done < lines; done += 5_000) {
    const batch = Array.from({ length: Math.min(5_000, lines - done) }, (_, n) => {
      const line = {
        _id: new Types.ObjectId(),
        at,
        act: 'families.listed',
        actorId: new Types.ObjectId(),
        actorRole: 'staff' as const,
        post: 'class_teacher',
        postUnitId: new Types.ObjectId(),
        ip: '10.1.2.3',
        device: 'Mozilla/5.0',
        unitId: new Types.ObjectId(),
        path: '/',
        unitIds: [],
        studentIds: [],
        coversUnit: true,
        personId: null,
        detail: `第${done + n}次`,
        approval: null,
      }
      return { ...line, mac: macOf(auditKeys(), line), isWaiting: true }
    })
    await raw().insertMany(batch)
  }
  const began = performance.now()
  await seal()
  const sealed = performance.now()
  global.gc?.()
  const before = process.memoryUsage().rss
  let most = before
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20)
  const checked = await checkChain()
  clearInterval(watch)

  expect(checked).toMatchObject({ lines, broken: null })
  expect(most - before).toBeLessThan(150 * 1024 * 1024)
  const [seconds, check] = [(sealed - began) / 1000, (performance.now() - sealed) / 1000]
  process.stdout.write(
    `audit chain: ${lines} lines sealed in ${seconds.toFixed(1)} s, checked in ${check.toFixed(1)} s, ` +
      `memory +${((most - before) / 1048576).toFixed(0)} MB\n`,
  )
}, 1_200_000)

it('keeps every line: nothing in the product deletes or expires one (180 days and more)', async () => {
  const indexes = await raw().indexes()
  expect(indexes.filter((it) => 'expireAfterSeconds' in it)).toEqual([])
})
