import { Refusal } from '../../../../http/errors.ts'
import { instantInWords } from '../../../../infra/clock.ts'
import type { Deps } from '../../../../infra/deps.ts'
import * as audit from '../../../audit/service.ts'
import { ProgrammeModel } from '../../programmes/model.ts'
import { writeVersion } from '../../programmes/versions/service.ts'
import { refuseGaps, versionOf } from '../making/service.ts'
import { ProgrammeDraftModel, type ProgrammeDraftRecord } from '../model.ts'
import type { OwnDraft } from '../policy.ts'
import { EDITABLE, STALE } from '../rules.ts'

/** So many go out in one minute; the rest in the next. */
const MOST_DUE = 50

/**
 * Publishes a draft in the revision somebody has seen. Twice is once: the same content is the same version, and a draft
 * that somebody has changed meanwhile is refused.
 */
export const publish = ({ draft, scope }: OwnDraft<'publishCourses'>, revision: number, now: Date) =>
  putOut({ _id: draft._id, revision, status: { $in: EDITABLE } }, scope, now)

async function putOut(held: object, unit: { unitId: string; path: string }, now: Date) {
  return ProgrammeDraftModel.db.transaction(async () => {
    const draft = await ProgrammeDraftModel.findOneAndUpdate(
      held,
      { status: 'published', publishAt: null, withdrawnAt: null, returned: null },
      { returnDocument: 'after' },
    ).lean<ProgrammeDraftRecord>()
    if (!draft) throw new Refusal('conflict', STALE)
    const published = await writeVersion(await versionOf(draft), now)
    const saved = await ProgrammeDraftModel.findOneAndUpdate(
      { _id: draft._id },
      { published },
      { returnDocument: 'after' },
    ).lean<ProgrammeDraftRecord>()
    const detail = `《${draft.title}》第${published.version}版`
    await audit.record('course.published', { unit, detail }, now)
    return saved ?? draft
  })
}

/** Lets a draft go out by itself on a later day. From here on it cannot be changed, only recalled. */
export async function schedule(
  { draft, scope }: OwnDraft<'publishCourses'>,
  revision: number,
  at: Date,
  now: Date,
) {
  if (at <= now) throw new Refusal('invalid', '发布的时间要在现在以后')
  if (at.getTime() > now.getTime() + 366 * 86_400_000)
    throw new Refusal('invalid', '发布的时间最远是一年以后')
  await refuseGaps(draft)
  const scheduled = await ProgrammeDraftModel.findOneAndUpdate(
    { _id: draft._id, revision, status: { $in: EDITABLE } },
    { status: 'scheduled', publishAt: at },
    { returnDocument: 'after' },
  ).lean<ProgrammeDraftRecord>()
  if (!scheduled) throw new Refusal('conflict', STALE)
  const detail = `《${draft.title}》${instantInWords(at)}`
  await audit.record('course.scheduled', { unit: scope, detail }, now)
  return scheduled
}

/** Puts out whatever is due. The draft is the queue: run twice or by two processes, each goes out once. */
export async function publishDue({ clock, log }: Pick<Deps, 'clock' | 'log'>) {
  const now = clock.now()
  const due = await ProgrammeDraftModel.find({ status: 'scheduled', publishAt: { $lte: now } })
    .sort({ publishAt: 1 })
    .limit(MOST_DUE)
    .lean<ProgrammeDraftRecord[]>()
  for (const { _id, unitId, path } of due) {
    const held = { _id, status: 'scheduled', publishAt: { $lte: now } }
    await putOut(held, { unitId: String(unitId), path }, now).catch((error: unknown) => {
      // One that cannot go out must not hold up the others; one that went out meanwhile is done.
      if (!(error instanceof Refusal && error.code === 'conflict')) {
        log.error({ err: error, programmeDraftId: String(_id) }, 'programme not published')
      }
    })
  }
}

/** From now on nobody begins it; whoever is half-way finishes, and certificates stay. Harmless twice. */
export async function withdraw({ draft, scope }: OwnDraft<'publishCourses'>, now: Date) {
  if (!draft.published) throw new Refusal('conflict', '这门课程还没有发布过')
  if (draft.withdrawnAt) return draft
  return ProgrammeDraftModel.db.transaction(async () => {
    await ProgrammeModel.updateMany({ code: draft.code, withdrawnAt: null }, { withdrawnAt: now })
    const saved = await ProgrammeDraftModel.findOneAndUpdate(
      { _id: draft._id },
      { withdrawnAt: now },
      { returnDocument: 'after' },
    ).lean<ProgrammeDraftRecord>()
    await audit.record('course.withdrawn', { unit: scope, detail: `《${draft.title}》` }, now)
    return saved ?? draft
  })
}
