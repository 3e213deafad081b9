import type Router from '@koa/router'
import { learnAgain } from '#contract/courses'
import * as api from '#contract/training'
import { Refusal } from '../../../http/errors.ts'
import { shanghaiDay } from '../../../infra/clock.ts'
import { serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import * as audit from '../../audit/service.ts'
import { unitScope } from '../../org/policy.ts'
import { schoolYearOn } from '../../org/terms/rules.ts'
import { yearsOf } from '../../org/terms/service.ts'
import { journey } from '../journeys/service.ts'
import { learner } from '../policy.ts'
import { presentMyProgramme } from '../present.ts'
import { current, programmesFor } from '../staff/service.ts'
import * as again from './again/service.ts'
import { lastInstantOf } from './rules.ts'
import * as training from './service.ts'

export function trainingRoutes(router: Router, deps: Deps) {
  const { clock, redis } = deps

  serve(router, learnAgain, async ({ actor, code }) => {
    const now = clock.now()
    const who = learner(actor)
    await again.begin(who, code, now)
    return presentMyProgramme(await journey(who, code, [], now), now)
  })

  serve(router, api.readTraining, async ({ actor, unitId, code = '', schoolYear }) => {
    const scope = await unitScope(actor, unitId, 'seeFigures')
    const now = clock.now()
    const set = await yearsOf(scope.path)
    const at = schoolYear ? lastInstantOf(Number(schoolYear), now, set) : now
    const [figures, offered] = await Promise.all([
      training.trainingOf(scope, code, at, redis),
      programmesFor(scope, 'staff'),
    ])
    return {
      ...figures,
      schoolYear: schoolYearOn(shanghaiDay(at), set),
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
