import type { UnitKind } from '#contract/org'
import type { RepliesTo } from '#contract/threads'
import { type HeldBy, heldThen, holdersAt } from '../../../accounts/holders/desks/service.ts'
import { DEPTH, idAt, idsOf } from '../../../org/tree/rules.ts'
import type { LetterRecord } from '../../model.ts'
import { repliesOf } from '../rules.ts'
import { type Desk, deskKey, HANDED_TO, OFFICES } from './rules.ts'

type Place = { classId: string; path: string }

const KINDS: readonly UnitKind[] = ['city', 'district', 'school', 'grade', 'class']
const kindOf = (letter: Pick<LetterRecord, 'path'>) => KINDS[idsOf(letter.path).length - 1] ?? 'class'

export const repliesTo = (letter: LetterRecord): RepliesTo => repliesOf(letter, kindOf(letter))

/**
 * The post that a new thread lies with: as the letter says, else, where nobody holds that post, the school's office. What the 班主任
 * answers follows the child into the class it is in now.
 */
export async function deskFor(
  letter: LetterRecord & { sentAt: Date },
  child: Place,
  now: Date,
  /** People who are not to have it. */
  but: readonly string[] = [],
): Promise<Desk> {
  const wanted = await wantedDesk(letter, child)
  const schoolId = idAt(child.path, DEPTH.school) ?? ''
  const office = OFFICES.school.map((post) => ({ unitId: schoolId, post }))
  const choices = [...wanted, ...office]
  const held = (
    await holdersAt(
      choices.map((it) => it.unitId),
      choices.map((it) => it.post),
      now,
    )
  ).filter((it) => !but.includes(it.personId))
  const found = choices.find((it) => held.some((one) => one.unitId === it.unitId && one.post === it.post))
  const [first = { unitId: child.classId, post: 'class_teacher' }] = choices
  return found ?? first
}

async function wantedDesk(letter: LetterRecord & { sentAt: Date }, child: Place): Promise<Desk[]> {
  const kind = kindOf(letter)
  if (kind === 'class' || repliesTo(letter) === 'classTeacher') {
    return [{ unitId: child.classId, post: 'class_teacher' }]
  }
  const unitId = String(letter.unitId)
  const held = await heldThen(String(letter.authorId), unitId, letter.sentAt)
  const own = OFFICES[kind].filter((it) => held.includes(it))
  return [...own, ...OFFICES[kind]].map((post) => ({ unitId, post }))
}

/** The posts of a school, at the school and on the child's way to it, that somebody holds now. */
export async function desksAround(
  path: string,
  now: Date,
  /** People who are not to have it. */
  but: readonly string[] = [],
): Promise<(Desk & { holders: HeldBy[] })[]> {
  const unitIds = idsOf(path).slice(DEPTH.school)
  const held = (await holdersAt(unitIds, HANDED_TO, now)).filter((it) => !but.includes(it.personId))
  const groups = Map.groupBy(held, deskKey)
  return [...groups.values()]
    .flatMap((holders) => {
      const [first] = holders
      return first ? [{ unitId: first.unitId, post: first.post, holders }] : []
    })
    .sort((a, b) => HANDED_TO.indexOf(a.post) - HANDED_TO.indexOf(b.post))
}
