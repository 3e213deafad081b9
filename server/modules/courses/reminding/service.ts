import { Refusal } from '../../../http/errors.ts'
import type { Deps } from '../../../infra/deps.ts'
import { enqueue, reachableOf } from '../../notify/service.ts'
import { joinedGuardiansOf } from '../../org/audiences/service.ts'
import { findStudents } from '../../org/families/service.ts'
import type { UnitScope } from '../../org/policy.ts'
import { DEPTH, gradeName } from '../../org/tree/rules.ts'
import * as tree from '../../org/tree/service.ts'
import type { ProgrammeRecord } from '../programmes/model.ts'
import { learnersIn } from '../staff/service.ts'
import { StudyReminderModel, type StudyReminderRecord } from './model.ts'

/** Between two reminders of one class, as for letters. */
const PAUSE_MS = 2 * 3_600_000

/** Reminds the families of a unit that have no certificate yet, each class at most once in two hours whoever presses. */
export async function remind(
  scope: UnitScope<'writeLetters'>,
  programme: ProgrammeRecord,
  now: Date,
  deps: Pick<Deps, 'env'>,
) {
  if (DEPTH[scope.kind] < DEPTH.school) throw new Refusal('invalid', '请选择一所学校、一个年级或一个班再提醒')
  const classes = (await tree.unitsWithin(scope.path, 'class')).filter(
    (it) => it.grade && programme.forGrades.includes(gradeName(it.grade)),
  )
  if (classes.length === 0) throw new Refusal('conflict', '这里没有要学这门课程的班级')
  let families = 0
  let isPaused = false
  const people: string[] = []
  for (const klass of classes) {
    const learners = await learnersIn(String(klass._id), programme, now)
    const missing = learners.filter((it) => !it.certificateNumber)
    if (missing.length === 0) continue
    const round = await nextRound(`${String(klass._id)}:${programme.code}`, now)
    if (!round) {
      isPaused = true
      continue
    }
    families += missing.length
    people.push(...(await write(programme, missing, round.round, now)))
  }
  if (families === 0) {
    throw isPaused
      ? new Refusal('too_many', '两小时内已经提醒过了，请晚些再提醒')
      : new Refusal('conflict', '所有家庭都拿到绿证了，不用提醒')
  }
  return { families, ...(await countReachable(people, deps)) }
}

const countReachable = async (people: string[], deps: Pick<Deps, 'env'>) => {
  const { total, reachable } = await reachableOf(people, 'studyReminder', deps)
  return { guardians: total, reachable }
}

/** The round that begins now, or null within the pause: of two who press at once one begins it. */
const nextRound = (key: string, now: Date) =>
  StudyReminderModel.findOneAndUpdate(
    { _id: key, remindedAt: { $lte: new Date(now.getTime() - PAUSE_MS) } },
    { $set: { remindedAt: now }, $inc: { round: 1 } },
    { upsert: true, returnDocument: 'after' },
  )
    .lean<StudyReminderRecord>()
    .catch((error: { code?: number }) => {
      if (error.code === 11000) return null // reminded a moment ago
      throw error
    })

type Missing = Awaited<ReturnType<typeof learnersIn>>[number]

async function write(programme: ProgrammeRecord, missing: Missing[], round: number, now: Date) {
  const students = await findStudents(missing.map((it) => it.studentId))
  const bonds = await joinedGuardiansOf(students.map((it) => it._id))
  const byStudent = new Map(missing.map((it) => [it.studentId, it]))
  await enqueue(
    bonds.map((bond) => {
      const own = byStudent.get(String(bond.studentId))
      return {
        kind: 'studyReminder' as const,
        subject: `${programme.code}-${String(bond.studentId)}`,
        personId: String(bond.personId),
        step: String(round),
        path: bond.path,
        values: {
          programme: programme.title,
          child: own?.studentName ?? '',
          progress: own?.percent ? `已学${own.percent}%` : '还没有开始学',
          note: '每天学一课，不难完成',
        },
        page: `packages/course/programme/programme?code=${programme.code}`,
      }
    }),
    now,
  )
  return bonds.map((it) => String(it.personId))
}
