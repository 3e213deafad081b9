import * as z from 'zod/mini'
import { done, endpoint, instant, objectId, whole } from './endpoint.ts'

export const promotionStatus = z.enum([
  /** Looked through; nothing has been changed yet. */
  'draft',
  'applying',
  'applied',
  'undoing',
  'undone',
  'discarded',
])
export type PromotionStatus = z.infer<typeof promotionStatus>

/** What becomes of a class: up a grade, out of the school, or it stays where it is for the new year. */
export const outcome = z.enum(['up', 'graduate', 'stay'])
export type Outcome = z.infer<typeof outcome>

export const promotionSchool = z.object({
  schoolId: objectId,
  name: z.string(),
  classes: z.int(),
  students: z.int(),
  graduatingClasses: z.int(),
  graduates: z.int(),
  /** Classes that are put together with another, divided, or stay. */
  merged: z.int(),
  split: z.int(),
  stay: z.int(),
  classesDone: z.int(),
})
export type PromotionSchool = z.infer<typeof promotionSchool>

export const promotion = z.object({
  id: objectId,
  unitId: objectId,
  unitName: z.string(),
  /** The school year it leads to: 2027 from September 2027. */
  year: z.int(),
  status: promotionStatus,
  begunAt: instant,
  begunBy: z.string(),
  classes: z.int(),
  students: z.int(),
  graduates: z.int(),
  classesDone: z.int(),
  appliedAt: z.nullable(instant),
  undoUntil: z.nullable(instant),
  /** Undone: students who were changed one by one since then and stay as people made them. */
  kept: z.int(),
  schools: z.array(promotionSchool),
  abilities: z.object({ change: z.boolean(), apply: z.boolean(), undo: z.boolean(), discard: z.boolean() }),
})
export type Promotion = z.infer<typeof promotion>

export const promotionMove = z.object({
  classId: objectId,
  /** 七年级2班 */
  name: z.string(),
  grade: z.int(),
  students: z.int(),
  outcome,
  /** The classes of the new year; two of them when it is divided, the same as another's when they are put together. */
  into: z.array(z.object({ name: z.string(), classId: objectId })),
  /** The class it is put together with. */
  mergedWith: z.nullable(objectId),
  /** In the last grade of its school: it cannot move up. */
  isLast: z.boolean(),
  isDone: z.boolean(),
  /** Students who were left where they are when it was undone. */
  kept: z.array(z.string()),
})
export type PromotionMove = z.infer<typeof promotionMove>

export const beginPromotion = endpoint({
  access: 'staff',
  summary: '预览学年升级：每个班去哪里、谁毕业；还不改动任何数据',
  method: 'POST',
  path: '/units/:unitId/promotions',
  input: z.strictObject({ unitId: objectId }),
  reply: promotion,
})

export const listPromotions = endpoint({
  access: 'staff',
  summary: '一个单位的学年升级记录',
  method: 'GET',
  path: '/units/:unitId/promotions',
  input: z.strictObject({ unitId: objectId }),
  reply: z.object({
    promotions: z.array(z.omit(promotion, { schools: true })),
    /** The school year that a promotion begun now leads to; null when there is nothing to promote. */
    nextYear: z.nullable(z.int()),
    /** It would end a school year that is still running: its last day. */
    runsUntil: z.nullable(z.string()),
  }),
})

export const readPromotion = endpoint({
  access: 'staff',
  summary: '一次学年升级的预览、进度与结果',
  method: 'GET',
  path: '/promotions/:promotionId',
  input: z.strictObject({ promotionId: objectId }),
  reply: promotion,
})

export const listPromotionMoves = endpoint({
  access: 'staff',
  summary: '一所学校各班的去向',
  method: 'GET',
  path: '/promotions/:promotionId/schools/:schoolId',
  input: z.strictObject({ promotionId: objectId, schoolId: objectId }),
  reply: z.object({ moves: z.array(promotionMove) }),
})

export const planPromotionClass = endpoint({
  access: 'staff',
  summary: '改一个班的去向：升级、毕业、留在原年级、并入另一个班、分成几个班',
  method: 'PUT',
  path: '/promotions/:promotionId/classes/:classId',
  input: z.strictObject({
    promotionId: objectId,
    classId: objectId,
    outcome,
    /** The class of the same grade it is put together with. */
    mergeWith: z.optional(objectId),
    /** Into so many classes, the students by their numbers in turn. */
    parts: z.optional(whole(2, 4)),
  }),
  reply: z.object({ moves: z.array(promotionMove) }),
})

export const applyPromotion = endpoint({
  access: 'staff',
  summary: '确认升级：在后台逐班进行，七天内可以撤销',
  method: 'POST',
  path: '/promotions/:promotionId/application',
  input: z.strictObject({ promotionId: objectId }),
  reply: promotion,
})

export const undoPromotion = endpoint({
  access: 'staff',
  summary: '撤销升级：各班恢复原样；之后单独改动过的学生保持不动',
  method: 'POST',
  path: '/promotions/:promotionId/undo',
  input: z.strictObject({ promotionId: objectId }),
  reply: promotion,
})

export const discardPromotion = endpoint({
  access: 'staff',
  summary: '放弃一次还没开始的升级',
  method: 'DELETE',
  path: '/promotions/:promotionId',
  input: z.strictObject({ promotionId: objectId }),
  reply: done,
})
