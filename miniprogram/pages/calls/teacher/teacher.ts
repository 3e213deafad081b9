import { cancelCall, listMySlots, readCallNumber } from '../../../contract'
import { call, explain, Problem, tell } from '../../../services/api'
import { go } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { NO_CALLS, presentSlots, REASONS, type ShownBooking } from './present'

/** A teacher's side of 预约: who comes today and later, with a way to ring and to call off. */
Component({
  data: {
    state: 'loading',
    problem: '',
    reasons: REASONS,
    calls: NO_CALLS,
    ringing: null as ShownBooking | null,
    cancelling: null as ShownBooking | null,
    busy: false,
  },

  lifetimes: {
    attached() {
      void this.load()
    },
  },

  methods: {
    async load() {
      try {
        const { slots } = await call(listMySlots, {})
        this.setData({ state: 'ready', calls: presentSlots(slots) })
      } catch (error) {
        if (this.data.state !== 'ready') this.setData({ state: 'failed', problem: explain(error) })
      }
    },

    onSlots() {
      go(pages.teacherSlots)
    },

    find(event: WechatMiniprogram.BaseEvent) {
      const { id } = event.currentTarget.dataset as { id: string }
      const { today, later } = this.data.calls
      const all = later.reduce((some, day) => [...some, ...day.calls], today)
      return all.find((it) => it.id === id) ?? null
    },

    onRing(event: WechatMiniprogram.BaseEvent) {
      this.setData({ ringing: this.find(event) })
    },
    onRingNot() {
      this.setData({ ringing: null })
    },
    async onReallyRing() {
      const { ringing, busy } = this.data
      if (!ringing || busy) return
      this.setData({ busy: true })
      try {
        const { phone } = await call(readCallNumber, { slotId: ringing.id })
        if (!phone) throw new Problem(404, '这位家长没有留下电话，请用别的方式联系')
        this.setData({ ringing: null })
        // Hanging up before it rings is no failure.
        await wx.makePhoneCall({ phoneNumber: phone }).catch(() => undefined)
      } catch (error) {
        tell(error)
      } finally {
        this.setData({ busy: false })
      }
    },

    onCancel(event: WechatMiniprogram.BaseEvent) {
      this.setData({ cancelling: this.find(event) })
    },
    onKeep() {
      this.setData({ cancelling: null })
    },
    async onReallyCancel({ detail }: WechatMiniprogram.CustomEvent<{ words: string }>) {
      const { cancelling, busy } = this.data
      if (!cancelling || busy) return
      this.setData({ busy: true })
      try {
        await call(cancelCall, { slotId: cancelling.id, reason: detail.words })
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
