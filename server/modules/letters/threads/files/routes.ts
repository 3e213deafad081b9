import type Router from '@koa/router'
import type { RouterContext } from '@koa/router'
import { answerThread, writeToMyThread } from '#contract/threads'
import { readBytes } from '../../../../http/bytes.ts'
import { Refusal } from '../../../../http/errors.ts'
import { openLink, sendDownload, signLink } from '../../../../http/links.ts'
import { admit } from '../../../../http/serve.ts'
import type { Actor } from '../../../../http/actor.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { shelve } from '../../../safety/service.ts'
import { limitOf } from '../limits/service.ts'
import type { LineFile } from '../model.ts'
import { fileOfDesk, fileOfFamily } from './policy.ts'
import { MOST_INTAKE_BYTES } from '../../../files/intake/rules.ts'
import { MOST_UPLOADS } from './rules.ts'
import { bytesOf, findFile, takeIn } from './service.ts'

type Side = 'family' | 'post'

/** A link to a file of a line, for the one who asked and the side they are on. */
export const linkFor = (side: Side, personId: string, now: Date, env: Deps['env']) => (file: LineFile) =>
  `/api${signLink(`/thread-files/${String(file.fileId)}?side=${side}`, personId, now, env)}`

/** Bytes go beside the contract: up before the line that carries them, and down by a link that asks again. */
export function threadFileRoutes(router: Router, deps: Deps) {
  const { clock, env } = deps
  const limit = limitOf('thread-file', MOST_UPLOADS, '传得太快了，请过几分钟再试', deps)

  shelve('threads', async (fileId) => {
    const file = await findFile(fileId)
    if (!file) throw new Refusal('not_found', '没有这张图片')
    return bytesOf(file, deps)
  })

  router.post('/me/thread-files', async (ctx: RouterContext) => {
    const actor = ctx.state.actor as Actor | null
    admit(actor?.role === 'staff' ? answerThread : writeToMyThread, actor)
    if (!actor) return
    const { requestId = '', kind = '', name = '' } = ctx.query as Record<string, string | undefined>
    if (!/^[\w-]{8,64}$/.test(requestId) || (kind !== 'image' && kind !== 'pdf')) {
      throw new Refusal('invalid', '请重新选择要传的图片或文件')
    }
    await limit(actor.personId)
    const bytes = await readBytes(ctx, MOST_INTAKE_BYTES, '一个文件最大10 MB，请压缩后再传')
    const sent = { requestId, kind, name: String(name).slice(0, 200), bytes } as const
    const file = await takeIn(actor.personId, sent, clock.now(), deps)
    ctx.body = { id: String(file._id), kind: file.kind, name: file.name, bytes: file.bytes }
  })

  router.get('/thread-files/:fileId', async (ctx: RouterContext) => {
    const now = clock.now()
    const { personId } = openLink(ctx, now, env)
    const fileId = ctx.params.fileId ?? ''
    const { file } =
      ctx.query.side === 'post'
        ? await fileOfDesk(personId, fileId, now)
        : await fileOfFamily(personId, fileId)
    const bytes = await bytesOf(file, deps)
    sendDownload(
      ctx,
      file.kind === 'image'
        ? { bytes, type: 'image/jpeg', name: file.name, inline: true }
        : { bytes, type: 'application/pdf', name: file.name },
    )
  })
}
