import { listLearnersOfClass, listProgrammes, type LearnerFamily, type MyPost } from '../../../contract'
import { call, explain } from '../../../services/api'
import { me } from '../../../services/store'

interface Row {
  id: string
  name: string
  /** Tells namesakes apart. */
  number: string
  state: string
  tone: 'good' | 'todo' | 'calm'
}

const SEES_FAMILIES = ['district_admin', 'principal', 'school_admin', 'grade_head', 'class_teacher']

/** The teacher's side: who of the class holds the certificate, and whom one might remind. */
Component({
  data: {
    state: 'loading' as 'loading' | 'ready' | 'failed',
    problem: '',
    classes: [] as { id: string; name: string }[],
    classId: '',
    title: '',
    done: 0,
    missing: [] as Row[],
    finished: [] as Row[],
  },

  methods: {
    async load() {
      const classes = myClasses(me.get()?.posts ?? [])
      const classId = classes.find((it) => it.id === this.data.classId)?.id ?? classes[0]?.id ?? ''
      this.setData({ classes, classId })
      if (!classId) return this.setData({ state: 'ready' })
      try {
        const { programmes } = await call(listProgrammes, { unitId: classId })
        const programme = programmes.find((it) => it.isTaughtHere !== false && it.givesCertificate !== false)
        if (!programme) return this.setData({ state: 'ready', title: '' })
        const { families } = await call(listLearnersOfClass, { classId, code: programme.code })
        if (classId !== this.data.classId) return
        const missing = families.filter((it) => !it.certificateNumber)
        this.setData({
          state: 'ready',
          title: programme.title,
          done: families.length - missing.length,
          missing: missing.map(presentRow),
          finished: families.filter((it) => it.certificateNumber).map(presentRow),
        })
      } catch (error) {
        this.setData({ state: 'failed', problem: explain(error) })
      }
    },
    onClass(event: WechatMiniprogram.BaseEvent) {
      const { id } = event.currentTarget.dataset as { id: string }
      this.setData({ classId: id, state: 'loading' })
      void this.load()
    },
    onCopy() {
      const names = this.data.missing.map((it) => it.name).join('、')
      void wx.setClipboardData({ data: `还没有拿到家庭教育绿证：${names}` })
    },
  },
})

const myClasses = (posts: MyPost[]) =>
  posts
    .filter((it) => it.unitKind === 'class' && SEES_FAMILIES.includes(it.post))
    .map((it) => ({ id: it.unitId, name: it.unitName }))

function presentRow(it: LearnerFamily): Row {
  const base = { id: it.studentId, name: it.studentName, number: it.number }
  if (it.certificateNumber) return { ...base, state: '已拿证', tone: 'good' }
  if (!it.hasJoined) return { ...base, state: '未加入', tone: 'calm' }
  if (it.percent === null) return { ...base, state: '未开始', tone: 'todo' }
  return { ...base, state: `已学${it.percent}%`, tone: 'todo' }
}
