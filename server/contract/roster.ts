import * as z from 'zod/mini'
import { done, endpoint, instant, objectId, whole, words } from './endpoint.ts'

/** A reader that meets a later server's state takes the import for one that is over. */
export const importStatus = z.catch(
  z.enum([
    /** Waiting for the file. */
    'begun',
    'uploaded',
    /** Waiting for a person to say which column is what. */
    'mapping',
    'checking',
    /** Looked through; nothing has been changed yet. */
    'checked',
    'applying',
    'applied',
    'undoing',
    'undone',
    'refused',
    'discarded',
  ]),
  'refused',
)
export type ImportStatus = z.infer<typeof importStatus>

export const rowError = z.object({
  /** Line in the sheet, the heading being 1. */
  row: z.int(),
  student: z.string(),
  problem: z.string(),
})

const counted = z._default(z.int(), 0)

/** Who of those that the list does not name is taken to have left: nobody, or where the list is said to be whole. */
export const leavers = z.enum(['none', 'classes', 'schools'])
export type Leavers = z.infer<typeof leavers>

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
    /** In another class, under another name, or with other guardians. */
    changedStudents: z.int(),
    guardians: z.int(),
    newUnits: z.int(),
    errors: z.int(),
    /** Of the changed ones those who change class. */
    movedStudents: counted,
    /** In a class of the list and not named by it. */
    leftInClasses: counted,
    /** In a school of the list, in a class that it does not name. */
    leftInSchools: counted,
  }),
  /** Children whose 学号 is an ID number or holds one: kept sealed, shown by its ends only. */
  idNumbers: counted,
  /** The first problems; all of them are in the file behind `errorsUrl`. */
  errors: z.array(rowError),
  errorsUrl: z.nullable(z.string()),
  /** How a written import was, or can be, taken back. */
  undo: z._default(
    z.nullable(
      z.object({
        until: instant,
        /** Why it cannot be undone, or null. */
        objection: z.nullable(z.string()),
        done: z.int(),
        of: z.int(),
        /** What stayed, because somebody has changed it since. */
        kept: z.int(),
      }),
    ),
    null,
  ),
  abilities: z.object({
    apply: z.boolean(),
    discard: z.boolean(),
    map: z._default(z.boolean(), false),
    undo: z._default(z.boolean(), false),
  }),
})
export type RosterImport = z.infer<typeof rosterImport>

export const beginRosterImport = endpoint({
  access: 'staff',
  summary: '开始导入花名册；随后把 .xlsx、.xls 或 .csv 文件 PUT 到 uploadPath',
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

/** What a column of a list can hold; `null` is what is not imported. */
export const columnKey = z.enum([
  'school',
  'grade',
  'klass',
  'number',
  'student',
  'guardian',
  'relation',
  'phone',
  'guardian2',
  'relation2',
  'phone2',
  'father',
  'fatherPhone',
  'mother',
  'motherPhone',
])
export type ColumnKey = z.infer<typeof columnKey>

export const outlineColumn = z.object({
  /** Place in the sheet, from 0. */
  at: z.int(),
  heading: z.string(),
  /** What stands below it in the first lines; numbers are masked. */
  samples: z.array(z.string()),
  key: z.nullable(columnKey),
  /** How the proposal came about: the template's title, what was said of it last time, a likely word, nothing. */
  from: z.catch(z.enum(['title', 'remembered', 'similar', 'none']), 'none'),
})
export type OutlineColumn = z.infer<typeof outlineColumn>

export const readRosterOutline = endpoint({
  access: 'staff',
  summary: '上传的表格里有哪些工作表、表头在哪一行、每一列建议对应什么',
  method: 'GET',
  path: '/rosters/:importId/outline',
  input: z.strictObject({
    importId: objectId,
    sheet: z.optional(whole(0, 100)),
    /** Line of the heading; found when not said. */
    line: z.optional(whole(1, 2_000_000)),
  }),
  reply: z.object({
    sheets: z.array(z.object({ name: z.string(), isHidden: z.boolean(), isEmpty: z.boolean() })),
    sheet: z.int(),
    line: z.int(),
    /** 2 when the heading stands in two lines, 父亲 above 姓名 and 电话. */
    lines: z.int(),
    /** The first lines, to point at the heading. */
    preview: z.array(z.object({ row: z.int(), cells: z.array(z.string()) })),
    columns: z.array(outlineColumn),
    /** What a list must have and this one lacks. */
    missing: z.array(z.string()),
    choices: z.array(z.object({ key: columnKey, title: z.string(), isNeeded: z.boolean() })),
  }),
})

export const mapRosterColumns = endpoint({
  access: 'staff',
  summary: '确认每一列对应什么，然后开始检查；下次导入会先按这次的对应',
  method: 'POST',
  path: '/rosters/:importId/mapping',
  input: z.strictObject({
    importId: objectId,
    sheet: whole(0, 100),
    line: whole(1, 2_000_000),
    lines: whole(1, 2),
    columns: z
      .array(z.strictObject({ at: whole(0, 99), key: columnKey }))
      .check(z.minLength(1, '请至少对应一列'), z.maxLength(15)),
  }),
  reply: rosterImport,
})

export const differenceKind = z.enum(['added', 'moved', 'changed', 'leftInClasses', 'leftInSchools', 'kept'])
export type DifferenceKind = z.infer<typeof differenceKind>

export const difference = z.object({
  /** Line in the sheet; null for whoever the sheet does not name. */
  row: z.nullable(z.int()),
  student: z.string(),
  number: z.string(),
  className: z.string(),
  /** What will be, or was, different, a sentence each. */
  notes: z.array(z.string()),
})
export type Difference = z.infer<typeof difference>

export const listRosterDifferences = endpoint({
  access: 'staff',
  summary: '写入前与现有花名册的差别：新增、换班、变更、不在名单里；撤销后则是没有撤销的',
  method: 'GET',
  path: '/rosters/:importId/differences',
  input: z.strictObject({
    importId: objectId,
    kind: differenceKind,
    after: z.optional(z.string().check(z.regex(/^\d{1,9}~\d{1,9}$/, '位置不对'))),
  }),
  reply: z.object({ differences: z.array(difference), next: z.nullable(z.string()) }),
})

export const applyRosterImport = endpoint({
  access: 'staff',
  summary: '确认导入：在后台写入没有问题的行',
  method: 'POST',
  path: '/rosters/:importId/application',
  input: z.strictObject({ importId: objectId, leavers: z.optional(leavers) }),
  reply: rosterImport,
})

export const undoRosterImport = endpoint({
  access: 'staff',
  summary: '撤销最近一次写入：7天之内、还没有再导入时；之后被人改过的保持不动',
  method: 'POST',
  path: '/rosters/:importId/undo',
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
