import * as z from 'zod/mini'
import { done, endpoint, instant, objectId, whole, words } from './endpoint.ts'

export const importStatus = z.enum([
  /** Waiting for the file. */
  'begun',
  'uploaded',
  'checking',
  /** Looked through; nothing has been changed yet. */
  'checked',
  'applying',
  'applied',
  'refused',
])
export type ImportStatus = z.infer<typeof importStatus>

export const rowError = z.object({
  /** Line in the sheet, the heading being 1. */
  row: z.int(),
  student: z.string(),
  problem: z.string(),
})

export const rosterImport = z.object({
  id: objectId,
  unitId: objectId,
  fileName: z.string(),
  status: importStatus,
  begunAt: instant,
  begunBy: z.string(),
  /** Why the file as a whole was refused. */
  refusal: z.nullable(z.string()),
  rows: z.int(),
  rowsChecked: z.int(),
  rowsApplied: z.int(),
  counts: z.object({
    students: z.int(),
    newStudents: z.int(),
    changedStudents: z.int(),
    guardians: z.int(),
    newUnits: z.int(),
    errors: z.int(),
  }),
  /** The first problems; all of them are in the file behind `errorsUrl`. */
  errors: z.array(rowError),
  errorsUrl: z.nullable(z.string()),
  abilities: z.object({ apply: z.boolean(), discard: z.boolean() }),
})
export type RosterImport = z.infer<typeof rosterImport>

export const beginRosterImport = endpoint({
  access: 'staff',
  summary: '开始导入花名册；随后把 .xlsx 文件 PUT 到 uploadPath',
  method: 'POST',
  path: '/units/:unitId/rosters',
  input: z.strictObject({
    unitId: objectId,
    fileName: words('文件名', 120),
    bytes: whole(1, 60_000_000),
    /** Makes schools, grades and classes that the tree does not know yet; otherwise such rows are errors. */
    makeUnits: z.boolean(),
  }),
  reply: z.object({ importId: objectId, uploadPath: z.string() }),
})

export const readRosterImport = endpoint({
  access: 'staff',
  summary: '一次导入的进度、数目与问题',
  method: 'GET',
  path: '/rosters/:importId',
  input: z.strictObject({ importId: objectId }),
  reply: rosterImport,
})

export const listRosterImports = endpoint({
  access: 'staff',
  summary: '一个单位最近的导入',
  method: 'GET',
  path: '/units/:unitId/rosters',
  input: z.strictObject({ unitId: objectId }),
  reply: z.object({ imports: z.array(rosterImport) }),
})

export const applyRosterImport = endpoint({
  access: 'staff',
  summary: '确认导入：在后台写入没有问题的行',
  method: 'POST',
  path: '/rosters/:importId/application',
  input: z.strictObject({ importId: objectId }),
  reply: rosterImport,
})

export const discardRosterImport = endpoint({
  access: 'staff',
  summary: '放弃一次还没写入的导入',
  method: 'DELETE',
  path: '/rosters/:importId',
  input: z.strictObject({ importId: objectId }),
  reply: done,
})
