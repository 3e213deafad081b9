import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { onLeave, startBeside } from '../infra/engines/process.ts'
import { SetupError } from '../infra/engines/setup.ts'

/** One thing that is checked: a program that ends with 0 when all is well. */
export interface Step {
  name: string
  command: string[]
  /** A part that is not in this checkout is not checked. */
  needs?: string
}

const print = (line: string) => void process.stdout.write(`${line}\n`)
const running = new Set<{ stop: () => Promise<void> }>()

onLeave(async () => {
  process.exitCode = 130
  await Promise.all([...running].map((it) => it.stop()))
})

const typesOf = (name: string, project: string, checker = 'tsc'): Step => ({
  name: `类型 ${name}`,
  command: [checker, '-p', project],
  needs: project,
})

export const types: Step[] = [
  typesOf('服务端与测试', 'tsconfig.json'),
  typesOf('接口约定', 'server/contract/tsconfig.json'),
  typesOf('小程序', 'miniprogram/tsconfig.json'),
  typesOf('小程序预览', 'miniprogram/preview/tsconfig.json'),
  typesOf('小程序的测试', 'tests/miniprogram/tsconfig.json'),
  typesOf('小程序的样例', 'tests/miniprogram/fixtures/tsconfig.json'),
  typesOf('控制台', 'admin-web/tsconfig.json', 'vue-tsc'),
  typesOf('控制台的测试', 'tests/admin-web/tsconfig.json', 'vue-tsc'),
]

export const style: Step[] = [
  {
    name: '代码规则',
    command: ['eslint', '--config', '.config/eslint.config.js', '--max-warnings', '0', '.'],
    needs: '.config/eslint.config.js',
  },
  { name: '排版', command: ['prettier', '--check', '--log-level', 'warn', '.'] },
]

/** What can only be checked on the build. */
export const builtParts: Step[] = [
  {
    name: '小程序的模板与样式',
    command: ['node', 'miniprogram/tools/check.ts'],
    needs: 'miniprogram/tools/check.ts',
  },
]

export interface Tally {
  passed: number
  failed: number
}

export const add = (a: Tally, b: Tally): Tally => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
})

/** Checks the steps and shows what a failing one printed. */
export const runSteps = (steps: Step[]) =>
  inPairs(
    steps.filter(({ needs }) => !needs || existsSync(needs)),
    async ({ command: [file = '', ...args] }) => {
      const child = await startBeside(file, args)
      running.add(child)
      const code = await child.ended
      running.delete(child)
      if (code !== 0) throw new SetupError(child.output().trimEnd())
    },
  )

/** Does one job after the other, two at a time where there is more than one core; a job that throws has failed. */
export async function inPairs<T extends { name: string }>(jobs: T[], work: (job: T) => Promise<unknown>) {
  const waiting = [...jobs]
  const tally: Tally = { passed: 0, failed: 0 }
  const worker = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      const { name } = job
      tally[(await succeeds(name, work(job))) ? 'passed' : 'failed']++
    }
  }
  await Promise.all(availableParallelism() > 1 ? [worker(), worker()] : [worker()])
  return tally
}

async function succeeds(name: string, work: Promise<unknown>) {
  const started = performance.now()
  try {
    await work
    print(`✓ ${name}  ${seconds(started)}`)
    return true
  } catch (error) {
    print(`✗ ${name}  ${seconds(started)}`)
    print(error instanceof SetupError ? error.message : String(error instanceof Error ? error.stack : error))
    return false
  }
}

/** Does what everything else rests on; its failure ends the run. */
export async function prepare(name: string, work: () => Promise<unknown>) {
  if (!(await succeeds(name, work()))) close({ passed: 0, failed: 1 })
}

/** Runs a program whose output people want to follow; resolves to its exit code. */
export async function follow(file: string, args: string[]): Promise<number | null> {
  const child = await startBeside(file, args, { inherit: true })
  running.add(child)
  const code = await child.ended
  running.delete(child)
  return code
}

export const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} 秒`

/** The last line, read by people and by machines. */
export function close({ passed, failed }: Tally): never {
  print(`${passed} passed, ${failed} failed`)
  process.exit(failed > 0 ? 1 : 0)
}
