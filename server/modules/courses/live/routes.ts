import type Router from '@koa/router'
import * as api from '#contract/live'
import { Refusal } from '../../../http/errors.ts'
import { DONE, serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import * as audit from '../../audit/service.ts'
import { classRoll, findStudents } from '../../org/families/service.ts'
import { unitScope } from '../../org/policy.ts'
import { DEPTH } from '../../org/tree/rules.ts'
import * as tree from '../../org/tree/service.ts'
import type { AttendanceRecord } from '../attendance/model.ts'
import { sheetOf, talliesBy, talliesOf } from '../attendance/service.ts'
import { liveUnit, liveWithin, ownLive } from './policy.ts'
import { presentLine, presentStaffQuestion, presentTally } from './present.ts'
import * as questions from './questions/service.ts'
import { makeLesson } from './recording/service.ts'
import { EARLY_MS } from './rules.ts'
import * as running from './running/service.ts'
import * as lives from './service.ts'

export function liveRoutes(router: Router, deps: Deps) {
  reading(router, deps)
  planning(router, deps)
  giving(router, deps)
}

function reading(router: Router, { clock }: Deps) {
  serve(router, api.listLive, async ({ actor, unitId, after }) => {
    const scope = await unitScope(actor, unitId, 'seeFigures')
    const { classes, next } = await lives.liveOf(scope, after)
    const [names, tallies] = await Promise.all([
      lives.namesFor(classes),
      talliesOf(
        classes.map((it) => it._id),
        scope.path,
      ),
    ])
    return {
      classes: classes.map((it) => presentLine(it, names, tallies.get(String(it._id)))),
      next,
      abilities: { create: scope.may('runParentSchool') && DEPTH[scope.kind] <= DEPTH.school },
    }
  })

  serve(router, api.readLive, async ({ actor, unitId, liveId }) => {
    const { live, scope, isOwn } = await liveWithin(actor, liveId, unitId, 'seeFigures')
    const units = scope.kind === 'class' ? [] : await tree.childrenOf(unitId)
    const [names, tallies, whole, waiting] = await Promise.all([
      lives.namesFor([live]),
      talliesBy(live._id, scope.path, DEPTH[scope.kind] + (units.length > 0 ? 1 : 0)),
      talliesOf([live._id], scope.path),
      isOwn ? questions.countWaiting(live._id) : 0,
    ])
    const { status } = live
    const isScheduled = status === 'scheduled'
    return {
      ...presentLine(live, names, whole.get(String(live._id))),
      grades: live.grades,
      startedAt: live.startedAt?.toISOString() ?? null,
      endedAt: live.endedAt?.toISOString() ?? null,
      rows: units.flatMap((it) => {
        const tally = tallies.get(String(it._id))
        return tally
          ? [{ unitId: String(it._id), kind: it.kind, name: it.name, tally: presentTally(tally) }]
          : []
      }),
      pushAddress: isOwn && status === 'live' ? (live.pushAddress ?? null) : null,
      playAddress: status === 'live' ? (live.playAddress ?? null) : null,
      recording: live.recording,
      programmeDraftId: isOwn && live.programmeDraftId ? String(live.programmeDraftId) : null,
      questionsWaiting: waiting,
      abilities: {
        change: isOwn && isScheduled,
        cancel: isOwn && isScheduled,
        begin: isOwn && isScheduled && clock.now().getTime() >= live.startAt.getTime() - EARLY_MS,
        end: isOwn && status === 'live',
        moderate: isOwn,
        makeLesson: isOwn && live.recording === 'ready',
        seeNames: scope.may('seeFamilies') && scope.kind === 'class',
      },
    }
  })

  serve(router, api.listLiveAttendance, async ({ actor, classId, liveId }) => {
    const { live, scope } = await liveWithin(actor, liveId, classId, 'seeFamilies')
    if (scope.kind !== 'class') throw new Refusal('invalid', '请选择一个班级')
    await audit.namesSeen('live.listed', scope, clock.now(), `《${live.title}》`)
    const [roll, sheet] = await Promise.all([classRoll(classId), sheetOf(live._id, classId)])
    const students = [...roll, ...(await findStudents(movedAway(roll, sheet)))]
    return {
      className: scope.fullName,
      families: students.map(({ _id, number, name }) => {
        const studentId = String(_id)
        const mark =
          sheet?.attendedBy?.[studentId] ?? sheet?.joinedBy?.[studentId] ?? sheet?.registeredBy?.[studentId]
        return {
          studentId,
          number,
          studentName: name,
          guardian: mark ? `${name}${mark.relation}` : null,
          hasRegistered: Boolean(sheet?.registeredBy?.[studentId]),
          hasJoined: Boolean(sheet?.joinedBy?.[studentId]),
          hasAttended: Boolean(sheet?.attendedBy?.[studentId]),
        }
      }),
    }
  })
}

function planning(router: Router, { clock }: Deps) {
  serve(router, api.createLive, async ({ actor, caller: _, unitId, requestId, ...words }) => {
    const made = await lives.create(await liveUnit(actor, unitId), requestId, words, clock.now())
    return { id: String(made._id) }
  })

  serve(router, api.changeLive, async ({ actor, caller: _, liveId, ...words }) => {
    await lives.change(await ownLive(actor, liveId), words, clock.now())
    return DONE
  })

  serve(router, api.cancelLive, async ({ actor, liveId, reason }) => {
    await lives.cancel(await ownLive(actor, liveId), reason, clock.now())
    return DONE
  })
}

function giving(router: Router, deps: Deps) {
  serve(router, api.beginLive, async ({ actor, liveId }) => {
    await running.begin(await ownLive(actor, liveId), deps)
    return DONE
  })

  serve(router, api.endLive, async ({ actor, liveId }) => {
    await running.end(await ownLive(actor, liveId), deps)
    return DONE
  })

  serve(router, api.listLiveQuestions, async ({ actor, liveId }) => {
    const own = await ownLive(actor, liveId)
    const seesNames = own.scope.may('seeFamilies')
    if (seesNames)
      await audit.view('live.asked', own.scope, { detail: `《${own.live.title}》` }, deps.clock.now())
    const found = await questions.questionsOf(own)
    return { questions: found.map((it) => presentStaffQuestion(it, seesNames)) }
  })

  serve(router, api.settleLiveQuestion, async ({ actor, liveId, questionId, isShown, answer }) => {
    const said = { isShown, ...(answer !== undefined && { answer }) }
    await questions.settle(await ownLive(actor, liveId), questionId, said)
    return DONE
  })

  serve(router, api.makeLiveLesson, async ({ actor, liveId }) => ({
    programmeDraftId: await makeLesson(await ownLive(actor, liveId), actor, deps.clock.now()),
  }))
}

/** Children on the sheet of a class who are not on its roll any more: whoever came stays with the class of that day. */
function movedAway(roll: { _id: unknown }[], sheet: AttendanceRecord | null) {
  const here = new Set(roll.map((it) => String(it._id)))
  const marked = { ...sheet?.registeredBy, ...sheet?.joinedBy, ...sheet?.attendedBy }
  return Object.keys(marked).filter((it) => !here.has(it))
}
