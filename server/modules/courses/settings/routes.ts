import type Router from '@koa/router'
import * as api from '#contract/drafts'
import { serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { unitScope } from '../../org/policy.ts'
import * as settings from './service.ts'

export function courseSettingRoutes(router: Router, { clock }: Deps) {
  serve(router, api.readCourseSettings, async ({ actor, unitId }) =>
    settings.readSettings(await unitScope(actor, unitId, 'editCourses')),
  )

  serve(router, api.setCourseSettings, async ({ actor, caller: _, unitId, ...said }) => {
    await settings.setSettings(await unitScope(actor, unitId, 'publishCourses'), said, clock.now())
    return settings.readSettings(await unitScope(actor, unitId, 'editCourses'))
  })
}
