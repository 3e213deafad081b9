import type * as api from '#contract/promotion'
import type { MoveRecord, PromotionRecord } from './model.ts'
import { fullName, UNDO_DAYS } from './rules.ts'

export function presentPromotion(job: PromotionRecord, now: Date): Omit<api.Promotion, 'schools'> {
  const undoUntil = job.appliedAt ? new Date(job.appliedAt.getTime() + UNDO_DAYS * 86_400_000) : null
  return {
    id: String(job._id),
    unitId: String(job.unitId),
    unitName: job.unitName,
    year: job.year,
    status: job.status,
    begunAt: job.createdAt.toISOString(),
    begunBy: job.begunByName,
    classes: job.classes,
    students: job.students,
    graduates: job.graduates,
    classesDone: job.classesDone,
    appliedAt: job.appliedAt?.toISOString() ?? null,
    undoUntil: undoUntil?.toISOString() ?? null,
    kept: job.kept,
    abilities: {
      change: job.status === 'draft',
      apply: job.status === 'draft' && job.classes > 0,
      undo: job.status === 'applied' && undoUntil !== null && undoUntil > now,
      discard: job.status === 'draft',
    },
  }
}

export function presentMove(move: MoveRecord, names: Map<string, string>): api.PromotionMove {
  return {
    classId: String(move.classId),
    name: move.name,
    grade: move.grade,
    students: move.students,
    outcome: move.outcome,
    into: move.into.map((it) => ({ name: fullName(it.grade, it.name), classId: String(it.classId) })),
    mergedWith: move.mergedWith ? String(move.mergedWith) : null,
    isLast: move.isLast,
    isDone: move.state !== 'waiting',
    kept: move.keptIds.map((it) => names.get(String(it)) ?? ''),
  }
}
