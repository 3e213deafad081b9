import { instantInWords, shanghaiDay } from '../clock.ts'

/** The kinds of value that a subscription template may hold; a template key is one of them and a number: `thing1`. */
export const VALUE_TYPES = [
  'thing',
  'phrase',
  'name',
  'character_string',
  'number',
  'phone_number',
  'time',
  'date',
] as const
export type ValueType = (typeof VALUE_TYPES)[number]

/** A calendar day is the text `YYYY-MM-DD`. */
export type TemplateValue = string | number | Date | { from: Date; to: Date }

/** A value that cannot be made to pass, such as a word where a time belongs. */
export class UnfitValue extends Error {
  constructor(type: ValueType, value: TemplateValue) {
    super(`${typeof value === 'object' ? 'a moment' : JSON.stringify(value)} cannot be a ${type}`)
    this.name = 'UnfitValue'
  }
}

/** The type of a template key: `thing1` → `thing`. */
export function typeOf(key: string): ValueType | null {
  const word = key.replace(/\d+$/, '')
  return VALUE_TYPES.find((type) => type === word) ?? null
}

/**
 * Makes a value pass WeChat's limits (47003 otherwise): cut with an ellipsis rather than refused, never empty,
 * never with a line break. Throws `UnfitValue` where cutting cannot help.
 */
export function fit(type: ValueType, value: TemplateValue): string {
  switch (type) {
    case 'thing':
      return cut(oneLine(inWords(value)), 20) || '无'
    case 'phrase':
      return [...oneLine(inWords(value)).replace(/[^\p{Script=Han}]/gu, '')].slice(0, 5).join('') || '见详情'
    case 'name':
      return fitName(oneLine(inWords(value)))
    case 'character_string':
      return (
        oneLine(inWords(value))
          .replace(/[^\x20-\x7e]/g, '')
          .slice(0, 32)
          .trim() || '-'
      )
    case 'number':
      return must(type, value, /^-?\d{1,32}$|^-?(?=[\d.]{3,32}$)\d+\.\d+$/)
    case 'phone_number':
      return must(type, inWords(value).replace(/[^\d+\-() ]/g, ''), /^(?=.*\d).{1,17}$/)
    case 'time':
      return fitTime(value)
    case 'date':
      return fitDate(value)
  }
}

function must(type: ValueType, value: TemplateValue, shape: RegExp): string {
  const text = inWords(value).trim()
  if (!shape.test(text)) throw new UnfitValue(type, value)
  return text
}

/** Ten characters as soon as one of them is Chinese, twenty otherwise; digits are not allowed. */
function fitName(text: string) {
  const allowed = text.replace(/\p{N}/gu, '').trim()
  return cut(allowed, /\p{Script=Han}/u.test(allowed) ? 10 : 20) || '未填写'
}

function fitTime(value: TemplateValue): string {
  if (value instanceof Date) return `${fullDay(value)} ${clockText(value)}`
  if (typeof value !== 'object') throw new UnfitValue('time', value)
  const { from, to } = value
  const end = fullDay(from) === fullDay(to) ? clockText(to) : fitTime(to)
  return `${fitTime(from)}~${end}`
}

function fitDate(value: TemplateValue) {
  if (value instanceof Date) return fullDay(value)
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) throw new UnfitValue('date', value)
  return dayText(value)
}

/** Any value as a person would read it: `11月25日(周三) 18:00`. */
export function inWords(value: TemplateValue): string {
  if (typeof value !== 'object') return String(value)
  if (value instanceof Date) return instantInWords(value)
  return `${instantInWords(value.from)}~${clockText(value.to)}`
}

function oneLine(text: string) {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
}

const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' })

/** Cuts between characters as people see them; counts as WeChat does, in UTF-16 units. */
function cut(text: string, limit: number) {
  if (text.length <= limit) return text
  let kept = ''
  for (const { segment } of graphemes.segment(text)) {
    if (kept.length + segment.length > limit - 1) break
    kept += segment
  }
  return `${kept.trimEnd()}…`
}

/** 2019年10月1日 */
const fullDay = (at: Date) => dayText(shanghaiDay(at))

function dayText(day: string) {
  const [year, month, date] = day.split('-').map(Number)
  return `${year}年${month}月${date}日`
}

const clockText = (at: Date) => instantInWords(at).slice(-5)
