import * as z from 'zod/mini'
import { instant, objectId } from './endpoint.ts'

/**
 * The form below a letter and what is answered in it. Shape and rules stand in the contract: the phone must never let
 * through what the server refuses, nor ask what the server does not expect.
 */

const code = z.string().check(z.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, '题目的编号不对'), z.maxLength(40))
const said = (most: number) => z.string().check(z.trim(), z.minLength(1), z.maxLength(most))

export const fieldType = z.enum(['text', 'choice', 'number', 'date', 'phone', 'picture', 'signature', 'file'])
export type FieldType = z.infer<typeof fieldType>

const field = {
  code,
  label: said(30),
  hint: z.optional(said(40)),
  required: z.boolean(),
  /** Asked only where an earlier choice has one of these answers. */
  shownIf: z.optional(
    z.strictObject({ field: code, is: z.array(said(20)).check(z.minLength(1), z.maxLength(10)) }),
  ),
  type: fieldType,
  /** Of a text. */
  maxLength: z.optional(z.int().check(z.gte(1), z.lte(500))),
  /** Of a number. */
  min: z.optional(z.number()),
  max: z.optional(z.number()),
  unit: z.optional(said(4)),
  /** Of a choice: the words are the answer. */
  options: z.optional(z.array(said(20)).check(z.minLength(2), z.maxLength(10))),
  /** How many may be ticked; one where nothing is said. */
  most: z.optional(z.int().check(z.gte(2), z.lte(10))),
  /** The family's decision: it is counted, and guardians who differ are brought together. */
  isDecision: z.optional(z.boolean()),
  /** Why somebody says no: for the office that sent the letter, and for nobody else of the family. */
  isReason: z.optional(z.boolean()),
}
export const formField = z.strictObject(field)
export type FormField = z.infer<typeof formField>

export const letterForm = z.strictObject({
  /** `any`: whoever answers first speaks for the family · `each`: every guardian answers · `once`: one answer a child. */
  answeredBy: z.enum(['any', 'each', 'once']),
  fields: z.array(formField).check(z.minLength(1, '表里还没有题'), z.maxLength(12, '一张表最多12道题')),
  /** One choice under large buttons instead of a form: a tap answers and confirms. */
  isPlain: z.optional(z.boolean()),
})
export type LetterForm = z.infer<typeof letterForm>

const OFF_PAD = '签名写出了框，请重写'

/** One line of the pen as x, y, x, y … in the pad's own points. */
export const penStroke = z
  .array(z.number().check(z.gte(-50, OFF_PAD), z.lte(5000, OFF_PAD)))
  .check(z.minLength(2, '签名不完整，请重写'), z.maxLength(6000, '签名太长了，请重写'))
export const handwriting = z.strictObject({
  width: z.number().check(z.gte(50), z.lte(5000)),
  height: z.number().check(z.gte(50), z.lte(5000)),
  strokes: z.array(penStroke).check(z.minLength(1, '请先签字'), z.maxLength(200, '笔画太多了，请重写')),
})
export type Handwriting = z.infer<typeof handwriting>

/** Pictures that were uploaded before, by their numbers. */
export const givenPictures = z.strictObject({
  pictures: z.array(objectId).check(z.minLength(1, '还没有照片'), z.maxLength(6, '最多6张照片')),
})

/** Papers that were uploaded before, by their numbers: a stamped report, as PDF or as a picture of it. */
export const givenFiles = z.strictObject({
  files: z.array(objectId).check(z.minLength(1, '还没有文件'), z.maxLength(6, '最多6个文件')),
})

/** A text, day or mobile number; a number; the options that were ticked; a second hand; a picture. */
export const answerValue = z.union([
  z.string().check(z.maxLength(500, '写得太长了，请短一些')),
  z.number(),
  z.array(z.string().check(z.maxLength(20))).check(z.maxLength(10)),
  handwriting,
  givenPictures,
  givenFiles,
])
export type AnswerValue = z.infer<typeof answerValue>
export const answerItem = z.strictObject({ code, value: answerValue })
export type AnswerItem = z.infer<typeof answerItem>
export const answerItems = z.array(answerItem).check(z.maxLength(12, '答的题比表上的还多'))

/** How an answer came: tapped by the guardian, or told to the school and entered there. */
export const answerWay = z.enum(['app', 'paper', 'call', 'visit'])
export type AnswerWay = z.infer<typeof answerWay>

/** An answer as people read it. */
export const answerLine = z.object({
  code: z.string(),
  label: z.string(),
  text: z.string(),
  /** Ten-minute links to the pictures. */
  pictures: z.optional(z.array(z.string())),
})
export type AnswerLine = z.infer<typeof answerLine>
export const familyAnswer = z.object({
  id: z.string(),
  /** 张三妈妈 */
  by: z.string(),
  way: z.catch(answerWay, 'app'),
  /** Who of the school wrote it down; null where the guardian answered. */
  enteredBy: z.nullable(z.string()),
  /** The edition of the letter it was given to; none of old answers. */
  version: z.optional(z.int()),
  /** Links to the photo of the paper it stands on. */
  papers: z.optional(z.array(z.string())),
  at: instant,
  isMine: z.boolean(),
  lines: z.array(answerLine),
})
export type FamilyAnswer = z.infer<typeof familyAnswer>

/** What a family answered below the edition before, whose questions were others: shown, and what still fits filled in. */
export const formerAnswer = z.object({
  version: z.int(),
  answers: z.array(familyAnswer),
  mine: z.nullable(z.array(answerItem)),
})
export type FormerAnswer = z.infer<typeof formerAnswer>

export const settlement = z.object({ decision: z.string(), note: z.string(), by: z.string(), at: instant })
export type Settlement = z.infer<typeof settlement>

export const optionCount = z.object({
  code: z.string(),
  label: z.string(),
  isDecision: z.boolean(),
  options: z.array(z.object({ option: z.string(), count: z.int() })),
})
export type OptionCount = z.infer<typeof optionCount>

export const answerRow = z.object({
  studentId: objectId,
  number: z.string(),
  name: z.string(),
  answers: z.array(familyAnswer),
  isConflict: z.boolean(),
  settlement: z.nullable(settlement),
  /** Whom an answer on paper or by phone may come from. */
  guardians: z.array(z.object({ id: objectId, relation: z.string() })),
})
export type AnswerRow = z.infer<typeof answerRow>

type Values = ReadonlyMap<string, AnswerValue>
export const valuesOf = (items: readonly AnswerItem[]): Values =>
  new Map(items.map((it) => [it.code, it.value]))

/** The numbers of the pictures or papers that are an answer. */
export function uploadsOf(value: AnswerValue | undefined): string[] {
  if (typeof value !== 'object') return []
  return 'pictures' in value ? value.pictures : 'files' in value ? value.files : []
}

/** The fields that are asked, given what has been answered so far: a hidden choice shows nothing below it. */
export function askedOf({ fields }: LetterForm, values: Values): FormField[] {
  const asked: FormField[] = []
  for (const it of fields) {
    const on = it.shownIf && asked.some((earlier) => earlier.code === it.shownIf?.field)
    const given = it.shownIf && values.get(it.shownIf.field)
    const isShown =
      !it.shownIf || (on && Array.isArray(given) && given.some((one) => it.shownIf?.is.includes(one)))
    if (isShown) asked.push(it)
  }
  return asked
}

const isEmpty = (value: AnswerValue | undefined) =>
  value === undefined ||
  (typeof value === 'string' && value.trim() === '') ||
  (Array.isArray(value) && value.length === 0)

/** What is wrong with one answer, in a sentence; null when it may stand. */
export function problemWith(it: FormField, value: AnswerValue | undefined): string | null {
  if (value === undefined || isEmpty(value)) {
    if (!it.required) return null
    return it.type === 'choice'
      ? `请选一选“${it.label}”`
      : it.type === 'signature' || it.type === 'picture' || it.type === 'file'
        ? `请补上“${it.label}”`
        : `请填一填“${it.label}”`
  }
  return isFitting(it, value) ? null : BOUNDS[it.type](it)
}

const BOUNDS: Record<FieldType, (it: FormField) => string> = {
  text: (it) => `“${it.label}”最多写${it.maxLength ?? 500}个字`,
  number: (it) =>
    it.min === undefined || it.max === undefined
      ? `“${it.label}”请填一个数`
      : `“${it.label}”请填${it.min}到${it.max}之间的数`,
  date: (it) => `“${it.label}”请选一个日子`,
  phone: (it) => `“${it.label}”请填11位手机号`,
  choice: (it) => (it.most ? `“${it.label}”最多选${it.most}项` : `“${it.label}”请选一项`),
  picture: (it) => `“${it.label}”最多${it.most ?? 1}张照片`,
  signature: (it) => `“${it.label}”请再写一次`,
  file: (it) => `“${it.label}”最多${it.most ?? 1}个文件`,
}

function isFitting(it: FormField, value: AnswerValue): boolean {
  switch (it.type) {
    case 'text':
      return typeof value === 'string' && lengthOf(value.trim()) <= (it.maxLength ?? 500)
    case 'number':
      return (
        typeof value === 'number' &&
        Number.isFinite(value) &&
        value >= (it.min ?? -1e9) &&
        value <= (it.max ?? 1e9)
      )
    case 'date':
      return typeof value === 'string' && isDay(value)
    case 'phone':
      return typeof value === 'string' && /^1[3-9]\d{9}$/.test(halfWidth(value).trim())
    case 'choice':
      return (
        Array.isArray(value) &&
        value.length <= (it.most ?? 1) &&
        new Set(value).size === value.length &&
        value.every((one) => it.options?.includes(one))
      )
    case 'picture':
      return typeof value === 'object' && 'pictures' in value && value.pictures.length <= (it.most ?? 1)
    case 'signature':
      return (
        typeof value === 'object' &&
        'strokes' in value &&
        value.strokes.every((line) => line.length % 2 === 0)
      )
    case 'file':
      return typeof value === 'object' && 'files' in value && value.files.length <= (it.most ?? 1)
  }
}

/** Digits as a Chinese keyboard writes them, as digits: １２．５ → 12.5 */
export const halfWidth = (text: string) =>
  text.replace(/[０-９．－]/g, (it) => String.fromCharCode(it.charCodeAt(0) - 0xfee0))

/** An emoji is one character to whoever types it. */
const lengthOf = (text: string) => Array.from(text).length

/** `2026-02-30` is none. */
function isDay(text: string) {
  const at = new Date(`${text}T00:00:00Z`)
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}

/** Each problem of an answered form under the code of its field, in the order asked. */
export function problemsIn(form: LetterForm, values: Values): Map<string, string> {
  return new Map(
    askedOf(form, values).flatMap((it) => {
      const problem = problemWith(it, values.get(it.code))
      return problem ? [[it.code, problem] as const] : []
    }),
  )
}

/** What is kept of an answered form: asked, given, trimmed, in the order of the form and of its options. */
export function keptOf(form: LetterForm, values: Values): AnswerItem[] {
  return askedOf(form, values).flatMap((it): AnswerItem[] => {
    const value = values.get(it.code)
    if (value === undefined || isEmpty(value)) return []
    if (typeof value === 'string')
      return [{ code: it.code, value: (it.type === 'phone' ? halfWidth(value) : value).trim() }]
    if (Array.isArray(value))
      return [{ code: it.code, value: (it.options ?? []).filter((one) => value.includes(one)) }]
    return [{ code: it.code, value }]
  })
}

/** Why a form cannot be asked, in one sentence: a code used twice, a condition nobody could meet, what its readers cannot give. */
export function formProblem(
  { fields, isPlain }: LetterForm,
  reader: 'family' | 'staff' = 'family',
): string | null {
  const misplaced = fields.find((it) => it.type === (reader === 'staff' ? 'signature' : 'file'))
  if (misplaced) {
    return reader === 'staff'
      ? `“${misplaced.label}”是手写签字，写给老师的信请改成“上传文件”，交盖章件`
      : `“${misplaced.label}”是上传文件，写给家长的信请改成“照片”`
  }
  if (isPlain && !isPlainForm(fields)) return '选择里要有两到四个选项，每个选项不一样'
  if (fields.filter((it) => it.isDecision).length > 1) return '一张表最多有一道题是“这封信的主意”'
  for (const [at, it] of fields.entries()) {
    const earlier = fields.slice(0, at)
    if (earlier.some((one) => one.code === it.code)) return `题目的编号“${it.code}”用了两次`
    if (it.type === 'choice' && !it.options) return `“${it.label}”还没有选项`
    if (it.isReason && it.type !== 'text') return `“${it.label}”是写原因的题，要用文字`
    if (it.isDecision && (it.type !== 'choice' || it.most)) return `“${it.label}”要是只选一项的选择题`
    const asked = earlier.find((one) => one.code === it.shownIf?.field)
    if (it.shownIf && !it.shownIf.is.every((one) => asked?.options?.includes(one))) {
      return `“${it.label}”要看前面的一道选择题，可是没有找到`
    }
  }
  return null
}

/** One choice of two to four, and perhaps why. */
function isPlainForm([choice, reason, ...more]: FormField[]) {
  const { options = [] } = choice ?? {}
  const isChoice =
    choice?.type === 'choice' && choice.required && Boolean(choice.isDecision) && !choice.shownIf
  const areApart = options.length <= 4 && new Set(options).size === options.length
  return isChoice && areApart && more.length === 0 && (!reason || (reason.type === 'text' && reason.isReason))
}

/** 选择: the options, those that ask for a reason, and whether it must be given. */
export interface PlainChoice {
  options: string[]
  reasonFor: string[]
  needsReason: boolean
}

export const plainForm = (
  { options, reasonFor, needsReason }: PlainChoice,
  answeredBy: LetterForm['answeredBy'],
): LetterForm => ({
  answeredBy,
  isPlain: true,
  fields: [
    { code: 'choice', label: '您的选择', type: 'choice', required: true, options, isDecision: true },
    ...(reasonFor.length > 0
      ? [
          {
            ...{
              code: 'reason',
              label: '原因',
              type: 'text' as const,
              required: needsReason,
              maxLength: 200,
            },
            ...{ isReason: true, shownIf: { field: 'choice', is: reasonFor } },
          },
        ]
      : []),
  ],
})

export const plainChoiceOf = ({ fields: [choice, reason] }: LetterForm): PlainChoice => ({
  options: choice?.options ?? [],
  reasonFor: reason?.shownIf?.is ?? [],
  needsReason: reason?.required ?? false,
})

export const decisionOf = (form: LetterForm) => form.fields.find((it) => it.isDecision) ?? null

/** What is entered for a guardian who answered on paper: a hand stays on the paper, and so does a picture. */
export const onPaper = (form: LetterForm): LetterForm => ({
  ...form,
  fields: form.fields.map((it) =>
    it.type === 'signature' || it.type === 'picture' ? { ...it, required: false } : it,
  ),
})
