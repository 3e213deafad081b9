import type { City } from './city.ts'
import { type Family, SEEN_SECONDS } from './families.ts'
import type { Shot } from './load.ts'

export interface Scenario<F = Family> {
  name: string
  /** The shot with this number; no two of them ask for the same thing. Null when there is nothing left. */
  shot: (families: F[], number: number) => Shot | null
}

/** Letters that each of the two letter scenarios uses up, one after the other. */
const LETTERS = 3
export const LETTER_COUNT = 2 * LETTERS
/** The phone's rhythm. */
const BEAT_SECONDS = 15

export const scenariosOf = (city: City): Scenario[] => [
  { name: 'open a letter', shot: toLetters(city.letterIds.slice(0, LETTERS), 'opening') },
  { name: 'confirm a letter', shot: toLetters(city.letterIds.slice(LETTERS), 'confirmation') },
  {
    name: 'one watch beat',
    // Whose turn comes round again plays on.
    shot: (families, number) => {
      const from = SEEN_SECONDS + Math.floor(number / families.length) * BEAT_SECONDS
      const played = { from, to: from + BEAT_SECONDS }
      return {
        method: 'POST',
        path: `/api/me/lessons/${city.lessonId}/beats`,
        token: familyAt(families, number).token,
        body: { ranges: [played], position: played.to, playback: 1 },
      }
    },
  },
  {
    name: 'book a slot',
    shot: (families, number) => {
      if (number >= families.length) return null
      const { token, studentId, slotId } = familyAt(families, number)
      const path = `/api/children/${studentId}/slots/${slotId}/booking`
      return { method: 'POST', path, token, body: { topic: '想聊聊孩子最近的睡眠' } }
    },
  },
  {
    name: 'dashboard of a city of 100,000',
    shot: () => ({ method: 'GET', path: `/api/units/${city.cityId}/dashboard`, token: city.adminToken }),
  },
]

/** Each family opens or confirms each letter once, one letter after the other. */
export const toLetters =
  (letterIds: string[], deed: 'opening' | 'confirmation') =>
  (families: Pick<Family, 'token' | 'studentId'>[], number: number): Shot | null => {
    const letterId = letterIds[Math.floor(number / families.length)]
    if (!letterId) return null
    const { token, studentId } = familyAt(families, number)
    return {
      method: 'POST',
      path: `/api/me/children/${studentId}/letters/${letterId}/${deed}`,
      token,
      body: {},
    }
  }

function familyAt<F>(families: F[], number: number): F {
  const family = families[number % families.length]
  if (!family) throw new Error('No families')
  return family
}
