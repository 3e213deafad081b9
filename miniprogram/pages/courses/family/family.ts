import { listMyProgrammes, type ProgrammeCard } from '../../../contract'
import { knowWho } from '../../../services/account'
import { call, explain } from '../../../services/api'
import { go, signInFirst } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { currentChild, watchChild } from '../../../services/store'

interface Other {
  code: string
  title: string
  /** 必修 or 推荐, where it is either. */
  tag: string
  isRequired: boolean
  about: string
  percent: number
}

/** The parent's side: the programme the child's grade asks for stands whole on top, others are one tap away. */
Component({
  data: {
    state: 'loading' as 'loading' | 'ready' | 'failed',
    problem: '',
    isStranger: false,
    /** The programme shown whole; empty when there is none at all. */
    first: '',
    isRequired: false,
    /** Ends with a certificate. */
    earns: true,
    /** Written for the child's grade, to be learnt or left. */
    isOffered: false,
    others: [] as Other[],
  },

  lifetimes: {
    attached() {
      stops.set(
        this,
        watchChild(() => void this.load()),
      )
    },
    detached() {
      stops.get(this)?.()
    },
  },

  methods: {
    async load() {
      try {
        const who = await knowWho()
        if (!who) return this.setData({ state: 'ready', isStranger: true })
        const studentId = currentChild()?.studentId
        const { programmes } = await call(listMyProgrammes, studentId ? { studentId } : {})
        const [first, ...rest] = programmes
        this.setData({
          state: 'ready',
          isStranger: false,
          first: first?.code ?? '',
          isRequired: (first?.isRequired && !first.certificate && !first.isFinished) ?? false,
          earns: first?.givesCertificate !== false,
          isOffered: (first?.isFitting && !first.isRequired && !first.certificate) ?? false,
          others: rest.map(presentOther),
        })
        await (this.selectComponent('#outline') as { load?: () => Promise<void> } | null)?.load?.()
      } catch (error) {
        if (!this.data.first) this.setData({ state: 'failed', problem: explain(error) })
      }
    },
    onOther(event: WechatMiniprogram.BaseEvent) {
      const { code } = event.currentTarget.dataset as { code: string }
      go(`${pages.programme}?code=${code}`)
    },
    onStart() {
      signInFirst()
    },
  },
})

const presentOther = (it: ProgrammeCard): Other => ({
  code: it.code,
  title: it.title,
  tag: it.isRequired ? '必修' : it.isRecommended ? '推荐' : '',
  isRequired: it.isRequired,
  about: [
    it.forGrades.length > 0 ? `${it.forGrades.join('、')}家长` : it.stage,
    `${it.hours}学时`,
    it.unitName,
  ]
    .filter(Boolean)
    .join(' · '),
  percent: it.percent,
})

const stops = new WeakMap<object, () => void>()
