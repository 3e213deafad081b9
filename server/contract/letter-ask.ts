import type { Confirmation } from './letters.ts'

/** `choose`: one of the big buttons below a letter; `fill`: a receipt of staff. */
type Ask = Confirmation | 'choose' | 'fill'
const DEEDS: Record<Ask, string> = {
  read: '看一看',
  confirm: '读完并确认',
  sign: '手写签字',
  choose: '选一项',
  fill: '填好回执',
}

export const askOf = (letter: {
  confirmation: Confirmation
  form?: { isPlain?: boolean | null | undefined } | null | undefined
}): Ask => (letter.form?.isPlain ? 'choose' : letter.confirmation)

/** What a letter asks for in a sentence, wherever one is said: 请在11月25日(周三)前读完并确认. `who` stands where others read it. */
export const askInWords = (ask: Ask, day = '', who = '') => `请${who}${day && `在${day}前`}${DEEDS[ask]}`
