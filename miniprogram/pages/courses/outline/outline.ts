import { learnAgain, readMyProgramme, type MyProgramme } from '../../../contract'
import { call, explain } from '../../../services/api'
import { go } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { currentChild } from '../../../services/store'
import { presentProgramme, type ShownLesson, type ShownProgramme } from './present'

/** One programme whole: why, how far, the lessons, the exam, the certificate. `load()` fetches it anew. */
Component({
  properties: { code: { type: String, value: '' } },
  data: {
    state: 'loading' as 'loading' | 'ready' | 'failed',
    problem: '',
    shown: null as Omit<ShownProgramme, 'lessons'> | null,
    /** The lessons on the screen: all of them, or ten of a long series. */
    rows: [] as ShownLesson[],
    stretch: 0,
    beginning: false,
  },

  observers: {
    code(code: string) {
      if (code) void this.load()
    },
  },

  methods: {
    /** A page that shows itself and an observer that sees the code arrive ask at the same moment: one request. */
    load(): Promise<void> {
      const { code } = this.data
      const under = underWay.get(this)
      if (under?.code === code) return under.done
      const done = this.fetch(code).finally(() => underWay.delete(this))
      underWay.set(this, { code, done })
      return done
    },
    async fetch(code: string) {
      if (!code) return
      try {
        const studentId = currentChild()?.studentId
        this.show(await call(readMyProgramme, { code, ...(studentId && { studentId }) }))
      } catch (error) {
        // What was shown before is better than nothing on a bad network.
        if (!this.data.shown) this.setData({ state: 'failed', problem: explain(error) })
      }
    },
    show(programme: MyProgramme) {
      const { lessons, ...shown } = presentProgramme(programme)
      all.set(this, lessons)
      this.setData({ state: 'ready', shown })
      this.turn(wanted.get(this) ?? Math.max(shown.here, 0))
    },
    /** A new school year: every lesson is to be learned again, and what was learned before is kept. */
    async again() {
      if (this.data.beginning) return
      this.setData({ beginning: true })
      try {
        this.show(await call(learnAgain, { code: this.data.code }))
      } catch (error) {
        void wx.showToast({ title: explain(error), icon: 'none' })
      } finally {
        this.setData({ beginning: false })
      }
    },
    /** Shows ten lessons of a long series; the wire between page and script carries no more. */
    turn(at: number) {
      const part = this.data.shown?.stretches[at]
      const lessons = all.get(this) ?? []
      this.setData({ stretch: at, rows: part ? lessons.slice(part.from, part.to) : lessons })
    },
    onStretch(event: WechatMiniprogram.BaseEvent) {
      const { at } = event.currentTarget.dataset as { at: number }
      wanted.set(this, at)
      this.turn(at)
    },
    onNext() {
      const { shown } = this.data
      if (shown?.page) go(shown.page)
      else if (shown) void this.again()
    },
    onLesson(event: WechatMiniprogram.BaseEvent) {
      const { id } = event.currentTarget.dataset as { id: string }
      const row = this.data.rows.find((it) => it.id === id)
      if (row?.mark === 'locked') void wx.showToast({ title: row.state, icon: 'none' })
      else go(`${pages.lesson}?id=${id}`)
    },
    onExam() {
      if (this.data.shown?.exam.isOpen) go(`${pages.exam}?code=${this.data.code}`)
      else void wx.showToast({ title: this.data.shown?.exam.note ?? '', icon: 'none' })
    },
  },
})

const all = new WeakMap<object, ShownLesson[]>()
/** Which ten somebody has turned to themselves. */
const wanted = new WeakMap<object, number>()
const underWay = new WeakMap<object, { code: string; done: Promise<void> }>()
