import type { MyActivity, MyLive, Reply, SchoolLecturer, readMyParentSchool } from '../../../contract'
import { origin } from '../../../config'
import { date, length, nearDate, nearMoment } from '../../../services/format'

export type School = Reply<typeof readMyParentSchool>

export interface ShownLive {
  id: string
  title: string
  when: string
  about: string
  tag: string
  tone: 'todo' | 'good' | 'calm'
}

/** A live class as a line: what, when, by whom, and how this family stands to it. */
export function presentLiveLine(it: MyLive, now = new Date()): ShownLive {
  const who = it.lecturers.map(({ name }) => name).join('、')
  return {
    id: it.id,
    title: it.title,
    when: `${nearMoment(it.startAt, now)} · ${length(it.minutes)}`,
    about: [it.unitName, who].filter(Boolean).join(' · '),
    ...tagOf(it),
  }
}

export function tagOf(it: MyLive): Pick<ShownLive, 'tag' | 'tone'> {
  if (it.isOn) return { tag: '正在上课', tone: 'todo' }
  if (it.status === 'scheduled') {
    return it.hasRegistered ? { tag: '已报名', tone: 'good' } : { tag: '可报名', tone: 'calm' }
  }
  if (it.hasAttended) return { tag: '已参加', tone: 'good' }
  return { tag: it.hasReplay ? '可回看' : '已结束', tone: 'calm' }
}

const THEMES = { guidance: '家庭教育指导', mentalHealth: '心理健康', other: '活动' } as const
const STARS = [1, 2, 3, 4, 5]

export interface ShownActivity {
  id: string
  title: string
  when: string
  about: string
  canCheckIn: boolean
  hasAttended: boolean
  toRate: { id: string; name: string; stars: { at: number; isOn: boolean }[] }[]
}

export function presentActivity(it: MyActivity, now = new Date()): ShownActivity {
  const who = it.lecturers.map(({ name }) => name).join('、')
  return {
    id: it.id,
    title: it.title,
    when: `${nearDate(it.onDay, now)} ${it.from} · ${it.isOnline ? '线上' : it.place}`,
    about: [THEMES[it.theme], it.unitName, who].filter(Boolean).join(' · '),
    canCheckIn: it.isOpen && !it.hasAttended,
    hasAttended: it.hasAttended,
    toRate: it.toRate.map(({ id, name, stars }) => ({
      id,
      name,
      stars: STARS.map((at) => ({ at, isOn: at <= stars })),
    })),
  }
}

const KINDS = { expert: '专家', teacher: '教师', parent: '有经验的家长' } as const

export const presentLecturer = (it: SchoolLecturer) => ({
  id: it.id,
  name: it.name,
  face: it.name.slice(0, 1),
  photo: it.photo ? origin + it.photo : '',
  kind: KINDS[it.kind],
  bio: it.bio,
  teaches: it.teaches ? `讲${it.teaches}` : '',
  rated: it.rating ? `家长评价${it.rating.average}分（${it.rating.count}人）` : '',
})

export const presentCharter = (it: School['charter'], now = new Date()) =>
  it
    ? {
        about: `第${it.version}版，${date(it.adoptedOn, now)}通过`,
        text: it.text,
        isLong: it.text.length > 120,
      }
    : null
