import * as z from 'zod/mini'
import { objectId } from './endpoint.ts'
import { heldPost, postKind } from './posts.ts'

/** A letter to staff: whoever holds one of these posts at or below one of these units, also who comes into it later. */
export const staffAudience = z.strictObject({
  posts: z
    .array(z.enum(postKind.options, '请选择岗位'), '请选择岗位')
    .check(z.minLength(1, '请选择写给哪些岗位'), z.maxLength(12, '一次最多选12种岗位')),
  unitIds: z
    .array(objectId, '请选择收信的范围')
    .check(z.minLength(1, '请选择收信的范围'), z.maxLength(200, '一次最多选200个单位')),
})
export type StaffAudience = z.infer<typeof staffAudience>

/** The same as it is shown. */
export const shownStaff = z.object({
  posts: z.array(heldPost),
  units: z.array(z.object({ unitId: objectId, name: z.string() })),
})
