import type { ProgrammeDraft } from '#contract/drafts'
import type { StaffActor } from '../../../../http/actor.ts'
import { may } from '../../../org/rules.ts'
import * as tree from '../../../org/tree/service.ts'
import { isWithin } from '../../../org/tree/rules.ts'
import { latestByCode } from '../../programmes/service.ts'
import { approverAbove } from '../../settings/service.ts'
import { lessonsOf } from '../lessons/service.ts'
import type { ProgrammeDraftRecord } from '../model.ts'
import { presentDraft } from '../present.ts'

/** A draft as one member of staff sees it: what it lacks, who has to say yes, and what they may do with it. */
export async function draftFor(draft: ProgrammeDraftRecord, actor: StaffActor): Promise<ProgrammeDraft> {
  const [lessons, approving, latest] = await Promise.all([
    lessonsOf(draft._id),
    approverAbove(draft.path),
    latestSources([draft]),
  ])
  const approver = approving && (await tree.findUnit(String(approving._id)))
  const mayPublishAt = (path: string) =>
    actor.posts.some((it) => isWithin(path, it.path) && may(it.post, 'publishCourses'))
  return presentDraft(draft, lessons, latest, {
    mayPublish: mayPublishAt(draft.path),
    // Whoever could say yes above need not ask themselves.
    mayDecide: Boolean(approver && mayPublishAt(approver.path)),
    approver: approver?.fullName ?? null,
  })
}

/** The version that each source has now, by its code. */
export async function latestSources(drafts: readonly ProgrammeDraftRecord[]) {
  const codes = drafts.flatMap((it) => it.source?.code ?? [])
  const found = codes.length > 0 ? await latestByCode(codes) : []
  return new Map(found.map((it) => [it.code, it.version]))
}
