import * as z from 'zod/mini'
import { done, endpoint, instant, objectId } from './endpoint.ts'
import { myReflection } from './lesson-parts.ts'

export const MOST_WORDS = 500

export const saveReflection = endpoint({
  access: 'signedIn',
  summary: '完成一课的实践任务，或者回答讨论题；愿意公开的，审核后其他家长能看到（不写姓名）',
  method: 'PUT',
  path: '/me/lessons/:lessonId/reflection',
  input: z.strictObject({
    lessonId: objectId,
    text: z.string('请写下您的想法').check(z.trim(), z.maxLength(MOST_WORDS, `最多${MOST_WORDS}个字`)),
    /** A task is one's own affair unless one shares it; an answer to a discussion is meant for others. */
    isShared: z.boolean(),
  }),
  reply: z.object({ reflection: myReflection, isDone: z.boolean() }),
})

export const removeMyReflection = endpoint({
  access: 'signedIn',
  summary: '收回自己写的；这一课的完成不受影响',
  method: 'DELETE',
  path: '/me/lessons/:lessonId/reflection',
  input: z.strictObject({ lessonId: objectId }),
  reply: done,
})

/** What another parent wrote: nobody's name, nobody's class. */
export const sharedReflection = z.object({ id: objectId, text: z.string(), savedAt: instant })
export type SharedReflection = z.infer<typeof sharedReflection>

export const listSharedReflections = endpoint({
  access: 'signedIn',
  summary: '同一座城市的其他家长（老师）怎么说，新的在前；自己先写了才看得到',
  method: 'GET',
  path: '/me/lessons/:lessonId/reflections',
  input: z.strictObject({ lessonId: objectId, after: z.optional(objectId) }),
  reply: z.object({ reflections: z.array(sharedReflection), next: z.nullable(objectId) }),
})

/** What waits to be looked at; the reviewer is not told whose it is. */
export const reflectionToReview = z.object({
  id: objectId,
  text: z.string(),
  medium: z.enum(['task', 'discussion']),
  prompt: z.string(),
  programmeTitle: z.string(),
  lessonTitle: z.string(),
  schoolName: z.string(),
  savedAt: instant,
  status: z.enum(['waiting', 'shown', 'refused']),
})
export type ReflectionToReview = z.infer<typeof reflectionToReview>

export const listReflectionsToReview = endpoint({
  access: 'staff',
  summary: '家长愿意公开的感想和回答：等待审核的，或者审核过的',
  method: 'GET',
  path: '/units/:unitId/reflections',
  input: z.strictObject({
    unitId: objectId,
    status: z.enum(['waiting', 'shown', 'refused']),
    after: z.optional(objectId),
  }),
  reply: z.object({
    reflections: z.array(reflectionToReview),
    waiting: z.int(),
    next: z.nullable(objectId),
  }),
})

export const reviewReflection = endpoint({
  access: 'staff',
  summary: '公开一段感想，或者不公开并说明原因；改主意可以再审一次',
  method: 'POST',
  path: '/reflections/:reflectionId/review',
  input: z.strictObject({
    reflectionId: objectId,
    /** What was read: a text that was changed meanwhile has to be read again. */
    savedAt: instant,
    show: z.boolean(),
    reason: z.optional(z.string().check(z.trim(), z.maxLength(100, '原因最多100个字'))),
  }),
  reply: done,
})
