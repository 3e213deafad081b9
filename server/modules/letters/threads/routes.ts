import type Router from '@koa/router'
import * as api from '#contract/threads'
import { DONE, serve } from '../../../http/serve.ts'
import type { StaffActor } from '../../../http/actor.ts'
import type { Deps } from '../../../infra/deps.ts'
import * as audit from '../../audit/service.ts'
import { fullNamesOf } from '../../org/tree/service.ts'
import { REFUSED, refuseHarmful } from '../../safety/service.ts'
import { ownLetter } from '../policy.ts'
import { deskKey, deskWords } from './desks/rules.ts'
import { desksAround } from './desks/service.ts'
import { linkFor } from './files/routes.ts'
import { hiddenIn, watchFiles } from './files/service.ts'
import { waitedSince } from './hours/rules.ts'
import { isWorkday } from './hours/service.ts'
import * as keeping from './keeping/service.ts'
import { limitOf } from './limits/service.ts'
import type { LineRecord, ThreadRecord } from './model.ts'
import { deskThread, desksOf, type UrgentThread, urgentThread } from './policy.ts'
import { presentDesk, presentLine } from './present.ts'
import { closedFor, keptFrom } from './private/service.ts'
import { privateWith, whoseIs } from './private/rules.ts'
import { classesOf, countsOf, DESK_SEES, inboxOf, lastLinesOf, linesOf } from './reading/service.ts'
import { MOST_LINES, OVERDUE_WORKDAYS } from './rules.ts'
import { lineBy } from './service.ts'
import { keepersOf } from './seating/service.ts'
import { setReplies } from './settings/service.ts'
import { writeAsPost } from './writing/service.ts'

/** What families write, as whoever holds the post sees it: phone and console alike. */
export function threadRoutes(router: Router, deps: Deps) {
  const { clock, env, fields } = deps
  const limit = limitOf('thread-answer', { ...MOST_LINES, points: 100 }, '回复得太快了，请过几分钟再发', deps)

  serve(router, api.listThreads, async ({ actor, caller: _, ...wanted }) => {
    const now = clock.now()
    const { threads, next } = await inboxOf(actor, wanted, now)
    const [lines, classes, choice] = await Promise.all([
      lastLinesOf(threads),
      fullNamesOf(threads.map((it) => String(it.classId))),
      wanted.after ? [] : classesOf(actor),
    ])
    const around = { lines, classes, fields, overdueBefore: waitedSince(now, OVERDUE_WORKDAYS, isWorkday) }
    await seen(actor, threads, 'threads.listed')
    return { threads: threads.map((it) => presentDesk(it, actor.personId, around)), next, classes: choice }
  })

  serve(router, api.countThreads, async ({ actor }) => countsOf(actor, clock.now()))

  serve(router, api.readThread, async ({ actor, threadId, before }) => {
    const now = clock.now()
    const proof = await urgentThread(actor, threadId, now)
    await opened(proof)
    const { thread } = proof
    const isDesk = isAtDesk(actor, thread)
    const [closedBecause, page, keepers, classes] = await Promise.all([
      closedFor(thread),
      linesOf(thread, before, DESK_SEES),
      keepersOf([thread], now),
      fullNamesOf([String(thread.classId)]),
    ])
    const { followedBy } = thread
    const shown = await reader(actor, thread, page.lines)
    return {
      id: threadId,
      letterId: String(thread.letterId),
      letterTitle: thread.letterTitle,
      childName: thread.childName,
      className: classes.get(String(thread.classId)) ?? '',
      post: thread.deskPost,
      keeper: keepers.get(thread) ?? '',
      state: thread.state,
      privateWith: privateWith(thread),
      isUrgent: thread.isUrgent,
      followedBy: followedBy && { name: followedBy.name, at: followedBy.at.toISOString() },
      closedBecause,
      lines: page.lines.map((it) => presentLine(it, shown)),
      before: page.before,
      abilities: {
        write: isDesk && !closedBecause,
        finish: isDesk && thread.state !== 'done',
        forward: isDesk && !closedBecause,
        follow: thread.isUrgent,
      },
    }
  })

  serve(router, api.answerThread, async ({ actor, caller: _, threadId, ...said }) => {
    const now = clock.now()
    const proof = await deskThread(actor, threadId, now)
    if (!(await lineBy(actor.personId, said.requestId))) {
      await limit(actor.personId)
      const text = { personId: actor.personId, scene: 'reply' as const, texts: [said.text] }
      await refuseHarmful(text, deps, REFUSED)
    }
    const { thread, line } = await writeAsPost(proof, said, now, deps)
    await watchFiles(line, thread, actor.personId, deps)
    return { line: presentLine(line, await reader(actor, thread, [line])) }
  })

  serve(router, api.markThreadRead, async ({ actor, threadId, upTo }) => {
    const now = clock.now()
    await keeping.markDeskRead(await deskThread(actor, threadId, now), upTo, now)
    return DONE
  })

  serve(router, api.withdrawLine, async ({ actor, threadId, lineId }) => {
    const now = clock.now()
    const { thread } = await deskThread(actor, threadId, now)
    await keeping.withdrawLine(thread, { lineId, personId: actor.personId }, now, deps)
    return DONE
  })

  serve(router, api.finishThread, async ({ actor, threadId }) => {
    const now = clock.now()
    await keeping.finish(await deskThread(actor, threadId, now), now)
    return DONE
  })

  serve(router, api.followThread, async ({ actor, threadId }) => {
    const now = clock.now()
    const proof = await urgentThread(actor, threadId, now)
    await keeping.follow(proof, now)
    await audit.record('thread.followed', about(proof.thread), now)
    return DONE
  })

  serve(router, api.listDesks, async ({ actor, threadId }) => {
    const now = clock.now()
    const { thread } = await deskThread(actor, threadId, now)
    const around = await desksAround(thread.path, now, await keptFrom(thread))
    const desks = around.filter((it) => deskKey(it) !== thread.desk)
    const names = await fullNamesOf(desks.map((it) => it.unitId))
    return {
      desks: desks.map(({ unitId, post, holders }) => ({
        unitId,
        post,
        name: `${names.get(unitId) ?? ''}${deskWords(post)}`,
        holders: holders.map((it) => it.name),
      })),
    }
  })

  serve(router, api.forwardThread, async ({ actor, threadId, unitId, post }) => {
    const now = clock.now()
    const proof = await deskThread(actor, threadId, now)
    await keeping.forward(proof, { unitId, post }, now)
    const detail = `《${proof.thread.letterTitle}》，转给${deskWords(post)}`
    await audit.record('thread.forwarded', { ...about(proof.thread), detail }, now)
    return DONE
  })

  serve(router, api.setLetterReplies, async ({ actor, letterId, to }) => {
    const own = await ownLetter(actor, letterId)
    await setReplies(own, to)
    return { to }
  })

  const reader = async ({ personId }: StaffActor, thread: ThreadRecord, lines: readonly LineRecord[]) => {
    const now = clock.now()
    return {
      ...{ personId, side: 'post' as const, thread, now, fields, hidden: await hiddenIn(lines) },
      linkTo: linkFor('post', personId, now, env),
    }
  }

  /** A family's words were opened: taken down with the child's name, once for ten minutes of one person's work. */
  async function opened({ thread, actor, post }: UrgentThread) {
    const by = { personId: actor.personId, unitId: post.unitId, path: post.path }
    // The same whatever it speaks of: every guardian of the child reads this line.
    const detail = `《${thread.letterTitle}》`
    await audit.view(
      'thread.opened',
      by,
      { ...whoseIs(thread), detail, about: String(thread._id) },
      clock.now(),
    )
  }

  async function seen(actor: StaffActor, threads: readonly ThreadRecord[], act: 'threads.listed') {
    const [post] = actor.posts
    if (!post || threads.length === 0) return
    const by = { personId: actor.personId, unitId: post.unitId, path: post.path }
    const shared = threads.filter((it) => !it.privateTo)
    const studentIds = [...new Set(shared.map((it) => String(it.studentId)))]
    if (shared.length > 0) await audit.view(act, by, { studentIds }, clock.now())
    for (const it of threads) {
      if (it.privateTo) await audit.view(act, by, { ...whoseIs(it), about: String(it._id) }, clock.now())
    }
  }
}

const isAtDesk = (actor: StaffActor, thread: ThreadRecord) => desksOf(actor).desks.includes(thread.desk)

const about = (thread: ThreadRecord) => ({
  unit: { unitId: String(thread.classId), path: thread.path },
  ...whoseIs(thread),
  detail: `《${thread.letterTitle}》`,
})
