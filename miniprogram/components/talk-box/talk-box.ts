import { MOST_FILES } from '../../contract'
import { explain, tell } from '../../services/api'
import { choosePapers, choosePictures, type Chosen, sendChosen } from '../../services/attach'
import {
  type Attached,
  changed,
  type Draft,
  emptyDraft,
  newRequestId,
  readDraft,
  saveDraft,
} from '../../services/draft'

/** What the page gets to send. */
export interface Written {
  requestId: string
  text: string
  fileIds: string[]
}

/** Longer than about a line of a narrow phone. */
const SHORT = 16

/**
 * Where one writes: words and files that stay on this phone until they are sent, pictures and papers that go ahead of them. Fires `send` with
 * `Written`; the page answers by `sent()`, or `kept()` when it went wrong and the words stay. Fires `phrase` with
 * words to be kept among the phrases. `fill()` puts words in to be changed and sent again.
 */
Component({
  properties: {
    /** Under which what is unsent is kept; another thread, or person, has something else. */
    draftKey: { type: String, value: '' },
    placeholder: { type: String, value: '写给老师' },
    /** Phrases to pick from; none for families. */
    phrases: { type: Array, value: [] as string[] },
  },
  data: { draft: emptyDraft(), busy: false, isLong: false, isPicking: false },

  observers: {
    draftKey(key: string) {
      this.show(key ? readDraft(key) : emptyDraft())
    },
  },

  methods: {
    show(draft: Draft) {
      this.setData({ draft, isLong: isLong(draft.text) })
    },
    keep(draft: Draft) {
      this.show(draft)
      saveDraft(this.data.draftKey, draft)
    },
    onType({ detail }: WechatMiniprogram.Input) {
      this.keep(changed(this.data.draft, { text: detail.value }))
    },
    fill(text: string) {
      const there = this.data.draft.text
      this.keep(changed(this.data.draft, { text: there ? `${there}\n${text}` : text }))
    },
    onPhrases() {
      this.setData({ isPicking: !this.data.isPicking })
    },
    onPhrase(event: WechatMiniprogram.BaseEvent) {
      const { phrase } = event.currentTarget.dataset as { phrase: string }
      this.setData({ isPicking: false })
      this.keep(changed(this.data.draft, { text: `${this.data.draft.text}${phrase}` }))
    },

    onSavePhrase() {
      this.setData({ isPicking: false })
      this.triggerEvent('phrase', { text: this.data.draft.text.trim() })
    },

    async onAttach() {
      const left = MOST_FILES - this.data.draft.files.length
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
      this.setFiles([...this.data.draft.files, ...added])
      for (const it of added) await this.upload(it)
    },
    async upload(file: Attached) {
      this.mark(file.key, { state: 'sending' })
      try {
        const { id } = await sendChosen(file, file.key)
        this.mark(file.key, { state: 'sent', fileId: id, sentAt: Date.now() })
      } catch (error) {
        this.mark(file.key, { state: 'failed' })
        void wx.showToast({ title: explain(error), icon: 'none', duration: 3000 })
      }
    },
    setFiles(files: Attached[]) {
      this.keep(changed(this.data.draft, { files }))
    },
    mark(key: string, change: Partial<Attached>) {
      this.setFiles(this.data.draft.files.map((it) => (it.key === key ? { ...it, ...change } : it)))
    },
    onFile(event: WechatMiniprogram.BaseEvent) {
      const { key } = event.currentTarget.dataset as { key: string }
      const file = this.data.draft.files.find((it) => it.key === key)
      if (file?.state === 'failed') void this.upload(file)
    },
    onRemove(event: WechatMiniprogram.BaseEvent) {
      const { key } = event.currentTarget.dataset as { key: string }
      this.setFiles(this.data.draft.files.filter((it) => it.key !== key))
    },

    onSend() {
      const { draft, busy } = this.data
      const { text, files, requestId } = draft
      if (busy) return
      if (files.some((it) => it.state !== 'sent')) {
        return void wx.showToast({ title: '还有文件没有传好，请稍等或点它重传', icon: 'none' })
      }
      if (!text.trim() && files.length === 0)
        return void wx.showToast({ title: '请写下要说的话', icon: 'none' })
      this.setData({ busy: true, isPicking: false })
      this.keep({ ...draft, isTried: true })
      this.triggerEvent('send', { requestId, text, fileIds: files.map((it) => it.fileId) } satisfies Written)
    },
    /** It is with the server, or waits on this phone. */
    sent() {
      this.setData({ busy: false })
      this.keep(emptyDraft())
    },
    /** It went wrong: everything stays as it was. */
    kept() {
      this.setData({ busy: false })
    },
  },
})

const isLong = (text: string) => text.length > SHORT || text.includes('\n')
