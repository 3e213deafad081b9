import {
  BLANKS,
  blankProblem,
  blocksOf,
  fillBlanks,
  unfinished,
  type AuthorBlank,
  type Confirmation,
  type LetterTemplate,
  type MyPost,
} from '../../../contract'

/** Who writes to families; a subject teacher asks the 班主任. The server decides, this only spares a useless form. */
export const WRITERS: MyPost['post'][] = [
  'class_teacher',
  'grade_head',
  'principal',
  'school_admin',
  'district_admin',
  'city_admin',
]

export interface Notice {
  title: string
  body: string
  confirmation: Confirmation
  dueOn: string | null
  /** Rings at night, too. */
  isUrgent: boolean
  /** The template it was begun from, and what its author has filled in. */
  template: string
  blanks: AuthorBlank[]
  /** Single families instead of the class. */
  studentIds: string[]
  /** Of a letter that is put right: what is new in it. */
  correction: string
}

export const emptyNotice = (): Notice => ({
  title: '',
  body: '',
  confirmation: 'confirm',
  dueOn: null,
  isUrgent: false,
  template: '',
  blanks: [],
  studentIds: [],
  correction: '',
})

const TITLE = 20

/** The first sentence, without the greeting: 各位家长：明天带水杯。→ 明天带水杯 */
export function titleFrom(body: string): string {
  const sentences = body
    .replace(/^\s*(各位|亲爱的|尊敬的)?家长(朋友)?(们)?(您好|你们好|好)?[：:，,！!。\s]*/, '')
    .replace(/^(您好|你们好|大家好)[！!，,。\s]*/, '')
    .split(/[。！？!?；;，,\n]/)
  const first = (sentences.find((it) => it.trim() !== '') ?? '').trim()
  return first.length > TITLE ? `${first.slice(0, TITLE - 1)}…` : first
}

/** Beside what of the page a problem is told. */
export type Place = 'whom' | 'correction' | 'body' | 'title'

/** What is still missing, in a sentence, and where; null when it can go. */
export function missingIn(
  { title, body, blanks, correction }: Notice,
  { isRevising, isForNobody }: { isRevising: boolean; isForNobody: boolean },
): { at: Place; text: string } | null {
  if (isForNobody) return { at: 'whom', text: '请选择写给哪几家' }
  if (isRevising && correction.trim() === '') return { at: 'correction', text: '请写一句更正说明' }
  if (body.trim() === '') return { at: 'body', text: '请写下要告诉家长的事' }
  if (title.trim() === '') return { at: 'title', text: '请写一个标题' }
  const wrong = blanks.map(blankProblem).find((it) => it !== null)
  const text = wrong ?? unfinished(fillBlanks(body, blanks))
  return text ? { at: 'body', text } : null
}

/** The text as 张三妈妈 would read it, line by line. */
export const previewOf = ({ body, blanks }: Pick<Notice, 'body' | 'blanks'>) =>
  blocksOf(fillBlanks(body, blanks), BLANKS)
    .map(({ kind, number, runs }) => {
      const mark = kind === 'item' ? '• ' : kind === 'number' ? `${number ?? ''}. ` : ''
      return mark + runs.map((it) => it.text).join('')
    })
    .join('\n')

/** Templates a teacher can use on the phone: what has a form is written on the console, where it can be seen. */
export const usable = (templates: LetterTemplate[]) =>
  templates.filter((it) => !it.form && !it.isForOneFamily)

const DAY_MS = 86_400_000

/** What a template brings: its words, its blanks still empty, and a day to answer by. */
export function begunFrom(template: LetterTemplate, dayOf: (at: Date) => string, now = new Date()) {
  const { title, body, confirmation, dueDays, code } = template
  return {
    ...{ title, body, confirmation, template: code },
    dueOn: confirmation === 'read' ? null : dayOf(new Date(now.getTime() + dueDays * DAY_MS)),
    blanks: (template.blanks ?? []).map(({ example: _, ...it }) => it),
  }
}

/** The blanks as a teacher fills them in: a day as people say it, and an example until something is written. */
export const shownBlanks = (
  blanks: AuthorBlank[],
  template: LetterTemplate | undefined,
  inWords: (day: string) => string,
) =>
  blanks.map((it) => {
    const example = template?.blanks?.find(({ name }) => name === it.name)?.example
    return {
      ...it,
      shown: it.type === 'date' && it.value ? inWords(it.value) : it.value,
      example: example ? `比如：${example}` : '',
    }
  })
