import type Router from '@koa/router'
import * as api from '#contract/parent-school'
import { DONE, serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import * as terms from '../../org/terms/service.ts'
import { DEPTH } from '../../org/tree/rules.ts'
import * as tree from '../../org/tree/service.ts'
import { talliesBy } from '../attendance/service.ts'
import * as activities from './activities/service.ts'
import * as charters from './charters/service.ts'
import * as lecturers from './lecturers/service.ts'
import { activityWithin, ownActivity, ownLecturer, parentSchool } from './policy.ts'
import { presentCharter } from './present.ts'
import { ratingsOf } from './ratings/service.ts'
import { checkInWindow, dutiesOf, schoolYearDays } from './rules.ts'
import * as schools from './service.ts'

export function parentSchoolRoutes(router: Router, deps: Deps) {
  reading(router, deps)
  charterAndTeam(router, deps)
  plan(router, deps)
}

function reading(router: Router, { clock }: Deps) {
  serve(router, api.readParentSchool, async ({ actor, unitId, year }) => {
    const scope = await parentSchool(actor, unitId, 'look')
    const set = await terms.yearsOf(scope.path)
    const shown = year ?? (await terms.schoolYearAt(scope.path, clock.now())).current
    const days = schoolYearDays(shown, set)
    const edit = scope.may('runParentSchool')
    const [unit, versions, team, guests, planned] = await Promise.all([
      tree.findUnit(unitId),
      charters.chartersOf(unitId),
      lecturers.teamOf(unitId, edit),
      lecturers.guestsFor(scope.path),
      activities.activitiesOf(unitId, days.from, days.until),
    ])
    const [latest] = versions
    return {
      unit: {
        id: unitId,
        kind: scope.kind,
        name: scope.fullName,
        isCommunity: unit?.schoolType === 'community',
      },
      year: shown,
      charter: latest ? presentCharter(latest) : null,
      versions: versions.slice(1),
      lecturers: await schools.shownLecturers(team),
      guests: edit ? await schools.shownLecturers(guests) : [],
      activities: await schools.shownActivities(planned),
      // Above a school nothing is asked of the unit itself; its schools stand in the figures.
      duties: scope.kind === 'school' ? dutiesOf(planned, shown, set) : [],
      abilities: { edit },
    }
  })

  serve(router, api.listSchoolTemplates, async () => schools.theTemplates())

  serve(router, api.readActivity, async ({ actor, unitId, activityId }) => {
    const { activity, scope, isOwn } = await activityWithin(actor, activityId, unitId)
    const event = activities.eventOf(activity)
    const [[shown], counts, classes, ratingOf] = await Promise.all([
      schools.shownActivities([activity]),
      talliesBy(event, scope.path, DEPTH.class),
      tree.unitsWithin(scope.path, 'class'),
      ratingsOf(activity.lecturerIds, activity._id),
    ])
    if (!shown) throw new Error('An activity that was just read')
    const { opensAt, closesAt } = checkInWindow(activity)
    const isPlanned = activity.status === 'planned'
    return {
      activity: shown,
      code: isOwn && isPlanned ? activity.code : null,
      opensAt: opensAt.toISOString(),
      closesAt: closesAt.toISOString(),
      classes: classes.flatMap((it) => {
        const families = counts.get(String(it._id))?.attended ?? 0
        return families > 0 ? [{ classId: String(it._id), name: it.fullName, families }] : []
      }),
      ratings: shown.lecturers.map(({ id, name }) => ({ lecturerId: id, name, rating: ratingOf(id) })),
      abilities: {
        change: isOwn && isPlanned,
        remove: isOwn && isPlanned && !shown.evidence,
        hold: isOwn && isPlanned && clock.now() >= opensAt,
        reopen: isOwn && !isPlanned && !activity.liveId,
      },
    }
  })
}

function charterAndTeam(router: Router, { clock }: Deps) {
  serve(router, api.saveCharter, async ({ actor, unitId, ...said }) => {
    const scope = await parentSchool(actor, unitId, 'runParentSchool')
    return presentCharter(await charters.save(scope, said, actor.name, clock.now()))
  })

  serve(router, api.readCharter, async ({ actor, unitId, version }) =>
    presentCharter(await charters.charterVersion(await parentSchool(actor, unitId, 'look'), version)),
  )

  serve(router, api.addLecturer, async ({ actor, caller: _, unitId, requestId, ...words }) => {
    const scope = await parentSchool(actor, unitId, 'runParentSchool')
    const made = await lecturers.add(scope, requestId, words)
    return { id: String(made._id) }
  })

  serve(router, api.changeLecturer, async ({ actor, caller: _, lecturerId, ...words }) => {
    await lecturers.change(await ownLecturer(actor, lecturerId), words)
    return DONE
  })
}

function plan(router: Router, { clock }: Deps) {
  serve(router, api.addActivity, async ({ actor, caller: _, unitId, requestId, ...words }) => {
    const scope = await parentSchool(actor, unitId, 'runParentSchool')
    const made = await activities.add(scope, requestId, words)
    return { id: String(made._id) }
  })

  serve(router, api.changeActivity, async ({ actor, caller: _, activityId, ...words }) => {
    await activities.change(await ownActivity(actor, activityId), words)
    return DONE
  })

  serve(router, api.removeActivity, async ({ actor, activityId }) => {
    await activities.remove(await ownActivity(actor, activityId))
    return DONE
  })

  serve(router, api.holdActivity, async ({ actor, activityId, families, note }) => {
    const said = { ...(families !== undefined && { families }), ...(note !== undefined && { note }) }
    await activities.hold(await ownActivity(actor, activityId), said, clock.now())
    return DONE
  })

  serve(router, api.reopenActivity, async ({ actor, activityId }) => {
    await activities.reopen(await ownActivity(actor, activityId))
    return DONE
  })
}
