import type Router from '@koa/router'
import type { RouterContext } from '@koa/router'
import * as api from '#contract/letters'
import { whileAsking } from '../../../http/asking.ts'
import { openLink, sendDownload, signLink } from '../../../http/links.ts'
import { callerOf, serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { watermarkOf } from '../../../infra/sheets/cells.ts'
import { guardianActor } from '../../accounts/consents/service.ts'
import * as accounts from '../../accounts/service.ts'
import { approvalFor } from '../../audit/approvals/service.ts'
import * as audit from '../../audit/service.ts'
import { ownChild } from '../../org/policy.ts'
import { isSender, letterForChild, letterWithin } from '../policy.ts'
import { copyOf, nameOfCopy, refuseWithheld } from '../signatures/service.ts'
import { exportSheet, nameOfExport, showsNames } from './service.ts'

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/** Files beside the contract. A link opens nothing by itself: what its person may see is asked again. */
export function letterFileRoutes(router: Router, { clock, env, files, fields }: Deps) {
  serve(router, api.exportLetterSheet, async ({ actor, letterId, unitId }) => {
    const inScope = await letterWithin(actor, letterId, unitId, 'seeFigures')
    // Refused here already, so that the button says why and not the download.
    if (showsNames(inScope)) await approvalFor(inScope.scope, 'exports', clock.now())
    const path = `/letter-exports/${letterId}?unit=${unitId}` as const
    return { link: signLink(path, actor.personId, clock.now(), env), name: await nameOfExport(inScope) }
  })

  serve(router, api.readSignedCopy, async ({ actor, letterId, classId, studentId, guardianId }) => {
    const { letter, scope } = await letterWithin(actor, letterId, classId, 'seeFamilies')
    const name = await nameOfCopy(letter, { studentId, personId: guardianId }, classId)
    const detail = `《${letter.title}》`
    await audit.record('copy.opened', { unit: scope, studentIds: [studentId], detail }, clock.now())
    const whose = guardianId ? `&whose=${guardianId}` : ''
    const path = `/signed-copies/${letterId}/${studentId}?as=staff&class=${classId}${whose}` as const
    return { link: signLink(path, actor.personId, clock.now(), env), name }
  })

  router.get('/letter-exports/:letterId', async (ctx) => {
    const { letterId = '' } = ctx.params
    const actor = await staffBehind(ctx)
    const inScope = await letterWithin(actor, letterId, String(ctx.query.unit), 'seeFigures')
    const { letter, scope } = inScope
    const now = clock.now()
    const detail = `签收单《${letter.title}》`
    await whileAsking({ actor, caller: callerOf(ctx) }, async () =>
      showsNames(inScope)
        ? audit.exported(scope, now, detail)
        : audit.record('figures.exported', { unit: scope, detail }, now),
    )
    const watermark = watermarkOf({ name: actor.name, unit: scope }, now)
    const bytes = await exportSheet(inScope, { fields, watermark, isSender: isSender(actor, letter) })
    sendDownload(ctx, { bytes, type: XLSX, name: await nameOfExport(inScope) })
  })

  router.get('/signed-copies/:letterId/:studentId', async (ctx) => {
    const { letterId = '', studentId = '' } = ctx.params
    const isStaff = ctx.query.as === 'staff'
    const letter = isStaff
      ? (await letterWithin(await staffBehind(ctx), letterId, String(ctx.query.class), 'seeFamilies')).letter
      : (await letterForChild(await ownChild(await guardianBehind(ctx), studentId), letterId)).letter
    const { personId } = openLink(ctx, clock.now(), env)
    const whose = isStaff ? String(ctx.query.whose ?? '') || undefined : personId
    if (!isStaff) await refuseWithheld(letter, studentId, personId)
    sendDownload(ctx, {
      ...(await copyOf(letter, { studentId, personId: whose }, { files, fields })),
      type: 'application/pdf',
      inline: true,
    })
  })

  /** The person a link was made for, with the posts of this moment. */
  const staffBehind = (ctx: RouterContext) =>
    accounts.staffActor(openLink(ctx, clock.now(), env).personId, clock.now())

  const guardianBehind = (ctx: RouterContext) => guardianActor(openLink(ctx, clock.now(), env).personId)
}
