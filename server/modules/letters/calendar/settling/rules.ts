import { shanghaiDay } from '../../../../infra/clock.ts'
import { KEPT_DAYS, type LetterRecord } from '../../model.ts'
import { addDays } from '../rules.ts'

const DAY_MS = 86_400_000
const daysBetween = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / DAY_MS

type Moved = Pick<LetterRecord, 'nodeDays' | 'dueOn' | 'sendAt' | 'status'>

/** What a letter's last day and its hour become when it follows its node: as far from the new day as they were from the old. */
export function takenBy({ nodeDays, dueOn, sendAt, status }: Moved) {
  const days = nodeDays?.move ? daysBetween(nodeDays.from, nodeDays.move.from) : 0
  return {
    dueOn: dueOn ? addDays(dueOn, days) : null,
    sendAt: status === 'scheduled' && sendAt ? new Date(sendAt.getTime() + days * DAY_MS) : null,
  }
}

export const keptUntil = (expiredAt: Date) => addDays(shanghaiDay(expiredAt), KEPT_DAYS - 1)
