import { createCipheriv, randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { PUSH_BLOCK, pushKey, signPush } from '../../infra/wechat/push.ts'
import type { Delivered, Identity, World } from './world.ts'

/** Where WeChat sends its pushes, and how it signs and encrypts them. */
export interface PushTarget {
  url: string
  token: string
  aesKey: string
}

export type Events = ReturnType<typeof createEvents>

const TRIES = 3
const PATIENCE_MS = 5_000
const ACCOUNT = 'gh_parentschool'

/** The simulated WeChat's pushes: signed, encrypted, repeated until somebody answers `success`. */
export function createEvents(world: World, target: PushTarget | null) {
  const underWay = new Set<Promise<void>>()
  return { sent, answered, refusedInSettings, looked, settled: () => Promise.all(underWay) }

  function sent(person: Identity, { templateId, messageId }: Delivered) {
    const item = { TemplateId: templateId, MsgID: messageId, ErrorCode: '0', ErrorStatus: 'success' }
    push(person, 'subscribe_msg_sent_event', [item])
  }

  function answered(person: Identity, answers: Record<string, boolean>) {
    const items = Object.entries(answers).map(([TemplateId, isAccepted]) => ({
      TemplateId,
      SubscribeStatusString: isAccepted ? 'accept' : 'reject',
      PopupScene: '0',
    }))
    push(person, 'subscribe_msg_popup_event', items)
  }

  function refusedInSettings(person: Identity, templateIds: string[]) {
    const items = templateIds.map((TemplateId) => ({ TemplateId, SubscribeStatusString: 'reject' }))
    push(person, 'subscribe_msg_change_event', items)
  }

  /** WeChat's word on a picture, in the shape of today or the one of before. */
  function looked(
    person: Identity,
    { traceId, suggest, isOldShape }: { traceId: string; suggest: string; isOldShape: boolean },
  ) {
    const label = suggest === 'pass' ? 100 : 20002
    const now = { version: 2, errcode: 0, errmsg: 'ok', result: { suggest, label }, detail: [] }
    const before = { isrisky: suggest === 'pass' ? 0 : 1, status_code: 0, extra_info_json: '' }
    tell(person, {
      Event: 'wxa_media_check',
      appid: world.appId,
      trace_id: traceId,
      ...(isOldShape ? before : now),
    })
  }

  function push(person: Identity, Event: string, items: object[]) {
    // WeChat sends an object for one and an array for many.
    if (items.length > 0) tell(person, { Event, List: items.length === 1 ? items[0] : items })
  }

  function tell(person: Identity, event: object) {
    if (!target) return
    const message = JSON.stringify({
      ToUserName: ACCOUNT,
      FromUserName: person.openId,
      CreateTime: String(Math.floor(world.now() / 1000)),
      MsgType: 'event',
      ...event,
    })
    const job = deliver(target, message, person.openId).finally(() => underWay.delete(job))
    underWay.add(job)
  }

  async function deliver({ url, token, aesKey }: PushTarget, message: string, openId: string) {
    const Encrypt = encryptPush(aesKey, message, world.appId)
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const timestamp = String(Math.floor(world.now() / 1000))
      const nonce = String(randomBytes(4).readUInt32BE())
      const query = new URLSearchParams({
        signature: signPush([token, timestamp, nonce]),
        timestamp,
        nonce,
        openid: openId,
        encrypt_type: 'aes',
        msg_signature: signPush([token, timestamp, nonce, Encrypt]),
      })
      const answer = await fetch(`${url}?${query.toString()}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ToUserName: ACCOUNT, Encrypt }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      }).then(
        (response) => response.text(),
        () => null,
      )
      if (answer === 'success' || answer === '') return
      await pause(100 * attempt)
    }
  }
}

/** A message as WeChat encrypts it for one app. */
export function encryptPush(aesKey: string, message: string, appId: string) {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(Buffer.byteLength(message))
  const plain = Buffer.concat([randomBytes(16), length, Buffer.from(message), Buffer.from(appId)])
  const padding = PUSH_BLOCK - (plain.length % PUSH_BLOCK)
  const { key, iv } = pushKey(aesKey)
  const cipher = createCipheriv('aes-256-cbc', key, iv)
  cipher.setAutoPadding(false)
  return Buffer.concat([
    cipher.update(plain),
    cipher.update(Buffer.alloc(padding, padding)),
    cipher.final(),
  ]).toString('base64')
}
