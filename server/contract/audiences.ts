import * as z from 'zod/mini'
import { objectId } from './endpoint.ts'
import { heldPost, postKind } from './posts.ts'
import { stage } from './tree.ts'

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

/** What the family says of a child in everyday life: 住校, 留守. */
export const familyMark = z.enum(['boarding', 'leftBehind'], '只能选住校或留守')
export type FamilyMark = z.infer<typeof familyMark>

const few = <T extends z.ZodMiniType>(of: T, most: number, sentence: string) =>
  z.optional(z.array(of).check(z.maxLength(most, sentence)))

const whole = z.int('年级不对').check(z.gte(-3, '年级不对'), z.lte(15, '年级不对'))

/** Parts of units beside whole ones, and what is left out of all of them. Each is a rule: who comes into it later is in it. */
export const audienceParts = z.strictObject({
  /** Grades, or whole stages, of all schools of a unit. */
  grades: few(
    z.strictObject({
      unitId: objectId,
      grades: z.optional(z.array(whole).check(z.maxLength(18, '年级太多了'))),
      stages: z.optional(z.array(z.enum(stage.options, '没有这个学段')).check(z.maxLength(5, '学段太多了'))),
    }),
    50,
    '一次最多在50个单位里选年级',
  ),
  campuses: few(
    z.strictObject({
      unitId: objectId,
      campus: z.string().check(z.minLength(1, '请选择校区'), z.maxLength(20, '校区的名字太长了')),
    }),
    20,
    '一次最多选20个校区',
  ),
  groupIds: few(objectId, 20, '一次最多选20个分组'),
  marks: few(z.strictObject({ unitId: objectId, mark: familyMark }), 10, '一次最多选10处'),
  without: z.optional(
    z.strictObject({
      unitIds: few(objectId, 200, '一次最多除去200个单位'),
      groupIds: few(objectId, 20, '一次最多除去20个分组'),
    }),
  ),
})
export type AudienceParts = z.infer<typeof audienceParts>

const namedUnit = z.object({ unitId: objectId, name: z.string() })
const namedGroup = z.object({ groupId: objectId, name: z.string() })

/** The same as it is shown. Groups are named for whoever may see the families where the group is kept, else counted. */
export const shownParts = z.object({
  grades: z.array(z.extend(namedUnit, { grades: z.array(z.int()) })),
  campuses: z.array(z.extend(namedUnit, { campus: z.string() })),
  groups: z.array(namedGroup),
  hiddenGroups: z.int(),
  marks: z.array(z.extend(namedUnit, { mark: z.catch(familyMark, 'boarding') })),
  without: z.object({ units: z.array(namedUnit), groups: z.array(namedGroup) }),
})
export type ShownParts = z.infer<typeof shownParts>
