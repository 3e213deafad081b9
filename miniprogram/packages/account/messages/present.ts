import type { MyMessage } from '../../../contract'
import { nearMoment } from '../../../services/format'

export interface ShownMessage {
  id: string
  title: string
  text: string
  when: string
  isRead: boolean
  /** Path from the root, whichever way the server writes it. */
  page: string
}

export function presentMessage(message: MyMessage, now = new Date()): ShownMessage {
  return {
    id: message.id,
    title: message.title,
    text: message.text,
    when: nearMoment(message.at, now),
    isRead: message.readAt !== null,
    page: message.page.startsWith('/') ? message.page : `/${message.page}`,
  }
}
