import type { TextRecord } from '../texting/model.ts'

const STATES: Record<TextRecord['status'], string> = {
  sending: '正在发送',
  sent: '已发出',
  delivered: '已送到手机',
  undelivered: '没有送到手机',
  failed: '没有发出',
  unknown: '发送时中断，不知道是否送到',
}

/** 《春游告知书》，发到我现在的手机号，已送到手机 */
export function textInWords(
  { titles, status, phoneIndex }: Pick<TextRecord, 'status' | 'phoneIndex'> & { titles: readonly string[] },
  person: { phoneIndex?: string | null | undefined },
) {
  const to = person.phoneIndex === phoneIndex ? '发到我现在的手机号' : '发到我以前的手机号'
  return [titles.map((it) => `《${it}》`).join('、') || '家长信提醒', to, STATES[status]].join('，')
}
