import {
  COMMON_RELATIONS,
  handOverPrimary,
  inviteGuardian,
  leaveFamily,
  listMyFamilies,
  reportGuardian,
  setMyFamilyMarks,
  setMyRelation,
  withdrawInvitation,
} from '../../../contract'
import { refreshMe } from '../../../services/account'
import { call, explain, Problem, tell } from '../../../services/api'
import { go } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { presentFamily, type SheetKind, SHEETS, type ShownFamily, type ShownGuardian } from './present'

interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  notice: string
  families: ShownFamily[]
  sheet: SheetKind | ''
  said: (typeof SHEETS)[SheetKind] | null
  family: ShownFamily | null
  guardian: ShownGuardian | null
  relations: readonly string[]
  relation: string
  reason: string
  isBoarding: boolean
  isLeftBehind: boolean
  dailyCarer: string
  busy: boolean
}
type Typed = WechatMiniprogram.CustomEvent<{ value: string }>
interface Custom {
  load: () => Promise<void>
  find: (event: WechatMiniprogram.BaseEvent) => { family: ShownFamily | null; guardian: ShownGuardian | null }
  onSheet: (event: WechatMiniprogram.BaseEvent) => void
  onClose: () => void
  onType: (event: Typed) => void
  onRelation: (event: WechatMiniprogram.BaseEvent) => void
  onMark: (event: WechatMiniprogram.BaseEvent) => void
  onYes: () => Promise<void>
  give: () => Promise<unknown>
  onInvite: (event: WechatMiniprogram.BaseEvent) => Promise<void>
  onCopy: (event: WechatMiniprogram.BaseEvent) => void
  onTakeBack: (event: WechatMiniprogram.BaseEvent) => Promise<void>
  onJoin: () => void
}

/** 我的家人: who belongs to each child, who is primary, how the child lives, and asking another one in. */
Page<Data, Custom>({
  data: {
    state: 'loading',
    problem: '',
    notice: '',
    families: [],
    sheet: '',
    said: null,
    family: null,
    guardian: null,
    relations: COMMON_RELATIONS,
    relation: '',
    reason: '',
    isBoarding: false,
    isLeftBehind: false,
    dailyCarer: '',
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
      const { families, notice } = await call(listMyFamilies, {})
      this.setData({ state: 'ready', families: families.map(presentFamily), notice: notice ?? '' })
    } catch (error) {
      if (this.data.state !== 'ready') this.setData({ state: 'failed', problem: explain(error) })
      else tell(error)
    }
  },

  find(event) {
    const { child, id } = event.currentTarget.dataset as { child: string; id?: string }
    const family = this.data.families.find((it) => it.studentId === child) ?? null
    return { family, guardian: family?.guardians.find((it) => it.guardianshipId === id) ?? null }
  },

  onSheet(event) {
    const { sheet } = event.currentTarget.dataset as { sheet: SheetKind }
    const { family, guardian } = this.find(event)
    if (!family) return
    const { marks, myRelation } = family
    if (sheet === 'leave' && !family.abilities.leave) {
      return tell(new Problem(409, '您是主要联系人，请先转交给另一位家人'))
    }
    this.setData({ sheet, said: SHEETS[sheet], family, guardian, ...marks, relation: myRelation, reason: '' })
  },
  onClose() {
    this.setData({ sheet: '' })
  },

  onType(event) {
    const { field } = event.currentTarget.dataset as { field: 'relation' | 'dailyCarer' | 'reason' }
    this.setData({ [field]: event.detail.value })
  },
  onRelation(event) {
    const { relation } = event.currentTarget.dataset as { relation: string }
    this.setData({ relation })
  },
  onMark(event) {
    const { mark } = event.currentTarget.dataset as { mark: 'isBoarding' | 'isLeftBehind' }
    this.setData({ [mark]: !this.data[mark] })
  },

  async onYes() {
    if (this.data.busy) return
    this.setData({ busy: true })
    try {
      await this.give()
      this.setData({ sheet: '' })
      await Promise.all([this.load(), refreshMe()])
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: false })
    }
  },

  async give() {
    const { sheet, family, guardian, relation, reason, isBoarding, isLeftBehind, dailyCarer } = this.data
    const studentId = family?.studentId ?? ''
    const guardianshipId = guardian?.guardianshipId ?? ''
    if (sheet === 'primary') return call(handOverPrimary, { studentId, guardianshipId })
    if (sheet === 'report') {
      await call(reportGuardian, { studentId, guardianshipId, reason })
      return wx.showToast({ title: '已告诉班主任', icon: 'success' })
    }
    if (sheet === 'relation') return call(setMyRelation, { studentId, relation })
    if (sheet === 'marks') {
      return call(setMyFamilyMarks, { studentId, isBoarding, isLeftBehind, dailyCarer })
    }
    return call(leaveFamily, { studentId, notMine: sheet === 'notMine' })
  },

  async onInvite(event) {
    const { family } = this.find(event)
    if (!family || this.data.busy) return
    this.setData({ busy: true })
    try {
      await call(inviteGuardian, { studentId: family.studentId })
      await this.load()
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: false })
    }
  },
  onCopy(event) {
    const { family } = this.find(event)
    if (family?.invitation) void wx.setClipboardData({ data: family.invitation.code })
  },
  async onTakeBack(event) {
    const { family } = this.find(event)
    if (!family) return
    try {
      await call(withdrawInvitation, { studentId: family.studentId })
      await this.load()
    } catch (error) {
      tell(error)
    }
  },

  onJoin() {
    go(pages.join)
  },

  onShareAppMessage({ target }) {
    const { code } = (target as { dataset?: { code?: string } } | undefined)?.dataset ?? {}
    // A card shared from the menu carries no invitation: whoever opens it finds the front page.
    if (!code) return { title: '家长学校', path: pages.home }
    return { title: '邀请您一起关心孩子在学校的事', path: `${pages.invitation}?code=${code}` }
  },
})
