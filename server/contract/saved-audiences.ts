import * as z from 'zod/mini'
import { audienceParts, shownParts, shownStaff, staffAudience } from './audiences.ts'
import { done, endpoint, objectId, words } from './endpoint.ts'

/** 常用范围: an audience with a name, kept by a unit, for whoever writes for it. Who is in it is counted anew each time. */
const shown = {
  audience: z.array(z.object({ unitId: objectId, name: z.string() })),
  students: z.array(z.object({ studentId: objectId, name: z.string() })),
  excluded: z.array(z.object({ studentId: objectId, name: z.string() })),
  parts: shownParts,
  staff: z.nullable(shownStaff),
}
export const shownAudience = z.object(shown)
export type ShownAudience = z.infer<typeof shownAudience>

export const savedAudience = z.object({ id: objectId, name: z.string(), ...shown })
export type SavedAudience = z.infer<typeof savedAudience>

export const listSavedAudiences = endpoint({
  access: 'staff',
  summary: '一个单位存下的收信范围，和上一封信用的范围',
  method: 'GET',
  path: '/units/:unitId/saved-audiences',
  input: z.strictObject({ unitId: objectId }),
  reply: z.object({ saved: z.array(savedAudience), last: z.nullable(shownAudience) }),
})

const name = words('范围的名字', 20)

export const saveAudience = endpoint({
  access: 'staff',
  summary: '把一个收信范围存下来，下次直接用',
  method: 'POST',
  path: '/units/:unitId/saved-audiences',
  input: z.strictObject({
    unitId: objectId,
    name,
    unitIds: z.array(objectId, '请选择收信的范围').check(z.maxLength(200, '一次最多选200个单位')),
    studentIds: z.optional(z.array(objectId).check(z.maxLength(100, '一次最多点名100个家庭'))),
    excludedIds: z.optional(z.array(objectId).check(z.maxLength(100, '一次最多排除100个家庭'))),
    parts: z.optional(audienceParts),
    staff: z.optional(z.nullable(staffAudience)),
  }),
  reply: savedAudience,
})

export const renameSavedAudience = endpoint({
  access: 'staff',
  summary: '给存下的收信范围改名',
  method: 'PUT',
  path: '/units/:unitId/saved-audiences/:savedId',
  input: z.strictObject({ unitId: objectId, savedId: objectId, name }),
  reply: savedAudience,
})

export const removeSavedAudience = endpoint({
  access: 'staff',
  summary: '删掉存下的收信范围；用它发过的信不受影响',
  method: 'DELETE',
  path: '/units/:unitId/saved-audiences/:savedId',
  input: z.strictObject({ unitId: objectId, savedId: objectId }),
  reply: done,
})
