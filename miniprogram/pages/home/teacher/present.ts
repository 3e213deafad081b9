import type { MyDay } from '../../../contract'
import { hour, nearMoment } from '../../../services/format'

export interface ShownDay {
  waiting: { classId: string; text: string }[]
  visits: { bookingId: string; hours: string; who: string; topic: string }[]
  letters: { letterId: string; title: string; sent: string; percent: number; figures: string }[]
  classes: { classId: string; name: string; school: string; joined: string; isWhole: boolean }[]
}

export const EMPTY_DAY: ShownDay = { waiting: [], visits: [], letters: [], classes: [] }

export function presentDay(day: MyDay): ShownDay {
  return {
    waiting: day.classes
      .filter((it) => it.joinsWaiting > 0)
      .map((it) => ({
        classId: it.classId,
        text: `${it.className}有${it.joinsWaiting}位家长申请加入，请核对`,
      })),
    visits: day.visits.map((it) => ({
      bookingId: it.bookingId,
      hours: `${hour(it.startsAt)}–${hour(it.endsAt)}`,
      who: it.guardianName,
      topic: it.topic ?? '',
    })),
    letters: day.letters.map((it) => ({
      letterId: it.letterId,
      title: it.title,
      sent: nearMoment(it.sentAt),
      percent: it.expected > 0 ? Math.floor((100 * it.read) / it.expected) : 0,
      figures: `已读${it.read}/${it.expected}${it.answered === null ? '' : ` · 已回${it.answered}`}`,
    })),
    classes: day.classes.map((it) => ({
      classId: it.classId,
      name: it.className,
      school: it.schoolName,
      joined: `${it.joined}/${it.students}名学生的家长已加入`,
      isWhole: it.students > 0 && it.joined >= it.students,
    })),
  }
}
