import type { Duty } from '#contract/home'
import type { StaffActor } from '../../../http/actor.ts'
import * as approvals from '../../audit/approvals/service.ts'
import * as letterApprovals from '../../letters/approvals/service.ts'
import { openLettersToStaff } from '../../letters/staff/service.ts'
import { countOpen } from '../../letters/objections/open/service.ts'
import { dutiesOf } from '../../letters/threads/reading/service.ts'
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
  const [asked, approved, moving, assigned, barred, held, toRead, objected, threads, unwritten, toApprove] =
    await Promise.all([
      count(scope.may('decideJoins'), () => joins.countWaitingIn(scope.path)),
      count(scope.may('approveExports'), () => approvals.countWaiting(scope, now)),
      count(scope.may('transfer'), () => transfers.countAwaited(scope.path)),
      count(scope.may('transfer'), () => assignments.countWaiting(scope.path)),
      count(scope.may('transfer'), () => matters.countBarsAsked(scope)),
      count(scope.may('reviewContents'), () => safety.countWaiting(scope.path)),
      // Written to the person's own posts, whatever unit they look at.
      openLettersToStaff(actor, now).then((it) => it.length),
      count(scope.may('writeLetters') && scope.may('seeFamilies'), () => countOpen(scope)),
      dutiesOf(actor, scope, now),
      count(scope.may('writeLetters'), async () => (await openNodesAt(scope, now)).length),
      count(scope.may('writeLetters'), () => letterApprovals.countWaiting(scope.unitId)),
    ])
  const duties: Duty[] = [
    { kind: 'joins', count: asked },
    { kind: 'bars', count: barred },
    { kind: 'transfers', count: moving },
    { kind: 'assigned', count: assigned },
    { kind: 'objections', count: objected },
    { kind: 'approvals', count: approved },
    { kind: 'letters', count: toApprove },
    { kind: 'contents', count: held },
    { kind: 'staffLetters', count: toRead },
    { kind: 'replies', count: threads.replies },
    { kind: 'unanswered', count: threads.unanswered },
    { kind: 'calendar', count: unwritten },
  ]
  return duties.filter((it) => it.count > 0)
}
