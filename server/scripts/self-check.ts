import { statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import mongoose from 'mongoose'
// Every room's models are known once the app and its jobs are.
import '../app.ts'
import '../jobs.ts'
import { systemClock } from '../infra/clock.ts'
import { openDeps } from '../infra/open.ts'
import { type Finding, isRed, line, runChecks } from './self-check/check.ts'
import { ENGINES } from './self-check/engines.ts'
import { ENVIRONMENT, tryEnv } from './self-check/environment.ts'
import { QUEUES } from './self-check/queues.ts'
import { RECORDS } from './self-check/records.ts'

const contentDir = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'content')

/** Looks at the installation this environment speaks of and changes nothing; exit code 1 when something is not as it should be. */
async function main() {
  const source = process.env
  const { env } = tryEnv(source)
  const given = { source } as Parameters<typeof runChecks>[1]
  const findings = await runChecks(ENVIRONMENT, given)
  if (!env) return tell(findings, '环境变量补齐以后才能接着查')
  const deps = await openDeps(env).catch((error: Error) => error)
  if (deps instanceof Error) {
    const remedy = '请看 MongoDB 是否在运行，MONGO_URL 对不对'
    findings.push({ name: 'mongo', title: '数据库连得上', problem: 'MongoDB 没有回答', remedy })
    return tell(findings, '数据库连上以后才能接着查')
  }
  try {
    const space = async (folder: string) => {
      const { bavail, blocks, bsize } = await statfs(folder)
      return { free: bavail * bsize, total: blocks * bsize }
    }
    const at = {
      ...deps,
      source,
      connection: mongoose.connection,
      now: () => systemClock.now(),
      space,
      contentDir,
    }
    findings.push(...(await runChecks([...ENGINES, ...RECORDS, ...QUEUES], at)))
    return tell(findings)
  } finally {
    await deps.close()
  }
}

function tell(findings: Finding[], rest = '') {
  for (const it of findings) console.log(line(it))
  const wrong = findings.filter(isRed).length
  const soon = findings.filter((it) => it.problem !== null && !isRed(it)).length
  const sum =
    wrong + soon === 0 ? `${findings.length}项都正常` : `${findings.length}项里有${wrong + soon}项要处理`
  console.log(`\n自检：${sum}${rest ? `，${rest}` : ''}。`)
  return wrong === 0 ? 0 : 1
}

process.exit(await main())
