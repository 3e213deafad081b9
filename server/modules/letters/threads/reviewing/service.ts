import type { Deps } from '../../../../infra/deps.ts'
import { Refusal } from '../../../../http/errors.ts'
import type { OwnChild } from '../../../org/policy.ts'
import * as safety from '../../../safety/service.ts'
import { LineModel, type LineRecord, ThreadModel, type ThreadRecord } from '../model.ts'
import { threadPage } from '../messages/rules.ts'
import { keptFrom } from '../private/service.ts'
import { arrive, isOfDanger, type Verdict } from '../writing/service.ts'

type Tools = Pick<Deps, 'wechat' | 'log' | 'fields'>

/**
 * What becomes of words a family is about to send. Danger is never held up nor refused. Words that WeChat doubts wait for a person; where
 * it says nothing they go on: the reader is the school itself, which is who would look at them.
 */
export async function judge(personId: string, text: string, deps: Tools): Promise<Verdict> {
  if (isOfDanger(text)) return 'pass'
  const { verdict, because } = await safety.look({ personId, scene: 'reply', texts: [text] }, deps)
  if (verdict === 'refused') throw new Refusal('invalid', safety.REFUSED)
  return verdict === 'waiting' && because === 'doubt' ? 'waiting' : 'pass'
}

/** Puts a line that waits before a person of the school. Harmless twice. */
export const hold = async (
  child: OwnChild,
  { thread, line }: { thread: ThreadRecord; line: LineRecord },
  text: string,
  now: Date,
  deps: Tools,
) =>
  safety.hold(
    {
      keptFrom: await keptFrom(thread),
      kind: 'reply',
      subject: String(line._id),
      personId: child.personId,
      who: line.by,
      path: child.path,
      texts: [text],
      because: 'doubt',
      about: { title: thread.letterTitle, page: threadPage(thread) },
    },
    now,
    deps,
  )

/** A person has decided about a line: it arrives, or stays with its writer and says why. Called twice, the first time counts. */
export async function settle(lineId: string, isPassed: boolean, words: string | null, now: Date) {
  const decided = { _id: lineId, status: 'waiting' as const, withdrawnAt: null }
  if (!isPassed) {
    await LineModel.updateOne(decided, { status: 'refused', refusedBecause: words })
    return
  }
  await LineModel.db.transaction(async () => {
    const line = await LineModel.findOneAndUpdate(
      decided,
      { status: 'shown' },
      { returnDocument: 'after' },
    ).lean<LineRecord>()
    const thread = line && (await ThreadModel.findById(line.threadId).lean<ThreadRecord>())
    if (line && thread) await arrive(thread, line, now)
  })
}
