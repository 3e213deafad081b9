import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { StaffActor } from '../../../../http/actor.ts'
import { Refusal } from '../../../../http/errors.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { adopt } from '../../../files/adopting/service.ts'
import { unitScope } from '../../../org/policy.ts'
import { gradesWithin } from '../../../org/tree/service.ts'
import { addLesson, saveLesson } from '../../drafts/lessons/service.ts'
import { ownDraft } from '../../drafts/policy.ts'
import { createDraft } from '../../drafts/service.ts'
import { LiveModel, type LiveRecord } from '../model.ts'
import type { OwnLive } from '../policy.ts'

const MINUTE_MS = 60_000
/** A service that has no recording after a day of asking has none. */
const MOST_TRIES = 60
const BATCH = 5

/** Fetches the recordings that are due into the unit's files, where they are made playable like every film. */
export async function fetchRecordings(deps: Pick<Deps, 'env' | 'clock' | 'live' | 'log'>) {
  const due = await LiveModel.find({ recording: 'waiting', recordAt: { $lte: deps.clock.now() } })
    .sort({ recordAt: 1 })
    .limit(BATCH)
    .lean<LiveRecord[]>()
  for (const live of due) {
    // Taken for ten minutes, so that two workers do not fetch one film; put back when it did not come.
    const taken = await LiveModel.updateOne(
      { _id: live._id, recording: 'waiting', recordAt: live.recordAt },
      { recordAt: later(deps, 10), $inc: { recordTries: 1 } },
    )
    if (taken.modifiedCount === 0) continue
    await fetchOne(live, deps).catch(async (error: unknown) => {
      deps.log.error({ err: error, liveId: String(live._id) }, 'recording not fetched')
      await again(live, deps)
    })
  }
}

const later = ({ clock }: Pick<Deps, 'clock'>, minutes: number) =>
  new Date(clock.now().getTime() + minutes * MINUTE_MS)

/** Waits longer from time to time, a day in all. */
const again = (live: LiveRecord, deps: Pick<Deps, 'clock'>) =>
  LiveModel.updateOne(
    { _id: live._id, recording: 'waiting' },
    live.recordTries >= MOST_TRIES
      ? { recording: 'failed' }
      : { recordAt: later(deps, Math.min(1 + live.recordTries, 30)) },
  )

async function fetchOne(live: LiveRecord, deps: Pick<Deps, 'env' | 'clock' | 'live' | 'log'>) {
  const folder = join(deps.env.DATA_DIR, 'recordings')
  await mkdir(folder, { recursive: true })
  const target = join(folder, `${String(live._id)}.mp4`)
  try {
    const came = await deps.live.record(live.streamId ?? '', target)
    if (came === false) return void (await again(live, deps))
    if (came === null) return void (await LiveModel.updateOne({ _id: live._id }, { recording: 'none' }))
    const { size } = await stat(target)
    const asset = await adopt(
      { unitId: live.unitId, path: live.path, name: `${live.title}.mp4`, bytes: size, kind: 'video' },
      target,
      deps,
    )
    await LiveModel.updateOne({ _id: live._id }, { recording: 'ready', assetId: asset._id })
  } finally {
    await rm(target, { force: true })
  }
}

/** Begins a programme with the recording as its lesson; pressed twice, the same draft is given. */
export async function makeLesson({ live }: OwnLive, actor: StaffActor, now: Date) {
  if (live.programmeDraftId) return String(live.programmeDraftId)
  if (live.recording !== 'ready' || !live.assetId) throw new Refusal('conflict', '录像还没有取回来，稍后再试')
  const scope = await unitScope(actor, String(live.unitId), 'editCourses')
  const requestId = `live-${String(live._id)}`
  const stage = stageOf(live.grades[0] ?? (await gradesWithin(live.path))[0])
  const begun = { requestId, title: live.title, audience: 'guardian' as const, stage }
  const draft = await createDraft(scope, begun, actor, now)
  const own = await ownDraft(actor, String(draft._id))
  const said = { requestId, moduleAt: 0, title: live.title, kind: 'video' as const }
  const { lesson } = await addLesson(own, said, now)
  if (lesson.assetIds.length === 0) {
    const { kind, title, theme, hours, poster, sources, blocks, quiz, prompt = '', stops = [] } = lesson
    const content = { kind, title, theme, hours, poster, sources, blocks, quiz, prompt, stops }
    const filled = {
      summary: live.summary.slice(0, 80),
      minutes: live.minutes,
      assetIds: [String(live.assetId)],
    }
    await saveLesson(own, lesson, lesson.revision, { ...content, ...filled }, now)
  }
  await LiveModel.updateOne({ _id: live._id }, { programmeDraftId: draft._id })
  return String(draft._id)
}

/** The stage a grade by its number lies in, as drafts name it; the editor may choose another. */
function stageOf(grade: number | undefined) {
  if (grade === undefined) return '初中' as const
  if (grade < 0) return '幼儿园' as const
  if (grade <= 6) return '小学' as const
  if (grade <= 9) return '初中' as const
  return grade <= 12 ? ('高中' as const) : ('中职' as const)
}
