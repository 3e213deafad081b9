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
  progress: Pick<Lesson['progress'], 'watchedPercent' | 'isWatched'>,
) {
  if (progress.isWatched) return '这一课已学完'
  if (progress.watchedPercent === 0) return isVideo ? '看完影片，再答3道题' : '读完全文，再答3道题'
  return isVideo
    ? `已看${progress.watchedPercent}%，看完再答题`
    : `已读${progress.watchedPercent}%，读完再答题`
}

/** The caption that stands at a second; empty between two. */
export const captionAt = (captions: readonly { from: number; to: number; text: string }[], second: number) =>
  captions.find((it) => second >= it.from && second < it.to)?.text ?? ''
