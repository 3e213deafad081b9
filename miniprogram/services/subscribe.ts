import {
  listMySubscriptions,
  reportMySubscriptions,
  type MessageKind,
  type MySubscription,
} from '../contract'
import { call } from './api'
import { cell } from './store'

/** WeChat's own bound on how many kinds one question may name. */
const MOST_AT_ONCE = 3

/** What may still be sent to me, by kind; `null` until asked for. */
export const subscriptions = cell<MySubscription[] | null>(null)

/** Fetch before the page offers to remind: the tap itself has no time to wait for the server. */
export async function loadSubscriptions() {
  const reply = await call(listMySubscriptions, {})
  subscriptions.set(reply.subscriptions)
  return reply.subscriptions
}

/**
 * Opens WeChat's question 是否允许发送. Only from a tap the person meant, with one sentence why beside it (component
 * remind-card), never at launch. WeChat refuses the question when anything asynchronous stands between tap and call.
 * @returns which kinds were accepted; empty when declined, which is not an error.
 */
export async function askToRemind(kinds: MessageKind[]): Promise<MessageKind[]> {
  const wanted = (subscriptions.get() ?? []).filter((it) => kinds.includes(it.kind)).slice(0, MOST_AT_ONCE)
  if (wanted.length === 0) return []
  const answer = await wx
    .requestSubscribeMessage({ tmplIds: wanted.map((it) => it.templateId) })
    .catch(() => null)
  const said = (answer ?? {}) as unknown as Record<string, string | undefined>
  const accepted = wanted.filter((it) => said[it.templateId] === 'accept')
  if (accepted.length > 0) await report(accepted.map((it) => it.templateId))
  return accepted.map((it) => it.kind)
}

/** WeChat also tells the server by itself; one tap reported by both counts once, thanks to `tapId`. */
async function report(accepted: string[]) {
  const tapId = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`
  const reply = await call(reportMySubscriptions, { tapId, accepted }).catch(() => null)
  if (reply) subscriptions.set(reply.subscriptions)
}
