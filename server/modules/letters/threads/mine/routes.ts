import type Router from '@koa/router'
import * as api from '#contract/threads'
import { DONE, serve } from '../../../../http/serve.ts'
import type { GuardianActor } from '../../../../http/actor.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { linesFor } from '../../../hotlines/service.ts'
import { ownChild, ownChildren } from '../../../org/policy.ts'
import { heed } from '../../../safety/service.ts'
import { deskFor } from '../desks/service.ts'
import { linkFor } from '../files/routes.ts'
import { hiddenIn, watchFiles } from '../files/service.ts'
import { isServiceTime, serviceWords } from '../hours/rules.ts'
import { hoursOf, isWorkday } from '../hours/service.ts'
import { markFamilyRead, withdrawLine } from '../keeping/service.ts'
import { limitOf } from '../limits/service.ts'
import type { LineRecord, ThreadRecord } from '../model.ts'
import { familyThread, type FamilyThread, ownLine } from '../policy.ts'
import { presentLine, presentMine } from '../present.ts'
import { keptFrom } from '../private/service.ts'
import { familySees, lastLinesForFamily, linesOf, threadsOf, unreadOf } from '../reading/service.ts'
import { hold, judge, settle } from '../reviewing/service.ts'
import { MOST_LINES } from '../rules.ts'
import { lineBy } from '../service.ts'
import { keepersOf } from '../seating/service.ts'
import { objectionTo, writeAsFamily } from '../writing/service.ts'

/** A family and a post below a letter, as the family sees it. */
export function myThreadRoutes(router: Router, deps: Deps) {
  const { clock, env, fields } = deps
  const limit = limitOf('thread-line', MOST_LINES, '写得太快了，请过几分钟再写；急事请打电话', deps)

  heed('reply', ({ subject, isPassed, words }) => settle(subject, isPassed, words, clock.now()))

  serve(router, api.openMyThread, async ({ actor, studentId, letterId, seenBy, before }) => {
    const proof = await familyThread(await ownChild(actor, studentId), letterId, seenBy)
    const now = clock.now()
    const { thread, root, child } = proof
    const page = thread
      ? await linesOf(thread, before, familySees(actor.personId))
      : { lines: [], before: null }
    const hours = await hoursOf(child.schoolId)
    const shown = thread && (await reader(actor, thread, page.lines, now))
    const isOpen = isServiceTime(hours, now, isWorkday)
    return {
      letterId,
      letterTitle: root.title,
      childName: child.studentName,
      seenBy,
      keeper: await keeperOf(proof, now),
      state: thread?.state ?? 'answered',
      closedBecause: objectionTo(proof),
      service: { words: serviceWords(hours), isOpen },
      helpLines: isOpen ? [] : await linesNow(actor, studentId, now),
      lines: shown ? page.lines.map((it) => presentLine(it, shown)) : [],
      before: page.before,
    }
  })

  serve(router, api.listMyThreads, async ({ actor, studentId, after }) => {
    const { threads, next } = await threadsOf(await ownChild(actor, studentId), after)
    const [lines, keepers] = await Promise.all([lastLinesForFamily(threads), keepersOf(threads, clock.now())])
    return {
      threads: threads.map((it) => presentMine(it, actor.personId, { lines, keepers, fields })),
      next,
    }
  })

  serve(router, api.countMyThreads, async ({ actor }) => {
    const children = await unreadOf(await ownChildren(actor), actor.personId)
    return { unread: children.reduce((sum, it) => sum + it.unread, 0), children }
  })

  serve(router, api.writeToMyThread, async ({ actor, caller: _, studentId, letterId, seenBy, ...said }) => {
    const proof = await familyThread(await ownChild(actor, studentId), letterId, seenBy)
    const now = clock.now()
    const isNew = !(await lineBy(actor.personId, said.requestId))
    if (isNew) await limit(actor.personId)
    const verdict = isNew ? await judge(actor.personId, said.text, deps) : 'pass'
    const { thread, line } = await writeAsFamily(proof, said, verdict, now, deps)
    if (line.status === 'waiting') await hold(proof.child, { thread, line }, said.text, now, deps)
    await watchFiles(line, thread, actor.personId, deps)
    return {
      line: presentLine(line, await reader(actor, thread, [line], now)),
      helpLines: line.isDanger ? await linesNow(actor, studentId, now) : [],
    }
  })

  serve(router, api.readMyThread, async ({ actor, studentId, letterId, seenBy, upTo }) => {
    const proof = await familyThread(await ownChild(actor, studentId), letterId, seenBy)
    await markFamilyRead(proof, upTo, clock.now())
    return DONE
  })

  serve(router, api.withdrawMyLine, async ({ actor, studentId, lineId }) => {
    const { thread } = await ownLine(await ownChild(actor, studentId), lineId)
    await withdrawLine(thread, { lineId, personId: actor.personId }, clock.now(), deps)
    return DONE
  })

  const reader = async (
    { personId }: GuardianActor,
    thread: ThreadRecord,
    lines: readonly LineRecord[],
    now: Date,
  ) => ({
    ...{ personId, side: 'family' as const, thread, now, fields, hidden: await hiddenIn(lines) },
    linkTo: linkFor('family', personId, now, env),
  })

  /** Whom to call now. */
  const linesNow = async (actor: GuardianActor, studentId: string, now: Date) =>
    (await linesFor(actor, env.HOTLINES, now, studentId)).filter((it) => it.isOpen === true)
}

/** Who has the thread, or would get it. */
async function keeperOf({ thread, root, child, privateTo }: FamilyThread, now: Date) {
  const owned = { studentId: child.studentId, privateTo }
  const begun = async () => {
    const desk = await deskFor(root, child, now, await keptFrom(owned))
    return { ...owned, path: child.path, deskUnitId: desk.unitId, deskPost: desk.post }
  }
  const seated = thread ?? (await begun())
  return (await keepersOf([seated], now)).get(seated) ?? ''
}
