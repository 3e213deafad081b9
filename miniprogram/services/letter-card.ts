import { askInWords, askOf, type Confirmation } from '../contract'
import { date, type Due, due } from './format'

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

/** What an open letter asks for and until when: 请在11月25日(周三)前手写签字, 明天截止，请手写签字. */
export function dueAsk(
  letter: Parameters<typeof askOf>[0] & { dueOn: string | null },
  now: Date,
): Due | null {
  if (!letter.dueOn) return null
  const said = due(letter.dueOn, now)
  if (said.tone === 'late') return said
  const ask = askOf(letter)
  const isNear = said.tone === 'soon'
  const text = isNear ? `${said.text}，${askInWords(ask)}` : askInWords(ask, date(letter.dueOn, now))
  return { ...said, text }
}
