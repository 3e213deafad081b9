import type Router from '@koa/router'
import * as api from '#contract/training'
import { serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import * as audit from '../../audit/service.ts'
import { unitScope } from '../../org/policy.ts'
import { programmesFor } from '../staff/service.ts'
import * as training from './service.ts'

export function trainingRoutes(router: Router, { clock, redis }: Deps) {
  serve(router, api.readTraining, async ({ actor, unitId, code = '' }) => {
    const scope = await unitScope(actor, unitId, 'seeFigures')
    const [figures, offered] = await Promise.all([
      training.trainingOf(scope, code, clock.now(), redis),
      programmesFor(scope, 'staff'),
    ])
    return {
      ...figures,
      programmes: offered.map(({ programme: it }) => ({
        code: it.code,
        title: it.title,
        isForClassTeachers: it.isForClassTeachers ?? false,
      })),
    }
  })

  serve(router, api.listTrainees, async ({ actor, unitId, code = '' }) => {
    const scope = await unitScope(actor, unitId, 'appoint')
    await audit.view('training.listed', scope, {}, clock.now())
    return { trainees: await training.traineesOf(scope, code, clock.now()) }
  })
}
