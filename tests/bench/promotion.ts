import { Types } from 'mongoose'
import type { StaffActor } from '../../server/http/actor.ts'
import type { Deps } from '../../server/infra/deps.ts'
import { GuardianshipModel, StudentModel } from '../../server/modules/org/families/model.ts'
import { unitScope } from '../../server/modules/org/policy.ts'
import { workThroughPromotions } from '../../server/modules/org/promotion/jobs.ts'
import * as promotions from '../../server/modules/org/promotion/service.ts'
import { UnitModel, type UnitRecord } from '../../server/modules/org/tree/model.ts'
import { within } from '../../server/modules/org/tree/rules.ts'

const CHUNK = 1_000

/**
 * A district a grade up, beside the same changes of students and guardianships written with plain `bulkWrite`: districts by turns, ours,
 * theirs, ours, theirs. What the bare side leaves out is what the ratio prices: a plan, a transaction a class, posts, calls, drafts, the log.
 */
export async function promotionLine(deps: Deps, say: (line: string) => void) {
  const districts = await UnitModel.find({ kind: 'district' }).sort({ path: 1 }).lean<UnitRecord[]>()
  const ours: number[] = []
  const theirs: number[] = []
  for (let at = 0; at + 1 < districts.length; at += 2) {
    const [first, second] = districts.slice(at, at + 2)
    if (!first || !second) break
    ours.push(await rateOf(first, () => promote(first, deps)))
    theirs.push(await rateOf(second, () => writeBare(second, deps.clock.now())))
    say(`  学年升级：${ours.at(-1)?.toFixed(0)} / ${theirs.at(-1)?.toFixed(0)} 名学生/秒`)
  }
  return {
    name: 'promotion students',
    studentsPerSecond: Math.round(harmonic(ours)),
    bareStudentsPerSecond: Math.round(harmonic(theirs)),
    ratio: Number((harmonic(ours) / harmonic(theirs)).toFixed(2)),
  }
}

/** Students over all the time they took, as the districts are of one size. */
const harmonic = (rates: number[]) => rates.length / rates.reduce((sum, it) => sum + 1 / it, 0)

async function rateOf(district: UnitRecord, work: () => Promise<unknown>) {
  const students = await StudentModel.countDocuments({ path: within(district.path) })
  const startedAt = performance.now()
  await work()
  return students / ((performance.now() - startedAt) / 1000)
}

async function promote(district: UnitRecord, deps: Deps) {
  const post = { post: 'district_admin' as const, unitId: String(district._id), path: district.path }
  const personId = String(new Types.ObjectId())
  const actor: StaffActor = {
    role: 'staff',
    personId,
    sessionId: personId,
    name: '陈立',
    loginName: null,
    posts: [post],
  }
  const job = await promotions.begin(await unitScope(actor, post.unitId, 'keepTree'), actor)
  await promotions.confirm(job._id, actor)
  await workThroughPromotions(deps)
}

/** Every student and guardianship of a district into a class of the next year, one write each. */
async function writeBare(district: UnitRecord, now: Date) {
  const classes = await UnitModel.find({ kind: 'class', path: within(district.path) }).lean<UnitRecord[]>()
  const next = new Map(
    classes.map((it) => {
      const classId = new Types.ObjectId()
      return [String(it._id), { classId, path: it.path.replace(String(it._id), String(classId)) }]
    }),
  )
  await UnitModel.collection.insertMany(
    classes.map(({ joinCode: _joinCode, ...it }) => {
      const to = next.get(String(it._id))
      return { ...it, _id: to?.classId ?? it._id, path: to?.path ?? '', code: `${it.code}-next` }
    }),
  )
  const students = StudentModel.find({ path: within(district.path) }, { classId: 1, memberships: 1 })
    .lean()
    .cursor()
  for await (const batch of inBatches(students)) {
    await StudentModel.collection.bulkWrite(
      batch.map(({ _id, classId, memberships = [] }) => {
        const to = next.get(String(classId))
        return {
          updateOne: {
            filter: { _id },
            update: {
              $set: {
                ...to,
                memberships: [
                  ...memberships.map((it) => ({ ...it, to: it.to ?? now })),
                  { ...to, from: now, to: null },
                ] as never,
              },
            },
          },
        }
      }),
      { ordered: false },
    )
  }
  const bonds = GuardianshipModel.find({ path: within(district.path) }, { classId: 1 })
    .lean()
    .cursor()
  for await (const batch of inBatches(bonds)) {
    await GuardianshipModel.collection.bulkWrite(
      batch.map(({ _id, classId }) => ({
        updateOne: { filter: { _id }, update: { $set: { ...next.get(String(classId)) } } },
      })),
      { ordered: false },
    )
  }
}

interface Row {
  _id: Types.ObjectId
  classId: Types.ObjectId
  memberships?: { to?: Date | null }[]
}

async function* inBatches(rows: AsyncIterable<Row>): AsyncGenerator<Row[]> {
  let batch: Row[] = []
  for await (const row of rows) {
    batch.push(row)
    if (batch.length < CHUNK) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
