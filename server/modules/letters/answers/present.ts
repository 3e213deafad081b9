import {
  type AnswerItem,
  type AnswerRow,
  type AnswerValue,
  decisionOf,
  type FamilyAnswer,
  type FormField,
  type LetterForm,
} from '#contract/letter-form'
import { shownNumber } from '../../../infra/id-numbers.ts'
import { dayInWords } from '../../../infra/clock.ts'
import { maskPhone } from '../../../infra/field-crypto.ts'
import type { AnswerRecord, SettlementRecord } from './model.ts'

/** An answer in words; a telephone number masked unless it is the reader's own. */
export function inWords({ type, unit }: FormField, value: AnswerValue, isOpen = false): string {
  if (Array.isArray(value)) return value.join('、')
  if (typeof value === 'number') return `${value}${unit ?? ''}`
  if (typeof value !== 'string') {
    if ('files' in value) return `${value.files.length}个文件`
    return 'pictures' in value ? `${value.pictures.length}张照片` : '已签名'
  }
  if (type === 'phone') return isOpen ? value : maskPhone(value)
  return type === 'date' ? dayInWords(value) : value
}

/** What stands where somebody may not read why. */
const FOR_SENDER = '已写明，只有发信的单位看得到'

export interface Sight {
  /** Whose own answer it is reads its telephone number. */
  isOpen?: boolean
  seesReasons?: boolean
  /** Another guardian reads. */
  isFamily?: boolean
  /** The link to a picture; without it the line says that there is one. */
  pictureOf?: ((pictureId: string) => string) | undefined
  /** Pictures that only who sent them may see (decision 0020), with why they were sent back. */
  hidden?: ReadonlyMap<string, string | null> | undefined
}

/** The numbers of all pictures in some answers. */
export const picturesIn = (items: readonly AnswerItem[]) =>
  items.flatMap(({ value }) => (typeof value === 'object' && 'pictures' in value ? value.pictures : []))

export const linesOf = (form: LetterForm, items: readonly AnswerItem[], sight: Sight = {}) =>
  form.fields.flatMap((field) => {
    const given = items.find((it) => it.code === field.code)
    if (!given) return []
    const isHidden = isPrivate(form, field, sight)
    const { shown, note } = picturesFor([given], sight)
    const text = (isHidden ? FOR_SENDER : inWords(field, given.value, sight.isOpen)) + note
    const { pictureOf } = sight
    const pictures = pictureOf && shown.map(pictureOf)
    return [{ code: field.code, label: field.label, text, ...(pictures?.length && { pictures }) }]
  })

/** A reason is for the sender; what a guardian wrote to explain a decision is not for the other one, either. */
const isPrivate = (form: LetterForm, { isReason, type, shownIf }: FormField, sight: Sight) =>
  (isReason === true && !sight.seesReasons) ||
  (sight.isFamily === true &&
    !sight.isOpen &&
    type === 'text' &&
    shownIf !== undefined &&
    shownIf.field === decisionOf(form)?.code)

/** The pictures that a reader may see, and a word about the others. Whose own answer it is sees them all. */
function picturesFor(items: readonly AnswerItem[], { hidden, isOpen }: Sight) {
  const all = picturesIn(items)
  const held = all.filter((it) => hidden?.has(it))
  if (held.length === 0) return { shown: all, note: '' }
  if (!isOpen) return { shown: all.filter((it) => !held.includes(it)), note: '（要等学校看过才能显示）' }
  const words = held.map((it) => hidden?.get(it)).find(Boolean)
  return { shown: all, note: words ? `（学校没有收：${words}）` : '（学校正在看）' }
}

interface Reading {
  form: LetterForm
  /** The guardian who reads; null for the school. */
  reader: string | null
  itemsOf: (answer: AnswerRecord) => AnswerItem[]
  /** Of the office that sent the letter. */
  seesReasons?: boolean
  pictureOf?: (pictureId: string) => string
  hidden?: ReadonlyMap<string, string | null>
}

export function presentAnswer(
  answer: AnswerRecord,
  { form, reader, itemsOf, ...sight }: Reading,
): FamilyAnswer {
  const isMine = answer.guardianKey === reader
  return {
    id: answer._id,
    by: `${answer.childName}${answer.relation}`,
    way: answer.way,
    enteredBy: answer.enteredBy,
    ...(answer.version && { version: answer.version }),
    at: answer.changedAt.toISOString(),
    isMine,
    lines: linesOf(form, itemsOf(answer), {
      isOpen: isMine,
      isFamily: reader !== null,
      seesReasons: isMine || (sight.seesReasons ?? false),
      pictureOf: sight.pictureOf,
      hidden: sight.hidden,
    }),
  }
}

export interface Family {
  student: { _id: unknown; number: string; name: string }
  answers: AnswerRecord[]
  settlement: SettlementRecord | undefined
  isConflict: boolean
  guardians: { _id: unknown; relation: string }[]
}

export const presentRow = (
  { student, answers, settlement, isConflict, guardians }: Family,
  reading: Reading | null,
  papersOf: (studentId: string, guardianKey: string) => string[] = () => [],
): AnswerRow => ({
  studentId: String(student._id),
  number: shownNumber(student.number),
  name: student.name,
  answers: reading
    ? answers.map((it) => ({
        ...presentAnswer(it, reading),
        papers: it.way === 'app' ? [] : papersOf(String(it.studentId), it.guardianKey),
      }))
    : [],
  isConflict,
  settlement: settlement
    ? {
        decision: settlement.decision,
        note: settlement.note,
        by: settlement.by,
        at: settlement.at.toISOString(),
      }
    : null,
  guardians: guardians.map((it) => ({ id: String(it._id), relation: it.relation })),
})
