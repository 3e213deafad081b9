import type Router from '@koa/router'
import * as api from '#contract/letter-writing'
import { serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import * as audit from '../../audit/service.ts'
import { fromOf } from '../mine/present.ts'
import { ownLetter } from '../policy.ts'
import { begunBy } from '../service.ts'
import { readerOf } from './service.ts'

export function previewRoutes(router: Router, { clock }: Deps) {
  serve(router, api.readBegunLetter, async ({ actor, requestId }) => {
    const found = await begunBy(actor.personId, requestId)
    return { letterId: found ? String(found._id) : null }
  })

  serve(router, api.previewLetter, async ({ actor, letterId, studentId }) => {
    const own = await ownLetter(actor, letterId)
    const { student, className, guardians } = await readerOf(own, studentId, clock.now())
    const detail = `${student.name}，《${own.letter.title || '未写标题'}》`
    const unit = { unitId: String(student.classId), path: student.path }
    await audit.record('letter.previewed', { unit, studentIds: [studentId], detail }, clock.now())
    return { studentId, childName: student.name, className, from: fromOf(own.letter), guardians }
  })
}
