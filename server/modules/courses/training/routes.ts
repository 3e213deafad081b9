import type Router from '@koa/router'
import * as api from '#contract/training'
import { Refusal } from '../../../http/errors.ts'
import { serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import * as audit from '../../audit/service.ts'
import { unitScope } from '../../org/policy.ts'
import { current, programmesFor } from '../staff/service.ts'
import * as training from './service.ts'

export function trainingRoutes(router: Router, deps: Deps) {
  const { clock, redis } = deps

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
    const programme = code ? await current(scope, code) : null
    const said = { code, isForClassTeachers: programme?.isForClassTeachers ?? false }
    return { trainees: await training.traineesOf(scope, said, clock.now()) }
  })

  serve(router, api.remindTrainees, async ({ actor, unitId, code }) => {
    const scope = await unitScope(actor, unitId, 'appoint')
    const programme = await current(scope, code)
    if (programme.audience !== 'staff') throw new Refusal('invalid', '这不是教师课程')
    return training.remind(scope, programme, deps)
  })
}
