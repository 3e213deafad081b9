import type { Types } from 'mongoose'
import type { Logger } from 'pino'
import type { UnitRecord } from '../../../org/tree/model.ts'
import { DEPTH, idAt } from '../../../org/tree/rules.ts'
import { schoolsAfter, unitsBetween, unitsWithin } from '../../../org/tree/service.ts'
import { draft } from '../drafting/service.ts'
import type { Day, Item } from '../marks/service.ts'
import { WalkModel, type WalkRecord } from '../model.ts'
import { isOpen, nodeKey, nodesOf, type Sources, yearKey } from '../rules.ts'
import { findYears, sourcesOf, yearsAt } from '../service.ts'
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
  const years = await Promise.all([...new Set([current, coming])].map((it) => sourcesOf(city.path, it)))
  const day: Day = { today, now, city: { isFiveFour: city.isFiveFour } }
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
  const items = await openItems(schools, years, day)
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

/** Whoever has only just been told is not reminded on the same day. */
const isLate = ({ node, done }: Item, today: string) =>
  node.remindOn <= today &&
  !done.reminded?.[node.code] &&
  Boolean(done.told?.[node.code] && done.told[node.code] !== today)

/** The nodes that are open today, school by school. The city's own are worked out once; three reads for all schools together. */
async function openItems(schools: UnitRecord[], years: Sources[], { today }: Day): Promise<Item[]> {
  const [first, last] = [schools[0]?.path ?? '', schools.at(-1)?.path ?? '']
  const [grades, said] = await Promise.all([
    unitsBetween(first, last, 'grade'),
    findYears(schools.flatMap((it) => years.map(({ year }) => yearKey(String(it._id), year)))),
  ])
  const saidBy = new Map(said.map((it) => [it._id, it]))
  const gradesBy = Map.groupBy(grades, (it) => idAt(it.path, DEPTH.school) ?? '')
  return years.flatMap((sources) => {
    const ofCity = nodesOf(sources)
    return schools.flatMap((school) => {
      const own = saidBy.get(yearKey(String(school._id), sources.year))
      const nodes = own?.changes || own?.added ? nodesOf({ ...sources, school: own }) : ofCity
      return nodes
        .filter((node) => isOpen(node, today))
        .map((node) => ({
          node,
          key: nodeKey(idAt(school.path, DEPTH.city) ?? '', sources.year, node.code),
          year: sources.year,
          school,
          grades: gradesBy.get(String(school._id)) ?? [],
          done: own ?? {},
        }))
    })
  })
}
