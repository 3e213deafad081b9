import type { Deps } from '../../../../infra/deps.ts'
import { sweepFiles } from '../files/service.ts'
import { tellUrgent } from '../messages/service.ts'
import { ThreadModel, type ThreadRecord } from '../model.ts'
import { DANGER_MS } from '../rules.ts'

const BATCH = 50

/**
 * Words of danger that nobody has taken up within the hour are brought before whoever runs the school, once; files that nobody wrote
 * about are thrown away. Run again after a crash it finds the rest.
 */
export async function tendThreads(now: Date, deps: Pick<Deps, 'files' | 'log'>) {
  const open = await ThreadModel.find({
    isUrgent: true,
    isDangerRaised: false,
    dangerAt: { $lte: new Date(now.getTime() - DANGER_MS) },
  })
    .sort({ dangerAt: 1 })
    .limit(BATCH)
    .lean<ThreadRecord[]>()
  for (const thread of open) {
    await raise(thread, now).catch((error: unknown) =>
      deps.log.error({ err: error, threadId: String(thread._id) }, 'danger not raised'),
    )
  }
  await sweepFiles(now, deps)
}

async function raise(thread: ThreadRecord, now: Date) {
  await tellUrgent(thread, ['counsellor', 'principal', 'school_admin'], 'raised', now)
  await ThreadModel.updateOne({ _id: thread._id, dangerAt: thread.dangerAt }, { isDangerRaised: true })
}
