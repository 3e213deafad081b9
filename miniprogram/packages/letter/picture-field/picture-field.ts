import { tell } from '../../../services/api'
import { type Photo, photosOf, removePhoto, sendPhotos, takePhotos } from '../letter/pictures'

interface Shown {
  requestId: string
  path: string
  isWaiting: boolean
}

type Listener = WechatMiniprogram.OnNetworkStatusChangeCallback
const listeners = new WeakMap<object, Listener>()

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
  data: { photos: [] as Shown[], busy: false, isWaiting: false },

  lifetimes: {
    attached() {
      this.show()
      void this.send()
      const listener: Listener = ({ isConnected }) => {
        if (isConnected) void this.send()
      }
      listeners.set(this, listener)
      wx.onNetworkStatusChange(listener)
    },
    detached() {
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
      this.setData({
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
        this.show()
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
      this.show()
    },
    onRemove(event: WechatMiniprogram.BaseEvent) {
      const { request } = event.currentTarget.dataset as { request: string }
      removePhoto({ letterId: this.data.letterId, childId: this.data.childId }, request)
      this.show()
      if (this.mine().length === 0) this.triggerEvent('change', { code: this.data.code, ids: [] })
    },
    onLook(event: WechatMiniprogram.BaseEvent) {
      const { path } = event.currentTarget.dataset as { path: string }
      void wx.previewImage({ urls: this.data.photos.map((it) => it.path), current: path })
    },
  },
})
