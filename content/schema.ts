import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'
import {
  bankQuestion,
  type Danger,
  dangerFile,
  holidaysFile,
  hotlinesFile,
  lessonFile,
  letterFile,
  outlineFile,
  nodesFile,
  privacyFile,
  OCCASIONS,
  programmeFile,
  slidesFile,
  surveyItemsFile,
} from './shapes.ts'
import type { CalendarNode, Form, Holidays, HotlineSet, quizQuestion, Slide, Theme } from './shapes.ts'

export { OCCASIONS, THEMES } from './shapes.ts'
export type {
  CalendarNode,
  Form,
  FormField,
  Holidays,
  Hotline,
  HotlineSet,
  Occasion,
  Slide,
  Theme,
} from './shapes.ts'

/** A content file is wrong; the message names file and field for the editor who can mend it. */
export class ContentError extends Error {
  constructor(file: string, problems: string[]) {
    super(`内容文件有误：${file}\n${problems.map((problem) => `  · ${problem}`).join('\n')}`)
    this.name = 'ContentError'
  }
}

const chinese = z.locales.zhCN().localeError

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    throw new ContentError(file, ['文件不存在或读不出来'])
  }
}

function check<S extends z.ZodType>(file: string, schema: S, data: unknown): z.infer<S> {
  const result = schema.safeParse(data, { error: chinese })
  if (result.success) return result.data
  throw new ContentError(
    file,
    result.error.issues.map((issue) => `${issue.path.join('.') || '整个文件'}：${issue.message}`),
  )
}

function parseJson(file: string): unknown {
  const written = readText(file)
  try {
    return JSON.parse(written) as unknown
  } catch (error) {
    throw new ContentError(file, [`不是合法的 JSON：${(error as Error).message}`])
  }
}

const readJson = <S extends z.ZodType>(file: string, schema: S) => check(file, schema, parseJson(file))

function mustExist(file: string, field: string, referrer: string): void {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
    throw new ContentError(referrer, [`${field}：找不到文件 ${path.basename(file)}`])
  }
}

/** A question ready to be asked: options in the written order, `correct` as their positions. */
export interface Question {
  code: string
  kind: 'single' | 'multiple' | 'truefalse'
  stem: string
  options: string[]
  correct: number[]
  explanation: string
}

/** A question of the bank: it belongs to a lesson and is 1 easy, 2 middling or 3 hard. A case tells a situation and asks in its parts. */
export interface ExamQuestion extends Omit<Question, 'kind'> {
  kind: Question['kind'] | 'case'
  parts?: Omit<Question, 'code'>[]
  lesson: string
  difficulty: 1 | 2 | 3
}

const LETTERS = 'ABCDE'

function ready(file: string, field: string, code: string, it: z.infer<typeof quizQuestion>): Question {
  const { kind, stem, explanation } = it
  if (it.kind === 'truefalse') {
    return { code, kind, stem, explanation, options: ['对', '错'], correct: [it.answer ? 0 : 1] }
  }
  const correct = [...it.answer].map((letter) => LETTERS.indexOf(letter))
  const problems: string[] = []
  if (correct.some((at) => at >= it.options.length)) problems.push(`${field}.answer：没有这个选项`)
  if (correct.some((at, i) => at <= (correct[i - 1] ?? -1)))
    problems.push(`${field}.answer：请按字母顺序写，不要重复`)
  if (new Set(it.options).size < it.options.length) problems.push(`${field}.options：有两个选项一模一样`)
  if (problems.length > 0) throw new ContentError(file, problems)
  return { code, kind, stem, explanation, options: it.options, correct }
}

export interface Lesson extends Omit<z.infer<typeof lessonFile>, 'quiz'> {
  /** Where its files lie; `poster`, `video.file` and `video.captions` are names inside it. */
  dir: string
  /** Light markdown: paragraphs, `## ` headings, `- ` lists, `**bold**`. */
  body: string
  quiz: Question[]
}

export interface Programme extends Omit<z.infer<typeof programmeFile>, 'lessons'> {
  dir: string
  lessons: Lesson[]
  bank: ExamQuestion[]
}

const plan = (dir: string) => readJson(path.join(dir, 'lesson.json'), lessonFile)

function readLesson(dir: string): Lesson {
  const file = path.join(dir, 'lesson.json')
  const { quiz, ...lesson } = plan(dir)
  mustExist(path.join(dir, lesson.poster), 'poster', file)
  if ((lesson.kind === 'video') !== Boolean(lesson.video)) {
    throw new ContentError(file, ['video：视频课要写明影片，图文课不要写'])
  }
  if (lesson.video) {
    mustExist(path.join(dir, lesson.video.file), 'video.file', file)
    mustExist(path.join(dir, lesson.video.captions), 'video.captions', file)
  }
  return {
    ...lesson,
    dir,
    body: readText(path.join(dir, 'lesson.md')),
    quiz: quiz.map((it, i) => ready(file, `quiz.${i}`, `${lesson.code}-${i + 1}`, it)),
  }
}

function readBank(file: string, lessonCodes: string[]): ExamQuestion[] {
  const rows = readJson(file, z.array(bankQuestion))
  const problems = rows.flatMap(({ lesson, code }, i) => [
    ...(lessonCodes.includes(lesson) ? [] : [`${i}.lesson：没有这一课 ${lesson}`]),
    ...(rows.findIndex((row) => row.code === code) === i ? [] : [`${i}.code：编号 ${code} 用了两次`]),
  ])
  if (problems.length > 0) throw new ContentError(file, problems)
  return rows.map((row, i) => ({
    ...(row.kind === 'case' ? readyCase(file, i, row) : ready(file, String(i), row.code, row)),
    lesson: row.lesson,
    difficulty: row.difficulty,
  }))
}

function readyCase(
  file: string,
  at: number,
  { code, situation, parts }: Extract<z.infer<typeof bankQuestion>, { kind: 'case' }>,
) {
  const asked = parts.map((it, part) => {
    const { code: _, ...question } = ready(file, `${at}.parts.${part}`, code, it)
    return question
  })
  return {
    code,
    kind: 'case' as const,
    stem: situation,
    options: [],
    correct: [],
    explanation: '',
    parts: asked,
  }
}

/** Codes of lessons that a renewal names and the programme does not have, and a paper that its lessons cannot fill. */
function renewalProblems(
  { certificate, validity }: z.infer<typeof programmeFile>,
  bank: ExamQuestion[],
): string[] {
  const renewal = certificate?.renewal
  if (!renewal)
    return validity.until === 'years' && certificate
      ? ['certificate.renewal：按年算的证书要写明怎样续证']
      : []
  const own = bank.filter(({ lesson }) => renewal.lessons.includes(lesson))
  const missing = renewal.lessons.filter((code) => !own.some(({ lesson }) => lesson === code))
  return [
    ...missing.map((code) => `certificate.renewal.lessons：没有这一课，或者它没有考题 ${code}`),
    ...(own.length < renewal.draw ? ['certificate.renewal.draw：这几课没有这么多题'] : []),
  ]
}

/** A whole programme from its folder, for example `content/courses/grade7`. */
export function readProgramme(dir: string): Programme {
  const file = path.join(dir, 'programme.json')
  const programme = readJson(file, programmeFile)
  const lessons = programme.lessons.map((name) => readLesson(path.join(dir, name)))
  const bank = readBank(
    path.join(dir, 'exam.json'),
    lessons.map((lesson) => lesson.code),
  )
  if (programme.audience !== 'staff' && programme.forGrades.length === 0)
    throw new ContentError(file, ['forGrades：写明是哪个年级的课程'])
  if (bank.length < programme.exam.draw) throw new ContentError(file, ['exam.draw：题库里没有这么多题'])
  const problems = renewalProblems(programme, bank)
  if (problems.length > 0) throw new ContentError(file, problems)
  return { ...programme, dir, lessons, bank }
}

/** The lessons as planned, before their posters and films are made. */
export const readLessonPlans = (dir: string) =>
  readJson(path.join(dir, 'programme.json'), programmeFile).lessons.map((name) => {
    const lessonDir = path.join(dir, name)
    return { dir: lessonDir, ...plan(lessonDir) }
  })
export type LessonPlan = ReturnType<typeof readLessonPlans>[number]

/** The pictures of a video lesson, as `server/scripts/videos.ts` films them. */
export const readSlides = (lessonDir: string): Slide[] =>
  readJson(path.join(lessonDir, 'slides.json'), slidesFile).slides

const contentDir = import.meta.dirname

/** The folder of every programme that the repository carries: whatever holds a programme.json is one. */
export const programmeDirs = (dir = path.join(contentDir, 'courses')): string[] =>
  readdirSync(dir)
    .map((name) => path.join(dir, name))
    .filter((it) => statSync(path.join(it, 'programme.json'), { throwIfNoEntry: false })?.isFile())
    .sort()

const jsonFiles = (dir: string) =>
  readdirSync(dir)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => path.join(dir, name))

export interface LetterTemplate extends z.infer<typeof letterFile> {
  /** Light markdown with `{{孩子}}`-like blanks. */
  body: string
}

const namesIn = (body: string, mark: RegExp) =>
  new Set([...body.matchAll(mark)].map(([, name = '']) => name.trim()))

/** Blanks that are used but not declared, or declared but not used. */
function blankProblems({ body, blanks }: LetterTemplate): string[] {
  const byHand = blanks.filter(({ filledBy }) => filledBy === 'author').map(({ name }) => name)
  const automatic = blanks.filter(({ filledBy }) => filledBy !== 'author').map(({ name }) => name)
  const compared: [Set<string>, string[]][] = [
    [namesIn(body, /\{\{(.*?)\}\}/g), automatic],
    [namesIn(body, /〔请填写：([^，〕]*)/g), byHand],
  ]
  return compared.flatMap(([used, declared]) => [
    ...[...used]
      .filter((name) => !declared.includes(name))
      .map((name) => `blanks：正文里用了“${name}”，这里没有写`),
    ...declared.filter((name) => !used.has(name)).map((name) => `blanks：写了“${name}”，正文里没有用到`),
  ])
}

/** What keeps a form from being asked: a code used twice, or a condition nobody could meet. */
function formProblems({ fields }: Form): string[] {
  const decisions = fields.filter((it) => it.type === 'choice' && it.isDecision)
  return [
    ...(decisions.length > 1 ? ['form：isDecision 只能有一处'] : []),
    ...fields.flatMap(({ code, shownIf }, at) => {
      const earlier = fields.slice(0, at)
      const asked = earlier.find((it) => it.code === shownIf?.field)
      const known = asked?.type === 'choice' ? asked.options : []
      const strange = (shownIf?.is ?? []).filter((answer) => !known.includes(answer))
      return [
        ...(earlier.some((it) => it.code === code) ? [`form.${code}：编号用了两次`] : []),
        ...(shownIf && !known.length ? [`form.${code}.shownIf：前面没有选择题“${shownIf.field}”`] : []),
        ...(known.length ? strange.map((it) => `form.${code}.shownIf：没有选项“${it}”`) : []),
      ]
    }),
  ]
}

function readLetterTemplate(file: string): LetterTemplate {
  const template = { ...readJson(file, letterFile), body: readText(file.replace(/\.json$/, '.md')) }
  const problems = [...blankProblems(template), ...(template.form ? formProblems(template.form) : [])]
  if (problems.length > 0) throw new ContentError(file, problems)
  return template
}

const OCCASION_ORDER = Object.keys(OCCASIONS)
const STAGE_ORDER = ['幼儿园', '小学', '初中', '高中', '中职']

/** By occasion; within it what fits nearly every stage first, then from the youngest children up. */
function inOrder(a: LetterTemplate, b: LetterTemplate): number {
  const youngest = ({ stages }: LetterTemplate) =>
    stages.length >= STAGE_ORDER.length - 1 ? -1 : STAGE_ORDER.indexOf(stages[0] ?? '')
  return (
    OCCASION_ORDER.indexOf(a.occasion) - OCCASION_ORDER.indexOf(b.occasion) ||
    youngest(a) - youngest(b) ||
    (a.code < b.code ? -1 : 1)
  )
}

export const readLetterTemplates = (dir = path.join(contentDir, 'letters')): LetterTemplate[] =>
  jsonFiles(dir).map(readLetterTemplate).sort(inOrder)

/** All sets of help lines, the national one among them (B8). */
export function readHotlines(dir = path.join(contentDir, 'hotlines')): HotlineSet[] {
  const sets = jsonFiles(dir).map((file) => ({ file, ...readJson(file, hotlinesFile) }))
  return sets.map(({ file, ...set }) => {
    const missing = set.includes.filter((code) => !sets.some((other) => other.code === code))
    if (missing.length > 0) throw new ContentError(file, [`includes：没有这一组热线 ${missing.join('、')}`])
    return set
  })
}

/** Words by which what a family writes speaks of danger to a child. */
export const readDangerWords = (dir = path.join(contentDir, 'danger')): Danger =>
  readJson(path.join(dir, 'words.json'), dangerFile)

export const readHolidays = (dir = path.join(contentDir, 'calendar')): Holidays[] =>
  jsonFiles(dir)
    .filter((file) => path.basename(file).startsWith('holidays-'))
    .map((file) => readJson(file, holidaysFile))

/** The days of a school year that are known long before (B7). */
export const readCalendarNodes = (dir = path.join(contentDir, 'calendar')): CalendarNode[] =>
  readJson(path.join(dir, 'nodes.json'), nodesFile).nodes

export interface PrivacyText extends z.infer<typeof privacyFile> {
  /** Light markdown. */
  body: string
}

/** All versions of the privacy text, the oldest first. */
export const readPrivacyTexts = (dir = path.join(contentDir, 'privacy')): PrivacyText[] =>
  jsonFiles(dir)
    .map((file) => ({ ...readJson(file, privacyFile), body: readText(file.replace(/\.json$/, '.md')) }))
    .sort((a, b) => a.version - b.version)

/** One thing every parent should know, ready to be asked, with what it rests on. */
export interface SurveyItem extends Question {
  theme: Theme
  source: { title: string; article?: string | undefined; by?: string | undefined }
}

/** The bank of must-know knowledge that awareness surveys draw from (A9). */
export function readSurveyItems(file = path.join(contentDir, 'surveys', 'must-know.json')): {
  version: number
  items: SurveyItem[]
} {
  const { version, items } = readJson(file, surveyItemsFile)
  const codes = items.map((it) => it.code)
  const twice = codes.filter((it, at) => codes.indexOf(it) !== at)
  if (twice.length > 0)
    throw new ContentError(
      file,
      twice.map((it) => `items：编号 ${it} 用了两次`),
    )
  return {
    version,
    items: items.map((it, at) => ({
      ...ready(file, `items.${at}`, it.code, it),
      theme: it.theme,
      source: it.source,
    })),
  }
}

/** A charter to begin from, with blanks in 〔〕, and outlines of activities. */
export function readSchoolTemplates(dir = path.join(contentDir, 'school')) {
  return {
    charter: readText(path.join(dir, 'charter.md')),
    outlines: jsonFiles(dir).map((file) => ({
      ...readJson(file, outlineFile),
      text: readText(file.replace(/\.json$/, '.md')),
    })),
  }
}
