import { Types } from 'mongoose'
import type { Deps } from '../../server/infra/deps.ts'
import { shanghaiDay, shanghaiInstant } from '../../server/infra/clock.ts'
import { ensureIndexes } from '../../server/infra/mongo.ts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { openIdsOf } from '../../server/modules/accounts/service.ts'
import { QuotaModel } from '../../server/modules/notify/consents/model.ts'
import { dispatchDue } from '../../server/modules/notify/dispatch/service.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { readTemplates } from '../../server/modules/notify/rules.ts'
import { enqueue } from '../../server/modules/notify/service.ts'
import { DEMO_TEMPLATE_IDS } from '../../server/scripts/simulator/templates.ts'
import type { startWechatSimulator } from '../../server/scripts/simulator/wechat.ts'

export const OUTBOX_LINE = 'outbox to WeChat'
/** What a mini-program may send in a minute. */
const LIMIT_PER_MINUTE = 10_000
const DISPATCHERS = 2

type Simulator = Awaited<ReturnType<typeof startWechatSimulator>>

/** So many messages to as many people through the simulator: how many a minute, how many lost, how many twice. */
export async function outboxLine(deps: Deps, { control }: Simulator, count: number) {
  await ensureIndexes()
  const templateId = DEMO_TEMPLATE_IDS.letter ?? ''
  const people = Array.from({ length: count }, (_, at) => control.identity({ as: `家长${at}` }))
  const ids = people.map(() => new Types.ObjectId())
  await PersonModel.collection.insertMany(
    people.map((it, at) => ({
      _id: ids[at],
      name: it.as,
      wxOpenId: it.openId,
      posts: [],
      sessions: [],
    })),
  )
  for (const { openId } of people) control.world.addQuota(openId, templateId, 1)
  await QuotaModel.collection.insertMany(
    people.map(({ openId }) => ({
      _id: `${openId}:${templateId}`,
      left: 1,
      holders: [],
      taps: [],
      revision: 0,
    })) as never[],
  )
  // Whatever the hour is, here it is noon: nothing leaves at night.
  const noon = shanghaiInstant(shanghaiDay(new Date()), '12:00')
  await enqueue(
    ids.map((id, at) => ({
      kind: 'letter' as const,
      subject: 'bench',
      personId: String(id),
      values: { title: '春游告知书', sender: '实验中学', child: people[at]?.as ?? '', note: '请签收' },
      page: `packages/letter/letter/letter?id=bench-${at}`,
    })),
    noon,
  )
  const dispatching = {
    clock: { now: () => noon },
    log: deps.log,
    wechat: deps.wechat,
    templates: readTemplates(deps.env.WX_TEMPLATES),
    addressesOf: openIdsOf,
  }
  const startedAt = performance.now()
  // As in two workers: they lease, so neither takes what the other has.
  await Promise.all(Array.from({ length: DISPATCHERS }, () => dispatchDue(dispatching, () => false)))
  const minutes = (performance.now() - startedAt) / 60_000
  const arrived = control.delivered().map((it) => `${it.openId} ${it.page}`)
  const sent = await OutboxModel.countDocuments({ subject: 'bench', status: 'sent' })
  const perMinute = Math.round(sent / minutes)
  return {
    name: OUTBOX_LINE,
    messages: count,
    sent,
    sentPerMinute: perMinute,
    limitPerMinute: LIMIT_PER_MINUTE,
    ratio: Number((perMinute / LIMIT_PER_MINUTE).toFixed(2)),
    lost: count - new Set(arrived).size,
    doubled: arrived.length - new Set(arrived).size,
  }
}
