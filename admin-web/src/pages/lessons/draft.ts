import type { OutlineLesson } from '#contract/courses'
import type { DraftQuestion, LessonDraft } from '#contract/drafts'
import type { Asset, LessonFileKind } from '#contract/files'
import type { LessonMedium } from '#contract/lesson-parts'

/** The kind of file each kind of lesson is made of. */
export const MADE_OF: Partial<Record<LessonMedium, LessonFileKind>> = {
  video: 'video',
  audio: 'audio',
  slides: 'image',
  pdf: 'pdf',
}

export const MEDIA_HINT: Record<LessonMedium, string> = {
  article: '一篇短文，四到八百字最好读',
  video: '五到十分钟最好，长的分成几课',
  audio: '路上、做饭时可以听',
  slides: '一张一张左右滑动',
  pdf: '在手机上打开，也可以转发保存',
  task: '本周和孩子一起做一件事，做完打勾，写几句感想',
  discussion: '一个问题，家长们各说各的；审核后互相看得到，不写姓名',
}

/** What is written in a lesson, as it is sent. */
export type Content = Pick<
  LessonDraft,
  | 'kind'
  | 'title'
  | 'theme'
  | 'summary'
  | 'minutes'
  | 'hours'
  | 'poster'
  | 'assetIds'
  | 'blocks'
  | 'sources'
  | 'quiz'
> & { prompt: string; stops: NonNullable<LessonDraft['stops']> }

export const contentOf = (it: LessonDraft): Content => ({
  kind: it.kind,
  title: it.title,
  theme: it.theme,
  summary: it.summary,
  minutes: it.minutes,
  hours: it.hours,
  poster: it.poster,
  assetIds: [...it.assetIds],
  blocks: it.blocks,
  sources: [...it.sources],
  quiz: it.quiz,
  prompt: it.prompt ?? '',
  stops: it.stops ?? [],
})

export const newQuestion = (): DraftQuestion => ({
  kind: 'single',
  stem: '',
  options: ['', ''],
  correct: [],
  explanation: '',
})

/** Whether a question can be asked. */
export const isWritten = ({ stem, options, correct }: DraftQuestion) =>
  stem.trim() !== '' && options.every((it) => it.trim() !== '') && correct.length > 0

/** What can be saved of what stands in the editor: half a question waits until it is whole. */
export const savable = (it: Content): Content => ({
  ...it,
  sources: it.sources.map((one) => one.trim()).filter(Boolean),
  quiz: it.quiz.filter(isWritten),
  stops: it.stops.filter(isWritten),
})

/** The lesson as the preview shows it. */
export function previewOf(id: string, it: Content, assets: readonly Asset[]): OutlineLesson {
  const [first] = assets
  const ready = assets.filter((one) => one.address)
  return {
    id,
    number: 1,
    title: it.title,
    kind: it.kind === 'video' ? 'video' : 'article',
    medium: it.kind,
    theme: it.theme,
    summary: it.summary,
    minutes: first?.seconds ? Math.max(1, Math.round(first.seconds / 60)) : it.minutes,
    seconds: first?.seconds ?? 0,
    poster: it.poster || (it.kind === 'video' ? (first?.poster ?? '') : ''),
    videoAddress: it.kind === 'video' ? (first?.address ?? null) : null,
    soundAddress: it.kind === 'audio' ? (first?.address ?? null) : null,
    slides:
      it.kind === 'slides'
        ? ready.map((one) => ({ address: one.address ?? '', width: one.width ?? 1, height: one.height ?? 1 }))
        : [],
    paper:
      it.kind === 'pdf' && first?.address
        ? { address: first.address, pages: first.pages ?? 0, name: first.name }
        : null,
    prompt: it.prompt,
    blocks: it.blocks,
    sources: it.sources,
    quiz: it.quiz,
  }
}
