import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { afterEach, expect, it } from 'vitest'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { noteConsent } from '../../server/modules/notify/consents/service.ts'
import { giveUpLost } from '../../server/modules/notify/lost/service.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { enqueue } from '../../server/modules/notify/service.ts'
import { DEMO_TEMPLATE_IDS } from '../../server/scripts/simulator/templates.ts'
import { useWorld } from '../support/world.ts'

const TEMPLATES = JSON.stringify(DEMO_TEMPLATE_IDS)
const world = useWorld({ WX_TEMPLATES: TEMPLATES })
const templateId = DEMO_TEMPLATE_IDS.letter ?? ''
const SEND = '/cgi-bin/message/subscribe/send'
const MESSAGES = 300
/** As many as one process has on the way at the same time. */
const WIDTH = 24

let worker: ChildProcess | undefined
afterEach(() => worker?.kill('SIGKILL'))

/** A worker as it runs for real, on the engines and the simulator of this test. */
function startWorker() {
  const { env } = world.deps()
  worker = spawn(process.execPath, ['server/main.ts', '--role=worker'], {
    stdio: 'ignore',
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'test',
      ORIGIN: env.ORIGIN,
      PORT: '0',
      MONGO_URL: env.MONGO_URL,
      REDIS_URL: env.REDIS_URL,
      DATA_DIR: env.DATA_DIR,
      FIELD_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      INDEX_KEY: randomBytes(32).toString('base64'),
      AUDIT_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      BADGE_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      WX_APP_ID: env.WX_APP_ID,
      WX_APP_SECRET: env.WX_APP_SECRET,
      WX_BASE_URL: world.simulator().url,
      WX_PUSH_TOKEN: env.WX_PUSH_TOKEN,
      WX_PUSH_AES_KEY: env.WX_PUSH_AES_KEY,
      WX_TEMPLATES: TEMPLATES,
    },
  })
  return worker
}

async function kill(process: ChildProcess) {
  process.kill('SIGKILL')
  await once(process, 'exit')
}

const calls = () => world.simulator().control.calls(SEND)

/** The lease of a dead process runs out by itself after a minute; here it is made to have run out. */
const letLeasesRunOut = () => OutboxModel.updateMany({ status: 'pending' }, { leaseUntil: new Date(0) })

it('calls WeChat at most once for each message, though the worker is killed twice on the way', async () => {
  const { control } = world.simulator()
  control.world.sendMs = 40
  const people = Array.from({ length: MESSAGES }, (_, n) => control.identity({ as: `家长${n}` }))
  const accounts = await PersonModel.insertMany(
    people.map(({ as, openId }) => ({ name: as, wxOpenId: openId })),
  )
  await Promise.all(
    people.map(({ as, openId }) => {
      control.answerPopup({ as, templateIds: [templateId] })
      return noteConsent(openId, templateId, { from: 'page', id: `tap-${as}`, at: world.now() })
    }),
  )
  await enqueue(
    accounts.map(({ _id, name }) => ({
      kind: 'letter' as const,
      subject: 'crash',
      personId: String(_id),
      isUrgent: true,
      values: { title: '春游告知书', sender: '实验中学', child: name, note: '请签收' },
      page: 'pages/letters/letter',
    })),
    world.now(),
  )

  for (const killedAt of [60, 160]) {
    const victim = startWorker()
    await expect.poll(() => calls().length, { timeout: 90_000, interval: 5 }).toBeGreaterThanOrEqual(killedAt)
    await kill(victim)
    await letLeasesRunOut()
  }
  const last = startWorker()
  await expect.poll(() => OutboxModel.countDocuments({ status: 'pending' }), { timeout: 90_000 }).toBe(0)
  last.kill('SIGTERM')
  await once(last, 'exit')

  const later = { now: () => new Date(Date.now() + 91_000) }
  await giveUpLost({ clock: later, log: world.deps().log })
  const called = calls().map((it) => (it.body as { touser: string }).touser)
  const [sent, unknown] = await Promise.all(
    ['sent', 'unknown'].map((status) => OutboxModel.countDocuments({ status: status as 'sent' })),
  )
  expect(new Set(called).size).toBe(called.length)
  expect((sent ?? 0) + (unknown ?? 0)).toBe(MESSAGES)
  expect(unknown).toBeLessThanOrEqual(2 * WIDTH)
  expect(called.length).toBeGreaterThanOrEqual(sent ?? 0)
}, 280_000)
