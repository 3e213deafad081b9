import * as z from 'zod/mini'
import { endpoint, instant, objectId } from './endpoint.ts'

/** A letter that a family had read and that its author took back, with the author's reason. */
export const withdrawnLetter = z.object({
  id: objectId,
  title: z.string(),
  from: z.string(),
  sentAt: instant,
  withdrawnAt: instant,
  reason: z.string(),
})
export type WithdrawnLetter = z.infer<typeof withdrawnLetter>

export const listMyWithdrawnLetters = endpoint({
  access: 'guardian',
  summary: '我家读过、后来被撤回的信，连同老师写的原因；两个月以内',
  method: 'GET',
  path: '/me/children/:studentId/withdrawn-letters',
  input: z.strictObject({ studentId: objectId }),
  reply: z.object({ letters: z.array(withdrawnLetter) }),
})
