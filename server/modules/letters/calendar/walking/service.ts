import type { Types } from 'mongoose'
import type { Logger } from 'pino'
import type { UnitRecord } from '../../../org/tree/model.ts'
import { DEPTH, idAt } from '../../../org/tree/rules.ts'
import { findUnit, schoolsAfter, unitsBetween, unitsWithin } from '../../../org/tree/service.ts'
import { draft } from '../drafting/service.ts'
import type { Day, Item } from '../marks/service.ts'
import { WalkModel, type WalkRecord } from '../model.ts'
import { follow, followAbove } from '../following/service.ts'
import {
  type EffectiveNode,
  isOpen,
  nodeKey,
  nodesOf,
  removedNodes,
  type Sources,
  yearKey,
} from '../rules.ts'
import { divisionOf, findYears, sourcesOf, yearsAt } from '../service.ts'
import { remindLate, tellOfDrafts } from '../telling/service.ts'

/** Schools at a time: some hundred grades and a few thousand classes. */
const SCHOOLS = 100

/** Every city's walk of the day: drafts what has come due, tells whoever is in charge, reminds whoever is late. */
export async function walkCities(now: Date, log: Logger) {
  for (const city of await unitsWithin('/', 'city')) {
    await walkCity(city, now).catch((error: unknown) =>
      log.error({ err: error, cityId: String(city._id) }, 'calendar not walked'),
    )
  }
}

/** Once a day, some schools at a time; cut short it goes on where it stopped, and begun anew it changes nothing. */
export async function walkCity(city: UnitRecord, now: Date) {
  const { today, current, coming } = await yearsAt(city.path, now)
  let walk = await beginDay(city._id, today)
  if (walk.isDone) return
  // Letters of the year before are still put away in autumn.
  const years = await Promise.all(
    [...new Set([current - 1, current, coming])].map((it) => sourcesOf(city.path, it)),
  )
  const day: Day = { today, now, current, city: { isFiveFour: city.isFiveFour } }
  await workAbove(city, years, day)
  for (;;) {
    const schools = await schoolsAfter(city.path, walk.upTo, SCHOOLS)
    const last = schools.at(-1)
    if (last) await workThrough(schools, years, day)
    // Somebody has changed the calendar meanwhile when it no longer stands where we left it: it begins again by itself.
    const step = last ? { upTo: last.path } : { isDone: true }
    const next = await WalkModel.findOneAndUpdate({ _id: city._id, day: today, upTo: walk.upTo }, step, {
      returnDocument: 'after',
    }).lean<WalkRecord>()
    if (!next || next.isDone) return
    walk = next
  }
}

async function beginDay(cityId: Types.ObjectId, day: string): Promise<WalkRecord> {
  const begun = { day, upTo: '', isDone: false }
  await WalkModel.updateOne({ _id: cityId }, { $setOnInsert: begun }, { upsert: true })
  await WalkModel.updateOne({ _id: cityId, day: { $ne: day } }, begun)
  return (await WalkModel.findById(cityId).lean<WalkRecord>()) ?? { _id: cityId, ...begun }
}

async function workThrough(schools: UnitRecord[], years: Sources[], day: Day) {
  const all = await itemsOf(schools, years)
  await follow(all, day)
  const items = all.filter(({ node, year }) => year >= day.current && isOpen(node, day.today))
  if (items.length === 0) return
  await draft(
    items.filter((it) => !it.done.drafted?.[it.node.code]),
    day,
  )
  await tellOfDrafts(
    items.filter((it) => !it.done.told?.[it.node.code]),
    day,
  )
  await remindLate(
    items.filter((it) => isLate(it, day.today)),
    day,
  )
}

/** What a school has said of its own year counts at once for what it is writing; a city's word comes with the walk. */
export async function followSchool(schoolId: string, year: number, now: Date) {
  const school = await findUnit(schoolId)
  if (school?.kind !== 'school') return
  const [{ today, current }, sources, city] = await Promise.all([
    yearsAt(school.path, now),
    sourcesOf(school.path, year),
    divisionOf(school.path),
  ])
  await follow(await itemsOf([school], [sources]), { today, now, current, city })
}

/** Whoever has only just been told is not reminded on the same day. */
const isLate = ({ node, done }: Item, today: string) =>
  node.remindOn <= today &&
  // A reminder before the day it was moved to is another one.
  (done.reminded?.[node.code] ?? '') < node.remindOn &&
  Boolean(done.told?.[node.code] && done.told[node.code] !== today)

/** The nodes of some years, school by school. The city's own are worked out once; three reads for all schools together. */
async function itemsOf(schools: UnitRecord[], years: Sources[]): Promise<Item[]> {
  const [first, last] = [schools[0]?.path ?? '', schools.at(-1)?.path ?? '']
  const [grades, said] = await Promise.all([
    unitsBetween(first, last, 'grade'),
    findYears(schools.flatMap((it) => years.map(({ year }) => yearKey(String(it._id), year)))),
  ])
  const saidBy = new Map(said.map((it) => [it._id, it]))
  const gradesBy = Map.groupBy(grades, (it) => idAt(it.path, DEPTH.school) ?? '')
  return years.flatMap((sources) => {
    const ofCity = standing(sources)
    return schools.flatMap((school) => {
      const own = saidBy.get(yearKey(String(school._id), sources.year))
      const hasOwn = own?.changes ?? own?.added ?? own?.removed
      const nodes = hasOwn ? standing({ ...sources, school: own }) : ofCity
      const grades = gradesBy.get(String(school._id)) ?? []
      return nodes.map((node) => itemOf(node, sources.year, { school, grades, done: own ?? {} }))
    })
  })
}

/** With those that were taken away: what was drafted for them is put away. */
const standing = (sources: Sources) => [...nodesOf(sources), ...removedNodes(sources)]

const itemOf = (node: EffectiveNode, year: number, at: Pick<Item, 'school' | 'grades' | 'done'>): Item => ({
  node,
  year,
  ...at,
  key: nodeKey(idAt(at.school.path, DEPTH.city) ?? '', year, node.code),
})

/** What the city and its districts write themselves. */
async function workAbove(city: UnitRecord, years: Sources[], day: Day) {
  const units = [city, ...(await unitsWithin(city.path, 'district'))]
  const items = years.flatMap((sources) =>
    units.flatMap((school) =>
      standing(sources).map((node) => itemOf(node, sources.year, { school, grades: [], done: {} })),
    ),
  )
  await followAbove(items, day)
}
