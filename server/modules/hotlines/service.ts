import { readHolidays, readHotlines } from '../../../content/schema.ts'
import type { HotlineSet } from '../../../content/schema.ts'
import type { CityHelpLines, CityLine, HelpLine } from '#contract/hotlines'
import type { Actor, GuardianActor } from '../../http/actor.ts'
import { Refusal } from '../../http/errors.ts'
import { ownChildren, type UnitScope } from '../org/policy.ts'
import { setHelpLines } from '../org/tree/keeping/service.ts'
import { idAt } from '../org/tree/rules.ts'
import { findUnit, findUnits } from '../org/tree/service.ts'
import { shanghaiDay, shanghaiMinutes } from '../../infra/clock.ts'
import { dayOf, isOpen } from './hours/rules.ts'
import { inOrder, isCheckDue } from './rules.ts'

type UnitRecord = NonNullable<Awaited<ReturnType<typeof findUnit>>>

let sets: HotlineSet[] | undefined
/** The sets of `content/hotlines/`, read once. */
const allSets = () => (sets ??= readHotlines())

/** Whether there is a set of this name for a city to choose. */
export const isSet = (code: string) => allSets().some((it) => it.code === code)

/** The help lines of some sets and of those they include, the first set first. */
export function linesOf(codes: string[], added: readonly HelpLine[] = []) {
  const known = codes.filter(isSet)
  const wanted = known.length > 0 ? known : ['national']
  const own = wanted.flatMap((code) => allSets().find((it) => it.code === code) ?? [])
  if (own.length === 0) throw new Error('content/hotlines has no national set')
  const included = own
    .flatMap((it) => it.includes)
    .flatMap((code) => allSets().find((it) => it.code === code) ?? [])
  const beside = added.map((it) => ({ ...it, urgent: false }))
  return inOrder([...beside, ...[...own, ...included].flatMap((it) => it.lines)])
}

/** What families of a city see: its own lines with those of its set; whoever is in danger comes first all the same. */
const linesOfCity = (city: Pick<UnitRecord, 'hotlines' | 'helpLines'>, usual: string) =>
  linesOf([city.hotlines ?? usual], city.helpLines ?? [])

/**
 * The lines for whoever asks: of the city of the chosen child, else of all their children or posts, and this installation's usual ones for a
 * stranger. One read by key; sets stand in memory.
 */
export async function linesFor(actor: Actor | null, usual: string, now: Date, studentId?: string) {
  return openFirst(await linesOfCaller(actor, usual, studentId), now)
}

async function linesOfCaller(actor: Actor | null, usual: string, studentId?: string) {
  if (!actor) return linesOf([usual])
  const places = actor.role === 'guardian' ? await placesOf(actor, studentId) : actor.posts
  const cities = await findUnits([...new Set(places.flatMap((it) => idAt(it.path, 0) ?? []))])
  const [first, second] = cities
  if (first && !second) return linesOfCity(first, usual)
  const own = cities.flatMap((it) => it.helpLines ?? [])
  return linesOf(cities.length > 0 ? cities.map((it) => it.hotlines ?? usual) : [usual], own)
}

let holidays: ReturnType<typeof readHolidays> | undefined

/** Each with whether somebody answers now; whom nobody answers at this hour stands last, and danger stays first. */
function openFirst(lines: HelpLine[], now: Date): HelpLine[] {
  const years = (holidays ??= readHolidays())
  const days = [now, new Date(now.getTime() - 86_400_000)].map((at) => dayOf(shanghaiDay(at), years))
  const [today, yesterday] = days as [(typeof days)[number], (typeof days)[number]]
  const at = { minutes: shanghaiMinutes(now), today, yesterday }
  return lines
    .map((line) => ({ ...line, isOpen: line.allDay || isOpen(line.hours, at) }))
    .sort((a, b) => Number(a.isOpen === false) - Number(b.isOpen === false))
}

/** A child that is not theirs is as if none were chosen: nobody in need is turned away. */
async function placesOf(actor: GuardianActor, studentId: string | undefined) {
  const children = await ownChildren(actor)
  const chosen = children.filter((it) => it.studentId === studentId)
  return chosen.length > 0 ? chosen : children
}

export async function cityOf(scope: UnitScope<'keepTree'>): Promise<UnitRecord> {
  const city = scope.kind === 'city' ? await findUnit(scope.unitId) : null
  if (!city) throw new Refusal('invalid', '求助热线由市管理员统一设定')
  return city
}

/** Keeps what a city shows. Pressed twice, it is the same. */
export async function keep(
  scope: UnitScope<'keepTree'>,
  { set, own, checked }: { set: string | null; own: CityLine[]; checked?: { on: string; by: string } },
) {
  await cityOf(scope)
  if (set !== null && !isSet(set)) throw new Refusal('invalid', '没有这一组热线')
  const numbers = own.map((it) => it.number)
  if (new Set(numbers).size < numbers.length) throw new Refusal('invalid', '同一个号码只要写一次')
  await setHelpLines(scope, { set, own, checked })
}

export function presentCity(city: UnitRecord, usual: string, today: string): CityHelpLines {
  const checkedOn = city.helpLinesCheckedOn ?? null
  return {
    set: city.hotlines ?? null,
    sets: allSets().map(({ code, city: name, checkedOn: on, checkedAgainst }) => ({
      ...{ code, name, checkedOn: on, checkedAgainst },
      isLate: isCheckDue(on, today),
    })),
    own: (city.helpLines ?? []).map(({ name, number, hours, about, allDay }) => ({
      name,
      number,
      hours,
      about,
      allDay,
    })),
    checkedOn,
    checkedBy: city.helpLinesCheckedBy ?? null,
    isCheckDue: isCheckDue(checkedOn, today),
    shown: linesOfCity(city, usual),
  }
}
