import type { Deps } from '../../../infra/deps.ts'
import { openIdsOf } from '../../accounts/service.ts'
import { ContentModel, type ContentRecord } from '../model.ts'
import { hold, type Held, passByItself } from '../service.ts'

/**
 * Puts a picture before a person and asks WeChat about it, which answers by a push within half an hour: a picture it calls
 * harmless leaves the queue by itself. `url` is a link that WeChat can open for that long.
 */
export async function holdPicture(
  picture: Omit<Held, 'kind' | 'because'> & { url: string },
  deps: Pick<Deps, 'wechat' | 'log' | 'fields' | 'clock'>,
) {
  const { url, ...held } = picture
  await hold({ ...held, kind: 'picture', because: 'picture' }, deps.clock.now(), deps)
  const openId = (await openIdsOf([held.personId])).get(held.personId)
  if (!openId) return
  const traceId = await deps.wechat
    .mediaCheckAsync({ openId, scene: 'social', url })
    .catch((error: unknown) => {
      deps.log.info({ err: error }, 'picture not checked')
      return null
    })
  if (traceId) {
    await ContentModel.updateOne({ kind: 'picture', subject: held.subject, status: 'waiting' }, { traceId })
  }
}

/** Takes in WeChat's word on a picture. Doubt and a no leave it to a person; the same word twice changes nothing more. */
export async function takeInPicture({ traceId, verdict }: { traceId: string; verdict: string }, deps: Deps) {
  if (verdict !== 'pass' || !traceId) return
  const found = await ContentModel.findOne({ traceId, status: 'waiting' }, { _id: 1 }).lean<
    Pick<ContentRecord, '_id'>
  >()
  if (found) await passByItself(found._id, deps)
}
