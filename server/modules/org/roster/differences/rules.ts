import { maskPhone } from '../../../../infra/field-crypto.ts'
import { MOST_GUARDIANS } from '../../families/rules.ts'
import { type RosterRow, type RowGuardian, SOME_GUARDIAN } from '../rules.ts'

/** A child of the list, with the guardians of all its rows. */
export interface Child extends RosterRow {
  /** The first row that names the child, and how many do. */
  row: number
  lines: number
}

/** The same child as the database knows it. `Id` is whatever names a document there. */
export interface Known<Id> {
  name: string
  classId: Id
  className: string
  hasLeft: boolean
  bonds: KnownBond<Id>[]
}

export interface KnownBond<Id> {
  id: Id
  name: string
  relation: string
  phoneIndex: string | null
  maskedPhone: string | null
  hasJoined: boolean
}

/** A guardian of the list; `isBarred` is one whom a court keeps away, or who was reported as a stranger. */
export interface Listed extends RowGuardian {
  phoneIndex: string
  isBarred: boolean
}

export type BondDeed<Id> =
  | { do: 'add'; guardian: Listed }
  | { do: 'phone'; bond: KnownBond<Id>; guardian: Listed }
  | { do: 'words'; bond: KnownBond<Id>; guardian: Listed }

export type Kind = 'added' | 'moved' | 'changed' | 'same'

export interface Difference<Id> {
  kind: Kind
  /** For people, a sentence each. */
  notes: string[]
  bonds: BondDeed<Id>[]
}

/** What writing a child would change. `toClass` is where the list has it; null for a class that is to be made. */
export function differenceOf<Id>(
  child: Pick<Child, 'student' | 'school' | 'klass'>,
  guardians: Listed[],
  known: Known<Id> | null,
  to: { isSameClass: boolean; className: string },
): Difference<Id> {
  const admitted = guardians.filter((it) => !it.isBarred)
  const barred = guardians.length - admitted.length
  const notes: string[] = []
  if (barred > 0) notes.push(`有${barred}位家长已被学校移出，名单里的这一位不会写入`)
  if (!known) {
    return { kind: 'added', notes, bonds: admitted.map((guardian) => ({ do: 'add', guardian })) }
  }
  const bonds = bondDeeds(admitted, known.bonds)
  const hasMoved = !to.isSameClass
  if (known.name !== child.student) notes.unshift(`姓名：${known.name} → ${child.student}`)
  if (hasMoved) notes.unshift(`班级：${known.className} → ${to.className}`)
  if (known.hasLeft) notes.unshift('以前离开过，这次重新回到名单')
  notes.push(...bonds.map(inWords))
  const hasChanged = known.name !== child.student || bonds.length > 0
  return { kind: kindOf(known.hasLeft, hasMoved, hasChanged), notes, bonds }
}

const kindOf = (hasLeft: boolean, hasMoved: boolean, hasChanged: boolean): Kind =>
  hasLeft ? 'added' : hasMoved ? 'moved' : hasChanged ? 'changed' : 'same'

/**
 * Guardians of the list against those of the database. A phone is a person; where the phone is new and there is just one
 * guardian of that relation whose phone the list no longer has, it is that guardian's new number.
 */
function bondDeeds<Id>(guardians: Listed[], bonds: KnownBond<Id>[]): BondDeed<Id>[] {
  const byPhone = new Map(bonds.flatMap((it) => (it.phoneIndex ? [[it.phoneIndex, it] as const] : [])))
  const listed = new Set(guardians.map((it) => it.phoneIndex))
  const free = bonds.filter((it) => !it.phoneIndex || !listed.has(it.phoneIndex))
  const fresh = guardians.filter((it) => !byPhone.has(it.phoneIndex))
  const deeds: BondDeed<Id>[] = []
  let standing = bonds.length
  for (const guardian of guardians) {
    const same = byPhone.get(guardian.phoneIndex)
    if (same) {
      if (hasOtherWords(guardian, same)) deeds.push({ do: 'words', bond: same, guardian })
      continue
    }
    const twins = fresh.filter((it) => it.relation === guardian.relation)
    const candidates = free.filter((it) => it.relation === guardian.relation)
    const named = candidates.filter((it) => it.name !== '' && it.name === guardian.name)
    const [bond] = named.length === 1 ? named : candidates
    const isClear = named.length === 1 || (candidates.length === 1 && twins.length === 1)
    if (bond && isClear && mayBeSame(guardian, bond)) {
      free.splice(free.indexOf(bond), 1)
      deeds.push({ do: 'phone', bond, guardian })
    } else if (standing < MOST_GUARDIANS) {
      standing++
      deeds.push({ do: 'add', guardian })
    }
  }
  return deeds
}

/** 家长 is anybody: two of them with different names are two people. */
const mayBeSame = (guardian: Listed, bond: KnownBond<unknown>) =>
  guardian.relation !== SOME_GUARDIAN || !guardian.name || !bond.name || guardian.name === bond.name

/** A list that says only 家长 takes nobody's relation away, and an empty name nobody's name. */
const hasOtherWords = (guardian: Listed, bond: KnownBond<unknown>) =>
  (guardian.relation !== SOME_GUARDIAN && guardian.relation !== bond.relation) ||
  (guardian.name !== '' && guardian.name !== bond.name)

/** What a guardian is called after it: the words of the list, where it has any. */
export const wordsOf = (guardian: Listed, bond: Pick<KnownBond<unknown>, 'name' | 'relation'>) => ({
  name: guardian.name || bond.name,
  relation: guardian.relation === SOME_GUARDIAN ? bond.relation : guardian.relation,
})

function inWords(deed: BondDeed<unknown>): string {
  const { guardian } = deed
  const phone = maskPhone(guardian.phone)
  if (deed.do === 'add') return `新增家长：${guardian.relation} ${phone}`
  const { bond } = deed
  if (deed.do === 'words') {
    const { name, relation } = wordsOf(guardian, bond)
    if (relation !== bond.relation) return `家长关系：${bond.relation} → ${relation}（${phone}）`
    return `${relation}的姓名：${bond.name || '未填'} → ${name}`
  }
  const change = `${bond.relation}的手机号：${bond.maskedPhone ?? '未填'} → ${phone}`
  return bond.hasJoined ? `${change}。已经加入，账号和记录都保留` : `${change}。还没加入，以后用新号码认领`
}
