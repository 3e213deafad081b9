import { MEDIUM_WORDS, type Block, type Lesson, type LessonMedium, type Picture } from '../../../contract'
import { address } from '../../../pages/courses/outline/present'
import { length } from '../../../services/format'

type Captions = { from: number; to: number; text: string }[]

export interface ShownLesson {
  id: string
  title: string
  about: string
  course: string
  medium: LessonMedium
  /** Films and recordings play; everything else is read. */
  isPlayed: boolean
  isReflected: boolean
  video: string
  sound: string
  hasCaptions: boolean
  slides: Picture[]
  paper: { address: string; name: string; pages: number } | null
  prompt: string
  poster: string
  blocks: Block[]
  sources: string[]
  nextLessonId: string
  /** Where the bar at the end leads. */
  nextText: string
}

export function presentLesson(it: Lesson): ShownLesson {
  const medium = mediumOf(it)
  return {
    id: it.id,
    title: it.title,
    about: `第${it.number}课，共${it.lessonsTotal}课 · ${[it.theme, MEDIUM_WORDS[medium]].filter(Boolean).join(' · ')} · 约${length(it.minutes)}`,
    course: it.programmeTitle,
    medium,
    isPlayed: Boolean(it.video ?? it.sound),
    isReflected: medium === 'task' || medium === 'discussion',
    video: it.video ? address(it.video.address) : '',
    sound: it.sound ? address(it.sound.address) : '',
    hasCaptions: captionsOf(it).length > 0,
    slides: it.slides ?? [],
    paper: it.paper ?? null,
    prompt: it.prompt ?? '',
    poster: it.poster ? address(it.poster) : '',
    blocks: it.blocks,
    sources: it.sources,
    nextLessonId: it.nextLessonId ?? '',
    nextText: it.nextLessonId ? '学下一课' : it.hasExam === false ? '回到课程' : '去参加考试',
  }
}

export const mediumOf = (it: Pick<Lesson, 'medium' | 'kind'>): LessonMedium => it.medium ?? it.kind

export const captionsOf = (it: Lesson): Captions => it.video?.captions ?? it.sound?.captions ?? []

/** What is being said at a second. */
export const captionAt = (captions: Captions, at: number) =>
  captions.find((it) => at >= it.from && at < it.to)?.text ?? ''

/** The first question that waits at or before a second. */
export const stopAt = (stops: Lesson['stops'], at: number) =>
  (stops ?? []).find((it) => !it.isAnswered && it.at <= at) ?? null

const AFTER: Partial<Record<LessonMedium, string>> = { task: '记下做了什么', discussion: '说说想法' }

/** How far, in words a parent can plan by. */
export function progressInWords(
  medium: LessonMedium,
  { seconds, watchedPercent, isWatched }: Lesson['progress'],
  questions = 3,
  isDone = true,
) {
  if (isWatched) return AFTER[medium] && !isDone ? `读完了，还差${AFTER[medium]}` : '这一课已学完'
  const after = AFTER[medium] ?? (questions > 0 ? '答题' : '')
  if (medium === 'video' || medium === 'audio') {
    const [what, done] = medium === 'video' ? ['看完影片', '已看'] : ['听完', '已听']
    if (watchedPercent > 0) return `${done}${watchedPercent}%${after && `，${what.slice(0, 2)}再${after}`}`
    return questions > 0 ? `${what}，再答${questions}道题` : `${what}就学完了`
  }
  const left = timeInWords((seconds * (100 - watchedPercent)) / 100)
  return after ? `再读约${left}，就可以${after}` : `再读约${left}，就学完了`
}

/** 40秒, 2分钟: rounded up to what one would say. */
function timeInWords(seconds: number) {
  if (seconds < 60) return `${Math.max(10, Math.ceil(seconds / 10) * 10)}秒`
  return `${Math.ceil(seconds / 60)}分钟`
}
