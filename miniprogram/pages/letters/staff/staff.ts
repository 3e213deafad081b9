import { listLetters, listMyStaffLetters, type MyPost } from '../../../contract'
import { call, explain, tell } from '../../../services/api'
import { go } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { lookForNews, news } from '../../../services/replies'
import { me } from '../../../services/store'
import { presentLine, writingUnits, type ShownLine } from './present'

type Box = 'own' | 'above'

/** What a teacher wrote to the class, and what came to it from above, with who has answered. */
Component({
  data: {
    state: 'loading',
    problem: '',
    units: [] as MyPost[],
    unitId: '',
    box: 'own' as Box,
    letters: [] as ShownLine[],
    next: null as string | null,
    isMore: false,
    /** Families that wait for an answer. */
    waiting: 0,
    /** Letters to one's own posts that wait. */
    posted: 0,
  },

  methods: {
    async load() {
      void call(listMyStaffLetters, { only: 'todo' })
        .then(({ letters }) => this.setData({ posted: letters.length }))
        .catch(() => undefined)
      void lookForNews().then(() => this.setData({ waiting: news.get().unread }))
      const units = writingUnits(me.get()?.posts ?? [])
      const unitId = units.find((it) => it.unitId === this.data.unitId)?.unitId ?? units[0]?.unitId ?? ''
      this.setData({ units, unitId })
      if (!unitId) return this.setData({ state: 'ready', letters: [] })
      const { box } = this.data
      try {
        const page = await call(listLetters, { unitId, box })
        if (this.data.unitId !== unitId || this.data.box !== box) return
        const letters = page.letters.map((it) => presentLine(it))
        this.setData({ state: 'ready', letters, next: page.next })
      } catch (error) {
        if (this.data.state !== 'ready') this.setData({ state: 'failed', problem: explain(error) })
        else tell(error)
      }
    },

    async more() {
      const { next, isMore, unitId, box } = this.data
      if (!next || isMore) return
      this.setData({ isMore: true })
      try {
        const page = await call(listLetters, { unitId, box, after: next })
        if (this.data.next !== next) return // another box was chosen meanwhile
        const letters = [...this.data.letters, ...page.letters.map((it) => presentLine(it))]
        this.setData({ letters, next: page.next })
      } catch (error) {
        tell(error)
      } finally {
        this.setData({ isMore: false })
      }
    },

    onBox(event: WechatMiniprogram.BaseEvent) {
      const { box } = event.currentTarget.dataset as { box: Box }
      if (box === this.data.box) return
      this.setData({ box, state: 'loading', letters: [], next: null })
      void this.load()
    },

    onUnit(event: WechatMiniprogram.BaseEvent) {
      const { id } = event.currentTarget.dataset as { id: string }
      if (id === this.data.unitId) return
      this.setData({ unitId: id, state: 'loading', letters: [], next: null })
      void this.load()
    },

    onOpen(event: WechatMiniprogram.BaseEvent) {
      const { id } = event.currentTarget.dataset as { id: string }
      go(`${pages.teacherLetter}?id=${id}&unit=${this.data.unitId}`)
    },

    onThreads() {
      go(pages.teacherThreads)
    },

    onPosted() {
      go(pages.staffLetters)
    },

    onWrite() {
      go(`${pages.teacherNotice}?unit=${this.data.unitId}`)
    },
  },
})
