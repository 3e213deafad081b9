import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Types } from 'mongoose'
import { expect, it } from 'vitest'
import { CertificateModel, CounterModel } from '../../server/modules/certificates/model.ts'
import { AttemptModel } from '../../server/modules/courses/exams/model.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { buildBranch, buildStudent } from '../support/build.ts'
import { publish } from '../support/learning.ts'
import { processEnv } from '../support/process.ts'
import { scaled } from '../support/scale.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const LEARNERS = scaled(1_000, 200)
const KILLS = scaled(5, 3)

/** Learners who have passed and whose certificates are still to be issued: what a process left behind that died. */
async function passed() {
  const programme = await publish(world)
  const { klass } = await buildBranch()
  const student = await buildStudent(klass)
  const row = () => ({
    personId: new Types.ObjectId(),
    programmeCode: programme.code,
    programmeId: programme._id,
    studentId: student._id,
    status: 'passed' as const,
    questions: [],
    startedAt: world.now(),
    endsAt: world.now(),
    endedAt: world.now(),
  })
  await AttemptModel.insertMany(Array.from({ length: LEARNERS }, row))
}

function worker(): ChildProcess {
  const { env } = world.deps()
  return fork('tests/support/certify-worker.ts', [], {
    env: processEnv({ MONGO_URL: env.MONGO_URL, REDIS_URL: env.REDIS_URL, DATA_DIR: env.DATA_DIR }),
    stdio: 'ignore',
  })
}

it(
  `gives ${LEARNERS} learners one certificate each and no number twice or left out, killed ${KILLS} times (R5)`,
  async () => {
    await passed()
    const stops = Array.from({ length: KILLS }, (_, at) => Math.floor(((at + 1) * LEARNERS) / (KILLS + 1)))
    for (const stop of stops) {
      const child = worker()
      const ended = once(child, 'exit')
      while ((await CertificateModel.countDocuments({})) < stop && child.exitCode === null) await sleep(20)
      child.kill('SIGKILL')
      await ended
    }
    const killedAt = await CertificateModel.countDocuments({})
    await Promise.all([1, 2].map(() => once(worker(), 'exit')))

    const all = await CertificateModel.find({}, { serial: 1, personId: 1 }).sort({ serial: 1 }).lean()
    expect(all.map((it) => it.serial)).toEqual(Array.from({ length: LEARNERS }, (_, at) => at + 1))
    expect(new Set(all.map((it) => String(it.personId))).size).toBe(LEARNERS)
    expect((await CounterModel.findOne().lean())?.last).toBe(LEARNERS)
    expect(await AttemptModel.countDocuments({ certificateId: null })).toBe(0)
    expect(await OutboxModel.countDocuments({ kind: 'certificate' })).toBe(LEARNERS)
    expect(killedAt).toBeLessThan(LEARNERS)
  },
  10 * 60_000,
)
