import { setTimeout as sleep } from 'node:timers/promises'
import mongoose from 'mongoose'
import { client } from '#contract/call'
import { countAudience, listLetters } from '#contract/letters'
import { ensureIndexes } from '../../server/infra/mongo.ts'
import { StudentModel } from '../../server/modules/org/families/model.ts'
import { STILL_HERE } from '../../server/modules/org/families/rules.ts'
import { within } from '../../server/modules/org/tree/rules.ts'
import { FamilyCountModel } from '../../server/modules/org/audiences/kept/model.ts'
import { buildTown, type Size } from '../support/town.ts'
import { quantile } from './load.ts'

export const FIRST_COUNT_LINE = 'first count'
/** A million children in 25,000 classes of 25 districts; a tenth of it if not told otherwise. */
const WHOLE: Size = { districts: 25, schools: 20, classes: 10, students: 40 }
const TENTH: Size = { districts: 10, schools: 5, classes: 10, students: 40 }
/** The console asks again after so long while there is progress. */
const ASKS_AGAIN_MS = 1_000
/** What somebody else asks of the same process meanwhile, so often. */
const BESIDE_MS = 25
const ROUNDS = 3

/**
 * The count beside a letter to a city that nobody has counted: how long until there is an answer, until it is whole, and what others wait
 * meanwhile for something small of the same process. Beside it the same sum by the driver alone.
 */
export async function firstCountLine(
  isWhole: boolean,
  serve: () => Promise<string>,
  say: (line: string) => void,
) {
  const size = isWhole ? WHOLE : TENTH
  const families = size.districts * size.schools * 5 * size.classes * size.students
  say(`正在建立一座有 ${families} 名学生的城市……`)
  const town = await buildTown(size, { signedIn: 0, openIdOf: (id) => `o-bench-${id}` })
  await ensureIndexes()
  await mongoose.connection.db?.admin().command({ fsync: 1 })
  const origin = await serve()
  const call = asking(origin, town.adminToken)
  const unitId = String(town.city._id)
  const ask = () => call(countAudience, { unitId, unitIds: [unitId] })
  const beside = () => call(listLetters, { unitId, box: 'own' })

  const quiet = await besideFor(2_000, beside)
  const rounds: Round[] = []
  for (let round = 0; round < ROUNDS; round++) {
    say(`正在第 ${round + 1} 次从头数……`)
    await FamilyCountModel.deleteMany({})
    const counted = await countOnce(ask, beside, families)
    const bareMs = await bareCount(town.city.path)
    rounds.push({ ...counted, bareMs })
  }
  const median = (of: (round: Round) => number) => Math.round(quantile(rounds.map(of), 0.5))
  const worst = (of: (round: Round) => number) => Math.round(Math.max(...rounds.map(of)))
  return {
    name: FIRST_COUNT_LINE,
    families,
    districts: size.districts,
    firstAnswerMs: median((it) => it.firstMs),
    firstAnswerWorstMs: worst((it) => it.firstMs),
    laterAnswerMs: median((it) => it.laterMs),
    laterAnswerWorstMs: worst((it) => it.worstMs),
    wholeAfterMs: median((it) => it.wholeMs),
    bareMs: median((it) => it.bareMs),
    ratio: Number(
      quantile(
        rounds.map((it) => it.bareMs / it.wholeMs),
        0.5,
      ).toFixed(2),
    ),
    besideP95Ms: median((it) => quantile(it.beside, 0.95)),
    besideWorstMs: worst((it) => Math.max(...it.beside)),
    quietP95Ms: Math.round(quantile(quiet, 0.95)),
    quietWorstMs: Math.round(Math.max(...quiet)),
  }
}

interface Counted {
  firstMs: number
  /** Of the answers after the first, the middle one and the slowest. */
  laterMs: number
  worstMs: number
  wholeMs: number
  beside: number[]
}
type Round = Counted & { bareMs: number }

const asking = (origin: string, token: string) =>
  client(async ({ method, path, body }) => {
    const response = await fetch(`${origin}/api${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}`)
    return response.json()
  })

type Ask = () => Promise<{ families: number; progress?: { done: number; of: number } | null | undefined }>

async function countOnce(ask: Ask, beside: () => Promise<unknown>, families: number): Promise<Counted> {
  const startedAt = performance.now()
  const answers: number[] = []
  const others = besideUntil(beside)
  for (;;) {
    const from = performance.now()
    const answer = await ask()
    answers.push(performance.now() - from)
    if (!answer.progress) {
      if (answer.families !== families) throw new Error(`${answer.families} families of ${families}`)
      break
    }
    await sleep(ASKS_AGAIN_MS)
  }
  const wholeMs = performance.now() - startedAt
  const [firstMs = 0, ...later] = answers
  return {
    ...{ firstMs, wholeMs },
    laterMs: quantile(later, 0.5),
    worstMs: Math.max(0, ...later),
    beside: await others.end(),
  }
}

/** Somebody else, who asks for something small again and again. */
function besideUntil(work: () => Promise<unknown>) {
  const times: number[] = []
  let isOver = false
  const asking = (async () => {
    while (!isOver) {
      const from = performance.now()
      await work()
      times.push(performance.now() - from)
      await sleep(BESIDE_MS)
    }
  })()
  return {
    async end() {
      isOver = true
      await asking
      return times
    },
  }
}

async function besideFor(ms: number, work: () => Promise<unknown>) {
  const others = besideUntil(work)
  await sleep(ms)
  return others.end()
}

/** The whole city class by class in one statement, without a word of ours around it. */
async function bareCount(path: string) {
  const startedAt = performance.now()
  await StudentModel.collection
    .aggregate([
      { $match: { path: within(path), ...STILL_HERE } },
      {
        $group: {
          _id: '$path',
          families: { $sum: 1 },
          joined: { $sum: { $cond: [{ $gt: ['$activatedAt', null] }, 1, 0] } },
        },
      },
    ])
    .toArray()
  return performance.now() - startedAt
}
