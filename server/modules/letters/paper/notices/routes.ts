import type Router from '@koa/router'
import * as api from '#contract/paper-notices'
import { whileAsking } from '../../../../http/asking.ts'
import { openLink, sendDownload, signLink } from '../../../../http/links.ts'
import { callerOf, serve } from '../../../../http/serve.ts'
import { shanghaiDay } from '../../../../infra/clock.ts'
import type { Deps } from '../../../../infra/deps.ts'
import * as accounts from '../../../accounts/service.ts'
import { approvalFor } from '../../../audit/approvals/service.ts'
import * as audit from '../../../audit/service.ts'
import { letterWithin, type LetterInScope } from '../../policy.ts'
import { refuseAbove } from '../../unreached/rules.ts'
import { presentPapers } from './present.ts'
import * as paper from './service.ts'

export function paperRoutes(router: Router, deps: Deps) {
  const { clock, env } = deps

  serve(router, api.printPaperNotices, async ({ actor, letterId, unitId, studentId }) => {
    const inScope = await letterWithin(actor, letterId, unitId, 'seeFamilies')
    refuseAbove(inScope.scope)
    await approvalFor(inScope.scope, 'exports', clock.now())
    const papers = await paper.papersOf(inScope, studentId, deps, clock.now())
    const path = `/paper-notices/${letterId}?unit=${unitId}&student=${studentId ?? ''}` as const
    return {
      link: signLink(path, actor.personId, clock.now(), env),
      name: nameOf(inScope),
      families: papers.length,
    }
  })

  // What its person may see is asked again when the link is opened.
  router.get('/paper-notices/:letterId', async (ctx) => {
    const now = clock.now()
    const actor = await accounts.staffActor(openLink(ctx, now, env).personId, now)
    const { unit, student } = ctx.query
    const inScope = await letterWithin(actor, ctx.params.letterId ?? '', String(unit), 'seeFamilies')
    refuseAbove(inScope.scope)
    const papers = await paper.papersOf(inScope, student ? String(student) : undefined, deps, now)
    await whileAsking({ actor, caller: callerOf(ctx) }, async () =>
      audit.exported(inScope.scope, now, `纸质通知《${inScope.letter.title}》${papers.length}份`),
    )
    const bytes = await presentPapers(inScope.letter, papers, await paper.codesOf(papers, deps), now)
    sendDownload(ctx, { bytes, type: 'application/pdf', name: nameOf(inScope), inline: true })
  })

  const nameOf = ({ letter, scope }: LetterInScope) =>
    `${[scope.fullName, letter.title, '纸质通知', shanghaiDay(clock.now())].join('_')}.pdf`
}
