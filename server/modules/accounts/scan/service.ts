import { randomBytes } from 'node:crypto'
import type { Caller } from '../../../http/serve.ts'
import { Refusal } from '../../../http/errors.ts'
import type { Deps } from '../../../infra/deps.ts'
import { count } from '../guesses/service.ts'
import type { PersonRecord } from '../model.ts'
import { hashSecret } from '../rules.ts'
import { checkTotp } from '../totp/service.ts'
import { codePicture } from '../wechat/service.ts'
import { isAskedBy, mintTicket, objectionToPhone, SCAN_MS, type Scan } from './rules.ts'

const SCAN_PAGE = 'packages/account/scan/scan'
const keyOf = (ticket: string) => `sign-in:scan:${ticket}`
const gone = () => new Refusal('not_found', '这个码已经过期，请在电脑上刷新后再扫')

type Store = Pick<Deps, 'redis' | 'clock'>

/** A new code for one browser. The ticket is on the screen for all to see; the secret stays in the browser. */
export async function begin({ ip, device }: Caller, deps: Pick<Deps, 'redis' | 'clock' | 'wechat'>) {
  await count('scans', ip, deps)
  const ticket = mintTicket()
  const secret = randomBytes(32).toString('base64url')
  const picture = await codePicture(deps.wechat, { scene: ticket, page: SCAN_PAGE })
  const now = deps.clock.now()
  const expiresAt = new Date(now.getTime() + SCAN_MS).toISOString()
  const scan: Scan = {
    secretHash: hashSecret(secret),
    ip,
    device,
    askedAt: now.toISOString(),
    expiresAt,
    state: 'waiting',
    personId: null,
  }
  await redisSays(deps.redis.set(keyOf(ticket), JSON.stringify(scan), 'PX', SCAN_MS, 'NX'))
  return { ticket, secret, expiresAt, picture: `data:image/png;base64,${picture.toString('base64')}` }
}

/** A phone has scanned it: from here on the code is this person's. Scanned again by the same phone, nothing changes. */
export async function open(ticket: string, personId: string, store: Store): Promise<Scan> {
  const { scan, raw } = await read(ticket, store)
  refuse(objectionToPhone(scan, personId))
  if (scan.state === 'seen') return scan
  return change(ticket, raw, { ...scan, state: 'seen', personId }, store)
}

export async function answer(ticket: string, personId: string, isMe: boolean, store: Store): Promise<Scan> {
  const { scan, raw } = await read(ticket, store)
  refuse(objectionToPhone(scan, personId))
  if (scan.state !== 'seen') throw new Refusal('conflict', '请先扫码，再确认')
  return change(ticket, raw, { ...scan, state: isMe ? 'confirmed' : 'refused' }, store)
}

/** What the browser that asked is told. Without its secret there is no such code, confirmed or not. */
export async function poll(ticket: string, secret: string, store: Store): Promise<Scan> {
  const { scan } = await read(ticket, store)
  if (!isAskedBy(scan, secret)) throw gone()
  await count('polls', ticket, store)
  if (scan.state === 'used') throw gone()
  return scan
}

/** The one who confirmed, if the six digits are right where there are any. The code is used up; a second fetch finds nothing. */
export async function take(
  ticket: string,
  person: PersonRecord,
  totp: string | undefined,
  deps: Store & Pick<Deps, 'fields'>,
) {
  const { scan, raw } = await read(ticket, deps)
  if (scan.state !== 'confirmed' || scan.personId !== String(person._id)) throw gone()
  if (totp) await count('account', `${scan.personId}:scan`, deps)
  await checkTotp(person, totp, deps).catch((error: unknown) => {
    // Nobody is signed in yet in this browser; what was mistyped may be typed again.
    if (error instanceof Refusal && error.code === 'unauthenticated')
      throw new Refusal('invalid', error.message)
    throw error
  })
  await change(ticket, raw, { ...scan, state: 'used' }, deps)
}

function refuse(objection: string | null) {
  if (objection) throw new Refusal('conflict', objection)
}

async function read(ticket: string, { redis, clock }: Store) {
  const raw = await redisSays(redis.get(keyOf(ticket)))
  const scan = raw ? (JSON.parse(raw) as Scan) : null
  if (!raw || !scan || new Date(scan.expiresAt) <= clock.now()) throw gone()
  return { scan, raw }
}

/** Writes only over what was read: of two phones, or two tabs, one comes first. */
const COMPARE_AND_SET = `if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('set', KEYS[1], ARGV[2], 'KEEPTTL') return 1`

async function change(ticket: string, was: string, scan: Scan, { redis }: Store) {
  const done = await redisSays(redis.eval(COMPARE_AND_SET, 1, keyOf(ticket), was, JSON.stringify(scan)))
  if (done !== 1) throw new Refusal('conflict', '这个码已经用过了，请在电脑上刷新后再扫')
  return scan
}

/** Without Redis there is no scanning; the password's door says so too. */
const redisSays = async <T>(said: Promise<T>): Promise<T> =>
  said.catch(() => {
    throw new Refusal('unavailable', '扫码登录暂时不可用，请用账号和密码登录', 3)
  })
