import { type Attachment, readMyAttachment, readStaffAttachment } from '../../../contract'
import { origin } from '../../../config'
import { call, Problem, tell } from '../../../services/api'

interface Shown extends Attachment {
  size: string
  icon: string
}

const ICONS = {
  pdf: 'file-pdf',
  image: 'image',
  docx: 'file-word',
  xlsx: 'file-excel',
  pptx: 'file-powerpoint',
}

/** The files beside a letter: fetched by a link of ten minutes, with how far it is, and opened in WeChat's own reader. */
Component({
  properties: {
    letterId: { type: String, value: '' },
    childId: { type: String, value: '' },
    /** The letter is to a teacher's post, and not to a family. */
    toPost: { type: Boolean, value: false },
    files: { type: Array, value: [] as Attachment[] },
  },
  data: {
    shown: [] as Shown[],
    /** The file that is on its way, and how far. */
    fetching: '',
    percent: 0,
    /** The file that did not come. */
    failed: '',
  },

  observers: {
    files(files: Attachment[]) {
      this.setData({ shown: files.map((it) => ({ ...it, size: sizeOf(it.bytes), icon: ICONS[it.kind] })) })
    },
  },

  methods: {
    async onOpen(event: WechatMiniprogram.BaseEvent) {
      const { id } = event.currentTarget.dataset as { id: string }
      const file = this.data.shown.find((it) => it.id === id)
      if (!file || this.data.fetching) return
      this.setData({ fetching: id, percent: 0, failed: '' })
      try {
        const { letterId, childId, toPost } = this.data
        const said = { letterId, attachmentId: id }
        const { link } = toPost
          ? await call(readStaffAttachment, said)
          : await call(readMyAttachment, { ...said, studentId: childId })
        const path = await fetchFile(`${origin}/api${link}`, (percent) => this.setData({ percent }))
        if (file.kind === 'image') void wx.previewImage({ urls: [path], current: path })
        else await wx.openDocument({ filePath: path, fileType: file.kind, showMenu: true })
      } catch (error) {
        this.setData({ failed: id })
        tell(error)
      } finally {
        this.setData({ fetching: '' })
      }
    },
  },
})

async function fetchFile(url: string, onPercent: (percent: number) => void) {
  const { statusCode, tempFilePath } = await new Promise<WechatMiniprogram.DownloadFileSuccessCallbackResult>(
    (success, reject) => {
      const task = wx.downloadFile({
        url,
        success,
        fail: () => reject(new Problem(0, '网络不通，附件没有打开，请检查后再点一次')),
      })
      // An older phone, and the preview, do not tell how far they are.
      task?.onProgressUpdate?.(({ progress }) => onPercent(progress))
    },
  )
  if (statusCode !== 200) throw new Problem(statusCode, '附件没有打开，请稍后再试')
  return tempFilePath
}

const MB = 1024 ** 2

/** 3.2MB, 350KB */
const sizeOf = (bytes: number) =>
  bytes >= MB ? `${(bytes / MB).toFixed(1)}MB` : `${Math.max(1, Math.round(bytes / 1024))}KB`
