import { acceptInvitation, COMMON_RELATIONS, readInvitation, type Reply } from '../../../contract'
import { refreshMe } from '../../../services/account'
import { call, explain, Problem, tell } from '../../../services/api'
import { mustAgree } from '../../../services/consent'
import { goOn, signInFirst } from '../../../services/navigate'
import { nearMoment } from '../../../services/format'
import { session } from '../../../services/session'
import { me } from '../../../services/store'

interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  invitation: Reply<typeof readInvitation> | null
  until: string
  name: string
  relations: readonly string[]
  relation: string
  busy: boolean
  /** The privacy text waits for an answer before one can join. */
  asking: boolean
}
type Typed = WechatMiniprogram.CustomEvent<{ value: string }>
interface Custom {
  code: string
  load: () => Promise<void>
  onType: (event: Typed) => void
  onRelation: (event: WechatMiniprogram.BaseEvent) => void
  onAccept: () => Promise<void>
  onAgreed: () => void
  onNotNow: () => void
}

/** Another guardian of the child asks me in: my name, what I am to the child, and I am there. */
Page<Data, Custom>({
  data: {
    state: 'loading',
    problem: '',
    invitation: null,
    until: '',
    name: '',
    relations: COMMON_RELATIONS,
    relation: '',
    busy: false,
    asking: false,
  },
  code: '',

  onLoad(query) {
    this.code = (query.code ?? '').toUpperCase()
    this.setData({ name: me.get()?.name ?? '' })
  },
  onShow() {
    void this.load()
  },

  async load() {
    try {
      await session.open({ asked: true })
      const invitation = await call(readInvitation, { code: this.code })
      this.setData({ state: 'ready', invitation, until: nearMoment(invitation.expiresAt) })
    } catch (error) {
      if (error instanceof Problem && error.status === 401) return signInFirst()
      this.setData({ state: 'failed', problem: explain(error) })
    }
  },

  onType(event) {
    const { field } = event.currentTarget.dataset as { field: 'name' | 'relation' }
    this.setData({ [field]: event.detail.value })
  },
  onRelation(event) {
    const { relation } = event.currentTarget.dataset as { relation: string }
    this.setData({ relation })
  },

  async onAccept() {
    const { busy, name, relation } = this.data
    if (busy) return
    if (mustAgree()) return this.setData({ asking: true })
    this.setData({ busy: true })
    try {
      await call(acceptInvitation, { code: this.code, name, relation })
      await refreshMe()
      goOn()
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ busy: false })
    }
  },

  onAgreed() {
    this.setData({ asking: false })
    void this.onAccept()
  },
  onNotNow() {
    this.setData({ asking: false })
  },
})
