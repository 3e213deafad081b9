import type Router from '@koa/router'
import type { RouterContext } from '@koa/router'
import * as api from '#contract/letter-writing'
import { openLink, sendDownload, signLink } from '../../../http/links.ts'
import { serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { guardianActor } from '../../accounts/consents/service.ts'
import * as accounts from '../../accounts/service.ts'
import { ownAsset } from '../../files/policy.ts'
import { pictureOf } from '../../files/service.ts'
import { ownChild } from '../../org/policy.ts'
import { hashOf, shelve } from '../../safety/service.ts'
import { letterForChild, letterWithin, ownLetter, type OwnLetter } from '../policy.ts'
import { looksOf, watchLetter } from '../looks/service.ts'
import type { LetterRecord } from '../model.ts'
import { presentLetter } from '../present.ts'
import { letterForStaff } from '../staff/policy.ts'
import { MIME } from './rules.ts'
import { attach, attachmentFor, detach } from './service.ts'

/** Files beside a letter. A link opens nothing by itself: whether its person may read the letter is asked again. */
export function attachmentRoutes(router: Router, deps: Deps) {
  const { clock, env, files } = deps
  shelve('letters', (id) => files.get(hashOf(id)).catch(() => pictureOf(hashOf(id), deps)))

  serve(router, api.attachFile, async ({ actor, letterId, assetId }) => {
    const own = await ownLetter(actor, letterId)
    const letter = await attach(own, await ownAsset(actor, assetId), deps)
    await watchLetter(letter, deps)
    return shown(letter, own)
  })

  serve(router, api.detachFile, async ({ actor, letterId, attachmentId }) => {
    const own = await ownLetter(actor, letterId)
    return shown(await detach(own, attachmentId), own)
  })

  serve(router, api.readAttachment, async ({ actor, letterId, attachmentId, unitId }) => {
    const { letter, scope } = await letterWithin(actor, letterId, unitId, 'seeFigures')
    const { name } = await attachmentFor(actor.personId, letter, attachmentId)
    const path = `/letter-files/${letterId}/${attachmentId}?as=staff&unit=${scope.unitId}` as const
    return { link: signLink(path, actor.personId, clock.now(), env), name }
  })

  serve(router, api.readMyAttachment, async ({ actor, studentId, letterId, attachmentId }) => {
    const { letter } = await letterForChild(await ownChild(actor, studentId), letterId)
    const { name } = await attachmentFor(actor.personId, letter, attachmentId)
    const path = `/letter-files/${letterId}/${attachmentId}?as=guardian&child=${studentId}` as const
    return { link: signLink(path, actor.personId, clock.now(), env), name }
  })

  serve(router, api.readStaffAttachment, async ({ actor, letterId, attachmentId }) => {
    const { letter } = await letterForStaff(actor, letterId)
    const { name } = await attachmentFor(actor.personId, letter, attachmentId)
    const path = `/letter-files/${letterId}/${attachmentId}?as=holder` as const
    return { link: signLink(path, actor.personId, clock.now(), env), name }
  })

  router.get('/letter-files/:letterId/:attachmentId', async (ctx: RouterContext) => {
    const { personId } = openLink(ctx, clock.now(), env)
    const { letterId = '', attachmentId = '' } = ctx.params
    const letter = await letterBehind(ctx, personId, letterId)
    const { name, kind, sha256 } = await attachmentFor(personId, letter, attachmentId)
    sendDownload(ctx, {
      bytes: await files.get(sha256),
      type: MIME[kind],
      name,
    })
  })

  async function letterBehind(ctx: RouterContext, personId: string, letterId: string): Promise<LetterRecord> {
    const { as, unit, child } = ctx.query
    if (as === 'holder') {
      return (await letterForStaff(await accounts.staffActor(personId, clock.now()), letterId)).letter
    }
    if (as === 'staff') {
      const actor = await accounts.staffActor(personId, clock.now())
      return (await letterWithin(actor, letterId, String(unit), 'seeFigures')).letter
    }
    const actor = await guardianActor(personId)
    return (await letterForChild(await ownChild(actor, String(child)), letterId)).letter
  }

  const shown = async (letter: LetterRecord, { scope }: OwnLetter) => ({
    ...presentLetter(letter, { mayWrite: true, may: scope.may, within: scope.path, tally: null }),
    looks: await looksOf(letter),
  })
}
