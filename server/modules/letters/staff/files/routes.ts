import type Router from '@koa/router'
import type { RouterContext } from '@koa/router'
import { answerMyStaffLetter } from '#contract/staff-answers'
import type { StaffActor } from '../../../../http/actor.ts'
import { readBytes } from '../../../../http/bytes.ts'
import { Refusal } from '../../../../http/errors.ts'
import { openLink, sendDownload, signLink } from '../../../../http/links.ts'
import { admit } from '../../../../http/serve.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { staffActor } from '../../../accounts/service.ts'
import { MOST_INTAKE_BYTES } from '../../../files/intake/rules.ts'
import { bytesOfPaper } from '../../../files/intake/service.ts'
import { staffNamesWithin } from '../office/policy.ts'
import { letterForStaff } from '../policy.ts'
import { isRequestId } from './rules.ts'
import { findFile, keepFile } from './service.ts'

/** A link to a paper for one who sees the answers below a unit. */
export const linkForOffice =
  (unitId: string, personId: string, now: Date, env: Deps['env']) => (fileId: string) =>
    signLink(`/staff-papers/${fileId}?unit=${unitId}`, personId, now, env)

/** Bytes go beside the contract: up before the answer that carries them, down by a link that asks again. */
export function staffFileRoutes(router: Router, deps: Deps) {
  const { clock, env } = deps

  router.post('/me/staff-letters/:letterId/papers', async (ctx: RouterContext) => {
    const actor = ctx.state.actor as StaffActor | null
    admit(answerMyStaffLetter, actor)
    if (!actor) return
    const proof = await letterForStaff(actor, ctx.params.letterId ?? '')
    const { requestId = '', kind = '', name = '' } = ctx.query as Record<string, string | undefined>
    if (!isRequestId(requestId) || (kind !== 'image' && kind !== 'pdf'))
      throw new Refusal('invalid', '请重新选择要传的图片或 PDF')
    const bytes = await readBytes(ctx, MOST_INTAKE_BYTES, '一个文件最大10 MB，请压缩后再传')
    const sent = { requestId, kind, name: String(name).slice(0, 200), bytes } as const
    const file = await keepFile(proof, sent, clock.now(), deps)
    ctx.body = { id: String(file._id), name: file.name }
  })

  router.get('/staff-papers/:fileId', async (ctx: RouterContext) => {
    const now = clock.now()
    const { personId } = openLink(ctx, now, env)
    const file = await findFile(ctx.params.fileId ?? '')
    if (!file.answerId) throw new Refusal('not_found', '没有这个文件')
    await staffNamesWithin(
      await staffActor(personId, now),
      String(file.letterId),
      String(ctx.query.unit ?? ''),
    )
    const bytes = await bytesOfPaper(file, deps)
    const type = file.kind === 'pdf' ? 'application/pdf' : 'image/jpeg'
    sendDownload(ctx, { bytes, type, name: file.name })
  })
}
