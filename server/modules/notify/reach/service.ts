import type { MessageKind } from '#contract/notify'
import type { Deps } from '../../../infra/deps.ts'
import { openIdsOf } from '../../accounts/service.ts'
import { quotasOf } from '../consents/service.ts'
import { isPaced } from '../pacing/rules.ts'
import { withTurnLeft } from '../pacing/service.ts'
import { afterQuietHours, isQuiet, readTemplates } from '../rules.ts'
import { textableOf } from '../texting/choices/service.ts'
import type { TextSetting } from '../texting/settings/model.ts'
import { paidNow } from '../texting/settings/service.ts'
import { type Bond, familiesByWay, type Silence, silenceOf } from './rules.ts'

const CHUNK = 1000

/** When WeChat rings somebody up of what is written now and is not urgent: in the morning, if these are quiet hours; null when at once. */
export const ringsAt = (now: Date) => (isQuiet(now) ? afterQuietHours(now) : null)

/**
 * For each of some people why WeChat would not ring them up for this kind of message now, or null when it would: asked of
 * the same records that the sending asks, so that what is promised is what happens.
 */
export async function silencesOf(
  personIds: readonly string[],
  kind: MessageKind,
  { env }: Pick<Deps, 'env'>,
  now: Date,
): Promise<Map<string, Silence | null>> {
  const template = readTemplates(env.WX_TEMPLATES)[kind]
  const people = [...new Set(personIds)]
  const found = new Map<string, Silence | null>()
  for (let at = 0; at < people.length; at += CHUNK) {
    const some = people.slice(at, at + CHUNK)
    const openIds = await openIdsOf(some)
    const [quotas, free] = await Promise.all([
      template ? quotasOf([...openIds.values()], template.id) : null,
      isPaced({ kind, isUrgent: false }) ? withTurnLeft(some, now) : some,
    ])
    const isFree = new Set(free)
    for (const it of some) {
      const openId = openIds.get(it)
      const { left = 0, isOff = false } = (openId && quotas?.get(openId)) || {}
      const known = { openId, hasTemplate: Boolean(template), left, isOff, hadToday: !isFree.has(it) }
      found.set(it, silenceOf(known))
    }
  }
  return found
}

/**
 * How the families of some guardians will hear of a letter: by WeChat, else by a text message where the city pays for it,
 * else only when they open the mini-program; and for how many of the text messages the money is there. Who has had the message of today hears of it tomorrow.
 */
export async function reachOf(
  bonds: readonly Bond[],
  texting: TextSetting | null,
  deps: Pick<Deps, 'env'>,
  now: Date,
) {
  const silences = await silencesOf(
    bonds.map((it) => it.personId),
    'letter',
    deps,
    now,
  )
  const isRung = (silence: Silence | null | undefined) => silence === null || silence === 'hadToday'
  const people = [...silences.keys()]
  const unrung = people.filter((it) => !isRung(silences.get(it)))
  const texted = texting ? await textableOf(unrung) : new Set<string>()
  const ways = familiesByWay(
    bonds,
    (it) => isRung(silences.get(it)),
    (it) => texted.has(it),
  )
  return {
    guardians: people.length,
    wechat: people.length - unrung.length,
    reach: texting
      ? { ...ways, texts: { needed: texted.size, ...(await paidNow(texting, now)) } }
      : { ...ways, text: null },
  }
}
