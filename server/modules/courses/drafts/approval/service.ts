import { Refusal } from '../../../../http/errors.ts'
import * as audit from '../../../audit/service.ts'
import type { UnitScope } from '../../../org/policy.ts'
import { within } from '../../../org/tree/rules.ts'
import { approverAbove } from '../../settings/service.ts'
import { ProgrammeDraftModel, type ProgrammeDraftRecord } from '../model.ts'
import type { DraftToDecide, OwnDraft } from '../policy.ts'
import { announceDecision, announceSubmission } from './messages/service.ts'
import { refuseGaps } from '../making/service.ts'
import { EDITABLE, STALE } from '../rules.ts'

const MOST_WAITING = 200

/** Hands a draft to the unit that wants to see it first. From here on it cannot be changed, only recalled. */
export async function submit({ draft, scope }: OwnDraft<'publishCourses'>, revision: number, now: Date) {
  const approver = await approverAbove(draft.path)
  if (!approver) throw new Refusal('conflict', '这门课程不用审核，可以直接发布')
  await refuseGaps(draft)
  const change = { status: 'submitted', returned: null }
  const submitted = await move(draft, { revision, status: { $in: EDITABLE } }, change)
  await audit.record('course.submitted', { unit: scope, detail: draft.title }, now)
  await announceSubmission(submitted, approver.path, now)
  return submitted
}

/** Takes a draft back from whoever was to see it, or from the day on which it was to go out. */
export async function recall({ draft }: OwnDraft<'publishCourses'>) {
  const isScheduled = draft.status === 'scheduled'
  const status = isScheduled && draft.approvedAt ? 'approved' : 'draft'
  const from = isScheduled ? 'scheduled' : 'submitted'
  return move(draft, { status: from }, { status, publishAt: null }, '它已经不在等待中，请刷新后再看')
}

/** What waits below a unit for its yes: of those units for which it is the nearest that asks. */
export async function waitingFor(scope: UnitScope<'publishCourses'>) {
  const all = await ProgrammeDraftModel.find({ status: 'submitted', path: within(scope.path) })
    .limit(MOST_WAITING)
    .lean<ProgrammeDraftRecord[]>()
  const approvers = await Promise.all(all.map((it) => approverAbove(it.path)))
  return all.filter((_, at) => String(approvers[at]?._id) === scope.unitId)
}

/** Says yes, or sends it back with words; once, over the revision that was seen. */
export async function decide(
  { draft, scope, editor }: DraftToDecide,
  said: { revision: number; approve: boolean; words: string },
  now: Date,
) {
  if (!said.approve && !said.words) throw new Refusal('invalid', '请写明要改什么，再退回')
  const change = said.approve
    ? { status: 'approved', approvedAt: now, returned: null }
    : { status: 'returned', returned: { words: said.words, by: `${scope.fullName} ${editor}`, at: now } }
  const decided = await move(draft, { revision: said.revision, status: 'submitted' }, change)
  const act = said.approve ? 'course.approved' : 'course.returned'
  await audit.record(act, { unit: scope, detail: `${draft.unitName}《${draft.title}》` }, now)
  await announceDecision(decided, `${scope.fullName} ${editor}`, now)
  return decided
}

async function move(draft: ProgrammeDraftRecord, from: object, change: object, otherwise = STALE) {
  const moved = await ProgrammeDraftModel.findOneAndUpdate({ _id: draft._id, ...from }, change, {
    returnDocument: 'after',
  }).lean<ProgrammeDraftRecord>()
  if (!moved) throw new Refusal('conflict', otherwise)
  return moved
}
