import {
  type AnswerItem,
  type AnswerValue,
  type LetterForm,
  type StaffReceipt,
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

const idsIn = (value: AnswerValue | undefined) =>
  typeof value !== 'object' ? [] : 'files' in value ? value.files : 'pictures' in value ? value.pictures : []

/** The questions as the page shows them, with the papers that lie beside each. */
export function presentQuestions(
  form: LetterForm,
  items: readonly AnswerItem[],
  names: readonly Paper[],
  isChecked: boolean,
): ShownQuestion[] {
  const values = valuesOf(items)
  return presentForm(form, items, isChecked).map((field) => {
    const papers = idsIn(values.get(field.code)).map((id) => ({
      id,
      name: names.find((it) => it.id === id)?.name ?? '文件',
    }))
    return { ...field, papers, takesPdf: field.type === 'file', mayAdd: papers.length < field.most }
  })
}

/** What a question's answer is with these papers; none when the last was taken away. */
export function papersAsValue(type: ShownField['type'], papers: readonly Paper[]): AnswerValue | undefined {
  const ids = papers.map((it) => it.id)
  if (ids.length === 0) return undefined
  return type === 'picture' ? { pictures: ids } : { files: ids }
}

/** 顾远 今天9:20填写 */
export const byLine = ({ by, at }: NonNullable<StaffReceipt['answer']>, now = new Date()) =>
  `${by} ${nearMoment(at, now)}填写`
