import type { Block, Lesson } from '../../../contract'
import { address } from '../../../pages/courses/outline/present'
import { length } from '../../../services/format'

export interface ShownLesson {
  id: string
  title: string
  about: string
  isVideo: boolean
  video: string
  poster: string
  blocks: Block[]
  sources: string[]
  nextLessonId: string
}

export const presentLesson = (it: Lesson): ShownLesson => ({
  id: it.id,
  title: it.title,
  about: `第${it.number}课，共${it.lessonsTotal}课 · ${it.theme} · 约${length(it.minutes)}`,
  isVideo: it.video !== null,
  video: it.video ? address(it.video.address) : '',
  poster: address(it.poster),
  blocks: it.blocks,
  sources: it.sources,
  nextLessonId: it.nextLessonId ?? '',
})

/** How far, in words a parent can plan by. */
export function progressInWords(
  isVideo: boolean,
  { seconds, watchedPercent, isWatched }: Lesson['progress'],
) {
  if (isWatched) return '这一课已学完'
  if (isVideo) return watchedPercent === 0 ? '看完影片，再答3道题' : `已看${watchedPercent}%，看完再答题`
  return `再读约${timeInWords((seconds * (100 - watchedPercent)) / 100)}，就可以答题`
}

/** 40秒, 2分钟: rounded up to what one would say. */
function timeInWords(seconds: number) {
  if (seconds < 60) return `${Math.max(10, Math.ceil(seconds / 10) * 10)}秒`
  return `${Math.ceil(seconds / 60)}分钟`
}
