import { Types } from 'mongoose'
import type { CourseAudience } from '#contract/drafts'
import type { Learner } from '../policy.ts'
import {
  EnrolmentModel,
  type EnrolmentRecord,
  ProgrammeModel,
  type ProgrammeRecord,
} from '../programmes/model.ts'
import { enrolmentOf, findLatest, findProgramme } from '../programmes/service.ts'
import { switchedOffIn } from '../settings/service.ts'
import { isOffered, latestOf, type Places } from './rules.ts'

/** More programmes than these nobody begins. */
const MOST_BEGUN = 100
/** Versions of what the units above one person offer. */
const MOST_VERSIONS = 1000

const STAGES = ['幼儿园', '小学', '初中', '高中', '中职', '教师']
const byStage = (a: ProgrammeRecord, b: ProgrammeRecord) => STAGES.indexOf(a.stage) - STAGES.indexOf(b.stage)

/** The latest version of everything offered at some places, withdrawn ones left out, as children grow up. */
export async function offersAt(places: Places, audience: CourseAudience): Promise<ProgrammeRecord[]> {
  const owners = [null, ...places.unitIds.map((it) => new Types.ObjectId(it))]
  const [versions, switchedOff] = await Promise.all([
    ProgrammeModel.find({ unitId: { $in: owners } })
      .sort({ code: 1, version: -1 })
      .limit(MOST_VERSIONS)
      .lean<ProgrammeRecord[]>(),
    switchedOffIn(places.cityIds),
  ])
  return latestOf(versions)
    .filter((it) => (it.audience ?? 'guardian') === audience && !it.withdrawnAt)
    .filter((it) => isOffered(it, places, switchedOff))
    .sort(byStage)
}

/** What the installation itself carries, switched off or not. */
export const commonProgrammes = async () =>
  latestOf(
    await ProgrammeModel.find({ unitId: null })
      .sort({ code: 1, version: -1 })
      .limit(MOST_VERSIONS)
      .lean<ProgrammeRecord[]>(),
  ).sort(byStage)

/** A programme as one person meets it. */
export interface Met {
  programme: ProgrammeRecord
  hasBegun: boolean
  /** There is a version beside the one they are on. */
  hasNewer: boolean
  /** Of what was begun. */
  enrolment: EnrolmentRecord | null
  /** The version whoever begins now is given; null where nobody begins it here. */
  offered: ProgrammeRecord | null
}

const enrolmentsOf = (personId: string) =>
  EnrolmentModel.find({ personId: new Types.ObjectId(personId) })
    .limit(MOST_BEGUN)
    .lean<EnrolmentRecord[]>()

/** The programmes a person meets: what is offered to them, and what they have begun, in the version they began. */
export async function programmesFor(learner: Learner): Promise<Met[]> {
  const [offered, enrolments] = await Promise.all([
    learner.places().then((it) => offersAt(it, learner.audience)),
    enrolmentsOf(learner.personId),
  ])
  const known = new Map(offered.map((it) => [String(it._id), it]))
  const strange = enrolments.map((it) => it.programmeId).filter((it) => !known.has(String(it)))
  const found =
    strange.length > 0 ? await ProgrammeModel.find({ _id: { $in: strange } }).lean<ProgrammeRecord[]>() : []
  for (const it of found) known.set(String(it._id), it)

  const begun = enrolments.flatMap((it) => known.get(String(it.programmeId)) ?? [])
  const own = begun.filter((it) => (it.audience ?? 'guardian') === learner.audience)
  const all = [...offered.filter((it) => !own.some((one) => one.code === it.code)), ...own].sort(byStage)
  return all.map((programme) => {
    const latest = offered.find((it) => it.code === programme.code) ?? null
    return {
      programme,
      hasBegun: own.includes(programme),
      hasNewer: latest !== null && latest.version > programme.version,
      enrolment: enrolments.find((it) => it.programmeId.equals(programme._id)) ?? null,
      offered: latest,
    }
  })
}

/** One of them by its name in addresses; what is neither begun nor offered does not exist. */
export async function programmeFor(learner: Learner, code: string): Promise<Met | null> {
  const [enrolment, latest] = await Promise.all([enrolmentOf(learner.personId, code), findLatest(code)])
  if (!latest || (latest.audience ?? 'guardian') !== learner.audience) return null
  if (enrolment) {
    const isOnLatest = latest._id.equals(enrolment.programmeId)
    const programme = isOnLatest ? latest : await findProgramme(enrolment.programmeId)
    // Only what was finished may be begun anew; nobody else need be looked up in the tree.
    const offered = enrolment.finishedAt && (await isOpenTo(learner, latest)) ? latest : null
    return (
      programme && {
        programme,
        hasBegun: true,
        hasNewer: !isOnLatest && !latest.withdrawnAt,
        enrolment,
        offered,
      }
    )
  }
  return (await isOpenTo(learner, latest))
    ? { programme: latest, hasBegun: false, hasNewer: false, enrolment: null, offered: latest }
    : null
}

/** Whether somebody may begin a programme where they are. */
async function isOpenTo(learner: Learner, latest: ProgrammeRecord) {
  if (latest.withdrawnAt) return false
  const places = await learner.places()
  const switchedOff = latest.unitId ? new Map<string, string[]>() : await switchedOffIn(places.cityIds)
  return isOffered(latest, places, switchedOff)
}
