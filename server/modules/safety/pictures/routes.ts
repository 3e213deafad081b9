import type Router from '@koa/router'
import type { RouterContext } from '@koa/router'
import { readContentPicture } from '#contract/safety'
import { Refusal } from '../../../http/errors.ts'
import { openLink, sendDownload, signLink } from '../../../http/links.ts'
import { serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { staffActor } from '../../accounts/service.ts'
import * as audit from '../../audit/service.ts'
import { ownContent } from '../policy.ts'
import { findContent } from '../service.ts'
import { bytesOf } from './service.ts'

/** A picture for the eyes that look at it: a person's of the school, and WeChat's. */
export function contentPictureRoutes(router: Router, deps: Deps) {
  const { clock, env } = deps

  serve(router, readContentPicture, async ({ actor, contentId }) => {
    const { content, scope } = await ownContent(actor, contentId)
    if (content.kind !== 'picture') throw new Refusal('conflict', '这条内容不是图片')
    await audit.view('content.opened', scope, { about: contentId }, clock.now())
    return { link: signLink(`/content-pictures/${contentId}?as=staff`, actor.personId, clock.now(), env) }
  })

  router.get('/content-pictures/:contentId', async (ctx: RouterContext) => {
    const { personId } = openLink(ctx, clock.now(), env)
    const contentId = ctx.params.contentId ?? ''
    const content =
      ctx.query.as === 'staff'
        ? (await ownContent(await staffActor(personId, clock.now()), contentId)).content
        : await askedAbout(contentId, personId)
    const bytes = await bytesOf(content, deps)
    sendDownload(ctx, { bytes, type: 'image/jpeg', name: '图片.jpg', inline: true })
  })
}

/** WeChat opens a link that was made for it, for as long as it is asked. */
async function askedAbout(contentId: string, personId: string) {
  const content = await findContent(contentId)
  if (content?.status !== 'asked' || String(content.personId) !== personId) {
    throw new Refusal('not_found', '没有这张图片')
  }
  return content
}
