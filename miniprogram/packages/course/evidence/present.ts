import type { MyEvidence } from '../../../contract'
import { nearMoment } from '../../../services/format'

export interface ShownGiven {
  id: string
  title: string
  about: string
  state: string
  tone: 'good' | 'todo' | 'bad'
  words: string
}
export interface ShownEvidence {
  programme: string
  what: string
  isGiven: boolean
  canCheckIn: boolean
  canUpload: boolean
  given: ShownGiven[]
}

/** Somebody who is at a meeting and on the way to no certificate in particular. */
export const ONLY_CHECK_IN: ShownEvidence = {
  programme: '',
  what: '活动签到',
  isGiven: false,
  canCheckIn: true,
  canUpload: false,
  given: [],
}

const STATE = {
  waiting: { state: '等学校审核', tone: 'todo' },
  accepted: { state: '已通过', tone: 'good' },
  refused: { state: '没有通过', tone: 'bad' },
} as const
const WAY = { checkIn: '现场签到', upload: '交了照片' } as const

export const presentEvidence = (it: MyEvidence, now = new Date()): ShownEvidence => ({
  programme: it.programmeTitle,
  what: it.what ?? '',
  isGiven: it.isGiven,
  canCheckIn: it.ways.includes('checkIn'),
  canUpload: it.ways.includes('upload'),
  given: it.given.map((one) => ({
    id: one.id,
    title: one.title,
    about: `${WAY[one.way]} · ${nearMoment(one.at, now)}`,
    ...STATE[one.status],
    words: one.status === 'refused' ? one.words : '',
  })),
})

/** The six digits in whatever a code says: typed, or read from the screen at the meeting. */
export const digitsOf = (text: string) => /(\d{3}\s?\d{3})(?!\d)/.exec(text)?.[1]?.replace(/\s/g, '') ?? ''
