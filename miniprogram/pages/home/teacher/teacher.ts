import { listMyStaffLetters, readMyDay } from '../../../contract'
import { call, explain } from '../../../services/api'
import { date, dayOf, greeting } from '../../../services/format'
import { go } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { lookForNews, news } from '../../../services/replies'
import { me } from '../../../services/store'
import { EMPTY_DAY, presentDay } from './present'

/** 教师端: who waits to join, who comes today, who has read the last letters, my classes. */
Component({
  data: {
    state: 'loading',
    problem: '',
    greeting: '',
    today: '',
    day: EMPTY_DAY,
    replies: 0,
    urgent: 0,
    unanswered: 0,
    posted: 0,
  },

  lifetimes: {
    attached() {
      stops.set(
        this,
        news.watch(({ unread, urgent, unanswered }) => this.setData({ replies: unread, urgent, unanswered })),
      )
      void this.load()
    },
    detached() {
      stops.get(this)?.()
    },
  },

  methods: {
    async load() {
      void lookForNews()
      void call(listMyStaffLetters, { only: 'todo' })
        .then(({ letters }) => this.setData({ posted: letters.length }))
        .catch(() => undefined)
      try {
        const next = this.selectComponent('#next') as { load?: () => Promise<void> } | null
        void next?.load?.()
        const day = await call(readMyDay, {})
        this.setData({
          state: 'ready',
          greeting: `${greeting()}，${me.get()?.name ?? '老师'}`,
          today: date(dayOf(new Date())),
          day: presentDay(day),
        })
      } catch (error) {
        if (this.data.state !== 'ready') this.setData({ state: 'failed', problem: explain(error) })
      }
    },

    onThreads() {
      go(pages.teacherThreads)
    },
    onOverdue() {
      go(pages.teacherOverdue)
    },
    onPosted() {
      go(pages.staffLetters)
    },
    onUrgent() {
      go(`${pages.teacherThreads}?box=urgent`)
    },
    onWrite() {
      go(pages.teacherNotice)
    },
    onSlots() {
      go(pages.teacherSlots)
    },
    onLetter(event: WechatMiniprogram.BaseEvent) {
      const { id } = event.currentTarget.dataset as { id: string }
      go(`${pages.teacherLetter}?id=${id}`)
    },
    onClass(event: WechatMiniprogram.BaseEvent) {
      const { id } = event.currentTarget.dataset as { id: string }
      go(`${pages.teacherClass}?id=${id}`)
    },
    onJoins(event: WechatMiniprogram.BaseEvent) {
      const { id } = event.currentTarget.dataset as { id: string }
      go(`${pages.teacherJoins}?id=${id}`)
    },
  },
})

const stops = new WeakMap<object, () => void>()
