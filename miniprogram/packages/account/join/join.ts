import { askToJoin, COMMON_RELATIONS, readClassByCode, type Reply } from '../../../contract'
import { refreshMe } from '../../../services/account'
import { call, explain, tell } from '../../../services/api'
import { mustAgree } from '../../../services/consent'
import { go, replaceWith } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { isOfClass, keepPaperLetter } from '../../../services/paper-letter'
import { me } from '../../../services/store'

const OTHER = '其他'
/** Codes have six to eight letters; each is looked up as soon as it could be whole. */
const CODE = /^[A-HJ-NP-Z2-9]{6,8}$/
/** On a paper notice the letter it belongs to stands behind the class code. */
const ON_PAPER = /^([A-HJ-NP-Z2-9]{6,8})([0-9a-f]{24})$/
/** What another guardian of the child gave out is longer, and leads to a page of its own. */
const INVITATION = /^[A-HJ-NP-Z2-9]{10}$/

interface Data {
  intro: string
  code: string
  codeProblem: string
  looking: boolean
  found: Reply<typeof readClassByCode> | null
  studentName: string
  guardianName: string
  relations: string[]
  relation: string
  otherRelation: string
  busy: boolean
  /** The privacy text waits for an answer before the request can go. */
  asking: boolean
}
type Typed = WechatMiniprogram.CustomEvent<{ value: string }>
interface Custom {
  letterId: string
  onCode: (event: Typed) => void
  look: () => Promise<void>
  onType: (event: Typed) => void
  onRelation: (event: WechatMiniprogram.BaseEvent) => void
  onAsk: () => Promise<void>
  onAgreed: () => void
  onNotNow: () => void
}

const introFor = ({ isOnPaper, isFromPhone }: { isOnPaper: boolean; isFromPhone: boolean }) => {
  if (isOnPaper) return '加入班级后，就能在手机上看这封信、交回执。'
  return isFromPhone ? '学校花名册里没有找到您的手机号，请用班级码加入。' : ''
}

/** Joining without a match: the code from the class group, whose parent one is, and then 班主任 says yes. */
Page<Data, Custom>({
  data: {
    intro: '',
    code: '',
    codeProblem: '',
    looking: false,
    found: null,
    studentName: '',
    guardianName: '',
    relations: [...COMMON_RELATIONS, OTHER],
    relation: '',
    otherRelation: '',
    busy: false,
    asking: false,
  },

  letterId: '',

  onLoad(query) {
    // `scene` comes from the class's QR code, `code` from a shared card.
    const scene = decodeURIComponent(query.scene ?? '')
    const [, onPaper, letterId = ''] = ON_PAPER.exec(scene) ?? []
    this.letterId = letterId
    const code = (query.code ?? onPaper ?? scene).toUpperCase()
    const guardianName = me.get()?.name ?? ''
    const intro = introFor({ isOnPaper: Boolean(letterId), isFromPhone: query.from === 'phone' })
    this.setData({ code, guardianName, intro })
    if (CODE.test(code)) void this.look()
  },

  onCode({ detail }) {
    const code = detail.value.toUpperCase().replace(/\s/g, '')
    this.setData({ code, found: null, codeProblem: '' })
    if (INVITATION.test(code)) return go(`${pages.invitation}?code=${code}`)
    if (CODE.test(code)) void this.look()
  },

  async look() {
    const { code } = this.data
    this.setData({ looking: true })
    try {
      const found = await call(readClassByCode, { code })
      if (code !== this.data.code) return
      // Who is of the class already has scanned the paper to get to its letter; who is not gets there by joining.
      if (this.letterId && isOfClass(found)) return replaceWith(`${pages.letter}?id=${this.letterId}`)
      if (this.letterId) keepPaperLetter(this.letterId, found)
      this.setData({ found, codeProblem: '' })
    } catch (error) {
      // While a longer code is being typed, its first six letters are not wrong yet.
      if (code === this.data.code) this.setData({ codeProblem: explain(error) })
    } finally {
      if (code === this.data.code) this.setData({ looking: false })
    }
  },

  onType(event) {
    const { field } = event.currentTarget.dataset as {
      field: 'studentName' | 'guardianName' | 'otherRelation'
    }
    this.setData({ [field]: event.detail.value })
  },

  onRelation(event) {
    const { relation } = event.currentTarget.dataset as { relation: string }
    this.setData({ relation })
  },

  async onAsk() {
    if (this.data.busy) return
    if (mustAgree()) return this.setData({ asking: true })
    const { code, studentName, guardianName, relation, otherRelation } = this.data
    const input = { code, studentName, guardianName, relation: relation === OTHER ? otherRelation : relation }
    this.setData({ busy: true })
    try {
      await call(askToJoin, input)
      await refreshMe().catch(() => undefined)
      replaceWith(pages.joins)
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: false })
    }
  },

  onAgreed() {
    this.setData({ asking: false })
    void this.onAsk()
  },
  onNotNow() {
    this.setData({ asking: false })
  },
})
