import {
  listSharedReflections,
  removeMyReflection,
  saveReflection,
  type MyReflection,
  type SharedReflection,
} from '../../../../contract'
import { call, tell } from '../../../../services/api'
import { nearDate, dayOf } from '../../../../services/format'
import { statusInWords } from './present'

type Said = SharedReflection & { when: string }

/** A task to tick and think about, or a question to answer, and what other parents said. Fires `done`. */
Component({
  properties: {
    lessonId: { type: String, value: '' },
    isTask: { type: Boolean, value: false },
    locked: { type: Boolean, value: true },
    whyLocked: { type: String, value: '' },
    mine: { type: Object, value: null as unknown as MyReflection },
  },
  data: {
    text: '',
    isShared: false,
    isWriting: false,
    kept: null as MyReflection | null,
    status: '',
    busy: false,
    others: [] as Said[],
    next: null as string | null,
    isOpen: false,
  },

  observers: {
    mine(mine: MyReflection | null) {
      this.show(mine)
    },
  },

  methods: {
    show(kept: MyReflection | null) {
      this.setData({
        kept,
        status: kept ? statusInWords(kept) : '',
        text: kept?.text ?? '',
        isShared: kept?.isShared ?? false,
        isWriting: !kept,
      })
    },
    onText(event: WechatMiniprogram.CustomEvent<{ value: string }>) {
      this.data.text = event.detail.value
    },
    onShare(event: WechatMiniprogram.CustomEvent<{ value: boolean }>) {
      this.setData({ isShared: event.detail.value })
    },
    onWrite() {
      this.setData({ isWriting: true })
    },
    async onSave() {
      const { busy, lessonId, text, isShared, isTask } = this.data
      if (busy) return
      this.setData({ busy: true })
      try {
        const { reflection } = await call(saveReflection, { lessonId, text, isShared: isShared || !isTask })
        this.show(reflection)
        this.triggerEvent('done')
        void wx.showToast({ title: isTask ? '做到了，真好' : '已提交，谢谢您', icon: 'none' })
      } catch (error) {
        tell(error)
      } finally {
        this.setData({ busy: false })
      }
    },
    async onTakeBack() {
      const { confirm } = await wx.showModal({
        title: '收回这段话',
        content: '收回以后谁也看不到，这一课仍然算学完。',
        confirmText: '收回',
      })
      if (!confirm || this.data.busy) return
      this.setData({ busy: true })
      try {
        await call(removeMyReflection, { lessonId: this.data.lessonId })
        this.setData({ others: [], isOpen: false })
        this.show(null)
      } catch (error) {
        tell(error)
      } finally {
        this.setData({ busy: false })
      }
    },
    onOthers() {
      void this.fetchOthers()
    },
    onMore() {
      void this.fetchOthers(this.data.next ?? undefined)
    },
    async fetchOthers(after?: string) {
      if (this.data.busy) return
      this.setData({ busy: true })
      try {
        const page = await call(listSharedReflections, {
          lessonId: this.data.lessonId,
          ...(after && { after }),
        })
        const said = page.reflections.map((it) => ({ ...it, when: nearDate(dayOf(it.savedAt)) }))
        this.setData({ isOpen: true, others: after ? [...this.data.others, ...said] : said, next: page.next })
      } catch (error) {
        tell(error)
      } finally {
        this.setData({ busy: false })
      }
    },
  },
})
