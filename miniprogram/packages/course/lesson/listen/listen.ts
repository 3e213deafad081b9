import { clock } from '../../../../services/format'

/** How far the two buttons beside 播放 go. */
const STEP_SECONDS = 15

interface Playing {
  fire: (name: string, detail?: object) => void
}

/** What the manager of WeChat's one background sound is told; it outlives pages, so its listeners are set once. */
let current: Playing | null = null
let isListening = false

const hold = (it: Playing | null) => {
  current = it
}

function listenOnce(manager: WechatMiniprogram.BackgroundAudioManager) {
  if (isListening) return
  isListening = true
  manager.onPlay(() => current?.fire('play'))
  manager.onPause(() => current?.fire('pause'))
  manager.onStop(() => current?.fire('pause'))
  manager.onEnded(() => current?.fire('ended'))
  manager.onTimeUpdate(() => current?.fire('timeupdate', { currentTime: manager.currentTime }))
}

/**
 * Sound that goes on when the screen is dark. Fires `play`, `pause`, `ended`, `timeupdate` as a film does. Who holds it
 * calls `seek`, `rate`, `silence`.
 */
Component({
  properties: {
    src: { type: String, value: '' },
    title: { type: String, value: '' },
    course: { type: String, value: '' },
    cover: { type: String, value: '' },
    seconds: { type: Number, value: 0 },
    startAt: { type: Number, value: 0 },
  },
  data: { isPlaying: false, at: 0, now: '00:00', all: '00:00', percent: 0 },

  observers: {
    seconds(seconds: number) {
      this.setData({ all: clock(seconds) })
    },
    startAt(at: number) {
      if (!this.data.isPlaying) this.showAt(at)
    },
  },
  lifetimes: {
    detached() {
      this.silence()
    },
  },

  methods: {
    showAt(at: number) {
      const { seconds } = this.data
      this.setData({ at, now: clock(at), percent: seconds > 0 ? Math.min(100, (at * 100) / seconds) : 0 })
    },
    fire(name: string, detail: { currentTime?: number } = {}) {
      if (name === 'play') this.setData({ isPlaying: true })
      if (name === 'pause' || name === 'ended') this.setData({ isPlaying: false })
      if (detail.currentTime !== undefined) this.showAt(detail.currentTime)
      this.triggerEvent(name, detail)
    },
    onToggle() {
      const manager = wx.getBackgroundAudioManager()
      if (this.data.isPlaying) return manager.pause()
      if (current === this) return manager.play()
      hold(this)
      listenOnce(manager)
      manager.title = this.data.title
      manager.epname = this.data.course
      manager.coverImgUrl = this.data.cover
      manager.startTime = this.data.at >= this.data.seconds ? 0 : this.data.at
      // Begins to play as soon as it is said.
      manager.src = this.data.src
    },
    onStep(event: WechatMiniprogram.BaseEvent) {
      const { way } = event.currentTarget.dataset as { way: 1 | -1 }
      const to = Math.min(Math.max(this.data.at + way * STEP_SECONDS, 0), this.data.seconds)
      this.seek(to)
      this.triggerEvent('timeupdate', { currentTime: to })
    },
    seek(at: number) {
      if (current === this) wx.getBackgroundAudioManager().seek(at)
      this.showAt(at)
    },
    rate(speed: number) {
      wx.getBackgroundAudioManager().playbackRate = speed
    },
    silence() {
      if (current !== this) return
      hold(null)
      wx.getBackgroundAudioManager().stop()
    },
  },
})
