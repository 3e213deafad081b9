import type { Confirmation } from '../contract'

const ASK = { read: '请阅读', confirm: '请确认', sign: '请签字' } as const

/** What a card in the class group says: 【请签字】三年级2班 春游告知书 · 截止11月25日 */
export function cardTitle(
  letter: { confirmation: Confirmation; title: string; dueOn: string | null },
  className: string,
) {
  const [, month = '', dayOfMonth = ''] = letter.dueOn?.split('-') ?? []
  const until = letter.dueOn ? ` · 截止${Number(month)}月${Number(dayOfMonth)}日` : ''
  return `【${ASK[letter.confirmation]}】${className} ${letter.title}${until}`
}
