import * as z from 'zod/mini'

/** Everything a lesson can be. A reader that meets one it does not know shows its text. */
export const MEDIA = ['article', 'video', 'audio', 'slides', 'pdf', 'task', 'discussion'] as const
export const lessonMedium = z.catch(z.enum(MEDIA), 'article')
export type LessonMedium = z.infer<typeof lessonMedium>

export const MEDIUM_WORDS: Record<LessonMedium, string> = {
  article: '图文',
  video: '视频',
  audio: '音频',
  slides: '图片',
  pdf: '文档',
  task: '实践',
  discussion: '讨论',
}

/** Sites that a text may lead to: public bodies, schools, the national help line and learning platform. */
export const LINK_SITES = ['gov.cn', 'edu.cn', '12355.net', 'smartedu.cn', 'npc.gov.cn'] as const

/** Whether a text may lead there: https, no port or name before the host, and one of the sites. */
export function isAllowedLink(link: string) {
  const [, host = ''] = /^https:\/\/([a-z0-9.-]+)(?:[/?#][^\s"'<>\\]*)?$/i.exec(link) ?? []
  return LINK_SITES.some((site) => host.toLowerCase() === site || host.toLowerCase().endsWith(`.${site}`))
}

/** A picture that was uploaded: an address of ours and no other. */
export const PICTURE_ADDRESS = /^\/media\/a\/[0-9a-f]{32}\/picture\.jpg$/
/** The picture of a lesson: uploaded, a frame of its film, or a file of the content folder. */
export const POSTER_ADDRESS =
  /^\/media\/(a\/[0-9a-f]{32}\/(picture|poster)\.jpg|[0-9a-f]{64}\.(jpg|png|webp))$/

export const picture = z.object({ address: z.string(), width: z.int(), height: z.int() })
export type Picture = z.infer<typeof picture>

const caption = z.object({ from: z.number(), to: z.number(), text: z.string() })

/** A question put while the film plays, with the second at which it stops; on the first watch it has to be answered. */
export const stop = z.object({
  at: z.int(),
  kind: z.enum(['single', 'multiple', 'truefalse']),
  stem: z.string(),
  options: z.array(z.string()),
  isAnswered: z.boolean(),
})
export type Stop = z.infer<typeof stop>

export const sound = z.object({ address: z.string(), captions: z.array(caption) })
export const paper = z.object({ address: z.string(), pages: z.int(), name: z.string() })

/** `kept` for oneself, `waiting` to be looked at, `shown` to others, `refused` with a reason. */
export const reflectionStatus = z.catch(z.enum(['kept', 'waiting', 'shown', 'refused']), 'kept')

/** What I wrote about a task or answered to a question. */
export const myReflection = z.object({
  text: z.string(),
  isShared: z.boolean(),
  status: reflectionStatus,
  /** Why it is not shown, in words. */
  reason: z.nullable(z.string()),
  savedAt: z.iso.datetime(),
})
export type MyReflection = z.infer<typeof myReflection>
