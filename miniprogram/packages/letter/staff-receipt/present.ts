import {
  type AnswerItem,
  type AnswerValue,
  type LetterForm,
  type StaffReceipt,
  uploadsOf,
  valuesOf,
} from '../../../contract'
import { nearMoment } from '../../../services/format'
import { presentForm, type ShownField } from '../letter/form'

/** A paper that lies at school already. */
export interface Paper {
  id: string
  name: string
}

export interface ShownQuestion extends ShownField {
  papers: Paper[]
  /** A paper may be a PDF; a picture is a picture. */
  takesPdf: boolean
  mayAdd: boolean
}

/** The questions as the page shows them, with the papers that lie beside each. */
export function presentQuestions(
  form: LetterForm,
  items: readonly AnswerItem[],
  names: readonly Paper[],
  isChecked: boolean,
): ShownQuestion[] {
  const values = valuesOf(items)
  return presentForm(form, items, isChecked).map((field) => {
    const papers = uploadsOf(values.get(field.code)).map((id) => ({
      id,
      name: names.find((it) => it.id === id)?.name ?? '文件',
    }))
    return { ...field, papers, takesPdf: field.type === 'file', mayAdd: papers.length < field.most }
  })
}

/** What was answered, line by line; of papers their names and not how many. */
export const toldLines = ({ lines, items, files }: NonNullable<StaffReceipt['answer']>) =>
  lines.map(({ code, label, text }) => {
    const ids = uploadsOf(items.find((it) => it.code === code)?.value)
    const names = files.filter((it) => ids.includes(it.id)).map((it) => it.name)
    return { code, label, text: names.length > 0 ? names.join('、') : text }
  })

/** What a question's answer is with these papers; none when the last was taken away. */
export function papersAsValue(type: ShownField['type'], papers: readonly Paper[]): AnswerValue | undefined {
  const ids = papers.map((it) => it.id)
  if (ids.length === 0) return undefined
  return type === 'picture' ? { pictures: ids } : { files: ids }
}

/** 顾远 今天 09:20填写 */
export const byLine = ({ by, at }: NonNullable<StaffReceipt['answer']>, now = new Date()) =>
  `${by} ${nearMoment(at, now)}填写`

/** Of a receipt that was brought over: the letter was another then, and nobody has to fill it in a second time. */
export function carriedLine({ answer, mayAnswer }: StaffReceipt, ofLetter: number) {
  const isCarried = answer?.version !== undefined && answer.version < ofLetter
  if (!isCarried) return ''
  return `这份回执是信更正以前交的，仍然有效，不用重填${mayAnswer ? '；有变化再修改' : ''}。`
}

/** 顾远 11月23日 09:20填过一次，… */
export const formerLine = ({ by, at }: NonNullable<StaffReceipt['former']>, now = new Date()) =>
  `${by} ${nearMoment(at, now)}填过一次，题目改了，请再填一次；没有改的题已经填好，请核对。`
