import type Hls from 'hls.js'
import { addressOf } from '../temp-files.ts'
import { ownerOf, shadow, WxElement } from './element.ts'

const HTML = `<style>
  :host{display:inline-block;position:relative;width:300px;height:225px;background:#000;overflow:hidden;line-height:1}
  video{width:100%;height:100%;display:block}
  .big{position:absolute;left:50%;top:50%;width:60px;height:60px;margin:-30px;border-radius:50%;background:rgb(0 0 0/.5)}
  .bar{position:absolute;left:0;right:0;bottom:0;height:44px;display:flex;align-items:center;gap:8px;padding:0 12px;color:#fff;font-size:12px;background:linear-gradient(transparent,rgb(0 0 0/.6))}
  .line{flex:1;height:20px;display:flex;align-items:center}.line>div{flex:1;height:3px;background:rgb(255 255 255/.4)}.line i{display:block;height:100%;width:0;background:#fff}
  button{border:0;padding:6px;background:none;color:inherit;line-height:0}svg{width:20px;height:20px;fill:currentColor}
  .big svg{width:28px;height:28px}.big button{width:60px;height:60px;color:#fff}[hidden]{display:none!important}
</style><video playsinline preload="metadata"></video>
<div class="big"><button aria-label="播放"><svg viewBox="0 0 24 24"><path d="M7 4v16l13-8z"/></svg></button></div>
<div class="bar"><button class="toggle" aria-label="播放或暂停"></button><span class="now">00:00</span>
<div class="line"><div><i></i></div></div><span class="all">00:00</span>
<button class="full" aria-label="全屏"><svg viewBox="0 0 24 24"><path d="M4 4h6v2H6v4H4zM14 4h6v6h-2V6h-4zM4 14h2v4h4v2H4zM18 14h2v6h-6v-2h4z"/></svg></button></div>`

/** Built beside the app and fetched when the first stream is played: it weighs more than a first screen. */
const STREAMS = './streams.js'

const PLAY = '<svg viewBox="0 0 24 24"><path d="M7 4v16l13-8z"/></svg>'
const PAUSE = '<svg viewBox="0 0 24 24"><path d="M6 4h4v16H6zM14 4h4v16h-4z"/></svg>'

/** video: the browser's player behind WeChat's controls, events and context. */
export class Video extends WxElement {
  #video!: HTMLVideoElement
  #stream: Hls | null = null
  /** What is to be played now; a library that comes late may be meant for an older address. */
  #address = ''

  protected override build() {
    const root = shadow(this, HTML)
    this.#video = root.querySelector('video') as HTMLVideoElement
    this.#listen()
    root.querySelector('.big button')?.addEventListener('click', () => this.play())
    root
      .querySelector('.toggle')
      ?.addEventListener('click', () => (this.#video.paused ? this.play() : this.#video.pause()))
    root.querySelector('.full')?.addEventListener('click', () => this.requestFullScreen())
    root.querySelector('.line')?.addEventListener('click', (event) => this.#seekTo(event as MouseEvent))
    this.#showControls()
  }

  #listen() {
    const video = this.#video
    const on = (type: string, tell: () => void) => video.addEventListener(type, tell)
    on('play', () => this.fire('play'))
    on('pause', () => !video.ended && this.fire('pause'))
    on('ended', () => this.fire('ended'))
    on('waiting', () => this.fire('waiting'))
    on('timeupdate', () =>
      this.fire('timeupdate', { currentTime: video.currentTime, duration: video.duration }),
    )
    on('seeked', () => this.fire('seekcomplete', { position: video.currentTime }))
    on('error', () =>
      this.fire('error', { errMsg: video.error?.message || `video ${this.text('src')} not loaded` }),
    )
    on('progress', () => {
      const end = video.buffered.length > 0 ? video.buffered.end(video.buffered.length - 1) : 0
      this.fire('progress', { buffered: video.duration ? (100 * end) / video.duration : 0 })
    })
    on('loadedmetadata', () => {
      const { videoWidth: width, videoHeight: height, duration } = video
      if (this.number('initialTime') > 0) video.currentTime = this.number('initialTime')
      this.fire('loadedmetadata', { width, height, duration })
    })
    this.addEventListener('fullscreenchange', () => {
      this.fire('fullscreenchange', {
        fullScreen: document.fullscreenElement === this,
        direction: 'vertical',
      })
    })
    for (const type of ['play', 'pause', 'ended', 'timeupdate', 'loadedmetadata'])
      on(type, () => this.#showControls())
  }

  protected override changed(name: string) {
    const video = this.#video
    if (name === 'src') void this.#load(addressOf(this.text('src'), ownerOf(this)))
    if (name === 'poster') video.poster = addressOf(this.text('poster'), ownerOf(this))
    if (name === 'muted') video.muted = this.flag('muted')
    if (name === 'loop') video.loop = this.flag('loop')
    if (name === 'objectFit') video.style.objectFit = this.text('objectFit', 'contain')
    if ((name === 'autoplay' || name === 'src') && this.flag('autoplay') && this.text('src')) this.play()
    this.#showControls()
  }

  /** WeChat plays HLS itself; of the browsers only some do. The worker would be a script from elsewhere. */
  async #load(address: string) {
    this.#address = address
    this.#stream?.destroy()
    this.#stream = null
    const { default: Player } = /\.m3u8(\?|$)/.test(address)
      ? ((await import(STREAMS)) as { default: typeof Hls })
      : { default: null }
    if (this.#address !== address) return
    if (!Player?.isSupported()) {
      this.#video.src = address
      return
    }
    this.#stream = new Player({ enableWorker: false, startPosition: this.number('initialTime') })
    this.#stream.loadSource(address)
    this.#stream.attachMedia(this.#video)
    // It was asked to play before there was anything to be played.
    if (this.flag('autoplay')) this.play()
  }

  #showControls() {
    const video = this.#video
    const part = (selector: string) => this.shadowRoot?.querySelector(selector) as HTMLElement
    part('.bar').hidden = !this.flag('controls', true)
    part('.big').hidden = !video.paused || !this.flag('showCenterPlayBtn', true)
    part('.toggle').hidden = !this.flag('showPlayBtn', true)
    part('.toggle').innerHTML = video.paused ? PLAY : PAUSE
    part('.full').hidden = !this.flag('showFullscreenBtn', true)
    part('.line').style.visibility = this.flag('showProgress', true) ? '' : 'hidden'
    part('.now').textContent = clock(video.currentTime)
    part('.all').textContent = clock(video.duration || this.number('duration'))
    part('.line i').style.width = video.duration ? `${(100 * video.currentTime) / video.duration}%` : '0'
  }

  #seekTo({ clientX }: MouseEvent) {
    if (!this.flag('enableProgressGesture', true) || !this.flag('showProgress', true)) return
    const { left, width } = this.shadowRoot?.querySelector('.line')?.getBoundingClientRect() as DOMRect
    this.seek(((clientX - left) / width) * this.#video.duration)
  }

  /** Browsers let nothing play with sound before a person has touched the page; WeChat does. Then without sound. */
  play() {
    this.#video.play().catch((reason: DOMException) => {
      if (reason.name !== 'NotAllowedError') return
      this.#video.muted = true
      void this.#video.play().catch(() => undefined)
    })
  }

  pause() {
    this.#video.pause()
  }

  stop() {
    this.#video.pause()
    this.#video.currentTime = 0
  }

  seek(position: number) {
    this.#video.currentTime = position
  }

  playbackRate(rate: number) {
    this.#video.playbackRate = rate
  }

  requestFullScreen() {
    void this.requestFullscreen()
  }

  exitFullScreen() {
    if (document.fullscreenElement) void document.exitFullscreen()
  }

  disconnectedCallback() {
    this.#video.pause()
    this.#address = ''
    this.#stream?.destroy()
    this.#stream = null
  }
}

function clock(seconds: number) {
  const whole = Number.isFinite(seconds) ? Math.floor(seconds) : 0
  return [Math.floor(whole / 60), whole % 60].map((it) => String(it).padStart(2, '0')).join(':')
}
