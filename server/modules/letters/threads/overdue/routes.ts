import type Router from '@koa/router'
import * as api from '#contract/threads'
import { DONE, serve } from '../../../../http/serve.ts'
import type { Deps } from '../../../../infra/deps.ts'
import * as audit from '../../../audit/service.ts'
import { fullNamesOf } from '../../../org/tree/service.ts'
import { handOver } from '../keeping/service.ts'
import { whoseIs } from '../private/rules.ts'
import { keepersOf } from '../seating/service.ts'
import { headOf, overdueThread } from './policy.ts'
import { ask, overdueIn } from './service.ts'

/** What nobody has answered for five working days, before whoever answers for the school: to be asked about or taken over. */
export function overdueRoutes(router: Router, { clock }: Deps) {
  serve(router, api.listOverdueThreads, async ({ actor, unitId, after }) => {
    const now = clock.now()
    const head = await headOf(actor, unitId)
    const { threads, next } = await overdueIn(head, after, now)
    const [keepers, classes] = await Promise.all([
      keepersOf(threads, now),
      fullNamesOf(threads.map((it) => String(it.classId))),
    ])
    if (threads.length > 0) await audit.namesSeen('threads.listed', head.scope, now)
    return {
      threads: threads.map((it) => ({
        id: String(it._id),
        letterTitle: it.letterTitle,
        childName: it.childName,
        className: classes.get(String(it.classId)) ?? '',
        keeper: keepers.get(it) ?? '',
        waitingSince: (it.waitingSince ?? it.lastAt).toISOString(),
        askedAt: it.askedAt?.toISOString() ?? null,
      })),
      next,
    }
  })

  serve(router, api.askOverdueThread, async ({ actor, unitId, threadId }) => {
    const now = clock.now()
    await ask(await overdueThread(await headOf(actor, unitId), threadId, now), now)
    return DONE
  })

  serve(router, api.takeOverThread, async ({ actor, unitId, threadId }) => {
    const now = clock.now()
    const { head, thread } = await overdueThread(await headOf(actor, unitId), threadId, now)
    await handOver(thread, { unitId: head.unitId, post: head.post }, '学校接过来回复', now)
    const detail = `《${thread.letterTitle}》，接过来回复`
    await audit.record('thread.forwarded', { unit: head.scope, ...whoseIs(thread), detail }, now)
    return DONE
  })
}
