import { closeSlot, listMySlots, openSlots, type CallWay } from '../../../contract'
import { NO_CALLS, presentSlots, type OpenDay } from '../../../pages/calls/teacher/present'
import { refreshMe } from '../../../services/account'
import { call, explain, tell } from '../../../services/api'
import { me } from '../../../services/store'
import { dayChips, GAPS, LENGTHS, placesOf, previewOf, type DayChip, type Plan, type Preview } from './plan'

type Slot = OpenDay['slots'][number]
interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  places: { unitId: string; name: string }[]
  unitId: string
  days: string[]
  schoolDays: DayChip[]
  weekends: DayChip[]
  range: string
  plan: Plan
  way: CallWay
  lengths: number[]
  gaps: number[]
  preview: Preview
  calls: typeof NO_CALLS
  closing: Slot | null
  busy: boolean
}
type Tap = WechatMiniprogram.BaseEvent
interface Custom {
  load: () => Promise<void>
  showPlan: (change: Partial<Pick<Data, 'days' | 'plan'>>) => void
  onDay: (event: Tap) => void
  onPlace: (event: Tap) => void
  onTime: (event: WechatMiniprogram.CustomEvent<{ value: string }>) => void
  onMinutes: (event: Tap) => void
  onWay: (event: Tap) => void
  onOpen: () => Promise<void>
  onTakeBack: (event: Tap) => void
  onLeave: () => void
  onReallyTakeBack: () => Promise<void>
}

/** 开放预约时间: days, hours and length give the times at once; below, what is open and may be taken back. */
Page<Data, Custom>({
  data: {
    state: 'loading',
    problem: '',
    places: [],
    unitId: '',
    days: [],
    schoolDays: [],
    weekends: [],
    range: '',
    plan: { from: '16:00', until: '18:00', lengthMinutes: 15, gapMinutes: 5 },
    way: 'phone',
    lengths: LENGTHS,
    gaps: GAPS,
    preview: { times: [], text: '', problem: '' },
    calls: NO_CALLS,
    closing: null,
    busy: false,
  },

  onShow() {
    void this.load()
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },

  async load() {
    try {
      const { posts } = me.get() ?? (await refreshMe())
      const { slots } = await call(listMySlots, {})
      const places = placesOf(posts)
      const unitId = this.data.unitId || (places[0]?.unitId ?? '')
      this.setData({ state: 'ready', places, unitId, calls: presentSlots(slots) })
      this.showPlan({})
    } catch (error) {
      if (this.data.state !== 'ready') this.setData({ state: 'failed', problem: explain(error) })
    }
  },

  showPlan(change) {
    const { days, plan } = { ...this.data, ...change }
    this.setData({ days, plan, ...dayChips(days), preview: previewOf(days, plan) })
  },

  onDay(event) {
    const { day } = event.currentTarget.dataset as { day: string }
    const { days } = this.data
    this.showPlan({ days: days.includes(day) ? days.filter((it) => it !== day) : [...days, day] })
  },
  onPlace(event) {
    const { id } = event.currentTarget.dataset as { id: string }
    this.setData({ unitId: id })
  },
  onTime(event) {
    const { end } = event.currentTarget.dataset as { end: 'from' | 'until' }
    this.showPlan({ plan: { ...this.data.plan, [end]: event.detail.value } })
  },
  onMinutes(event) {
    const { of, value } = event.currentTarget.dataset as { of: 'lengthMinutes' | 'gapMinutes'; value: number }
    this.showPlan({ plan: { ...this.data.plan, [of]: value } })
  },
  onWay(event) {
    const { way } = event.currentTarget.dataset as { way: CallWay }
    this.setData({ way })
  },

  async onOpen() {
    const { unitId, days, plan, way, preview, busy } = this.data
    if (busy || preview.problem) return
    this.setData({ busy: true })
    try {
      const { slots } = await call(openSlots, { unitId, days, ...plan, way })
      void wx.showToast({ title: `已开放${slots.length}个时段`, icon: 'success' })
      this.showPlan({ days: [] })
      await this.load()
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: false })
    }
  },

  onTakeBack(event) {
    const { id } = event.currentTarget.dataset as { id: string }
    const slots = this.data.calls.open.reduce<Slot[]>((all, day) => [...all, ...day.slots], [])
    this.setData({ closing: slots.find((it) => it.id === id) ?? null })
  },
  onLeave() {
    this.setData({ closing: null })
  },
  async onReallyTakeBack() {
    const { closing, busy } = this.data
    if (!closing || busy) return
    this.setData({ busy: true })
    try {
      await call(closeSlot, { slotId: closing.id })
      void wx.showToast({ title: '已收回', icon: 'success' })
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ closing: null, busy: false })
    }
    await this.load()
  },
})
