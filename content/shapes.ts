import * as z from 'zod'

/** The themes every curriculum has to cover (A6). */
export const THEMES = {
  transition: '升学与开学衔接',
  'course-jump': '课程难度跨越',
  communication: '亲子沟通',
  phone: '手机与游戏',
  puberty: '青春期',
  sleep: '睡眠',
  exercise: '运动',
  resilience: '抗逆力',
  exams: '考试',
  'parenting-styles': '教养方式',
  'warning-signs': '预警信号与求助',
  'special-families': '家庭变化',
  law: '法律常识',
} as const
export type Theme = keyof typeof THEMES

const text = z.string().trim().min(1)
const code = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/)
const yearDay = z.string().regex(/^\d{2}-\d{2}$/)
const theme = z.enum(Object.keys(THEMES) as [Theme, ...Theme[]])
const stage = z.enum(['幼儿园', '小学', '初中', '高中', '中职'])

const asked = { stem: text, explanation: text }
const options = z.array(text).min(3).max(5)

/**
 * A question as its editor writes it: the answer of a choice is its letters (`"B"`, `"ACD"`), that of a judgement `true` or
 * `false`.
 */
const writtenQuestion = <E extends z.ZodRawShape>(extra: E) =>
  z.discriminatedUnion('kind', [
    z.strictObject({
      ...asked,
      ...extra,
      kind: z.literal('single'),
      options,
      answer: z.string().regex(/^[A-E]$/),
    }),
    z.strictObject({
      ...asked,
      ...extra,
      kind: z.literal('multiple'),
      options,
      answer: z.string().regex(/^[A-E]{2,4}$/),
    }),
    z.strictObject({ ...asked, ...extra, kind: z.literal('truefalse'), answer: z.boolean() }),
  ])
export const quizQuestion = writtenQuestion({})
export const bankQuestion = writtenQuestion({ code, lesson: code, difficulty: z.literal([1, 2, 3]) })

const source = z.strictObject({
  title: text,
  /** The article of a law, 第十七条, where the lesson rests on one. */
  article: z.optional(text),
  /** Who published it and when, where the title alone would not find it. */
  by: z.optional(text),
})

export const lessonFile = z.strictObject({
  code,
  title: text,
  kind: z.enum(['article', 'video']),
  theme,
  alsoCovers: z.array(theme),
  minutes: z.int().min(3).max(45),
  summary: text.max(80),
  poster: text,
  /** The drawing of `content/courses/art` on its poster. */
  art: code,
  video: z.optional(z.strictObject({ file: text, captions: text, seconds: z.int().min(30).max(300) })),
  sources: z.array(source).min(1),
  quiz: z.array(quizQuestion).length(3),
})

export const programmeFile = z.strictObject({
  code,
  title: text,
  stage,
  /** The grades it is written for; their parents must hold the certificate unless it is optional (A5). */
  forGrades: z.array(text).min(1),
  /** Offered to those grades, not asked of them: 幼儿园 (A5). */
  isOptional: z.optional(z.boolean()),
  version: z.int().min(1),
  summary: text,
  hours: z.int().min(1),
  hoursNote: text,
  validity: z.strictObject({ until: z.enum(['end-of-stage', 'years']), years: z.optional(z.int()), text }),
  lessons: z.array(text).min(1),
  exam: z.strictObject({
    draw: z.int().min(1),
    /** At least so many of every lesson are among those drawn. */
    drawPerLesson: z.int().min(0),
    passPercent: z.int().min(1).max(100),
    minutesLimit: z.int().min(1),
    attemptsPerDay: z.int().min(1),
    /** Rest between a failed attempt and the next, so that the lessons are read again. */
    pauseMinutes: z.int().min(0),
  }),
})

const slide = z.strictObject({
  /** `say` sets its lines as words a parent can speak, `avoid` crosses them out, `call` shows where help is. */
  layout: z.enum(['cover', 'scene', 'points', 'say', 'avoid', 'call', 'close']),
  /** A drawing of `content/courses/art`. */
  art: code,
  title: text.max(14),
  /** At phone size a line holds fifteen characters. */
  lines: z.array(text.max(15)).max(3),
  /** The subtitle, one line under the picture; it also goes into captions.vtt. */
  caption: text.max(28),
  seconds: z.int().min(3).max(12),
})
export const slidesFile = z.strictObject({ slides: z.array(slide).min(5) })
export type Slide = z.infer<typeof slide>

export const letterFile = z.strictObject({
  code,
  title: text,
  kind: z.enum(['letter', 'notice']),
  node: z.enum(['term-start', 'before-exam', 'before-holiday', 'any-day']),
  stages: z.array(stage),
  summary: text,
  confirmation: z.enum(['read', 'confirm', 'sign']),
  /** Suggested days from sending to the due day. */
  dueDays: z.int().min(1).max(30),
  /** What families confirm or sign, in one sentence; empty where reading is all that is asked. */
  pledge: z.string(),
  /** What is filled in for each family, each class, or at sending; the author replaces 〔请填写：…〕 by hand. */
  blanks: z
    .array(z.strictObject({ name: text, filledBy: z.enum(['family', 'class', 'sending']), example: text }))
    .min(1),
})

const hotline = z.strictObject({
  name: text,
  number: z.string().regex(/^[0-9-]{3,14}$/),
  hours: text,
  allDay: z.boolean(),
  /** What it is for, in a sentence for a worried parent. */
  about: text,
  urgent: z.boolean(),
})
export const hotlinesFile = z.strictObject({
  code,
  city: text,
  province: text,
  /** A city's page shows its own lines first, then those of these sets, in this order; what they include does not count. */
  includes: z.array(code),
  lines: z.array(hotline).min(1),
})
export type Hotline = z.infer<typeof hotline>
export type HotlineSet = z.infer<typeof hotlinesFile>

const holiday = z.strictObject({
  name: text,
  from: day,
  to: day,
  /** Weekend days on which people work (and mostly go to school) in exchange. */
  workdays: z.array(day),
})
export const holidaysFile = z.strictObject({
  year: z.int(),
  /** `statutory`: only the days the law itself fixes; the year's official notice is still to be entered. */
  status: z.enum(['official', 'statutory']),
  source: text,
  note: text,
  holidays: z.array(holiday).min(7),
})
export type Holidays = z.infer<typeof holidaysFile>

const node = z.strictObject({
  code,
  title: text,
  /** `fixed`: every year on this day; `usual`: about then, each city's school calendar decides. */
  when: z.enum(['fixed', 'usual']),
  from: yearDay,
  to: z.optional(yearDay),
  about: text,
  letter: z.optional(code),
})
export const nodesFile = z.strictObject({ nodes: z.array(node).min(1) })
export type CalendarNode = z.infer<typeof node>
