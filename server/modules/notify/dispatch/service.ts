import { shanghaiDay } from '../../../infra/clock.ts'
import { likelyConsents } from '../consents/service.ts'
import { deliver, type Parcel, type Round, weed } from '../delivery/service.ts'
import { giveUpLost } from '../lost/service.ts'
import { OutboxModel, type OutboxRecord } from '../model.ts'
import { isPaced } from '../pacing/rules.ts'
import { turnsOf, waitingFor } from '../pacing/service.ts'
import { takeInEarly } from '../reports/service.ts'
import { nextMorning } from '../rules.ts'
import { awake, type Batch, lease, postponeAtNight, putOff, release } from '../waiting/service.ts'
import type { DispatchDeps } from './rules.ts'

const BATCH = 240
/** Messages on the way at the same time: WeChat's answer takes some 50 ms, ours are quicker. */
const WIDTH = 24
const LEASE_MS = 60_000

/** Sends what is due, batch by batch, until nothing is left or `isStopped` says so. */
export async function dispatchDue(deps: DispatchDeps, isStopped: () => boolean) {
  const { clock } = deps
  await giveUpLost(deps)
  await takeInEarly(clock.now())
  await postponeAtNight('wechat', clock.now())
  while (!isStopped()) {
    const batch = await lease('wechat', BATCH, LEASE_MS, clock.now())
    if (batch.messages.length === 0) return
    const messages = await awake('wechat', batch, clock.now())
    await sendAll({ ...batch, messages }, deps, isStopped)
  }
}

async function sendAll({ leaseId, messages }: Batch, deps: DispatchDeps, isStopped: () => boolean) {
  const wanted = await stillWanted(messages, deps)
  const { parcels, turns } = await parcelsOf(wanted, leaseId, deps)
  const addresses = await deps.addressesOf([...new Set(wanted.map((it) => String(it.personId)))])
  const round = { leaseId, turns, isAllowed: await allowedIn(parcels, addresses, deps) }
  // WeChat refuses two messages to one person at the same time (43108), so each person has a lane.
  const lanes = Map.groupBy(await weed(parcels, addresses, round, deps), (it) => it.openId)
  const queue = lanes.values()
  const work = async () => {
    for (const some of queue) {
      for (const parcel of some) {
        if (isStopped()) return
        await deliver(parcel, round, deps).catch((error: unknown) =>
          // One message that cannot go must not hold up the rest.
          deps.log.error({ err: error, message: parcel.messages[0]?._id }, 'message not handled'),
        )
      }
    }
  }
  await Promise.all(Array.from({ length: WIDTH }, work))
  if (isStopped()) await release('wechat', messages, leaseId)
}

const personOf = ({ messages: [first] }: Parcel) => String(first?.personId)

/** Drops what nobody needs any more: read, answered, withdrawn since, or about a child that is not theirs now. */
async function stillWanted(messages: OutboxRecord[], { unwanted }: DispatchDeps) {
  const dropped = (await unwanted?.(messages)) ?? new Map<string, 'notNeeded' | 'notTheirs'>()
  for (const reason of ['notNeeded', 'notTheirs'] as const) {
    const ids = [...dropped].filter(([, why]) => why === reason).map(([id]) => id)
    if (ids.length === 0) continue
    await OutboxModel.updateMany({ _id: { $in: ids }, status: 'pending' }, { status: 'withdrawn', reason })
  }
  return messages.filter((it) => !dropped.has(it._id))
}

/** One parcel for each urgent message, and one for everything else of a person who has not had today's yet. */
async function parcelsOf(batch: OutboxRecord[], leaseId: string, deps: DispatchDeps) {
  const now = deps.clock.now()
  const paced = batch.filter(isPaced)
  const people = [...new Set(paced.map((it) => String(it.personId)))]
  const turns = await turnsOf(people, now, leaseId)
  await putOff(
    'wechat',
    paced.filter((it) => turns.used.has(String(it.personId))),
    leaseId,
    // They have heard from us today: the rest waits for tomorrow's one message.
    nextMorning(now),
  )
  const free = people.filter((it) => !turns.used.has(it))
  const coming = free.length > 0 ? await waitingFor(free, now) : []
  const held = new Set(paced.map((it) => it._id))
  const more = await stillWanted(
    coming.filter((it) => !held.has(it._id)),
    deps,
  )
  const shared = Map.groupBy([...paced.filter((it) => !turns.used.has(String(it.personId))), ...more], (it) =>
    String(it.personId),
  )
  const parcels: Parcel[] = [
    ...batch.filter((it) => !isPaced(it)).map((it) => ({ messages: [it], isPaced: false })),
    ...[...shared.values()].map((messages) => ({ messages, isPaced: true })),
  ]
  return { parcels, turns }
}

async function allowedIn(
  parcels: Parcel[],
  addresses: Map<string, string>,
  { templates, clock }: DispatchDeps,
): Promise<Round['isAllowed']> {
  const kinds = new Set(parcels.flatMap((it) => it.messages.map(({ kind }) => kind)))
  const ids = [...kinds].flatMap((kind) => templates[kind]?.id ?? [])
  const day = shanghaiDay(clock.now())
  const holders = parcels.flatMap((it) =>
    it.isPaced ? [`${personOf(it)}:${day}`] : it.messages.map(({ _id }) => _id),
  )
  return likelyConsents([...new Set(addresses.values())], ids, holders)
}
