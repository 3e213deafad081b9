import { MOST_FILES } from '../../contract'
import { explain, tell } from '../../services/api'
import { choosePapers, choosePictures, type Chosen, keptFile } from '../../services/attach'
import {
  type Attached,
  changed,
  type Draft,
  emptyDraft,
  newRequestId,
  readDraft,
  saveDraft,
  sendFile,
  watchDrafts,
} from '../../services/draft'
import { forgetFiles } from '../../services/unsent'

/** What the page gets to send. */
export interface Written {
  requestId: string
  text: string
  fileIds: string[]
}
/** With the draft it comes from: by the time it has arrived another one may be in the box. */
export interface Saying {
  draftKey: string
  written: Written
}

const stops = new WeakMap<object, () => void>()

/** About what a line beside the buttons holds; more has the whole width of the phone. */
const SHORT = 8

/**
 * Where one writes: words and files that stay on this phone until they are sent, pictures and papers that go ahead of them. Fires `send` with
 * `Saying`; the page finishes the draft when it is gone, and answers by `done()` either way. Fires `phrase` with
 * words to be kept among the phrases. `fill()` puts words and files in to be changed and sent again.
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
    draftKey() {
      this.setData({ busy: false })
      this.look()
    },
  },
  lifetimes: {
    attached() {
      stops.set(
        this,
        watchDrafts((key) => {
          if (key === this.data.draftKey) this.look()
        }),
      )
    },
    detached() {
      stops.get(this)?.()
    },
  },

  methods: {
    look() {
      const { draftKey } = this.data
      this.show(draftKey ? readDraft(draftKey) : emptyDraft())
    },
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
    fill(text: string, files: readonly Attached[] = []) {
      const there = this.data.draft
      const both = [there.text, text].filter(Boolean).join('\n')
      this.keep(changed(there, { text: both, files: [...there.files, ...files] }))
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
      const added = await Promise.all(
        chosen.map(async (it) => ({
          ...it,
          path: await keptFile(it.path),
          key: newRequestId(),
          state: 'sending' as const,
          fileId: '',
        })),
      )
      const { draftKey } = this.data
      this.setFiles([...this.data.draft.files, ...added])
      for (const it of added) await this.upload(draftKey, it)
    },
    async upload(draftKey: string, file: Attached) {
      try {
        await sendFile(draftKey, file)
      } catch (error) {
        void wx.showToast({ title: explain(error), icon: 'none', duration: 3000 })
      }
    },
    setFiles(files: Attached[]) {
      this.keep(changed(this.data.draft, { files }))
    },
    onFile(event: WechatMiniprogram.BaseEvent) {
      const { key } = event.currentTarget.dataset as { key: string }
      const file = this.data.draft.files.find((it) => it.key === key)
      if (file?.state === 'failed') void this.upload(this.data.draftKey, file)
    },
    onRemove(event: WechatMiniprogram.BaseEvent) {
      const { key } = event.currentTarget.dataset as { key: string }
      const { files } = this.data.draft
      forgetFiles(files.filter((it) => it.key === key))
      this.setFiles(files.filter((it) => it.key !== key))
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
      const written = { requestId, text, fileIds: files.map((it) => it.fileId) }
      this.triggerEvent('send', { draftKey: this.data.draftKey, written } satisfies Saying)
    },
    /** It is with the server, waits on this phone, or went wrong: then everything stays as it was. */
    done() {
      this.setData({ busy: false })
    },
  },
})

const isLong = (text: string) => text.length > SHORT || text.includes('\n')
