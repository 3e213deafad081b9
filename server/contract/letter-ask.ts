import type { Confirmation } from './letters.ts'

const DEEDS: Record<Confirmation, string> = { read: '看一看', confirm: '读完并确认', sign: '手写签字' }

/** What a letter asks for in a sentence, wherever one is said: 请在11月25日(周三)前读完并确认. `who` stands where others read it. */
export const askInWords = (confirmation: Confirmation, day = '', who = '') =>
  `请${who}${day && `在${day}前`}${DEEDS[confirmation]}`
