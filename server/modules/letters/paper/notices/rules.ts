import type { LetterForm } from '#contract/letter-form'
import type { Confirmation } from '#contract/letters'

/** One PDF holds no more; it is as much as a copier takes at once. */
export const MOST_PAPERS = 400

/** What the family is asked for on the slip below the letter. */
export const SLIP: Record<Confirmation, string> = {
  read: '我已读完这封信。',
  confirm: '我已读完这封信。',
  sign: '我已读完这封信，知道要做什么。',
}

const LINE = '＿＿＿＿＿＿＿＿＿＿'

/** The questions of a letter, to be answered with a pen: □参加　□不参加. */
export const linesOf = (form: LetterForm | null | undefined): string[] =>
  (form?.fields ?? [])
    .filter((it) => it.type !== 'picture' && it.type !== 'signature')
    .map(({ label, ...it }) => {
      const options = 'options' in it ? (it.options ?? []) : []
      return `${label}：${options.length > 0 ? options.map((one) => `□${one}`).join('　') : LINE}`
    })
