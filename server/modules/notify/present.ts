import type { MessageKind, MyMessage, MySubscription, SentMessage } from '#contract/notify'
import type { OutboxRecord } from './model.ts'
import { explain, labelOf } from './rules.ts'

export function presentMyMessage(message: OutboxRecord): MyMessage {
  const { _id, kind, title, text, page } = message
  return {
    id: _id,
    kind,
    title,
    text,
    page,
    at: message.showAt.toISOString(),
    readAt: message.readAt?.toISOString() ?? null,
  }
}

export const presentSubscription = (
  it: Omit<MySubscription, 'label' | 'kind'> & { kind: MessageKind },
): MySubscription => ({
  ...it,
  label: labelOf(it.kind),
})

export function presentSent(message: OutboxRecord, names: Map<string, string>): SentMessage {
  const { _id, kind, title, status, reason, errcode } = message
  return {
    id: _id,
    kind,
    personName: names.get(String(message.personId)) || '家长',
    title,
    status,
    reason: explain(status, reason ?? null, errcode ?? null),
    dueAt: message.dueAt.toISOString(),
    sentAt: message.sentAt?.toISOString() ?? null,
  }
}
