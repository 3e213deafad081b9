import type { FieldType, FormField, LetterForm } from '#contract/letter-form'

export const TYPES: { type: FieldType; text: string }[] = [
  { type: 'choice', text: '选择' },
  { type: 'text', text: '文字' },
  { type: 'number', text: '数' },
  { type: 'date', text: '日子' },
  { type: 'phone', text: '手机号' },
  { type: 'picture', text: '照片' },
  { type: 'signature', text: '手写签字' },
  { type: 'file', text: '上传文件' },
]

/** What a form may ask: families write by hand, and offices upload stamped papers. */
export const typesFor = (isToStaff: boolean) =>
  TYPES.filter((it) => it.type !== (isToStaff ? 'signature' : 'file'))

/** 参会四题: filled in beforehand from what is known of who answers, by their codes. */
const ATTENDING: FormField[] = [
  { code: 'unit', label: '单位', type: 'text', required: true, maxLength: 40 },
  { code: 'name', label: '参会人姓名', type: 'text', required: true, maxLength: 20 },
  { code: 'post', label: '职务', type: 'text', required: true, maxLength: 20 },
  { code: 'mobile', label: '手机', type: 'phone', required: true },
]
const lackingIn = ({ fields }: LetterForm) =>
  ATTENDING.filter((it) => !fields.some((one) => one.code === it.code))

export const lacksAttending = (form: LetterForm) => lackingIn(form).length > 0
export const withAttending = (form: LetterForm): LetterForm => ({
  ...form,
  fields: [...form.fields, ...lackingIn(form)].slice(0, MOST_FIELDS),
})

export const MOST_FIELDS = 12

/** A number nobody has in this form; it is never shown. */
function freeCode({ fields }: LetterForm) {
  for (let n = fields.length + 1; ; n++) {
    if (!fields.some((it) => it.code === `q${n}`)) return `q${n}`
  }
}

const BLANK: Record<FieldType, Partial<FormField>> = {
  choice: { options: ['', ''] },
  text: { maxLength: 100 },
  number: {},
  date: {},
  phone: {},
  picture: {},
  signature: {},
  file: {},
}

export const withAdded = (form: LetterForm, type: FieldType): LetterForm => ({
  ...form,
  fields: [...form.fields, { code: freeCode(form), label: '', required: true, type, ...BLANK[type] }],
})

/** A question changed; conditions that name an option which is gone go with it. */
export const withChanged = (form: LetterForm, code: string, change: Partial<FormField>): LetterForm =>
  tidied({
    ...form,
    fields: form.fields.map((it) => (it.code === code ? clean({ ...it, ...change }) : it)),
  })

/** Optional things that were emptied are left out. */
function clean(field: FormField): FormField {
  return Object.fromEntries(
    Object.entries(field).filter(([, value]) => value !== undefined && value !== '' && value !== null),
  ) as FormField & { label: string }
}

export const withoutField = (form: LetterForm, code: string): LetterForm =>
  tidied({ ...form, fields: form.fields.filter((it) => it.code !== code) })

export function withMoved(form: LetterForm, code: string, by: -1 | 1): LetterForm {
  const at = form.fields.findIndex((it) => it.code === code)
  const [field, other] = [form.fields[at], form.fields[at + by]]
  if (!field || !other) return form
  const fields = form.fields.map((it, n) => (n === at ? other : n === at + by ? field : it))
  return tidied({ ...form, fields })
}

export function withCopied(form: LetterForm, code: string): LetterForm {
  const at = form.fields.findIndex((it) => it.code === code)
  const field = form.fields[at]
  if (!field || form.fields.length >= MOST_FIELDS) return form
  const { isDecision: _, ...same } = structuredClone(field)
  const copy = { ...same, code: freeCode(form) }
  return { ...form, fields: [...form.fields.slice(0, at + 1), copy, ...form.fields.slice(at + 1)] }
}

/** The choices before a question, on which it may depend. */
export const choicesBefore = ({ fields }: LetterForm, code: string) =>
  fields
    .slice(
      0,
      fields.findIndex((it) => it.code === code),
    )
    .filter((it) => it.type === 'choice')

/** A condition holds on to what stands before it; one that cannot be met any more goes. */
function tidied(form: LetterForm): LetterForm {
  const fields: FormField[] = []
  for (const it of form.fields) {
    const asked = fields.find((one) => one.code === it.shownIf?.field)
    const is = it.shownIf?.is.filter((one) => asked?.options?.includes(one)) ?? []
    const { shownIf, ...rest } = it
    fields.push(shownIf && is.length > 0 ? { ...rest, shownIf: { field: shownIf.field, is } } : rest)
  }
  return { ...form, fields }
}

/** What a form still lacks, in a sentence; null when it can be asked. */
export function formGap(form: LetterForm): string | null {
  if (form.fields.length === 0) return '信末的表里还没有题'
  for (const [at, it] of form.fields.entries()) {
    const name = it.label || `第${at + 1}题`
    if (!it.label) return `第${at + 1}题还没有写问什么`
    if (it.type !== 'choice') continue
    const options = it.options ?? []
    if (options.some((one) => one.trim() === '')) return `“${name}”有空着的选项`
    if (new Set(options).size < options.length) return `“${name}”有两个一样的选项`
  }
  return null
}
