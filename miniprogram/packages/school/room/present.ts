import type { LiveRoom } from '../../../contract'
import { origin } from '../../../config'
import { length } from '../../../services/format'

/** An address of the server as the phone opens it; a live service's own stays as it is. */
const whole = (address: string) => (address.startsWith('/') ? origin + address : address)

/** How far this family is from having attended, in words. */
export function progressOf({ presentSeconds, neededSeconds, hasAttended, status }: LiveRoom) {
  const percent = hasAttended
    ? 100
    : Math.min(99, Math.floor((presentSeconds * 100) / Math.max(neededSeconds, 1)))
  const left = Math.max(60, neededSeconds - presentSeconds)
  const words = hasAttended
    ? '您家已算参加这堂课'
    : status === 'live'
      ? `再听${length(left / 60)}就算参加`
      : '这是回放，不算出勤'
  return { percent, words }
}

export const presentRoom = (room: LiveRoom) => ({
  address: room.address ? whole(room.address) : '',
  isOn: room.status === 'live',
  isOver: room.status === 'ended' && !room.address,
  progress: progressOf(room),
  questions: room.questions.map((it) => ({
    id: it.id,
    text: it.text,
    who: it.isMine ? '我问的' : '一位家长问',
    answer: it.answer ?? '',
    note: it.isMine && !it.answer ? '老师看到以后会回答' : '',
  })),
})
