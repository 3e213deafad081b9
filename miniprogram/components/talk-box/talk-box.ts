import { MOST_FILES } from '../../contract'
import { explain, tell } from '../../services/api'
import { choosePapers, choosePictures, type Chosen, newRequestId, sendChosen } from '../../services/attach'

interface Attached extends Chosen {
  key: string
  state: 'sending' | 'sent' | 'failed'
  fileId: string
}

/** What the page gets to send. */
export interface Written {
  requestId: string
  text: string
  fileIds: string[]
}

/** Longer than about a line of a narrow phone. */
const SHORT = 16

/**
 * Where one writes: words that stay on this phone until they are sent, pictures and papers that go ahead of them. Fires `send` with
 * `Written`; the page answers by `sent()`, or `kept()` when it went wrong and the words stay. Fires `phrase` with
 * words to be kept among the phrases.
 */
Component({
  properties: {
    /** Under which the unsent words are kept; another thread has others. */
    draftKey: { type: String, value: '' },
    placeholder: { type: String, value: '写给老师' },
    /** Phrases to pick from; none for families. */
    phrases: { type: Array, value: [] as string[] },
  },
  data: { text: '', files: [] as Attached[], busy: false, isLong: false, isPicking: false, requestId: '' },

  observers: {
    draftKey(key: string) {
      const kept = key ? wx.getStorageSync<string>(`talk.${key}`) : ''
      this.setData({ text: kept || '', isLong: isLong(kept || ''), requestId: newRequestId() })
    },
  },

  methods: {
    keep(text: string) {
      this.setData({ text, isLong: isLong(text) })
      const key = `talk.${this.data.draftKey}`
      if (text) wx.setStorageSync(key, text)
      else wx.removeStorageSync(key)
    },
    onType({ detail }: WechatMiniprogram.Input) {
      this.keep(detail.value)
    },
    onPhrases() {
      this.setData({ isPicking: !this.data.isPicking })
    },
    onPhrase(event: WechatMiniprogram.BaseEvent) {
      const { phrase } = event.currentTarget.dataset as { phrase: string }
      this.setData({ isPicking: false })
      this.keep(this.data.text ? `${this.data.text}${phrase}` : phrase)
    },

    onSavePhrase() {
      this.setData({ isPicking: false })
      this.triggerEvent('phrase', { text: this.data.text.trim() })
    },

    async onAttach() {
      const left = MOST_FILES - this.data.files.length
      if (left <= 0) return void wx.showToast({ title: `一次最多带${MOST_FILES}个文件`, icon: 'none' })
      try {
        const { tapIndex } = await wx.showActionSheet({ itemList: ['拍照或选图片', '选聊天里的PDF文件'] })
        await this.add(await (tapIndex === 0 ? choosePictures(left) : choosePapers(left)))
      } catch (error) {
        if (!((error as { errMsg?: string }).errMsg ?? '').includes('cancel')) tell(error)
      }
    },
    async add(chosen: Chosen[]) {
      const added = chosen.map((it) => ({
        ...it,
        key: newRequestId(),
        state: 'sending' as const,
        fileId: '',
      }))
      this.setData({ files: [...this.data.files, ...added] })
      for (const it of added) await this.upload(it)
    },
    async upload(file: Attached) {
      this.mark(file.key, { state: 'sending' })
      try {
        const { id } = await sendChosen(file, file.key)
        this.mark(file.key, { state: 'sent', fileId: id })
      } catch (error) {
        this.mark(file.key, { state: 'failed' })
        void wx.showToast({ title: explain(error), icon: 'none', duration: 3000 })
      }
    },
    mark(key: string, change: Partial<Attached>) {
      this.setData({ files: this.data.files.map((it) => (it.key === key ? { ...it, ...change } : it)) })
    },
    onFile(event: WechatMiniprogram.BaseEvent) {
      const { key } = event.currentTarget.dataset as { key: string }
      const file = this.data.files.find((it) => it.key === key)
      if (file?.state === 'failed') void this.upload(file)
    },
    onRemove(event: WechatMiniprogram.BaseEvent) {
      const { key } = event.currentTarget.dataset as { key: string }
      this.setData({ files: this.data.files.filter((it) => it.key !== key) })
    },

    onSend() {
      const { text, files, busy, requestId } = this.data
      if (busy) return
      if (files.some((it) => it.state !== 'sent')) {
        return void wx.showToast({ title: '还有文件没有传好，请稍等或点它重传', icon: 'none' })
      }
      if (!text.trim() && files.length === 0)
        return void wx.showToast({ title: '请写下要说的话', icon: 'none' })
      this.setData({ busy: true, isPicking: false })
      this.triggerEvent('send', { requestId, text, fileIds: files.map((it) => it.fileId) } satisfies Written)
    },
    /** It is with the server, or waits on this phone. */
    sent() {
      this.keep('')
      this.setData({ files: [], busy: false, requestId: newRequestId() })
    },
    /** It went wrong: everything stays as it was. */
    kept() {
      this.setData({ busy: false })
    },
  },
})

const isLong = (text: string) => text.length > SHORT || text.includes('\n')
