import {
  decideJoin,
  dismissReport,
  type FamilyMatter,
  type Join,
  listFamilyMatters,
  listJoins,
  listStudents,
  removeGuardian,
} from '../../../contract'
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
  matters: (FamilyMatter & { when: string })[]
  /** The guardian who is to go. */
  removing: FamilyMatter | null
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
  matterOf: (event: WechatMiniprogram.BaseEvent) => FamilyMatter | null
  onRemove: (event: WechatMiniprogram.BaseEvent) => void
  onKeep: () => void
  onReallyRemove: () => Promise<void>
  onDismiss: (event: WechatMiniprogram.BaseEvent) => Promise<void>
  settle: (order: () => Promise<unknown>, said: string) => Promise<void>
}

/** Parents who ask to join my class. Approving names the student; declining may say why. */
Page<Data, Custom>({
  data: {
    state: 'loading',
    problem: '',
    joins: [],
    matters: [],
    removing: null,
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
      const [{ joins }, { matters }] = await Promise.all([
        call(listJoins, { unitId: this.classId }),
        call(listFamilyMatters, { unitId: this.classId }),
      ])
      this.setData({
        state: 'ready',
        joins: joins.map((it) => ({ ...it, asked: nearMoment(it.askedAt) })),
        matters: matters.map((it) => ({ ...it, when: nearMoment(it.at) })),
      })
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

  matterOf(event) {
    const { id } = event.currentTarget.dataset as { id: string }
    return this.data.matters.find((it) => it.id === id) ?? null
  },
  onRemove(event) {
    this.setData({ removing: this.matterOf(event) })
  },
  onKeep() {
    this.setData({ removing: null })
  },
  async onReallyRemove() {
    const { removing } = this.data
    if (!removing) return
    const { studentId, guardianshipId } = removing
    await this.settle(() => call(removeGuardian, { studentId, guardianshipId }), '已移除')
  },
  async onDismiss(event) {
    const matter = this.matterOf(event)
    if (!matter) return
    await this.settle(
      () => call(dismissReport, { studentId: matter.studentId, reportId: matter.id }),
      '已保留',
    )
  },
  async settle(order, said) {
    if (this.data.busy) return
    this.setData({ busy: true })
    try {
      await order()
      void wx.showToast({ title: said, icon: 'success' })
      this.setData({ removing: null })
      await this.load()
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: false })
    }
  },
})
