import { listMyLetters, listMyWithdrawnLetters } from '../../../contract'
import { knowWho } from '../../../services/account'
import { call, explain, tell } from '../../../services/api'
import { isPutAway, standing } from '../../../services/consent'
import { go, signInFirst } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { lookForNews, news } from '../../../services/replies'
import { session } from '../../../services/session'
import { currentChild, watchChild } from '../../../services/store'
import { presentLine, presentWithdrawn, type ShownLine, type ShownWithdrawn } from './present'

/** The letters to one child, those that wait for an answer or all of them. */
Component({
  data: {
    state: 'loading',
    problem: '',
    isStranger: false,
    /** Consent is taken back: a card stands in place of the letters. */
    isPutAway: false,
    only: 'todo' as 'todo' | 'all',
    letters: [] as ShownLine[],
    /** What the family had read and was taken back; it stands among all letters. */
    withdrawn: [] as ShownWithdrawn[],
    next: null as string | null,
    isMore: false,
    /** Threads of this child with an answer nobody has opened on this phone. */
    unread: 0,
  },

  lifetimes: {
    attached() {
      stops.set(
        this,
        watchChild(() => this.reload()),
      )
      listeners.set(
        this,
        news.watch(() => this.showNews()),
      )
    },
    detached() {
      stops.get(this)?.()
      listeners.get(this)?.()
    },
  },

  methods: {
    reload() {
      this.setData({ state: 'loading', letters: [], next: null })
      void this.load()
    },

    showNews() {
      const studentId = currentChild()?.studentId
      const unread = news.get().children.find((it) => it.studentId === studentId)?.unread ?? 0
      this.setData({ unread })
    },
    onThreads() {
      go(pages.threads)
    },

    async load() {
      const { only } = this.data
      void lookForNews().then(() => this.showNews())
      try {
        await knowWho()
        const child = currentChild()
        this.setData({ isPutAway: standing() === 'withdrawn' })
        if (!child) return this.setData({ state: 'ready', isStranger: true, letters: [] })
        const [page, withdrawn] = await Promise.all([
          call(listMyLetters, askFor(child.studentId, only)),
          only === 'all' ? withdrawnFrom(child.studentId) : [],
        ])
        if (currentChild()?.studentId !== child.studentId || this.data.only !== only) return
        this.setData({
          state: 'ready',
          isStranger: false,
          letters: page.letters.map((it) => presentLine(it)),
          withdrawn,
          next: page.next,
        })
      } catch (error) {
        if (await isPutAway(error)) return this.setData({ state: 'ready', isPutAway: true })
        if (this.data.state !== 'ready') this.setData({ state: 'failed', problem: explain(error) })
      }
    },

    async more() {
      const { next, isMore, only } = this.data
      const child = currentChild()
      if (!next || isMore || !child) return
      this.setData({ isMore: true })
      try {
        const page = await call(listMyLetters, { ...askFor(child.studentId, only), after: next })
        if (this.data.next !== next) return // pulled down meanwhile: these lines belong to the old list
        const letters = [...this.data.letters, ...page.letters.map((it) => presentLine(it))]
        this.setData({ letters, next: page.next })
      } catch (error) {
        tell(error)
      } finally {
        this.setData({ isMore: false })
      }
    },

    onFilter(event: WechatMiniprogram.BaseEvent) {
      const { only } = event.currentTarget.dataset as { only: 'todo' | 'all' }
      if (only === this.data.only) return
      this.setData({ only })
      this.reload()
    },

    onOpen(event: WechatMiniprogram.BaseEvent) {
      const { id } = event.currentTarget.dataset as { id: string }
      const child = currentChild()
      if (child) go(`${pages.letter}?id=${id}&child=${child.studentId}`)
    },

    onStart() {
      if (session.hasLeft()) signInFirst()
      else go(pages.welcome)
    },
  },
})

const stops = new WeakMap<object, () => void>()
const listeners = new WeakMap<object, () => void>()

/** Beside the letters themselves: without it the list is still good. */
const withdrawnFrom = (studentId: string) =>
  call(listMyWithdrawnLetters, { studentId }).then(
    ({ letters }) => letters.map((it) => presentWithdrawn(it)),
    () => [],
  )

const askFor = (studentId: string, only: 'todo' | 'all') => ({
  studentId,
  ...(only === 'todo' && { only }),
})
