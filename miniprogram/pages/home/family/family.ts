import { listMyTodos, type ChildProgress, type Todo } from '../../../contract'
import { call, explain } from '../../../services/api'
import { standing } from '../../../services/consent'
import { date, dayOf, greeting } from '../../../services/format'
import { go } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { lookForNews } from '../../../services/replies'
import { session } from '../../../services/session'
import { me } from '../../../services/store'
import { presentProgress, type ShownProgress } from './present'

/** The parent's home: today's errands, each child's way to the certificate, help lines. */
Component({
  data: {
    state: 'loading',
    problem: '',
    /** Nobody is signed in, or no child is joined: the page invites instead. */
    isStranger: false,
    /** Consent is taken back: a card stands in place of the child's things. */
    isPutAway: false,
    greeting: '',
    today: '',
    children: '',
    todos: [] as (Todo & { child: string })[],
    progress: [] as ShownProgress[],
  },

  lifetimes: {
    attached() {
      void this.load()
    },
  },

  methods: {
    async load() {
      if (session.hasLeft()) return this.setData({ state: 'ready', isStranger: true })
      void lookForNews()
      try {
        const { todos, children } = await call(listMyTodos, {})
        this.show(todos, children)
      } catch (error) {
        // What is on the screen already is better than an error page; the banner says that the network is gone.
        if (this.data.state !== 'ready') this.setData({ state: 'failed', problem: explain(error) })
      }
    },

    show(todos: Todo[], progress: ChildProgress[]) {
      const who = me.get()
      const mine = who?.children ?? []
      const nameOf = (id: string | null) => mine.find((it) => it.studentId === id)?.name ?? ''
      this.setData({
        state: 'ready',
        isPutAway: standing() === 'withdrawn',
        isStranger: mine.length === 0 && todos.length === 0 && standing() !== 'withdrawn',
        greeting: `${greeting()}${who?.name ? `，${who.name}` : ''}`,
        today: date(dayOf(new Date())),
        children: mine.map((it) => `${it.name} ${it.className}`).join('、'),
        todos: todos.map((it) => ({ ...it, child: mine.length > 1 ? nameOf(it.studentId) : '' })),
        // A grade that nothing is asked of has no card.
        progress: progress.filter((it) => it.programmeTitle).map((it) => presentProgress(it, mine)),
      })
    },

    onStart() {
      go(pages.welcome)
    },

    onSchool() {
      go(pages.school)
    },

    onLearn(event: WechatMiniprogram.BaseEvent) {
      const { page } = event.currentTarget.dataset as { page: string | null }
      if (page) go(page)
    },
  },
})
