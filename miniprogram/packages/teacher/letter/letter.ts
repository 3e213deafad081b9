import {
  listUnreached,
  readLetter,
  readLetterFigures,
  readReminderPlan,
  readSheet,
  remindUnread,
  type Letter,
  type Reply,
  type UnreachedFamily,
} from '../../../contract'
import { call, explain, tell } from '../../../services/api'
import { cardTitle } from '../../../services/letter-card'
import { go } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { me } from '../../../services/store'
import { callInGroup } from './group-call'
import {
  type Group,
  groupsOf,
  presentHead,
  remindableText,
  type ShownHead,
  standingOf,
  unreachedGroup,
  whyNotNow,
} from './present'
import { reachFamily } from './reach-family'

type Rows = Reply<typeof readLetterFigures>['rows']

interface Data {
  letterId: string
  state: 'loading' | 'ready' | 'failed'
  problem: string
  head: ShownHead | null
  /** Where a letter stands that is not out: waiting for its hour or for a yes, returned, taken back. */
  standing: string
  /** Pictures that the school has sent back. */
  returned: NonNullable<Letter['looks']>
  groups: Group[]
  chosen: number
  /** Units below, for who looks after more than a class. */
  rows: Rows
  mayRemind: boolean
  /** 现在微信能提醒到23/45个家庭: what pressing would do. */
  remindable: string
  /** Why pressing would reach nobody; empty where it would. */
  whyNot: string
  mayWithdraw: boolean
  mayRevise: boolean
  busy: boolean
}
interface Custom {
  unitId: string
  letter: Letter | null
  className: string
  /** Whom no reminder reaches. */
  unreached: UnreachedFamily[]
  next: number
  lookAgain: () => void
  load: () => Promise<void>
  showNames: () => Promise<void>
  showReach: () => Promise<void>
  onGroupCall: () => Promise<void>
  onGroup: (event: WechatMiniprogram.BaseEvent) => void
  onUnit: (event: WechatMiniprogram.BaseEvent) => void
  onCopy: () => void
  onReach: (event: WechatMiniprogram.BaseEvent) => void
  onRemind: () => Promise<void>
  onRevise: () => void
}

const LOOK_MS = 3000

/** Who has answered a letter and who has not, by name for a class, by unit above it. */
Page<Data, Custom>({
  data: {
    letterId: '',
    state: 'loading',
    problem: '',
    head: null,
    standing: '',
    returned: [],
    groups: [],
    chosen: 0,
    rows: [],
    mayRemind: false,
    remindable: '',
    whyNot: '',
    mayWithdraw: false,
    mayRevise: false,
    busy: false,
  },
  unitId: '',
  letter: null,
  className: '',
  unreached: [],
  next: 0,

  onLoad(query) {
    const posts = me.get()?.posts ?? []
    this.setData({ letterId: query.id ?? '' })
    this.unitId = query.unit ?? posts.find((it) => it.unitKind === 'class')?.unitId ?? posts[0]?.unitId ?? ''
  },
  onShow() {
    void this.load()
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },

  async load() {
    const said = { letterId: this.data.letterId, unitId: this.unitId }
    try {
      const [letter, figures] = await Promise.all([call(readLetter, said), call(readLetterFigures, said)])
      this.letter = letter
      this.className = figures.unit.name
      const isOut = letter.status === 'sent' || letter.status === 'withdrawn'
      if (isOut && figures.unit.kind === 'class' && letter.abilities.seeNames) await this.showNames()
      // It goes in some seconds: the page shows it as soon as it is out.
      if (isOnItsWay(letter)) this.lookAgain()
      this.setData({
        state: 'ready',
        head: presentHead(letter, figures.total),
        returned: (letter.looks ?? []).filter((it) => it.state === 'returned'),
        rows: figures.rows,
        standing: standingOf(letter),
        mayRemind: letter.abilities.remind,
        mayWithdraw: letter.abilities.withdraw,
        // What asks to be filled in is put right on the console, where its form can be seen.
        mayRevise: letter.abilities.revise && !letter.form,
      })
      if (letter.abilities.remind) await this.showReach()
    } catch (error) {
      if (this.data.state !== 'ready') this.setData({ state: 'failed', problem: explain(error) })
      // A look that went wrong is not the last one.
      else if (this.letter && isOnItsWay(this.letter)) this.lookAgain()
      else tell(error)
    }
  },

  lookAgain() {
    clearTimeout(this.next)
    this.next = setTimeout(() => void this.load(), LOOK_MS)
  },
  onUnload() {
    clearTimeout(this.next)
  },
  onHide() {
    clearTimeout(this.next)
  },

  async showNames() {
    const sheet = await call(readSheet, { letterId: this.data.letterId, classId: this.unitId })
    this.className = sheet.className
    // Whom nothing reaches is asked about afterwards; whoever is reading that list keeps it meanwhile.
    const unreached = this.data.groups.filter((it) => it.key === 'unreached')
    this.setData({ groups: [...groupsOf(sheet.rows, sheet.confirmation), ...unreached] })
  },

  /** How many a reminder would reach, and who is left to be told in another way. */
  async showReach() {
    const said = { letterId: this.data.letterId, unitId: this.unitId }
    const [plan, unreached] = await Promise.all([call(readReminderPlan, said), call(listUnreached, said)])
    const named = this.data.groups.filter((it) => it.key !== 'unreached')
    this.unreached = unreached.families ?? []
    const groups = unreached.families?.length ? [...named, unreachedGroup(unreached.families)] : named
    this.setData({
      remindable: remindableText(plan),
      whyNot: whyNotNow(plan),
      groups,
      chosen: this.data.chosen < groups.length ? this.data.chosen : 0,
    })
  },

  async onGroupCall() {
    if (this.letter) await callInGroup(this.data.letterId, this.letter.title)
  },

  onGroup(event) {
    const { at } = event.currentTarget.dataset as { at: number }
    this.setData({ chosen: at })
  },
  onUnit(event) {
    const { id } = event.currentTarget.dataset as { id: string }
    go(`${pages.teacherLetter}?id=${this.data.letterId}&unit=${id}`)
  },
  onCopy() {
    const { groups, chosen } = this.data
    const names = groups[chosen]?.rows.map((it) => it.name).join('、') ?? ''
    if (names) void wx.setClipboardData({ data: names })
  },

  onReach(event) {
    const { id } = event.currentTarget.dataset as { id: string }
    const family = this.unreached.find((it) => it.studentId === id)
    if (family) void reachFamily(family, this.letter?.title ?? '', this.unitId)
  },

  async onRemind() {
    if (this.data.busy) return
    this.setData({ busy: true })
    try {
      const said = { letterId: this.data.letterId, unitId: this.unitId }
      const { families, wechat, ringsAt } = await call(remindUnread, said)
      const title = `已提醒${families}个家庭，${wechat ?? 0}位家长的微信${ringsAt ? '早上7:00' : ''}会响`
      void wx.showToast({ title, icon: 'none', duration: 3000 })
      await this.showReach()
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: false })
    }
  },

  onRevise() {
    go(`${pages.teacherNotice}?unit=${this.unitId}&revise=${this.data.letterId}`)
  },
  onShareAppMessage() {
    const { letter } = this
    return {
      title: letter ? cardTitle(letter, this.className) : '家长学校',
      path: `${pages.letter}?id=${this.data.letterId}`,
    }
  },
})

const isOnItsWay = ({ status }: Letter) => status === 'scheduled' || status === 'sending'
