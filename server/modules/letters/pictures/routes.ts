import type Router from '@koa/router'
import type { RouterContext } from '@koa/router'
import { enterAnswer } from '#contract/letter-answers'
import { answerMyLetter } from '#contract/letters'
import type { GuardianActor, StaffActor } from '../../../http/actor.ts'
import { readBytes } from '../../../http/bytes.ts'
import { Refusal } from '../../../http/errors.ts'
import { openLink, sendDownload } from '../../../http/links.ts'
import { admit } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { guardianActor } from '../../accounts/consents/service.ts'
import * as accounts from '../../accounts/service.ts'
import { ownChild } from '../../org/policy.ts'
import { letterForChild, letterWithin } from '../policy.ts'
import { shelve } from '../../safety/service.ts'
import { isOnSheet } from '../sheets/service.ts'
import { isRequestId, PICTURE_BYTES } from './rules.ts'
import { hiddenPictures, keepPicture, pictureOf } from './service.ts'

/** Bytes go beside the contract; a link opens nothing by itself: what its person may see is asked again. */
export function letterPictureRoutes(router: Router, { clock, env, files }: Deps) {
  const bytesOf = (ctx: RouterContext) => readBytes(ctx, PICTURE_BYTES, '照片最大8 MB，请压缩后再上传')
  const requestOf = (ctx: RouterContext) => {
    const requestId = String(ctx.query.request ?? '')
    if (!isRequestId(requestId)) throw new Refusal('invalid', '照片的编号不对，请再拍一次')
    return requestId
  }

  shelve('answers', async (pictureId) => files.get((await pictureOf(pictureId)).sha256))

  router.post('/me/children/:studentId/letters/:letterId/pictures', async (ctx) => {
    const actor = ctx.state.actor as GuardianActor | null
    admit(answerMyLetter, actor)
    if (!actor) return
    const { studentId = '', letterId = '' } = ctx.params
    const { letter, classId } = await letterForChild(await ownChild(actor, studentId), letterId)
    if (!letter.form?.fields.some((it) => it.type === 'picture'))
      throw new Refusal('conflict', '这封信不用拍照片')
    const place = { letterId: letter._id, studentId, classId, personId: actor.personId }
    const request = { ...place, requestId: requestOf(ctx), isPaper: false }
    ctx.body = { id: await keepPicture(request, await bytesOf(ctx), clock.now(), { files }) }
  })

  router.post('/letters/:letterId/sheets/:classId/papers/:studentId', async (ctx) => {
    const actor = ctx.state.actor as StaffActor | null
    admit(enterAnswer, actor)
    if (!actor) return
    const { letterId = '', classId = '', studentId = '' } = ctx.params
    const { letter, scope } = await letterWithin(actor, letterId, classId, 'seeFamilies')
    if (!scope.may('writeLetters')) throw new Refusal('forbidden', '您的岗位不能替家长登记')
    if (!(await isOnSheet(letterId, scope.unitId, studentId)))
      throw new Refusal('not_found', '签收单上没有这个孩子')
    const place = { letterId: letter._id, studentId, classId, personId: actor.personId }
    const request = { ...place, requestId: requestOf(ctx), isPaper: true }
    ctx.body = { id: await keepPicture(request, await bytesOf(ctx), clock.now(), { files }) }
  })

  router.get('/letter-pictures/:pictureId', async (ctx) => {
    const { personId } = openLink(ctx, clock.now(), env)
    const picture = await pictureOf(ctx.params.pictureId ?? '')
    const letterId = String(picture.letterId)
    if (ctx.query.as === 'staff') {
      const actor = await accounts.staffActor(personId, clock.now())
      await letterWithin(actor, letterId, String(picture.classId), 'seeFamilies')
    } else {
      const actor = await guardianActor(personId)
      await letterForChild(await ownChild(actor, String(picture.studentId)), letterId)
    }
    const isMine = String(picture.personId) === personId
    if (!isMine && (await hiddenPictures([String(picture._id)])).size > 0)
      throw new Refusal('not_found', '这张照片要等学校看过才能显示')
    const bytes = await files.get(picture.sha256)
    sendDownload(ctx, { bytes, type: 'image/jpeg', name: '照片.jpg', inline: true })
  })
}
