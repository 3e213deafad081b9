import { beatLesson, readLesson, type Lesson } from '../../../contract'
import { knowWho } from '../../../services/account'
import { call, explain } from '../../../services/api'
import { clock } from '../../../services/format'
import { replaceWith } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { keep, readKept } from './kept'
import { presentLesson, progressInWords, type ShownLesson } from './present'
import { recorder, type Beat } from './recorder'

const BEAT_MS = 15_000
/** While the server still owes the last seconds, the end of a lesson should not keep anybody waiting. */
const ENDING_MS = 3_000
/** A player looks ahead a little by itself; further is a hand on the bar. */
const AHEAD_SECONDS = 2
const SPEEDS = [1, 1.25, 1.5, 2]

type Progress = Lesson['progress']
type Recorder = ReturnType<typeof recorder>
type TimeUpdate = WechatMiniprogram.CustomEvent<{ currentTime: number }>

interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  lesson: ShownLesson | null
  /** Where the player begins; set once, or it would jump. */
  startAt: number
  resumed: string
  speed: number
  speeds: number[]
  progress: Progress | null
  progressText: string
  quiz: Lesson['quiz']
  isQuizPassed: boolean
  isEnded: boolean
  /** The bar that leads to the questions has done its work. */
  isAtQuiz: boolean
}
interface Custom {
  lessonId: string
  received: Lesson | null
  record: Recorder | null
  furthest: number
  at: number
  isPlaying: boolean
  beatTimer: number
  readTimer: number
  load: () => Promise<void>
  begin: (lesson: Lesson) => void
  receiveBeat: (beat: Beat) => void
  startBeating: () => void
  nextBeat: () => void
  stop: () => void
  startReading: () => void
  readOn: () => void
  onPlay: () => void
  onPause: () => void
  onEnded: () => void
  onTime: (event: TimeUpdate) => void
  holdBack: () => void
  onSpeed: (event: WechatMiniprogram.BaseEvent) => void
  onQuiz: () => void
  onPassed: () => void
  onNext: () => void
}

/** One lesson: film or text, then its three questions. Time on the page is reported every fifteen seconds. */
Page<Data, Custom>({
  data: {
    state: 'loading',
    problem: '',
    lesson: null,
    startAt: 0,
    resumed: '',
    speed: 1,
    speeds: SPEEDS,
    progress: null,
    progressText: '',
    quiz: [],
    isQuizPassed: false,
    isEnded: false,
    isAtQuiz: false,
  },
  lessonId: '',
  received: null,
  record: null,
  furthest: 0,
  at: 0,
  isPlaying: false,
  beatTimer: 0,
  readTimer: 0,

  onLoad(query) {
    this.lessonId = query.id ?? ''
    void this.load()
  },
  onShow() {
    if (this.received && !this.received.video) this.startReading()
  },
  onHide() {
    this.stop()
  },
  onUnload() {
    this.stop()
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
    const isVideo = lesson.video !== null
    this.received = lesson
    this.furthest = progress.furthest
    this.at = progress.resumeAt
    this.record = recorder({
      kept: readKept(this.lessonId),
      send: (beat) => call(beatLesson, { lessonId: this.lessonId, ...beat }),
      onBeat: (beat) => this.receiveBeat(beat),
      keep: (ranges) => keep(this.lessonId, ranges),
    })
    void wx.setNavigationBarTitle({ title: `第${lesson.number}课` })
    this.setData({
      state: 'ready',
      lesson: presentLesson(lesson),
      startAt: progress.resumeAt,
      resumed: isVideo && progress.resumeAt > 0 ? `上次看到${clock(progress.resumeAt)}，已为您接着放` : '',
      progress,
      progressText: progressInWords(isVideo, progress),
      quiz: lesson.quiz,
      isQuizPassed: lesson.isQuizPassed,
    })
    if (!isVideo) this.startReading()
  },

  receiveBeat(beat) {
    const isVideo = this.data.lesson?.isVideo ?? false
    const isNews = beat.isWatched && !this.data.progress?.isWatched
    this.furthest = Math.max(this.furthest, beat.furthest)
    this.setData({ progress: beat, progressText: progressInWords(isVideo, beat) })
    if (isNews) void wx.showToast({ title: '这一课已学完，来答题吧', icon: 'none' })
  },

  /** The first beat opens the sitting: from then on the server's clock counts. */
  startBeating() {
    if (this.beatTimer) return
    void this.record?.beat()
    this.nextBeat()
  },
  nextBeat() {
    const isEnding = this.data.isEnded && !this.data.progress?.isWatched
    this.beatTimer = setTimeout(
      () => {
        void this.record?.beat().then(() => {
          if (!this.beatTimer) return
          const isDone = !this.isPlaying && !this.readTimer && !this.record?.isOwing()
          if (isDone && !(this.data.isEnded && !this.data.progress?.isWatched)) this.beatTimer = 0
          else this.nextBeat()
        })
      },
      isEnding ? ENDING_MS : BEAT_MS,
    )
  },
  /** The page is left or covered: what was played goes out at once, or stays on the phone. */
  stop() {
    clearTimeout(this.beatTimer)
    clearInterval(this.readTimer)
    this.beatTimer = 0
    this.readTimer = 0
    this.isPlaying = false
    this.record?.rest(this.at)
    if (this.record?.isOwing()) void this.record.beat()
  },

  startReading() {
    if (this.readTimer || this.data.progress?.isWatched) return
    this.record?.tick(this.at)
    this.readTimer = setInterval(() => this.readOn(), 1_000)
    this.startBeating()
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
    this.record?.rest(this.at)
    this.setData({ isEnded: true })
    clearTimeout(this.beatTimer)
    this.beatTimer = 0
    this.startBeating()
  },

  onPlay() {
    this.isPlaying = true
    this.setData({ resumed: '', isEnded: false })
    this.startBeating()
  },
  onPause() {
    this.isPlaying = false
    this.record?.rest(this.at)
    void this.record?.beat()
  },
  onEnded() {
    this.isPlaying = false
    this.record?.rest(this.at)
    this.setData({ isEnded: true })
    clearTimeout(this.beatTimer)
    this.beatTimer = 0
    this.startBeating()
  },
  onTime({ detail: { currentTime } }) {
    if (!this.data.progress?.isWatched && currentTime > this.furthest + AHEAD_SECONDS * this.data.speed) {
      return this.holdBack()
    }
    this.at = currentTime
    this.furthest = Math.max(this.furthest, currentTime)
    if (this.isPlaying) this.record?.tick(currentTime)
  },
  holdBack() {
    wx.createVideoContext('film').seek(this.furthest)
    void wx.showToast({ title: '第一次观看请按顺序看完', icon: 'none' })
  },

  onSpeed(event) {
    const { speed } = event.currentTarget.dataset as { speed: number }
    // The typings know speeds up to 1.5; players since base library 2.6.3 take 2 as well.
    wx.createVideoContext('film').playbackRate(speed)
    this.record?.speed(speed)
    this.setData({ speed })
  },

  onQuiz() {
    this.setData({ isAtQuiz: true }, () => void wx.pageScrollTo({ selector: '#quiz' }))
  },
  onPassed() {
    this.setData({ isQuizPassed: true })
  },
  onNext() {
    const next = this.data.lesson?.nextLessonId
    const code = this.received?.programmeCode ?? ''
    replaceWith(next ? `${pages.lesson}?id=${next}` : `${pages.exam}?code=${code}`)
  },

  onShareAppMessage() {
    return { title: this.data.lesson?.title ?? '家长课程', path: '/pages/courses/courses' }
  },
})
