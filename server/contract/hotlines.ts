import * as z from 'zod/mini'
import { endpoint } from './endpoint.ts'

/** A help line: whom to call when a child or a parent is not well. */
export const helpLine = z.object({
  name: z.string(),
  number: z.string(),
  /** 24小时, 工作日8:30–17:00 */
  hours: z.string(),
  /** What it is for, in a sentence for a worried parent. */
  about: z.string(),
  allDay: z.boolean(),
})
export type HelpLine = z.infer<typeof helpLine>

export const listHelpLines = endpoint({
  access: 'public',
  summary: '本市的求助热线与接听时间，夜里有人接的在前',
  method: 'GET',
  path: '/help-lines',
  input: z.strictObject({}),
  reply: z.object({ lines: z.array(helpLine) }),
})
