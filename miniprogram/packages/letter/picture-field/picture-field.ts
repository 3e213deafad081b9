import { tell } from '../../../services/api'
import {
  isSending,
  type Photo,
  photosOf,
  removePhoto,
  sendPhotos,
  takePhotos,
  watchPhotos,
} from '../letter/pictures'

interface Shown {
  requestId: string
  path: string
  isWaiting: boolean
}

type Listener = WechatMiniprogram.OnNetworkStatusChangeCallback
const listeners = new WeakMap<object, Listener>()
const watches = new WeakMap<object, () => void>()

/** Photos for one question: taken, made smaller, sent, and sent again when the network is back. Fires `change` with their numbers. */
Component({
  properties: {
    letterId: { type: String, value: '' },
    childId: { type: String, value: '' },
    code: { type: String, value: '' },
    most: { type: Number, value: 1 },
    /** Photos that stand in the answer from before, as links. */
    kept: { type: Array, value: [] as string[] },
    isWrong: { type: Boolean, value: false },
  },
  data: { photos: [] as Shown[], busy: false, isWaiting: false, progress: '' },

  lifetimes: {
    attached() {
      this.show()
      watches.set(
        this,
        watchPhotos(() => this.show()),
      )
      void this.send()
      const listener: Listener = ({ isConnected }) => {
        if (isConnected) void this.send()
      }
      listeners.set(this, listener)
      wx.onNetworkStatusChange(listener)
    },
    detached() {
      watches.get(this)?.()
      const listener = listeners.get(this)
      // The typings ask for a listener that is told nothing; it is the one that was put on.
      if (listener) wx.offNetworkStatusChange(listener as never)
    },
  },

  methods: {
    mine(): Photo[] {
      return photosOf(this.data.letterId, this.data.childId).filter((it) => it.code === this.data.code)
    },
    show() {
      const mine = this.mine()
      const sent = mine.filter((it) => it.id !== '').length
      const { letterId, childId } = this.data
      this.setData({
        progress:
          sent < mine.length && isSending({ letterId, childId })
            ? `正在上传第${sent + 1}张，共${mine.length}张…`
            : '',
        photos: mine.map((it) => ({ requestId: it.requestId, path: it.path, isWaiting: it.id === '' })),
        isWaiting: mine.some((it) => it.id === ''),
      })
      const ids = mine.flatMap((it) => (it.id ? [it.id] : []))
      if (mine.length > 0) this.triggerEvent('change', { code: this.data.code, ids })
    },
    async onAdd() {
      if (this.data.busy) return
      this.setData({ busy: true })
      try {
        const { letterId, childId, code, most, photos } = this.data
        await takePhotos({ letterId, childId }, code, most - photos.length)
        await this.send()
      } catch (error) {
        tell(error)
      } finally {
        this.setData({ busy: false })
      }
    },
    async send() {
      try {
        await sendPhotos({ letterId: this.data.letterId, childId: this.data.childId })
      } catch (error) {
        tell(error)
      }
    },
    onAgain() {
      void this.send()
    },
    onRemove(event: WechatMiniprogram.BaseEvent) {
      const { request } = event.currentTarget.dataset as { request: string }
      removePhoto({ letterId: this.data.letterId, childId: this.data.childId }, request)
      if (this.mine().length === 0) this.triggerEvent('change', { code: this.data.code, ids: [] })
    },
    onLook(event: WechatMiniprogram.BaseEvent) {
      const { path } = event.currentTarget.dataset as { path: string }
      void wx.previewImage({ urls: this.data.photos.map((it) => it.path), current: path })
    },
  },
})
