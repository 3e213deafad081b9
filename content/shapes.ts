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
const filed = { code, lesson: code, difficulty: z.literal([1, 2, 3]) }
/** A situation with two to four questions about it, drawn together and each scored by itself. */
const bankCase = z.strictObject({
  ...filed,
  kind: z.literal('case'),
  situation: text,
  parts: z.array(quizQuestion).min(2).max(4),
})
export const bankQuestion = z.discriminatedUnion('kind', [writtenQuestion(filed), bankCase])

const source = z.strictObject({
  title: text,
  /** The article of a law, 第十七条, where the lesson rests on one. */
  article: z.optional(text),
  /** Who published it and when, where the title alone would not find it. */
  by: z.optional(text),
})

/** Must-know knowledge that awareness surveys ask about (A9): each item rests on a law or a guideline named beside it. */
export const surveyItemsFile = z.strictObject({
  /** Goes up with every change: a survey says which version it asked. */
  version: z.int().min(1),
  items: z.array(writtenQuestion({ code, theme, source })).min(40),
})

/** An activity of a parent school to begin from (A7); its text stands beside it as markdown. */
export const outlineFile = z.strictObject({
  code,
  title: text.max(40),
  theme: z.enum(['guidance', 'mentalHealth', 'other']),
  hours: z.number().min(0.5).max(8),
  summary: text.max(80),
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

/** Who gets the certificate and how it is renewed; what is left out follows the plainest rules. */
const certificate = z.strictObject({
  /** One for each guardian, or one for a family. */
  per: z.enum(['guardian', 'family']),
  /** At once by the system, or by the school together for those who have passed. */
  issuedBy: z.enum(['system', 'school']),
  design: z.optional(z.enum(['leaf', 'jade', 'dawn'])),
  /** What has to be attended beside the lessons, and how it is shown. */
  evidence: z.optional(
    z.strictObject({ what: text.max(30), ways: z.array(z.enum(['checkIn', 'upload'])).min(1) }),
  ),
  /** Some of the lessons again, and a shorter exam. */
  renewal: z.optional(
    z.strictObject({
      opensDaysBefore: z.int().min(1).max(365),
      lessons: z.array(code).min(1),
      draw: z.int().min(1),
      passPercent: z.int().min(1).max(100),
      minutesLimit: z.int().min(1),
    }),
  ),
})

export const programmeFile = z.strictObject({
  code,
  title: text,
  /** 教师: what teachers learn (A8). */
  stage: z.enum([...stage.options, '教师']),
  audience: z.optional(z.enum(['guardian', 'staff'])),
  /** The grades it is written for; their parents must hold the certificate unless it is optional (A5). */
  forGrades: z.array(text),
  /** For teachers: only class teachers have to learn it. */
  isForClassTeachers: z.optional(z.boolean()),
  givesCertificate: z.optional(z.boolean()),
  certificate: z.optional(certificate),
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

/** What letters are written for, in the order and the words of the console's list of templates. */
export const OCCASIONS = {
  'term-start': '开学前后',
  contact: '联系到每一家',
  exam: '考试前后',
  entrance: '中考和高考',
  holiday: '假期和安全',
  wellbeing: '心理健康和宣传月',
  meeting: '会议和活动',
  agreement: '家校约定',
  'one-family': '只写给一个家庭',
  'any-day': '平时',
} as const
export type Occasion = keyof typeof OCCASIONS

const blank = z
  .strictObject({
    name: text,
    /**
     * `{{name}}` is filled for each family, each class, or at sending. What the author fills stands in the text as
     * 〔请填写：name〕, with a hint after a comma where the name is not enough: 〔请填写：费用，没有就写“不收费”〕.
     */
    filledBy: z.enum(['family', 'class', 'sending', 'author']),
    /** How the author is asked; text where nothing is said. */
    type: z.optional(z.enum(['text', 'date', 'number', 'choice', 'phone'])),
    /** What a `choice` may be; the example is one of them. */
    choices: z.optional(z.array(text).min(2).max(8)),
    /** The calendar fills it in once the days of the node are sure: all of them, the only one, or the day after the last. */
    node: z.optional(z.enum(['days', 'day', 'dayAfter'])),
    /** What it was called before: drafts that were begun then go on following their node. */
    formerly: z.optional(text),
    example: text,
  })
  .refine((it) => (it.type === 'choice') === Boolean(it.choices), '选择题要写 choices，别的不要写')
  .refine((it) => !it.choices || it.choices.includes(it.example), 'example 要是 choices 里的一个')

/** The field is asked only where an earlier choice has one of these answers. */
const shownIf = z.strictObject({ field: code, is: z.array(text).min(1) })

/** What every field of a form has. `code` names the answer for good; the label is what people read. */
const field = {
  code,
  label: text.max(30),
  hint: z.optional(text.max(40)),
  required: z.boolean(),
  shownIf: z.optional(shownIf),
}
const formField = z.discriminatedUnion('type', [
  z.strictObject({ ...field, type: z.literal('text'), maxLength: z.int().min(1).max(500) }),
  /** A mobile number: kept sealed, shown masked. */
  z.strictObject({ ...field, type: z.literal('phone') }),
  z.strictObject({
    ...field,
    type: z.literal('number'),
    min: z.number(),
    max: z.number(),
    unit: z.optional(text.max(4)),
  }),
  z.strictObject({ ...field, type: z.literal('date') }),
  z.strictObject({
    ...field,
    type: z.literal('choice'),
    /** The words are the answer: 同意, 不同意. */
    options: z.array(text.max(20)).min(2).max(10),
    /** How many may be ticked; one where nothing is said. */
    most: z.optional(z.int().min(2).max(10)),
    /** The family's decision: it is counted, and guardians who differ are brought together. */
    isDecision: z.optional(z.literal(true)),
  }),
  z.strictObject({ ...field, type: z.literal('picture'), most: z.int().min(1).max(9) }),
  /** A second hand, such as the child's; the guardian's own is the letter's `confirmation: "sign"`. */
  z.strictObject({ ...field, type: z.literal('signature') }),
])
export type FormField = z.infer<typeof formField>

/** What families fill in below a letter. */
const form = z.strictObject({
  /** `any`: whoever answers first speaks for the family · `each`: every guardian answers · `once`: one answer a child. */
  answeredBy: z.enum(['any', 'each', 'once']),
  fields: z.array(formField).min(1).max(12),
})
export type Form = z.infer<typeof form>

export const letterFile = z.strictObject({
  code,
  title: text.max(40),
  kind: z.enum(['letter', 'notice']),
  occasion: z.enum(Object.keys(OCCASIONS) as [Occasion, ...Occasion[]]),
  stages: z.array(stage).min(1),
  summary: text.max(60),
  /** For the first grade of each of its stages, or the last, and no other. */
  forGrade: z.optional(z.enum(['first', 'last'])),
  /** Speaks of one child: chosen families only, never a class (B4, B5). */
  isForOneFamily: z.optional(z.literal(true)),
  /** About worry: the city's help lines stand below it, each a tap away (B8). */
  offersHelp: z.optional(z.literal(true)),
  confirmation: z.enum(['read', 'confirm', 'sign']),
  /** Suggested days from sending to the due day. */
  dueDays: z.int().min(1).max(30),
  /** What families confirm or sign, in one sentence; empty where reading is all that is asked. */
  pledge: z.string().max(120),
  blanks: z.array(blank).min(1),
  form: z.optional(form),
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
  /** The day somebody last compared every number and hour with what is published; due again within a year (B8). */
  checkedOn: day,
  /** With what it was compared, and what is still to be asked by telephone. */
  checkedAgainst: text,
  lines: z.array(hotline).min(1),
})
export type Hotline = z.infer<typeof hotline>
export type HotlineSet = z.infer<typeof hotlinesFile>

/** Plain words by which a text speaks of danger to a child, and everyday phrases that only sound like one of them. */
export const dangerFile = z.strictObject({
  note: text,
  words: z.array(text).min(1),
  harmless: z.array(text),
})
export type Danger = Pick<z.infer<typeof dangerFile>, 'words' | 'harmless'>

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

/** How a year's date of a node is found. What only a notice can say is proposed until the notice is entered. */
const dateRule = z.discriminatedUnion('kind', [
  /** Every year on this day, or on these days. */
  z.strictObject({ kind: z.literal('day'), from: yearDay, to: z.optional(yearDay) }),
  /** `nth: -1` is the last of the month; Monday is 1. */
  z.strictObject({
    kind: z.literal('nth-weekday'),
    month: z.int().min(1).max(12),
    nth: z.literal([1, 2, 3, 4, -1]),
    weekday: z.int().min(1).max(7),
  }),
  /** From Monday to Sunday, the week in which the day falls. */
  z.strictObject({ kind: z.literal('week-of'), day: yearDay }),
  /** As `holidays-年份.json` has it; the days here where there is no file yet. */
  z.strictObject({ kind: z.literal('holiday'), name: text, from: yearDay, to: yearDay }),
  /**
   * Wait for the official notice; it usually falls in these days. `term`: a city that has entered the days of its terms has told when
   * they begin, and the holidays between them.
   */
  z.strictObject({
    kind: z.literal('notice'),
    from: yearDay,
    to: z.optional(yearDay),
    by: text,
    term: z.optional(z.enum(['autumn', 'winter-holiday', 'spring', 'summer-holiday'])),
  }),
])
export type DateRule = z.infer<typeof dateRule>

const node = z.strictObject({
  code,
  title: text,
  about: text,
  rule: dateRule,
  /** Dates that were officially published, each with its notice. Nothing is entered here by guessing. */
  announced: z.optional(z.array(z.strictObject({ year: z.int(), from: day, to: day, source: text }))),
  /** So many days before it begins, the letter is drafted and the person in charge is reminded. */
  draftDaysBefore: z.int().min(1).max(60),
  /** Whose letter it is in a school, by post. */
  inCharge: z.enum(['school_admin', 'grade_head', 'class_teacher']),
  /** Templates for each stage it concerns, the most fitting first. */
  letters: z.partialRecord(stage, z.array(code).min(1)),
})
export const nodesFile = z.strictObject({ nodes: z.array(node).min(1) })
export type CalendarNode = z.infer<typeof node>

/** A version of the privacy text; its body stands beside it. */
export const privacyFile = z.strictObject({
  version: z.int().min(1),
  effectiveOn: day,
  title: text,
  /** What is new in it, in one sentence. */
  changes: text,
})
