import { listMyProgrammes, type ProgrammeCard } from '../../../contract'
import { call } from '../../../services/api'
import { go } from '../../../services/navigate'
import { pages } from '../../../services/pages'

interface Course {
  code: string
  title: string
  about: string
  percent: number
  state: string
  tone: 'good' | 'todo' | 'calm'
}

/** What a teacher learns themselves (A8); nothing at all where no course is offered. */
Component({
  data: { courses: [] as Course[] },

  lifetimes: {
    attached() {
      void this.load()
    },
  },

  methods: {
    async load() {
      try {
        const { programmes } = await call(listMyProgrammes, {})
        this.setData({ courses: programmes.map(presentCourse) })
      } catch {
        // The class below says that the network is away; what was here before stays.
      }
    },
    onCourse(event: WechatMiniprogram.BaseEvent) {
      const { code } = event.currentTarget.dataset as { code: string }
      go(`${pages.programme}?code=${code}`)
    },
  },
})

const presentCourse = (it: ProgrammeCard): Course => ({
  code: it.code,
  title: it.title,
  about: `${it.lessonsTotal}课 · ${it.hours}学时`,
  percent: it.percent,
  ...stateOf(it),
})

/** What was finished in an earlier school year is asked of a class teacher again (A8). */
function stateOf(it: ProgrammeCard): Pick<Course, 'state' | 'tone'> {
  const isAgain = it.abilities?.learnAgain ?? false
  if (isAgain && it.isRequired) return { state: '新学年再学', tone: 'todo' }
  if (it.isFinished) return { state: '已学完', tone: 'good' }
  return it.isRequired ? { state: '要学', tone: 'todo' } : { state: '选学', tone: 'calm' }
}
