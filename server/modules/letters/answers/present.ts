import {
  type AnswerItem,
  type AnswerRow,
  type AnswerValue,
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
  if (typeof value !== 'string') return '已签名'
  if (type === 'phone') return isOpen ? value : maskPhone(value)
  return type === 'date' ? dayInWords(value) : value
}

export const linesOf = (form: LetterForm, items: readonly AnswerItem[], isOpen = false) =>
  form.fields.flatMap((field) => {
    const given = items.find((it) => it.code === field.code)
    return given ? [{ code: field.code, label: field.label, text: inWords(field, given.value, isOpen) }] : []
  })

interface Reading {
  form: LetterForm
  /** The guardian who reads; null for the school. */
  reader: string | null
  itemsOf: (answer: AnswerRecord) => AnswerItem[]
}

export function presentAnswer(answer: AnswerRecord, { form, reader, itemsOf }: Reading): FamilyAnswer {
  const isMine = answer.guardianKey === reader
  return {
    id: answer._id,
    by: `${answer.childName}${answer.relation}`,
    way: answer.way,
    enteredBy: answer.enteredBy,
    at: answer.changedAt.toISOString(),
    isMine,
    lines: linesOf(form, itemsOf(answer), isMine),
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
): AnswerRow => ({
  studentId: String(student._id),
  number: shownNumber(student.number),
  name: student.name,
  answers: reading ? answers.map((it) => presentAnswer(it, reading)) : [],
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
