import {
  type AnswerItem,
  type AnswerValue,
  askedOf,
  type FormField,
  type LetterForm,
  onPaper,
  problemsIn,
  valuesOf,
} from '#contract/letter-form'

/** More columns than a screen shows, or a text that does not fit into one, are entered child by child. */
const MOST_COLUMNS = 6
const LONGEST = 100

/** What stays on the paper is no column. */
export const columnsOf = (form: LetterForm): FormField[] =>
  form.fields.filter((it) => it.type !== 'signature' && it.type !== 'picture')

export const fitsTable = (form: LetterForm) =>
  columnsOf(form).length <= MOST_COLUMNS &&
  columnsOf(form).every((it) => it.type !== 'text' || (it.maxLength ?? 500) <= LONGEST)

export interface Line {
  items: AnswerItem[]
  papers: string[]
  /** What the server said of it. */
  refused: string
}

export const EMPTY: Line = { items: [], papers: [], refused: '' }

export const withValue = (line: Line, code: string, value: AnswerValue | undefined): Line => ({
  ...line,
  refused: '',
  items: [...line.items.filter((it) => it.code !== code), ...(value === undefined ? [] : [{ code, value }])],
})

/** Whether a question is asked of a family that has answered so far as the line says. */
export const isAsked = (form: LetterForm, line: Line, code: string) =>
  askedOf(form, valuesOf(line.items)).some((it) => it.code === code)

/** What is wrong with a line that was begun; '' for one that may be entered, or that nobody has touched. */
export function problemOf(form: LetterForm, line: Line): string {
  if (line.refused) return line.refused
  if (line.items.length === 0) return line.papers.length > 0 ? '附了照片，还没有填' : ''
  return [...problemsIn(onPaper(form), valuesOf(line.items)).values()][0] ?? ''
}

export const isReady = (form: LetterForm, line: Line) => line.items.length > 0 && problemOf(form, line) === ''
