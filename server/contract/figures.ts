import * as z from 'zod/mini'
import { endpoint, instant, objectId } from './endpoint.ts'
import { unitKind } from './org.ts'

/** Of so many, so many: a rate is shown with both, never alone. */
export const rate = z.object({ done: z.int(), of: z.int() })
export type Rate = z.infer<typeof rate>

export const unitFigures = z.object({
  unitId: objectId,
  kind: unitKind,
  name: z.string(),
  /** Students, one family each. */
  families: z.int(),
  /** Families with a guardian who has signed in and joined. */
  activated: rate,
  /** Sheets of the letters of the last 30 days: families that read, of those written to. */
  read: rate,
  /** Families of the required grades with a certificate in force (A5). */
  certified: rate,
})
export type UnitFigures = z.infer<typeof unitFigures>

export const readDashboard = endpoint({
  access: 'staff',
  summary: '概览：激活、阅读、签收、绿证，逐级下钻（E7）',
  method: 'GET',
  path: '/units/:unitId/dashboard',
  input: z.strictObject({ unitId: objectId }),
  reply: z.object({
    /** When the figures were counted; they are kept for a few seconds. */
    countedAt: instant,
    total: unitFigures,
    children: z.array(unitFigures),
  }),
})
