// `npm run bench [-- --quick]`: one JSON object a line; what it is doing goes to the other channel.
import { parseArgs } from 'node:util'
import mongoose from 'mongoose'
import { readEnv } from '../../server/env.ts'
import { onLeave } from '../../server/infra/engines/process.ts'
import { SetupError } from '../../server/infra/engines/setup.ts'
import { openDeps } from '../../server/infra/open.ts'
import { DEMO_TEMPLATE_IDS } from '../../server/scripts/simulator/templates.ts'
import { startWechatSimulator } from '../../server/scripts/simulator/wechat.ts'
import { CERTIFICATE_LINE, certificateLine } from './certificates.ts'
import { buildCity } from './city.ts'
import { FILM_LINE, filmLine } from './films.ts'
import { FIRST_COUNT_LINE, firstCountLine } from './first-count.ts'
import { letterCityLines, LETTERS_CITY } from './letters-city.ts'
import { targetAt } from './load.ts'
import { OUTBOX_LINE, outboxLine } from './outbox.ts'
import { promotionLine } from './promotion.ts'
import { measureRoster } from './roster.ts'
import { measure } from './rounds.ts'
import { LETTER_COUNT, scenariosOf } from './scenarios.ts'
import { searchLines } from './search.ts'
import { openStage } from './stage.ts'

const { values } = parseArgs({
  options: {
    /** Short bursts, for whoever is changing something. */
    quick: { type: 'boolean', default: false },
    /** The largest sizes: a city of a million students for its letters. */
    full: { type: 'boolean', default: false },
    /** Leaves profiles of both servers' processor time under .data/profiles. */
    profile: { type: 'boolean', default: false },
    /** Measures only what has this in its name. */
    only: { type: 'string', default: '' },
  },
})
const say = (line: string) => void process.stderr.write(`${line}\n`)
const pace = values.quick ? { rounds: 3, burstMs: 500, say } : { rounds: 7, burstMs: 1_000, say }

const ROSTER_LINE = 'import a roster'
const stage = await open()
onLeave(stage.close)
try {
  // The search and the roster have families of their own, films and certificates have none: they need no city around them.
  const isApart = ['search', LETTERS_CITY, 'outbox', FIRST_COUNT_LINE].some((it) =>
    values.only.startsWith(it),
  )
  if (!isApart && ![ROSTER_LINE, FILM_LINE, CERTIFICATE_LINE].includes(values.only)) await run()
  if (CERTIFICATE_LINE.includes(values.only)) {
    process.stdout.write(`${JSON.stringify(await certificateLine(pace))}\n`)
  }
  if (FILM_LINE.includes(values.only)) await films()
  if (ROSTER_LINE.includes(values.only)) await roster()
  if ('search families'.includes(values.only)) await search()
  if (OUTBOX_LINE.includes(values.only)) await outbox()
  // Last, and by themselves: their cities take the place of the other.
  if (FIRST_COUNT_LINE.includes(values.only)) await firstCount()
  if (LETTERS_CITY.includes(values.only)) await lettersOfCity()
} catch (error) {
  // A machine that is too busy to answer is a result as well, and no reason to fail whoever asked for figures.
  say(String(error instanceof Error ? error.message : error))
} finally {
  await stage.close()
}

async function open() {
  say('正在启动自己的 MongoDB 与 Redis……')
  try {
    return await openStage(say)
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    say(error.message)
    process.exit(0)
  }
}

async function run() {
  const city = await seed()
  const profiling = values.profile ? ['--cpu-prof', '--cpu-prof-dir=.data/profiles'] : []
  const pair = {
    product: targetAt(await stage.serve([...profiling, 'server/main.ts', '--role=web'])),
    bare: targetAt(await stage.serve([...profiling, 'tests/bench/bare.ts'])),
  }
  for (const scenario of scenariosOf(city).filter((it) => it.name.includes(values.only))) {
    process.stdout.write(`${JSON.stringify(await measure(scenario, city.families, pair, pace))}\n`)
  }
  // Last, as it moves everybody.
  if ('promotion students'.includes(values.only)) await promote()
}

/** Districts a grade up, beside the same changes written plainly. */
async function promote() {
  const deps = await openDeps(readEnv({ ...stage.env, PORT: '0' }))
  try {
    process.stdout.write(`${JSON.stringify(await promotionLine(deps, say))}\n`)
  } finally {
    await deps.close()
  }
}

/** A film that begins to play, beside a server that does nothing but send files. */
async function films() {
  say('正在转码一段影片……')
  const origins = {
    product: await stage.serve(['server/main.ts', '--role=web']),
    bare: await stage.serve(['tests/bench/bare-files.ts']),
  }
  process.stdout.write(`${JSON.stringify(await filmLine(origins, stage.env.DATA_DIR, pace))}\n`)
}

/** Search as one types over a million families, beside a lookup of one document by a key. */
async function search() {
  const deps = await openDeps(readEnv({ ...stage.env, PORT: '0' }))
  try {
    for (const line of await searchLines(deps, values.quick ? 100_000 : 1_000_000, say)) {
      process.stdout.write(`${JSON.stringify(line)}\n`)
    }
  } finally {
    await deps.close()
  }
}

/** A letter to a whole city, in a database of its own. */
async function lettersOfCity() {
  const env = { ...stage.env, MONGO_URL: stage.env.MONGO_URL.replace('/bench?', '/letters?') }
  const deps = await openDeps(readEnv({ ...env, PORT: '0' }))
  const serve = async () => ({
    product: targetAt(await stage.serve(['server/main.ts', '--role=web'], env)),
    bare: targetAt(await stage.serve(['tests/bench/bare.ts'], env)),
  })
  try {
    for await (const line of letterCityLines({ isWhole: values.full, pace, serve, log: deps.log }, say)) {
      process.stdout.write(`${JSON.stringify(line)}\n`)
    }
  } finally {
    await deps.close()
  }
}

/** The count of a city that nobody has counted, in a database of its own. */
async function firstCount() {
  const env = { ...stage.env, MONGO_URL: stage.env.MONGO_URL.replace('/bench?', '/counts?') }
  const deps = await openDeps(readEnv({ ...env, PORT: '0' }))
  try {
    const serve = () => stage.serve(['server/main.ts', '--role=web'], env)
    process.stdout.write(`${JSON.stringify(await firstCountLine(values.full, serve, say))}\n`)
  } finally {
    await deps.close()
  }
}

/** The outbox to a WeChat that answers as the real one does, as fast as it goes. */
async function outbox() {
  say('正在通过微信发送提醒……')
  const { WX_APP_ID: appId, WX_APP_SECRET: secret } = stage.env
  const simulator = await startWechatSimulator({ port: 0, appId, secret })
  const WX_TEMPLATES = JSON.stringify(DEMO_TEMPLATE_IDS)
  const env = {
    ...stage.env,
    MONGO_URL: stage.env.MONGO_URL.replace('/bench?', '/outbox?'),
    NODE_ENV: 'test',
    WX_BASE_URL: simulator.url,
    WX_TEMPLATES,
    PORT: '0',
  }
  const deps = await openDeps(readEnv(env))
  try {
    const count = values.full ? 20_000 : values.quick ? 1_000 : 5_000
    process.stdout.write(`${JSON.stringify(await outboxLine(deps, simulator, count))}\n`)
  } finally {
    await deps.close()
    await simulator.stop()
  }
}

/** A list from the file to the last guardian, beside the same rows written plainly. */
async function roster() {
  say('正在导入一份花名册……')
  const size = values.quick ? { rows: 5_000, rounds: 3 } : { rows: 20_000, rounds: 3 }
  process.stdout.write(`${JSON.stringify(await measureRoster(stage.env, { ...size, say }))}\n`)
}

async function seed() {
  say('正在建立一座有 100000 名学生的城市……')
  const startedAt = performance.now()
  const deps = await openDeps(readEnv({ ...stage.env, PORT: '0' }))
  try {
    const city = await buildCity(deps, LETTER_COUNT, say)
    // What was written lies on disk before anything is measured.
    await mongoose.connection.db?.admin().command({ fsync: 1 })
    say(`  用了 ${((performance.now() - startedAt) / 1000).toFixed(0)} 秒`)
    return city
  } finally {
    await deps.close()
  }
}
