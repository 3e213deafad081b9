import * as z from 'zod/mini'
import { familyMark } from './audiences.ts'
import { day, done, endpoint, instant, objectId, words } from './endpoint.ts'

/** 分组: children of a school, grade or class that are often written to together: 校车, 住校, 社团, 课后服务. */
export const childGroup = z.object({
  id: objectId,
  unitId: objectId,
  unitName: z.string(),
  name: z.string(),
  /** Letters to it are seen by the unit's own office alone. */
  isSensitive: z.boolean(),
  families: z.int(),
  /** The last day, where it ends with the school year. */
  endsOn: z.nullable(day),
})
export type ChildGroup = z.infer<typeof childGroup>

export const listGroups = endpoint({
  access: 'staff',
  summary: '一个单位和它下面的分组，以及住校、留守各有多少孩子',
  method: 'GET',
  path: '/units/:unitId/groups',
  input: z.strictObject({ unitId: objectId }),
  reply: z.object({
    groups: z.array(childGroup),
    /** Ready-made: what families said themselves. */
    marks: z.array(z.object({ mark: z.catch(familyMark, 'boarding'), families: z.int() })),
    /** Groups belong to a school, grade or class; a district keeps none. */
    mayKeep: z.boolean(),
  }),
})

const said = {
  name: words('分组的名字', 20),
  isSensitive: z.boolean('请说明是否敏感'),
  endsWithYear: z.boolean('请说明是否随学年结束'),
}

export const createGroup = endpoint({
  access: 'staff',
  summary: '新建一个分组',
  method: 'POST',
  path: '/units/:unitId/groups',
  input: z.strictObject({
    unitId: objectId,
    requestId: z.string().check(z.regex(/^[\w-]{8,64}$/, '编号不对')),
    ...said,
  }),
  reply: childGroup,
})

export const changeGroup = endpoint({
  access: 'staff',
  summary: '改分组的名字和期限',
  method: 'PUT',
  path: '/groups/:groupId',
  input: z.strictObject({ groupId: objectId, ...said }),
  reply: childGroup,
})

export const closeGroup = endpoint({
  access: 'staff',
  summary: '解散一个分组；已经发出的信不受影响',
  method: 'DELETE',
  path: '/groups/:groupId',
  input: z.strictObject({ groupId: objectId }),
  reply: done,
})

export const groupMember = z.object({
  studentId: objectId,
  number: z.string(),
  name: z.string(),
  className: z.string(),
  hasJoined: z.boolean(),
  since: instant,
})
export type GroupMember = z.infer<typeof groupMember>

export const lastFill = z.object({ fillId: objectId, fileName: z.string(), added: z.int(), until: instant })
export type LastFill = z.infer<typeof lastFill>

export const listGroupMembers = endpoint({
  access: 'staff',
  summary: '一个分组里的孩子，按班级和学号',
  method: 'GET',
  path: '/groups/:groupId/members',
  input: z.strictObject({
    groupId: objectId,
    /** What a name, its pinyin or initials, or a number begins with. */
    search: z.optional(z.string().check(z.maxLength(40, '最多写40个字'))),
    after: z.optional(z.string().check(z.maxLength(200, '翻页的位置不对'))),
  }),
  reply: z.object({
    group: childGroup,
    members: z.array(groupMember),
    next: z.nullable(z.string()),
    /** Of a search, how many it finds. */
    found: z.optional(z.int()),
    /** The last table that filled it, while that can be taken back. */
    undoable: z.optional(z.nullable(lastFill)),
  }),
})

export const addToGroup = endpoint({
  access: 'staff',
  summary: '把孩子加进分组：逐个选，或粘贴一列学号',
  method: 'POST',
  path: '/groups/:groupId/members',
  input: z.strictObject({
    groupId: objectId,
    studentIds: z.optional(z.array(objectId).check(z.maxLength(200, '一次最多选200个孩子'))),
    /** One number a line, as pasted from a sheet; what stands after it on the line is not read. */
    numbers: z.optional(z.string().check(z.maxLength(60_000, '一次最多粘贴2000行'))),
  }),
  reply: z.object({
    added: z.int(),
    /** Were in it before. */
    already: z.int(),
    problems: z.array(z.object({ line: z.int(), text: z.string(), problem: z.string() })),
    /** Children that were found and have no room for another group, with what to do about it. */
    leftOut: z.optional(
      z.array(z.object({ studentId: objectId, number: z.string(), name: z.string(), problem: z.string() })),
    ),
  }),
})

export const removeFromGroup = endpoint({
  access: 'staff',
  summary: '把孩子移出分组；已经收到的信还在',
  method: 'POST',
  path: '/groups/:groupId/removals',
  input: z.strictObject({
    groupId: objectId,
    studentIds: z
      .array(objectId)
      .check(z.minLength(1, '请选择孩子'), z.maxLength(200, '一次最多选200个孩子')),
  }),
  reply: z.object({ removed: z.int() }),
})
