type Listener = (it?: object) => void

const EVENTS: Record<string, string> = {
  onCanplay: 'canplay',
  onPlay: 'play',
  onPause: 'pause',
  onEnded: 'ended',
  onTimeUpdate: 'timeupdate',
  onWaiting: 'waiting',
  onError: 'error',
}

/** The one sound that goes on when the page is left: the browser's own player behind WeChat's manager. */
function createManager() {
  const audio = new Audio()
  const stops = new Set<Listener>()
  const shown: Record<string, string> = { title: '', epname: '', singer: '', coverImgUrl: '' }
  let startTime = 0
  audio.addEventListener('loadedmetadata', () => {
    if (startTime > 0) audio.currentTime = startTime
  })
  const play = () => void audio.play().catch(() => undefined)
  const given: Record<string, unknown> = {
    play,
    pause: () => audio.pause(),
    seek: (position: number) => {
      audio.currentTime = position
    },
    stop() {
      audio.pause()
      audio.removeAttribute('src')
      audio.load()
      stops.forEach((it) => it())
    },
    onStop: (listener: Listener) => void stops.add(listener),
  }
  for (const [name, type] of Object.entries(EVENTS)) {
    // A pause at the very end is not reported as one.
    given[name] = (listener: Listener) =>
      audio.addEventListener(type, () => !(type === 'pause' && audio.ended) && listener())
  }
  return new Proxy(given, {
    get(target, name: string) {
      if (name === 'currentTime' || name === 'paused' || name === 'playbackRate' || name === 'src')
        return audio[name]
      if (name === 'duration') return Number.isFinite(audio.duration) ? audio.duration : 0
      if (name === 'startTime') return startTime
      return name in shown ? shown[name] : target[name]
    },
    set(_, name: string, value: string | number) {
      if (name === 'startTime') startTime = Number(value)
      else if (name === 'playbackRate') audio.playbackRate = audio.defaultPlaybackRate = Number(value)
      else if (name in shown) shown[name] = String(value)
      else if (name === 'src') {
        // WeChat wants to know what it plays before it plays it.
        if (!shown.title) throw new Error('backgroundAudioManager.title is missing')
        audio.src = String(value)
        play()
      } else return false
      return true
    },
  })
}

let manager: ReturnType<typeof createManager> | undefined

export const soundApi = () => ({ getBackgroundAudioManager: () => (manager ??= createManager()) })
