import {
  type AnswerItem,
  type AnswerValue,
  askedOf,
  type FormField,
  halfWidth,
  type LetterForm,
  problemWith,
  valuesOf,
} from '../../../contract'
import { date } from '../../../services/format'

/** A question as the page shows it, in the order asked. */
export interface ShownField {
  code: string
  /** 1. 孩子参加吗 */
  label: string
  hint: string
  type: FormField['type']
  isOptional: boolean
  /** Several may be ticked. */
  isMany: boolean
  options: { text: string; isOn: boolean }[]
  text: string
  day: string
  dayText: string
  unit: string
  maxLength: number
  isSigned: boolean
  /** Signed or uploaded: neither tapped nor typed. */
  isApart: boolean
  /** Takes more than a line. */
  isLong: boolean
  /** How many photos. */
  most: number
  /** Those of an earlier answer, by their numbers. */
  kept: string[]
  problem: string
}

export const HOUSE_RULE: Record<LetterForm['answeredBy'], string> = {
  any: '家里一位家长填就可以；想法不一样的，另一位也可以填',
  each: '请每位家长都填一份',
  once: '一个孩子填一份，家里商量好再填',
}

/** By how many there may be, and of a choice how many there are to choose from. */
const MOST_WORDS: { [type in FormField['type']]?: (most: number, of: number) => string } = {
  choice: (most, of) => (most < of ? `最多选${most}项` : '可以选几项'),
  picture: (most) => `最多${most}张`,
  file: (most) => `最多${most}个文件`,
}

/** Of a text where the form says nothing: as many as the contract takes. */
const MOST_TYPED = 500
/** So many characters are written on a line. */
const A_LINE = 60

/** The questions that are asked now: what an answer calls up appears below it, what it rules out goes. */
export function presentForm(
  form: LetterForm,
  items: readonly AnswerItem[],
  isChecked: boolean,
): ShownField[] {
  const values = valuesOf(items)
  return askedOf(form, values).map((it, at) => shown(it, at, values.get(it.code), isChecked))
}

function shown(it: FormField, at: number, value: AnswerValue | undefined, isChecked: boolean): ShownField {
  const ticked = Array.isArray(value) ? value : []
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  const hints = [
    it.hint,
    it.most ? MOST_WORDS[it.type]?.(it.most, it.options?.length ?? 0) : '',
    bounds(it),
  ].filter(Boolean)
  return {
    code: it.code,
    label: `${at + 1}. ${it.label}`,
    hint: hints.join('，'),
    type: it.type,
    isOptional: !it.required,
    isMany: Boolean(it.most),
    options: (it.options ?? []).map((option) => ({ text: option, isOn: ticked.includes(option) })),
    text,
    day: it.type === 'date' ? text : '',
    dayText: it.type === 'date' && text ? date(text) : '',
    unit: it.unit ?? '',
    maxLength: it.type === 'text' ? (it.maxLength ?? MOST_TYPED) : it.type === 'phone' ? 11 : 12,
    isSigned: it.type === 'signature' && value !== undefined,
    isApart: it.type === 'signature' || it.type === 'picture' || it.type === 'file',
    isLong: it.type === 'text' && (it.maxLength ?? MOST_TYPED) > A_LINE,
    most: it.most ?? 1,
    kept: typeof value === 'object' && 'pictures' in value ? value.pictures : [],
    problem: (isChecked && problemWith(it, value)) || '',
  }
}

const bounds = ({ type, min, max, unit }: FormField) =>
  type === 'number' && min !== undefined && max !== undefined ? `${min}到${max}${unit ?? ''}` : ''

/** The answers with one of them changed. */
export function withAnswer(items: readonly AnswerItem[], code: string, value: AnswerValue | undefined) {
  const others = items.filter((it) => it.code !== code)
  return value === undefined ? others : [...others, { code, value }]
}

/** What was tapped or typed below a question. */
export type Said = { code: string } & ({ option: string } | { text: string } | { day: string })

/** The answers after it. */
export function withSaid(form: LetterForm, items: readonly AnswerItem[], said: Said): AnswerItem[] {
  const field = form.fields.find((it) => it.code === said.code)
  if (!field) return [...items]
  const value =
    'option' in said
      ? ticked(field, valuesOf(items).get(said.code), said.option)
      : 'text' in said
        ? typed(field, said.text)
        : said.day
  return withAnswer(items, said.code, value)
}

/** A tap on an option: of one choice it takes the place of the other, of several it is ticked or not. */
export function ticked(field: FormField, value: AnswerValue | undefined, option: string): string[] {
  const on = Array.isArray(value) ? value : []
  if (!field.most) return [option]
  return on.includes(option) ? on.filter((it) => it !== option) : [...on, option].slice(-field.most)
}

/** What a person typed, as the form keeps it. */
export function typed(field: FormField, text: string): AnswerValue | undefined {
  if (field.type !== 'number') return text
  if (text.trim() === '') return undefined
  const number = Number(halfWidth(text))
  return Number.isNaN(number) ? text : number
}
