import type Router from '@koa/router'
import * as api from '#contract/parent-school'
import { DONE, serve } from '../../../../http/serve.ts'
import type { Deps } from '../../../../infra/deps.ts'
import * as guesses from '../../../accounts/guesses/service.ts'
import { ownChild } from '../../../org/policy.ts'
import * as terms from '../../../org/terms/service.ts'
import { fullNamesOf } from '../../../org/tree/service.ts'
import * as activities from '../activities/service.ts'
import { latestCharter } from '../charters/service.ts'
import { guestsFor, teamOf } from '../lecturers/service.ts'
import { presentCharter } from '../present.ts'
import { shownLecturers } from '../service.ts'
import * as mine from './service.ts'

export function myParentSchoolRoutes(router: Router, deps: Deps) {
  const { clock } = deps

  serve(router, api.readMyParentSchool, async ({ actor, studentId }) => {
    const child = await ownChild(actor, studentId)
    const now = clock.now()
    const { schoolId } = child
    const [names, charter, team, shown, { current }] = await Promise.all([
      fullNamesOf([schoolId]),
      latestCharter(schoolId),
      teamOf(schoolId, false),
      mine.activitiesOf(child, now),
      terms.schoolYearAt(child.path, now),
    ])
    const guests = team.length > 0 ? [] : await guestsFor(child.path)
    return {
      schoolName: names.get(schoolId) ?? '',
      year: current,
      charter: charter ? presentCharter(charter) : null,
      lecturers: await shownLecturers([...team, ...guests]),
      ...shown,
    }
  })

  serve(router, api.checkInActivity, async ({ actor, studentId, code }) => {
    const child = await ownChild(actor, studentId)
    await guesses.count('checkIns', actor.personId, deps)
    const activity = await activities.checkIn(child, code, clock.now())
    return { activityId: String(activity._id), title: activity.title }
  })

  serve(router, api.rateLecturer, async ({ actor, studentId, activityId, lecturerId, stars }) => {
    await mine.rate(await ownChild(actor, studentId), { activityId, lecturerId, stars }, clock.now())
    return DONE
  })
}
