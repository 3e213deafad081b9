import * as z from 'zod/mini'
import { endpoint, instant, objectId, whole, words } from './endpoint.ts'
import { rowError } from './roster.ts'

/** A child as a table names it. */
export const namedChild = z.object({
  studentId: objectId,
  number: z.string(),
  name: z.string(),
  className: z.string(),
})
export type NamedChild = z.infer<typeof namedChild>

/** A row that may mean several children, or one that it does not name rightly. */
export const unclearRow = z.object({
  /** Line in the sheet, the heading being 1. */
  row: z.int(),
  /** What the row says: 张三 七年级1班. */
  said: z.string(),
  reason: z.string(),
  choices: z.array(namedChild),
})
export type UnclearRow = z.infer<typeof unclearRow>

/** 表格加孩子: a group filled from a table, looked through first and carried out after a yes. */
export const groupFill = z.object({
  id: objectId,
  groupId: objectId,
  fileName: z.string(),
  /** A reader that meets a later server's state takes it for one that is over. */
  status: z.catch(z.enum(['begun', 'checking', 'checked', 'applying', 'applied', 'undone']), 'undone'),
  counts: z.object({
    rows: z.int(),
    /** Found and not in the group yet. */
    found: z.int(),
    already: z.int(),
    unclear: z.int(),
    errors: z.int(),
  }),
  /** The first of those found; `counts` says how many there are, here and below. */
  found: z.array(namedChild),
  unclear: z.array(unclearRow),
  errors: z.array(rowError),
  errorsUrl: z.nullable(z.string()),
  /** Why it cannot be carried out as it is, or null. */
  objection: z.nullable(z.string()),
  /** What came of it. */
  added: z.int(),
  leftOut: z.array(
    z.object({ studentId: objectId, number: z.string(), name: z.string(), problem: z.string() }),
  ),
  removed: z.int(),
  /** Until when it can be taken back; null when it cannot. */
  undoUntil: z.nullable(instant),
})
export type GroupFill = z.infer<typeof groupFill>

export const beginGroupFill = endpoint({
  access: 'staff',
  summary: '开始用表格给分组加孩子；随后把 .xlsx、.xls 或 .csv 文件 PUT 到 uploadPath，收下时就检查好',
  method: 'POST',
  path: '/groups/:groupId/fills',
  input: z.strictObject({
    groupId: objectId,
    fileName: words('文件名', 120),
    bytes: whole(1, 60_000_000),
  }),
  reply: z.object({ fillId: objectId, uploadPath: z.string() }),
})

export const readGroupFill = endpoint({
  access: 'staff',
  summary: '一份表格检查的结果：找到的、本来就在的、要选一个的、有问题的行；加进以后能不能撤销',
  method: 'GET',
  path: '/group-fills/:fillId',
  input: z.strictObject({ fillId: objectId }),
  reply: groupFill,
})

export const applyGroupFill = endpoint({
  access: 'staff',
  summary: '把表格里找到的孩子加进分组；同名的按选好的加',
  method: 'POST',
  path: '/group-fills/:fillId/application',
  input: z.strictObject({
    fillId: objectId,
    choices: z
      .array(z.strictObject({ row: whole(1, 2_000_000), studentId: objectId }))
      .check(z.maxLength(200, '一次最多选200个同名的孩子')),
  }),
  reply: groupFill,
})

export const undoGroupFill = endpoint({
  access: 'staff',
  summary: '一小时之内撤销：这份表格加进来的孩子移出分组；本来就在的、后来又另外加过的不动',
  method: 'POST',
  path: '/group-fills/:fillId/undo',
  input: z.strictObject({ fillId: objectId }),
  reply: groupFill,
})
