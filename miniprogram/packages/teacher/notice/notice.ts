import { sendNotice, type Confirmation, type MyPost } from '../../../contract'
import { call, tell } from '../../../services/api'
import { date, dayOf } from '../../../services/format'
import { replaceWith } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { me } from '../../../services/store'
import { emptyNotice, problemOf, titleFrom, WRITERS, type Notice } from './rules'

interface Data extends Notice {
  units: MyPost[]
  unitId: string
  unitName: string
  dueText: string
  today: string
  problem: string
  isAsking: boolean
  busy: boolean
}
interface Custom {
  /** One for each notice begun here: sent twice on a bad network it is still one notice. */
  requestId: string
  isTitleTyped: boolean
  onTitle: (event: WechatMiniprogram.Input) => void
  onBody: (event: WechatMiniprogram.Input) => void
  onMode: (event: WechatMiniprogram.BaseEvent) => void
  onUnit: (event: WechatMiniprogram.BaseEvent) => void
  onDue: (event: WechatMiniprogram.PickerChange) => void
  onNoDue: () => void
  onAsk: () => void
  onBack: () => void
  onSend: () => Promise<void>
}

/** A notice to one's class in under a minute: what, how it is answered, send. */
Page<Data, Custom>({
  data: {
    ...emptyNotice(),
    units: [],
    unitId: '',
    unitName: '',
    dueText: '',
    today: '',
    problem: '',
    isAsking: false,
    busy: false,
  },
  requestId: '',
  isTitleTyped: false,

  onLoad(query) {
    this.requestId = `notice-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`
    const units = (me.get()?.posts ?? []).filter((it) => WRITERS.includes(it.post))
    const unit = units.find((it) => it.unitId === query.unit) ?? units[0]
    this.setData({
      units,
      unitId: unit?.unitId ?? '',
      unitName: unit?.unitName ?? '',
      today: dayOf(new Date()),
    })
  },

  onTitle({ detail: { value } }) {
    this.isTitleTyped = value !== ''
    this.setData({ title: value, problem: '' })
  },
  onBody({ detail: { value } }) {
    // Most notices need no title of their own: the first words are it, until somebody types another.
    this.setData({ body: value, problem: '', ...(!this.isTitleTyped && { title: titleFrom(value) }) })
  },
  onMode(event) {
    const { mode } = event.currentTarget.dataset as { mode: Confirmation }
    this.setData({ confirmation: mode })
  },
  onUnit(event) {
    const { id } = event.currentTarget.dataset as { id: string }
    const unit = this.data.units.find((it) => it.unitId === id)
    if (unit) this.setData({ unitId: id, unitName: unit.unitName })
  },
  onDue({ detail: { value } }) {
    const dueOn = String(value)
    this.setData({ dueOn, dueText: date(dueOn) })
  },
  onNoDue() {
    this.setData({ dueOn: null, dueText: '' })
  },

  onAsk() {
    const problem = problemOf(this.data)
    this.setData({ problem, isAsking: problem === '' })
  },
  onBack() {
    this.setData({ isAsking: false })
  },

  async onSend() {
    if (this.data.busy) return
    this.setData({ busy: true })
    const { unitId, title, body, confirmation, dueOn } = this.data
    try {
      const { id } = await call(sendNotice, {
        unitId,
        requestId: this.requestId,
        title,
        body,
        confirmation,
        dueOn,
      })
      void wx.showToast({ title: '已发出', icon: 'success' })
      replaceWith(`${pages.teacherLetter}?id=${id}&unit=${unitId}`)
    } catch (error) {
      this.setData({ isAsking: false })
      tell(error)
    } finally {
      this.setData({ busy: false })
    }
  },
})
