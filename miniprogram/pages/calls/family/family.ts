import { bookSlot, cancelMyCall, listFreeSlots, listMyCalls, type MyCall } from '../../../contract'
import { refreshMe } from '../../../services/account'
import { call, explain, Problem, tell } from '../../../services/api'
import { isPutAway, standing } from '../../../services/consent'
import { signInFirst } from '../../../services/navigate'
import { session } from '../../../services/session'
import { currentChild, me, watchChild } from '../../../services/store'
import {
  calendarEntry,
  comingCalls,
  freeDays,
  pastCalls,
  presentCall,
  REASONS,
  TOPICS,
  type FreeDay,
  type FreeTime,
  type PastCall,
  type ShownCall,
} from './present'

/** Days of free times, and calls that are over, before 查看更多. */
const FEW = 4

const callsOf = new WeakMap<object, MyCall[]>()
const stops = new WeakMap<object, () => void>()

/** A parent's side of 预约: the next call, the free times of this child's teachers, what was. */
Component({
  data: {
    state: 'loading',
    problem: '',
    isStranger: false,
    /** Consent is taken back: a card stands in place of the times. */
    isPutAway: false,
    topics: TOPICS,
    reasons: REASONS,
    coming: [] as ShownCall[],
    days: [] as FreeDay[],
    past: [] as PastCall[],
    mostDays: FEW,
    mostPast: FEW,
    choosing: null as FreeTime | null,
    cancelling: null as ShownCall | null,
    booked: null as ShownCall | null,
    isBooked: false,
    busy: false,
  },

  lifetimes: {
    attached() {
      void this.load()
      stops.set(
        this,
        watchChild(() => {
          this.setData({ state: 'loading', mostDays: FEW, mostPast: FEW })
          void this.load()
        }),
      )
    },
    detached() {
      stops.get(this)?.()
    },
  },

  methods: {
    async load() {
      if (session.hasLeft()) return this.setData({ state: 'ready', isStranger: true })
      try {
        if (!me.get()) await refreshMe()
        const child = currentChild()
        this.setData({ isPutAway: standing() === 'withdrawn' })
        if (!child) return this.setData({ state: 'ready', isStranger: true })
        const { studentId } = child
        const [{ calls }, { slots }] = await Promise.all([
          call(listMyCalls, {}),
          call(listFreeSlots, { studentId }),
        ])
        // Another child was chosen meanwhile: its own answer is on the way.
        if (currentChild()?.studentId !== studentId) return
        callsOf.set(this, calls)
        this.setData({
          state: 'ready',
          isStranger: false,
          coming: comingCalls(calls, me.get()?.children ?? []),
          days: freeDays(slots),
          past: pastCalls(calls, studentId),
        })
      } catch (error) {
        if (await isPutAway(error)) return this.setData({ state: 'ready', isPutAway: true })
        if (this.data.state !== 'ready') this.setData({ state: 'failed', problem: explain(error) })
      }
    },

    onJoin() {
      signInFirst()
    },
    onMoreDays() {
      this.setData({ mostDays: this.data.days.length })
    },
    onMorePast() {
      this.setData({ mostPast: this.data.past.length })
    },

    onChoose(event: WechatMiniprogram.BaseEvent) {
      const { id } = event.currentTarget.dataset as { id: string }
      const times = this.data.days.reduce<FreeTime[]>((all, day) => [...all, ...day.times], [])
      this.setData({ choosing: times.find((it) => it.id === id) ?? null })
    },
    onChooseNone() {
      this.setData({ choosing: null })
    },
    async onBook({ detail }: WechatMiniprogram.CustomEvent<{ words: string }>) {
      const child = currentChild()
      const { choosing, busy } = this.data
      if (!choosing || !child || busy) return
      this.setData({ busy: true })
      try {
        const input = { studentId: child.studentId, slotId: choosing.id, topic: detail.words }
        const made = await call(bookSlot, input)
        this.setData({ choosing: null, booked: presentCall(made, false), isBooked: true })
        await this.load()
      } catch (error) {
        await this.onNotBooked(error)
      } finally {
        this.setData({ busy: false })
      }
    },
    /** Never kept for later: by the time the network is back another family may have the slot. */
    async onNotBooked(error: unknown) {
      const status = error instanceof Problem ? error.status : null
      if (status === 0) return tell(new Problem(0, '网络不通，没有约上。预约需要网络，请联网后再试'))
      if (status !== 409 && status !== 404) return tell(error)
      this.setData({ choosing: null })
      await this.load()
      void wx.showModal({
        title: '没有约上',
        content: explain(error),
        showCancel: false,
        confirmText: '知道了',
      })
    },
    onSeen() {
      this.setData({ isBooked: false })
    },

    async onCalendar(event: WechatMiniprogram.BaseEvent) {
      const { id } = event.currentTarget.dataset as { id: string }
      const found = callsOf.get(this)?.find((it) => it.id === id && it.status === 'booked')
      if (!found) return
      try {
        await wx.addPhoneCalendar(calendarEntry(found))
        void wx.showToast({ title: '已加入日历', icon: 'success' })
      } catch (error) {
        const { errMsg = '' } = error as { errMsg?: string }
        if (errMsg.includes('cancel')) return
        tell(new Problem(0, '没有加入日历，请在手机设置里允许微信使用日历'))
      }
    },

    onCancel(event: WechatMiniprogram.BaseEvent) {
      const { id } = event.currentTarget.dataset as { id: string }
      this.setData({ cancelling: this.data.coming.find((it) => it.id === id) ?? null })
    },
    onKeep() {
      this.setData({ cancelling: null })
    },
    async onReallyCancel({ detail }: WechatMiniprogram.CustomEvent<{ words: string }>) {
      const { cancelling, busy } = this.data
      if (!cancelling || busy) return
      this.setData({ busy: true })
      try {
        await call(cancelMyCall, { slotId: cancelling.id, reason: detail.words })
        this.setData({ cancelling: null })
        void wx.showToast({ title: '已取消预约', icon: 'success' })
        await this.load()
      } catch (error) {
        tell(error)
      } finally {
        this.setData({ busy: false })
      }
    },
  },
})
