import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, expect, it } from 'vitest'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { noteConsent } from '../../server/modules/notify/consents/service.ts'
import { giveUpLost } from '../../server/modules/notify/lost/service.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { enqueue } from '../../server/modules/notify/service.ts'
import { DEMO_TEMPLATE_IDS } from '../../server/scripts/simulator/templates.ts'
import { useDispatchWorker } from '../support/dispatching.ts'
import { processEnv } from '../support/process.ts'
import { useWorld } from '../support/world.ts'

const TEMPLATES = JSON.stringify(DEMO_TEMPLATE_IDS)
const world = useWorld({ WX_TEMPLATES: TEMPLATES })
const templateId = DEMO_TEMPLATE_IDS.letter ?? ''
const SEND = '/cgi-bin/message/subscribe/send'
const MESSAGES = 300
/** As many as one process has on the way at the same time. */
const WIDTH = 24

const sender = useDispatchWorker(world)

let worker: ChildProcess | undefined
afterEach(() => worker?.kill('SIGKILL'))

/** A worker as it runs for real, on the engines and the simulator of this test. */
function startWorker() {
  const { MONGO_URL, REDIS_URL, WX_APP_ID, WX_APP_SECRET } = world.deps().env
  const env = processEnv({
    ...{
      NODE_ENV: 'test',
      PORT: '0',
      MONGO_URL,
      REDIS_URL,
      WX_APP_ID,
      WX_APP_SECRET,
      WX_TEMPLATES: TEMPLATES,
    },
    WX_BASE_URL: world.simulator().url,
  })
  worker = spawn(process.execPath, ['server/main.ts', '--role=worker'], { stdio: 'ignore', env })
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
  // What is left needs no whole server to be sent, and its start is most of this proof's time.
  expect(await sender.start(world.now().toISOString())).toEqual([0, null])
  expect(await OutboxModel.countDocuments({ status: 'pending' })).toBe(0)

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
