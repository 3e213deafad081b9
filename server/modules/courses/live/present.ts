import type { LiveLine, MyLive, MyQuestion, StaffQuestion } from '#contract/live'
import { gradeName } from '../../org/tree/rules.ts'
import type { AttendanceTally } from '../attendance/service.ts'
import type { LiveRecord, QuestionRecord, SeatRecord } from './model.ts'

export interface Names {
  units: Map<string, string>
  lecturers: Map<string, string>
}

const presentHead = (live: LiveRecord, { units, lecturers }: Names) => ({
  id: String(live._id),
  title: live.title,
  summary: live.summary,
  theme: live.theme,
  unitName: units.get(String(live.unitId)) ?? '',
  startAt: live.startAt.toISOString(),
  minutes: live.minutes,
  status: live.status,
  lecturers: live.lecturerIds.map((it) => ({ id: String(it), name: lecturers.get(String(it)) ?? '' })),
})

export const audienceOf = ({ grades }: Pick<LiveRecord, 'grades'>) =>
  grades.length > 0 ? `${grades.map(gradeName).join('、')}家长` : '全体家长'

export const presentTally = (tally: AttendanceTally | undefined) => ({
  registered: tally?.registered ?? 0,
  joined: tally?.joined ?? 0,
  attended: tally?.attended ?? 0,
})

export const presentLine = (
  live: LiveRecord,
  names: Names,
  tally: AttendanceTally | undefined,
): LiveLine => ({
  ...presentHead(live, names),
  audience: audienceOf(live),
  tally: presentTally(tally),
})

export const hasReplay = (live: LiveRecord) => live.status === 'ended' && live.recording === 'ready'

export const presentMine = (
  live: LiveRecord,
  names: Names,
  seat: Pick<SeatRecord, 'registeredAt' | 'attendedAt'> | undefined,
): MyLive => ({
  ...presentHead(live, names),
  hasRegistered: Boolean(seat?.registeredAt),
  hasAttended: Boolean(seat?.attendedAt),
  isOn: live.status === 'live',
  hasReplay: hasReplay(live),
})

const presentQuestion = (it: QuestionRecord) => ({
  id: String(it._id),
  text: it.text,
  askedAt: it.askedAt.toISOString(),
  answer: it.answer ?? null,
})

export const presentMyQuestion = (it: QuestionRecord, isMine: boolean): MyQuestion => ({
  ...presentQuestion(it),
  isMine,
})

/** Names belong to those who know the families; above a school a question is just a parent's. */
export const presentStaffQuestion = (it: QuestionRecord, seesNames: boolean): StaffQuestion => ({
  ...presentQuestion(it),
  asker: seesNames ? it.asker : '一位家长',
  status: it.status,
})
