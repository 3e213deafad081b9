import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import mongoose from 'mongoose'
import { CertificateModel } from '../../modules/certificates/model.ts'
import { SignatureModel } from '../../modules/letters/signatures/model.ts'
import type { Check } from './check.ts'

const MINUTE = 60_000
/** Leases, quotas and links live in minutes; two seconds between two clocks do no harm yet. */
const DRIFT_MS = 2_000
const GB = 1024 ** 3
const LEAST_FREE = 2 * GB
const LEAST_SHARE = 0.05
const SAMPLE = 50

const adminOf = ({ db }: { db?: mongoose.mongo.Db | undefined }) => {
  if (!db) throw new Error('数据库没有连上')
  return db.admin()
}

export const ENGINES: readonly Check[] = [
  {
    name: 'replicaSet',
    title: '数据库是副本集，有主节点',
    remedy: '请用 --replSet 启动 MongoDB，并执行 rs.initiate()（一个节点也可以）',
    async look({ connection }) {
      const { setName, isWritablePrimary } = await adminOf(connection).command({ hello: 1 })
      if (!setName) return '不是副本集，事务用不了'
      return isWritablePrimary ? null : '连上的不是主节点'
    },
  },
  {
    name: 'redis',
    title: '缓存连得上',
    remedy: '请看 Redis 是否在运行，REDIS_URL 对不对；它不在时控制台不能用密码登录',
    look: ({ redis }) =>
      redis.ping().then(
        () => null,
        () => 'Redis 没有回答',
      ),
  },
  {
    name: 'indexes',
    title: '索引齐全',
    remedy: '重启任一进程会自动补上；仍缺就看日志里建索引的报错，多半是数据有重复',
    async look() {
      const missing: string[] = []
      for (const model of Object.values(mongoose.models)) {
        const { toCreate } = await model.diffIndexes()
        missing.push(
          ...toCreate.map(
            (it: Record<string, unknown>) => `${model.collection.name}(${Object.keys(it).join(',')})`,
          ),
        )
      }
      return missing.length > 0 ? `缺${missing.length}个：${missing.slice(0, 3).join('、')}` : null
    },
  },
  {
    name: 'clock',
    title: '服务器与数据库的时钟一致',
    remedy: '请让两台机器都与时间服务器同步（chrony 或 ntpd）',
    async look({ connection, now }) {
      const before = now().getTime()
      const { localTime } = (await adminOf(connection).command({ hello: 1 })) as unknown as {
        localTime: Date
      }
      const after = now().getTime()
      // The answer was given at some moment between the two.
      const drift = Math.max(before - localTime.getTime(), localTime.getTime() - after, 0)
      return drift > DRIFT_MS ? `相差${(drift / 1000).toFixed(1)}秒` : null
    },
  },
  {
    name: 'disk',
    title: '磁盘够用',
    remedy: '请扩容或清理；签收单和证书写不下就发不出来',
    async look({ env, space }) {
      const { free, total } = await space(env.DATA_DIR)
      const short = free < LEAST_FREE || free < total * LEAST_SHARE
      return short ? `只剩${(free / GB).toFixed(1)} GB，共${(total / GB).toFixed(0)} GB` : null
    },
  },
  {
    name: 'dataFolder',
    title: '文件夹写得进去',
    remedy: '请检查 DATA_DIR 的路径、属主和权限',
    async look({ env }) {
      const folder = join(env.DATA_DIR, 'files')
      const probe = join(folder, `.self-check-${process.pid}`)
      try {
        await mkdir(folder, { recursive: true })
        await writeFile(probe, 'x')
        await rm(probe)
        return null
      } catch (error) {
        return `写不进 DATA_DIR（${(error as { code?: string }).code ?? '未知原因'}）`
      }
    },
  },
  {
    name: 'frozenCopies',
    title: '冻结的文件都在，没有改动（抽查）',
    remedy: '请从备份把 DATA_DIR/files 补回来（docs/operations.md 的 Restore）',
    async look({ files }) {
      const [certificates, signatures] = await Promise.all([
        CertificateModel.aggregate<{ pdf: string | null; picture: string | null; status: string }>([
          { $sample: { size: SAMPLE } },
          { $project: { pdf: 1, picture: 1 } },
        ]),
        SignatureModel.aggregate<{ copySha256: string | null }>([
          { $sample: { size: SAMPLE } },
          { $project: { copySha256: 1 } },
        ]),
      ])
      const names = [
        ...certificates.flatMap((it) => [it.pdf, it.picture]),
        ...signatures.map((it) => it.copySha256),
      ].filter((it) => it !== null && it !== undefined)
      let missing = 0
      let damaged = 0
      for (const name of names) {
        if (!(await files.has(name))) missing++
        else if (!(await files.get(name).catch(() => null))) damaged++
      }
      if (missing + damaged === 0) return null
      return `抽查${names.length}份，缺${missing}份，损坏${damaged}份`
    },
  },
  {
    name: 'jobs',
    title: '定时任务在运行',
    remedy: '请看工作进程（--role=worker 或 all）是否在运行，日志里有没有 scheduler 或 job failed',
    async look({ connection, now }) {
      const schedules = await connection
        .collection('agendaJobs')
        .find({ type: 'single' }, { projection: { name: 1, nextRunAt: 1, lastRunAt: 1 } })
        .limit(200)
        .toArray()
      if (schedules.length === 0) return '一个安排也没有'
      const late = schedules.filter(
        ({ nextRunAt }) => nextRunAt instanceof Date && nextRunAt.getTime() < now().getTime() - 15 * MINUTE,
      )
      const names = late.map((it) => String(it.name))
      return late.length > 0 ? `${late.length}项过了时间没有运行：${names.slice(0, 3).join('、')}` : null
    },
  },
]
