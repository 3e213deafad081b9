import type { Duty } from '#contract/home'
import type { StaffActor } from '../../../http/actor.ts'
import * as approvals from '../../audit/approvals/service.ts'
import * as letterApprovals from '../../letters/approvals/service.ts'
import { openLettersToStaff } from '../../letters/staff/service.ts'
import { countOpen } from '../../letters/objections/open/service.ts'
import { dutiesOf } from '../../letters/threads/reading/service.ts'
import { countLate } from '../../hotlines/checking/service.ts'
import { openNodesAt } from '../../letters/calendar/overview/service.ts'
import * as matters from '../../org/families/matters/service.ts'
import * as joins from '../../org/joins/service.ts'
import type { UnitScope } from '../../org/policy.ts'
import * as assignments from '../../org/transfers/assignments/service.ts'
import * as safety from '../../safety/service.ts'
import * as transfers from '../../org/transfers/service.ts'

/** What waits at or below a unit for somebody with these posts, by kind; kinds of which nothing waits are left out. */
export async function dutiesAt(scope: UnitScope, actor: StaffActor, now: Date): Promise<Duty[]> {
  const count = (isMine: boolean, ask: () => Promise<number>) => (isMine ? ask() : Promise.resolve(0))
  const threads = dutiesOf(actor, scope, now)
  const waiting: [Duty['kind'], Promise<number>][] = [
    ['joins', count(scope.may('decideJoins'), () => joins.countWaitingIn(scope.path))],
    ['bars', count(scope.may('transfer'), () => matters.countBarsAsked(scope))],
    ['transfers', count(scope.may('transfer'), () => transfers.countAwaited(scope.path))],
    ['assigned', count(scope.may('transfer'), () => assignments.countWaiting(scope.path))],
    ['objections', count(scope.may('writeLetters') && scope.may('seeFamilies'), () => countOpen(scope))],
    ['approvals', count(scope.may('approveExports'), () => approvals.countWaiting(scope, now))],
    ['letters', count(scope.may('writeLetters'), () => letterApprovals.countWaiting(scope))],
    ['contents', count(scope.may('reviewContents'), () => safety.countWaiting(scope))],
    // Written to the person's own posts, whatever unit they look at.
    ['staffLetters', openLettersToStaff(actor, now).then((it) => it.length)],
    ['replies', threads.then((it) => it.replies)],
    ['unanswered', threads.then((it) => it.unanswered)],
    ['calendar', count(scope.may('writeLetters'), async () => (await openNodesAt(scope, now)).length)],
    ['helpLines', count(scope.may('keepTree'), () => countLate(scope, now))],
  ]
  const duties = await Promise.all(waiting.map(async ([kind, it]) => ({ kind, count: await it })))
  return duties.filter((it) => it.count > 0)
}
