import { listStudents, readClassCode, type Reply } from '../../../contract'
import { call, explain, tell } from '../../../services/api'
import { pages } from '../../../services/pages'
import { presentStudent, type ShownStudent } from './present'

interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  code: Reply<typeof readClassCode> | null
  students: ShownStudent[]
  total: number
  next: string | null
  onlyMissing: boolean
  loadingMore: boolean
}
interface Custom {
  classId: string
  load: () => Promise<void>
  more: () => Promise<void>
  onFilter: () => void
  onCopyCode: () => void
  onCopyMissing: () => void
  onSaveCode: () => Promise<void>
}

/** One class: its code for the parents' group, and which families have joined, in student-number order. */
Page<Data, Custom>({
  data: {
    state: 'loading',
    problem: '',
    code: null,
    students: [],
    total: 0,
    next: null,
    onlyMissing: false,
    loadingMore: false,
  },
  classId: '',

  onLoad(query) {
    this.classId = query.id ?? ''
    void this.load()
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },
  onReachBottom() {
    void this.more()
  },

  async load() {
    try {
      const [code, page] = await Promise.all([
        call(readClassCode, { classId: this.classId }),
        call(listStudents, { unitId: this.classId }),
      ])
      this.setData({
        state: 'ready',
        code,
        students: page.students.map(presentStudent),
        total: page.total,
        next: page.next,
      })
      void wx.setNavigationBarTitle({ title: code.className })
    } catch (error) {
      if (this.data.state !== 'ready') this.setData({ state: 'failed', problem: explain(error) })
      else tell(error)
    }
  },

  async more() {
    const { next, loadingMore, students } = this.data
    if (!next || loadingMore) return
    this.setData({ loadingMore: true })
    try {
      const page = await call(listStudents, { unitId: this.classId, after: next })
      this.setData({ students: [...students, ...page.students.map(presentStudent)], next: page.next })
    } catch (error) {
      tell(error)
    } finally {
      this.setData({ loadingMore: false })
    }
  },

  onFilter() {
    this.setData({ onlyMissing: !this.data.onlyMissing })
  },

  onCopyCode() {
    const { code } = this.data
    if (!code) return
    const data = `各位家长，请打开“家长学校”小程序，用班级码 ${code.code} 加入${code.schoolName}${code.className}。`
    void wx.setClipboardData({ data })
  },

  /** The picture comes as a data address; the album takes files. */
  async onSaveCode() {
    const [, picture = ''] = this.data.code?.qrCode?.split(',') ?? []
    const filePath = `${wx.env.USER_DATA_PATH}/class-code.png`
    try {
      wx.getFileSystemManager().writeFileSync(filePath, picture, 'base64')
      await wx.saveImageToPhotosAlbum({ filePath })
      void wx.showToast({ title: '已存到相册', icon: 'success' })
    } catch {
      void wx.showToast({ title: '没有存成，请允许写入相册后再试', icon: 'none' })
    }
  },

  onCopyMissing() {
    const names = this.data.students.filter((it) => !it.hasJoined).map((it) => it.name)
    void wx.setClipboardData({ data: names.join('、') })
  },

  onShareAppMessage() {
    const { code } = this.data
    return {
      title: code ? `【请加入】${code.schoolName}${code.className}的家长请点这里` : '家长学校',
      path: `${pages.join}?code=${code?.code ?? ''}`,
    }
  },
})
