import { decideJoin, listJoins, listStudents, type Join } from '../../../contract'
import { call, explain, Problem, tell } from '../../../services/api'
import { nearMoment } from '../../../services/format'

interface Choice {
  studentId: string
  label: string
}
interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  joins: (Join & { asked: string })[]
  /** The request being decided, and how. */
  deciding: Join | null
  isApproving: boolean
  choices: Choice[]
  chosen: string
  reason: string
  busy: boolean
}
type Typed = WechatMiniprogram.CustomEvent<{ value: string }>
interface Custom {
  classId: string
  load: () => Promise<void>
  pick: (event: WechatMiniprogram.BaseEvent) => Join | undefined
  onApprove: (event: WechatMiniprogram.BaseEvent) => void
  onDecline: (event: WechatMiniprogram.BaseEvent) => void
  onSearch: (event: Typed) => Promise<void>
  onChoose: (event: WechatMiniprogram.BaseEvent) => void
  onReason: (event: Typed) => void
  onClose: () => void
  onDecide: () => Promise<void>
}

/** Parents who ask to join my class. Approving names the student; declining may say why. */
Page<Data, Custom>({
  data: {
    state: 'loading',
    problem: '',
    joins: [],
    deciding: null,
    isApproving: true,
    choices: [],
    chosen: '',
    reason: '',
    busy: false,
  },
  classId: '',

  onLoad(query) {
    this.classId = query.id ?? ''
    void this.load()
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },

  async load() {
    try {
      const { joins } = await call(listJoins, { unitId: this.classId })
      this.setData({ state: 'ready', joins: joins.map((it) => ({ ...it, asked: nearMoment(it.askedAt) })) })
    } catch (error) {
      if (this.data.state !== 'ready') this.setData({ state: 'failed', problem: explain(error) })
      else tell(error)
    }
  },

  pick(event) {
    const { id } = event.currentTarget.dataset as { id: string }
    return this.data.joins.find((it) => it.id === id)
  },

  onApprove(event) {
    const join = this.pick(event)
    if (!join) return
    const choices = join.candidates.map((it) => ({
      studentId: it.studentId,
      label: `${it.number} ${it.name}`,
    }))
    const chosen = choices.length === 1 ? (choices[0]?.studentId ?? '') : ''
    this.setData({ deciding: join, isApproving: true, choices, chosen, reason: '' })
  },

  onDecline(event) {
    this.setData({ deciding: this.pick(event) ?? null, isApproving: false, reason: '' })
  },

  async onSearch({ detail }) {
    const search = detail.value.trim()
    if (!search) return this.setData({ choices: [], chosen: '' })
    try {
      const { students } = await call(listStudents, { unitId: this.classId, search })
      const choices = students
        .slice(0, 6)
        .map((it) => ({ studentId: it.id, label: `${it.number} ${it.name}` }))
      this.setData({ choices, chosen: '' })
    } catch (error) {
      tell(error)
    }
  },

  onChoose(event) {
    const { id } = event.currentTarget.dataset as { id: string }
    this.setData({ chosen: id })
  },
  onReason({ detail }) {
    this.setData({ reason: detail.value })
  },
  onClose() {
    this.setData({ deciding: null })
  },

  async onDecide() {
    const { deciding, isApproving, chosen, reason, busy } = this.data
    if (!deciding || busy) return
    if (isApproving && !chosen) return tell(new Problem(400, '请先选出是哪位学生'))
    this.setData({ busy: true })
    try {
      const answer = isApproving ? { approve: true, studentId: chosen } : { approve: false, reason }
      await call(decideJoin, { joinId: deciding.id, ...answer })
      void wx.showToast({ title: isApproving ? '已同意加入' : '已婉拒', icon: 'success' })
      this.setData({ deciding: null })
      await this.load()
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: false })
    }
  },
})
