import { findChromium } from '../infra/engines/chromium.ts'
import { ensureChineseFont } from '../infra/engines/fonts.ts'
import { findMongod } from '../infra/engines/mongo.ts'
import { findRedis } from '../infra/engines/redis.ts'
import { buildIfStale, BUILDS } from './demo-builds.ts'
import { add, builtParts, close, inPairs, prepare, runSteps, style, types } from './steps.ts'
import { runVitest } from './vitest-run.ts'

/**
 * `npm test`: what the tests need, then types, rules, builds and every test. Paths after `--` narrow the tests.
 * `npm run test:full` runs the heavy proofs at the size that hardening asks for (`scaled` in tests/support/scale.ts).
 */
const [paths, full] = [process.argv.slice(2).filter((it) => it !== '--full'), process.argv.includes('--full')]
if (full) process.env.FULL_SCALE = '1'

const say = (line: string) => void process.stdout.write(`${line}\n`)

await prepare('数据库、浏览器与字体', async () => {
  await findMongod(say)
  await findRedis(say)
  process.env.CHROMIUM_PATH = await findChromium(say)
  await ensureChineseFont(say)
})
const checked = await runSteps([...style, ...types])
const built = await inPairs(BUILDS, buildIfStale)
const compiled = await runSteps(builtParts)
const tested = await runVitest(paths)
close([checked, built, compiled, tested].reduce(add))
