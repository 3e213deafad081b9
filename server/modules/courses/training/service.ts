import { shanghaiDay, shanghaiInstant } from '../../../infra/clock.ts'
import type { Redis } from 'ioredis'
import { Refusal } from '../../../http/errors.ts'
import type { Deps } from '../../../infra/deps.ts'
import { cached } from '../../../infra/redis.ts'
import {
  type Asked,
  teachersWithin,
  trainedBy,
  type TrainedCounts,
} from '../../accounts/trainings/service.ts'
import { postsNow } from '../../accounts/service.ts'
import * as notify from '../../notify/service.ts'
import type { UnitScope } from '../../org/policy.ts'
import { schoolYearOn, type YearDays } from '../../org/terms/rules.ts'
import { yearsOf } from '../../org/terms/service.ts'
import { BELOW, DEPTH, isWithin } from '../../org/tree/rules.ts'
import * as tree from '../../org/tree/service.ts'
import type { ProgrammeRecord } from '../programmes/model.ts'
import { sinceWhen, TEACHERS } from './rules.ts'

/** More teachers than these no school has. */
const MOST_TEACHERS = 1000
const KEPT_SECONDS = 10

function asked(now: Date, code: string, set: readonly YearDays[]): Asked {
  const since = sinceWhen(shanghaiDay(now), set)
  return {
    posts: TEACHERS,
    now,
    sinceYear: shanghaiInstant(since.schoolYear),
    sinceLong: shanghaiInstant(since.long),
    code,
  }
}

const NOBODY: Omit<TrainedCounts, '_id'> = {
  teachers: 0,
  trained: 0,
  classTeachers: 0,
  trainedClassTeachers: 0,
  finished: 0,
  finishedClassTeachers: 0,
}

/** How many teachers a programme is asked of. */
export async function teachersAsked(path: string, isForClassTeachers: boolean, now: Date) {
  const [all] = await trainedBy(path, 0, asked(now, '', await yearsOf(path)))
  return (isForClassTeachers ? all?.classTeachers : all?.teachers) ?? 0
}

/** Training of a unit and of each unit below it: 班主任 this school year, every teacher in five years (A8). */
export async function trainingOf(scope: UnitScope<'seeFigures'>, code: string, now: Date, redis: Redis) {
  const kind = BELOW[scope.kind]
  const hasRows = scope.kind === 'city' || scope.kind === 'district'
  const set = await yearsOf(scope.path)
  const said = asked(now, code, set)
  const key = `courses:training:${scope.unitId}:${code}:${schoolYearOn(shanghaiDay(now), set)}`
  const [[own], below, units] = await cached(redis, key, KEPT_SECONDS, () =>
    Promise.all([
      trainedBy(scope.path, DEPTH[scope.kind], said),
      hasRows ? trainedBy(scope.path, DEPTH[kind], said) : [],
      hasRows ? tree.childrenOf(scope.unitId) : [],
    ]),
  )
  const byUnit = new Map(below.map((it) => [it._id, it]))
  return {
    total: { unitId: scope.unitId, name: scope.fullName, ...NOBODY, ...own },
    rows: units.map((it) => ({
      unitId: String(it._id),
      name: it.name,
      ...NOBODY,
      ...byUnit.get(String(it._id)),
    })),
  }
}

/** The teachers of a school one by one: when each was last trained, and who has not finished a programme yet. */
export async function traineesOf(
  scope: UnitScope<'appoint'>,
  { code, isForClassTeachers }: { code: string; isForClassTeachers: boolean },
  now: Date,
) {
  const { sinceYear, sinceLong } = asked(now, code, await yearsOf(scope.path))
  const people = await teachersWithin(scope.path, { posts: TEACHERS, now }, MOST_TEACHERS)
  return people
    .map((person) => {
      const posts = postsNow(person, now)
        .filter((it) => TEACHERS.includes(it.post) && isWithin(it.path, scope.path))
        .map((it) => it.post)
      const last = person.trainings?.reduce<Date | null>(
        (latest, { at }) => (latest && latest > at ? latest : at),
        null,
      )
      const since = posts.includes('class_teacher') ? sinceYear : sinceLong
      return {
        personId: String(person._id),
        name: person.name,
        posts: [...new Set(posts)],
        lastTrainedAt: last?.toISOString() ?? null,
        isDue: !last || last < since,
        isAsked: !code || !isForClassTeachers || posts.includes('class_teacher'),
        hasFinished: Boolean(person.trainings?.some((it) => it.code === code && it.at >= since)),
      }
    })
    .sort((a, b) => Number(b.isDue) - Number(a.isDue) || a.name.localeCompare(b.name, 'zh'))
}

/** Between two reminders of one unit, whoever presses. */
const PAUSE_SECONDS = 2 * 3_600

/** Asks everybody of a unit who has not finished a programme that is asked of them; at most once in two hours. */
export async function remind(
  scope: UnitScope<'appoint'>,
  programme: ProgrammeRecord,
  { redis, env, clock }: Pick<Deps, 'redis' | 'env' | 'clock'>,
) {
  const now = clock.now()
  const said = { code: programme.code, isForClassTeachers: programme.isForClassTeachers ?? false }
  const missing = (await traineesOf(scope, said, now)).filter((it) => it.isAsked && !it.hasFinished)
  if (missing.length === 0) throw new Refusal('conflict', '都学完了，不用提醒')
  const key = `courses:training-reminder:${scope.unitId}:${programme.code}`
  if (!(await redis.set(key, '1', 'EX', PAUSE_SECONDS, 'NX'))) {
    throw new Refusal('too_many', '两小时内已经提醒过了，请晚些再提醒')
  }
  const people = missing.map((it) => it.personId)
  const values = {
    title: '有一门教师课程等您来学',
    who: `${programme.outline.length}课`,
    unit: scope.fullName,
    note: `《${programme.title}》在小程序的“课程”里，随时可以学。`,
  }
  const step = String(Math.floor(now.getTime() / 1000))
  await notify.enqueue(
    people.map((personId) => ({
      kind: 'staffMatter' as const,
      subject: `training-${programme.code}`,
      step,
      personId,
      values,
      page: '/pages/courses/courses',
      path: scope.path,
    })),
    now,
  )
  return {
    asked: people.length,
    reachable: (await notify.reachableOf(people, 'staffMatter', { env })).reachable,
  }
}
