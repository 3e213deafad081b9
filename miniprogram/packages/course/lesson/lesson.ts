import { beatLesson, readLesson, type Lesson, type Stop } from '../../../contract'
import { knowWho } from '../../../services/account'
import { call, explain } from '../../../services/api'
import { clock } from '../../../services/format'
import { replaceWith } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { keep, readKept } from './kept'
import { captionAt, captionsOf, presentLesson, progressInWords, stopAt, type ShownLesson } from './present'
import { recorder, type Beat } from './recorder'
import { sitting } from './sitting'

/** A player looks ahead a little by itself; further is a hand on the bar. */
const AHEAD_SECONDS = 2
const SPEEDS = [1, 1.25, 1.5, 2]

type Progress = Lesson['progress']
type TimeUpdate = WechatMiniprogram.CustomEvent<{ currentTime: number }>
interface Player {
  seek: (at: number) => void
  rate: (speed: number) => void
  pause: () => void
  play: () => void
}

interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  lesson: ShownLesson | null
  /** Where the player begins; set once, or it would jump. */
  startAt: number
  resumed: string
  speed: number
  speeds: number[]
  isCaptioned: boolean
  caption: string
  /** The question the film waits at. */
  stop: Stop | null
  progress: Progress | null
  progressText: string
  quiz: Lesson['quiz']
  reflection: Lesson['reflection']
  /** Questions are answered, the task is ticked: nothing is left to do here. */
  isQuizPassed: boolean
  isEnded: boolean
  /** The bar that leads to the questions has done its work. */
  isAtQuiz: boolean
}
interface Custom {
  lessonId: string
  received: Lesson | null
  record: ReturnType<typeof recorder> | null
  sitting: ReturnType<typeof sitting> | null
  furthest: number
  at: number
  isPlaying: boolean
  readTimer: number
  load: () => Promise<void>
  begin: (lesson: Lesson) => void
  openSitting: () => void
  receiveBeat: (beat: Beat) => void
  progressWords: (progress: Progress) => string
  player: () => Player
  leave: () => void
  startReading: () => void
  readOn: () => void
  end: () => void
  onPlay: () => void
  onPause: () => void
  onEnded: () => void
  onTime: (event: TimeUpdate) => void
  holdBack: () => void
  waitAt: (stop: Stop) => void
  onStopAnswered: (event: WechatMiniprogram.CustomEvent<{ at: number }>) => void
  onSpeed: (event: WechatMiniprogram.BaseEvent) => void
  onCaptions: () => void
  onQuiz: () => void
  onPassed: () => void
  onNext: () => void
}

/** One lesson: played, read or looked at, then its questions or its task. Time on it is reported every fifteen seconds. */
Page<Data, Custom>({
  data: {
    state: 'loading',
    problem: '',
    lesson: null,
    startAt: 0,
    resumed: '',
    speed: 1,
    speeds: SPEEDS,
    isCaptioned: true,
    caption: '',
    stop: null,
    progress: null,
    progressText: '',
    quiz: [],
    reflection: null,
    isQuizPassed: false,
    isEnded: false,
    isAtQuiz: false,
  },
  lessonId: '',
  received: null,
  record: null,
  sitting: null,
  furthest: 0,
  at: 0,
  isPlaying: false,
  readTimer: 0,

  onLoad(query) {
    this.lessonId = query.id ?? ''
    void this.load()
  },
  onShow() {
    if (this.data.lesson && !this.data.lesson.isPlayed) this.startReading()
  },
  onHide() {
    // What is listened to goes on behind a dark screen, and so does its record.
    if (!(this.isPlaying && this.data.lesson?.sound)) this.leave()
  },
  onUnload() {
    this.leave()
  },

  async load() {
    this.setData({ state: 'loading' })
    try {
      await knowWho()
      this.begin(await call(readLesson, { lessonId: this.lessonId }))
    } catch (error) {
      this.setData({ state: 'failed', problem: explain(error) })
    }
  },

  begin(lesson) {
    const { progress } = lesson
    const shown = presentLesson(lesson)
    this.received = lesson
    this.furthest = progress.furthest
    this.at = progress.resumeAt
    this.openSitting()
    void wx.setNavigationBarTitle({ title: `第${lesson.number}课` })
    const seen = shown.video ? '看' : '听'
    this.setData({
      state: 'ready',
      lesson: shown,
      startAt: progress.resumeAt,
      resumed:
        shown.isPlayed && progress.resumeAt > 0
          ? `上次${seen}到${clock(progress.resumeAt)}，已为您接着放`
          : '',
      progress,
      quiz: lesson.quiz,
      reflection: lesson.reflection ?? null,
      isQuizPassed: lesson.isQuizPassed,
    })
    this.setData({ progressText: this.progressWords(progress) })
    if (!shown.isPlayed) this.startReading()
  },

  openSitting() {
    this.record = recorder({
      kept: readKept(this.lessonId),
      send: (beat) => call(beatLesson, { lessonId: this.lessonId, ...beat }),
      onBeat: (beat) => this.receiveBeat(beat),
      keep: (ranges) => keep(this.lessonId, ranges),
    })
    this.sitting = sitting({
      record: this.record,
      isMoving: () => this.isPlaying || this.readTimer > 0,
      isAwaiting: () => this.data.isEnded && !this.data.progress?.isWatched,
    })
  },

  receiveBeat(beat) {
    const isNews = beat.isWatched && !this.data.progress?.isWatched
    this.furthest = Math.max(this.furthest, beat.furthest)
    this.setData({ progress: beat, progressText: this.progressWords(beat) })
    if (!isNews) return
    const { lesson, quiz } = this.data
    if (!lesson?.isReflected && quiz.length === 0) this.setData({ isQuizPassed: true })
    const next = lesson?.isReflected ? '，来记一笔吧' : quiz.length > 0 ? '，来答题吧' : '了'
    void wx.showToast({ title: `这一课已学完${next}`, icon: 'none' })
  },

  progressWords(progress) {
    const lesson = this.received ? presentLesson(this.received) : null
    const isDone = this.data.isQuizPassed
    return progressInWords(lesson?.medium ?? 'article', progress, this.received?.quiz.length, isDone)
  },

  player() {
    const sound = this.data.lesson?.sound
      ? (this.selectComponent('#sound') as unknown as Omit<Player, 'play' | 'pause'>)
      : null
    if (sound) return { ...none, seek: (at) => sound.seek(at), rate: (speed) => sound.rate(speed) }
    const film = wx.createVideoContext('film')
    return {
      seek: (at) => film.seek(at),
      // The typings know speeds up to 1.5; players since base library 2.6.3 take 2 as well.
      rate: (speed) => film.playbackRate(speed),
      pause: () => film.pause(),
      play: () => film.play(),
    }
  },

  /** The page is left or covered: what was played goes out at once, or stays on the phone. */
  leave() {
    clearInterval(this.readTimer)
    this.sitting?.stop()
    this.readTimer = 0
    this.isPlaying = false
    this.record?.rest(this.at)
    if (this.record?.isOwing()) void this.record.beat()
  },

  startReading() {
    if (this.readTimer || this.data.progress?.isWatched) return
    this.record?.tick(this.at)
    this.readTimer = setInterval(() => this.readOn(), 1_000)
    this.sitting?.start()
  },
  readOn() {
    const seconds = this.data.progress?.seconds ?? 0
    if (this.at < seconds) {
      this.at += 1
      this.record?.tick(this.at)
      return
    }
    clearInterval(this.readTimer)
    this.readTimer = 0
    this.end()
  },
  end() {
    this.record?.rest(this.at)
    this.setData({ isEnded: true })
    this.sitting?.again()
  },

  onPlay() {
    this.isPlaying = true
    this.setData({ resumed: '', isEnded: false })
    this.sitting?.start()
  },
  onPause() {
    this.isPlaying = false
    this.record?.rest(this.at)
    void this.record?.beat()
  },
  onEnded() {
    this.isPlaying = false
    this.end()
  },
  onTime({ detail: { currentTime } }) {
    const isFirst = !this.data.progress?.isWatched
    if (isFirst && currentTime > this.furthest + AHEAD_SECONDS * this.data.speed) return this.holdBack()
    const stop = isFirst && stopAt(this.received?.stops, currentTime)
    if (stop) return this.waitAt(stop)
    this.at = currentTime
    this.furthest = Math.max(this.furthest, currentTime)
    if (this.isPlaying) this.record?.tick(currentTime)
    const caption = this.received ? captionAt(captionsOf(this.received), currentTime) : ''
    if (caption !== this.data.caption) this.setData({ caption })
  },
  holdBack() {
    this.player().seek(this.furthest)
    const seen = this.data.lesson?.sound ? '第一次听请按顺序听完' : '第一次观看请按顺序看完'
    void wx.showToast({ title: seen, icon: 'none' })
  },

  waitAt(stop) {
    const player = this.player()
    player.pause()
    if (this.data.stop) return
    this.at = stop.at
    this.furthest = Math.max(this.furthest, stop.at)
    player.seek(stop.at)
    this.record?.rest(stop.at)
    this.setData({ stop })
  },
  onStopAnswered({ detail: { at } }) {
    if (this.received) {
      const stops = (this.received.stops ?? []).map((it) => (it.at === at ? { ...it, isAnswered: true } : it))
      this.received = { ...this.received, stops }
    }
    this.setData({ stop: null })
    this.player().play()
  },

  onSpeed(event) {
    const { speed } = event.currentTarget.dataset as { speed: number }
    this.player().rate(speed)
    this.record?.speed(speed)
    this.setData({ speed })
  },
  onCaptions() {
    this.setData({ isCaptioned: !this.data.isCaptioned })
  },

  onQuiz() {
    this.setData({ isAtQuiz: true }, () => void wx.pageScrollTo({ selector: '#quiz' }))
  },
  onPassed() {
    this.setData({ isQuizPassed: true })
    if (this.data.progress) this.setData({ progressText: this.progressWords(this.data.progress) })
  },
  onNext() {
    const next = this.data.lesson?.nextLessonId
    const code = this.received?.programmeCode ?? ''
    const last = this.received?.hasExam === false ? pages.programme : pages.exam
    replaceWith(next ? `${pages.lesson}?id=${next}` : `${last}?code=${code}`)
  },

  onShareAppMessage() {
    return { title: this.data.lesson?.title ?? '家长课程', path: '/pages/courses/courses' }
  },
})

/** Sound has no questions within, so nothing stops it. */
const none = { pause: () => undefined, play: () => undefined }
