import { postsOfPeople } from '../../../accounts/holders/service.ts'
import type { Pointless } from '../../../notify/dispatch/rules.ts'
import { LetterModel } from '../../model.ts'
import { StaffSheetModel, type StaffSheetRecord } from '../model.ts'
import { reachedBy } from '../rules.ts'
import { type SentToStaff, sheetIdsOf } from '../service.ts'
import { pointlessToStaff, readKey } from './rules.ts'

const unique = (all: readonly string[]) => [...new Set(all)]
const MARKS = { readBy: 1, confirmedBy: 1, answeredBy: 1, answered: 1, isOnce: 1, isCarried: 1 }

/**
 * Of messages about letters to staff that are about to go, those that are pointless by now: the letter was withdrawn or put right, its
 * person has left the post, or what it asks is done. Three reads for a batch, whatever its size.
 */
export async function pointlessLettersToStaff(
  messages: readonly { _id: string }[],
  now: Date,
): Promise<Map<string, Pointless>> {
  const asked = messages.flatMap(({ _id }) => readKey(_id) ?? [])
  if (asked.length === 0) return new Map()
  const [found, posts] = await Promise.all([
    LetterModel.find(
      { _id: { $in: unique(asked.map((it) => it.letterId)) }, staff: { $exists: true } },
      { body: 0, pledge: 0 },
    ).lean<SentToStaff[]>(),
    postsOfPeople(unique(asked.map((it) => it.personId)), now),
  ])
  const letters = new Map(found.map((it) => [String(it._id), it]))
  const placed = asked.flatMap((it) => {
    const letter = letters.get(it.letterId)
    if (!letter) return [] // about something else
    return [{ ...it, letter, ids: sheetIdsOf(letter, reachedBy(letter, posts.get(it.personId) ?? [])) }]
  })
  const sheets = await StaffSheetModel.find(
    { _id: { $in: unique(placed.flatMap((it) => it.ids)) } },
    MARKS,
  ).lean<StaffSheetRecord[]>()
  const byId = new Map(sheets.map((it) => [it._id, it]))
  return new Map(
    placed.flatMap(({ id, letter, ids, ...it }) => {
      const why = pointlessToStaff(
        it,
        letter,
        ids.flatMap((one) => byId.get(one) ?? []),
      )
      return why ? [[id, why] as const] : []
    }),
  )
}
