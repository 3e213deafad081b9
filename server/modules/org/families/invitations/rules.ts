import { randomInt } from 'node:crypto'

/** 72 hours: a long weekend. */
export const VALID_MS = 72 * 3_600_000

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** Ten characters without I, O, 0, 1: one of 10¹⁵, and it opens once. */
export const mintInvitation = () =>
  Array.from({ length: 10 }, () => LETTERS[randomInt(LETTERS.length)]).join('')
