import type { UnitKind } from '#contract/org'
import { DEPTH, idAt } from '../../tree/rules.ts'
import { soundOf } from '../rules.ts'

/** What is typed: a name, its sound (pinyin or initials), a student number, a whole phone, or its last four digits. */
type KeyKind = 'name' | 'sound' | 'number' | 'phone' | 'tail'

const LETTER: Record<KeyKind, string> = { name: 'n', sound: 'y', number: 'u', phone: 'p', tail: 't' }

/** Sixteen characters instead of twenty-four: there are a dozen of them a child. */
const short = (unitId: string) => Buffer.from(unitId, 'hex').toString('base64url')

/** The unit comes first, so that one district's search never walks through another's, nor one city's. */
const keyOf = (unitId: string, kind: KeyKind, text: string) => `${short(unitId)}${LETTER[kind]}${text}`

/** So much of a blind index tells phones of one district apart. */
const BLIND = 16
export type Blind = (text: string) => string
const blindPhone = (phone: string, blind: Blind) => blind(phone).slice(0, BLIND)
const blindTail = (phone: string, blind: Blind) => blind(`tail:${phone.slice(-4)}`).slice(0, BLIND)

export interface Sought {
  path: string
  name: string
  number: string
  pinyin?: string | null | undefined
  initials?: string | null | undefined
}

/**
 * Every key of a child: names by district and by school, phones by district alone, as a phone is typed whole and few
 * children answer to it.
 */
export function keysOf(student: Sought, phones: readonly string[], blind: Blind): string[] {
  const district = idAt(student.path, DEPTH.district)
  const units = [district, idAt(student.path, DEPTH.school)].flatMap((it) => it ?? [])
  const sound = student.pinyin ? student : soundOf(student.name)
  const words = units.flatMap((unitId) => [
    keyOf(unitId, 'name', student.name),
    keyOf(unitId, 'sound', plain(sound.pinyin ?? '')),
    keyOf(unitId, 'sound', plain(sound.initials ?? '')),
    keyOf(unitId, 'number', plain(student.number)),
  ])
  const dialled = phones.flatMap((it) =>
    district
      ? [keyOf(district, 'phone', blindPhone(it, blind)), keyOf(district, 'tail', blindTail(it, blind))]
      : [],
  )
  return [...new Set([...words, ...dialled])].sort()
}

const plain = (text: string) => text.toLowerCase().replace(/\s/g, '')

/** A stretch of the index: everything that begins with the key, or the key itself. */
export interface Stretch {
  keys: { $elemMatch: { $gte: string; $lt: string } } | string
}

/** Larger than any character people type. */
const END = '\uffff'
// One and the same key between both ends: without $elemMatch two keys of a child could each satisfy one.
const begins = (key: string): Stretch => ({ keys: { $elemMatch: { $gte: key, $lt: key + END } } })

/** Where a typed text may stand for a unit: its own keys, or for phones those of its district. */
export function stretchesFor(
  text: string,
  unit: { unitIds: readonly string[]; districtIds: readonly string[] },
  blind: Blind,
): Stretch[] {
  const typed = plain(text)
  if (typed === '') return []
  const at = (kind: KeyKind) => unit.unitIds.map((it) => begins(keyOf(it, kind, typed)))
  const phones = (kind: 'phone' | 'tail', key: string) =>
    unit.districtIds.map((it): Stretch => ({ keys: keyOf(it, kind, key) }))
  if (!/^[\x21-\x7e]+$/.test(typed)) return at('name')
  if (!/^\d+$/.test(typed)) return /\d/.test(typed) ? at('number') : at('sound')
  return [
    ...at('number'),
    ...(typed.length === 11 ? phones('phone', blindPhone(typed, blind)) : []),
    ...(typed.length === 4 ? phones('tail', blindTail(typed, blind)) : []),
  ]
}

/** The ways a child can be meant by the beginning of a text, for a class or a group, which are looked through by themselves. */
export function beginningWith(text: string): object[] {
  const begins = new RegExp(`^${text.trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`, 'i')
  return [{ name: begins }, { pinyin: begins }, { initials: begins }, { number: begins }]
}

/** Small enough to look through by itself: a class or a grade. */
export const isSmall = (kind: UnitKind) => DEPTH[kind] > DEPTH.school
