import type Router from '@koa/router'
import type { RouterContext } from '@koa/router'
import * as api from '#contract/letters'
import { Refusal } from '../../../http/errors.ts'
import { openLink, sendDownload, signLink } from '../../../http/links.ts'
import { serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import * as accounts from '../../accounts/service.ts'
import { ownChild } from '../../org/policy.ts'
import { letterForChild, letterWithin } from '../policy.ts'
import { copyOf, nameOfCopy } from '../signatures/service.ts'
import { exportSheet, nameOfExport } from './service.ts'

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/** Files beside the contract. A link opens nothing by itself: what its person may see is asked again. */
export function letterFileRoutes(router: Router, { clock, env, files, fields }: Deps) {
  serve(router, api.exportLetterSheet, async ({ actor, letterId, unitId }) => {
    const inScope = await letterWithin(actor, letterId, unitId, 'seeFigures')
    const path = `/letter-exports/${letterId}?unit=${unitId}` as const
    return { link: signLink(path, actor.personId, clock.now(), env), name: await nameOfExport(inScope) }
  })

  serve(router, api.readSignedCopy, async ({ actor, letterId, classId, studentId }) => {
    const { letter } = await letterWithin(actor, letterId, classId, 'seeFamilies')
    const name = await nameOfCopy(letter, studentId, classId)
    const path = `/signed-copies/${letterId}/${studentId}?as=staff&class=${classId}` as const
    return { link: signLink(path, actor.personId, clock.now(), env), name }
  })

  router.get('/letter-exports/:letterId', async (ctx) => {
    const { letterId = '' } = ctx.params
    const actor = await staffBehind(ctx)
    const inScope = await letterWithin(actor, letterId, String(ctx.query.unit), 'seeFigures')
    const bytes = await exportSheet(inScope, { fields })
    sendDownload(ctx, { bytes, type: XLSX, name: await nameOfExport(inScope) })
  })

  router.get('/signed-copies/:letterId/:studentId', async (ctx) => {
    const { letterId = '', studentId = '' } = ctx.params
    const letter =
      ctx.query.as === 'staff'
        ? (await letterWithin(await staffBehind(ctx), letterId, String(ctx.query.class), 'seeFamilies'))
            .letter
        : (await letterForChild(await ownChild(await guardianBehind(ctx), studentId), letterId)).letter
    sendDownload(ctx, {
      ...(await copyOf(letter, studentId, { files })),
      type: 'application/pdf',
      inline: true,
    })
  })

  /** The person a link was made for, with the posts of this moment. */
  async function staffBehind(ctx: RouterContext) {
    const { personId } = openLink(ctx, clock.now(), env)
    const person = await accounts.findPerson(personId)
    if (!person) throw new Refusal('forbidden', '请重新登录后再打开')
    const posts = accounts.postsNow(person, clock.now())
    return { role: 'staff' as const, personId, sessionId: '', name: person.name, loginName: null, posts }
  }

  async function guardianBehind(ctx: RouterContext) {
    const { personId } = openLink(ctx, clock.now(), env)
    return { role: 'guardian' as const, personId, sessionId: '', name: '', loginName: null }
  }
}
