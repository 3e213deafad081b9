import type { Confirmation, MyPost } from '../../../contract'

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
}

export const emptyNotice = (): Notice => ({ title: '', body: '', confirmation: 'confirm', dueOn: null })

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

/** What is still missing, in a sentence; empty when it can go. */
export function problemOf({ title, body }: Notice): string {
  if (body.trim() === '') return '请写下要告诉家长的事'
  if (title.trim() === '') return '请写一个标题'
  return ''
}
