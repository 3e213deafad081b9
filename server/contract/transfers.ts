import * as z from 'zod/mini'
import { done, endpoint, instant, objectId, whole, words } from './endpoint.ts'

export const transferStatus = z.enum([
  /** The receiving school has asked; the giving school is to agree. */
  'asked',
  /** The giving school has let go; the receiving school is to confirm. */
  'proposed',
  'accepted',
  'declined',
  'withdrawn',
  /** Nobody answered within thirty days. */
  'expired',
])
export type TransferStatus = z.infer<typeof transferStatus>

export const transfer = z.object({
  id: objectId,
  studentName: z.string(),
  number: z.string(),
  fromSchool: z.string(),
  fromClass: z.string(),
  toSchoolId: objectId,
  toSchool: z.string(),
  status: z.catch(transferStatus, 'withdrawn'),
  note: z.string(),
  openedBy: z.string(),
  openedAt: instant,
  decidedBy: z.nullable(z.string()),
  decidedAt: z.nullable(instant),
  reason: z.nullable(z.string()),
  abilities: z.object({ agree: z.boolean(), confirm: z.boolean(), withdraw: z.boolean() }),
})
export type Transfer = z.infer<typeof transfer>

const note = z.optional(z.string().check(z.trim(), z.maxLength(100, '说明最多100个字')))
const number = z.string('请填写学号').check(z.trim(), z.regex(/^[\w-]{1,32}$/, '学号只能有数字和字母'))

export const moveStudent = endpoint({
  access: 'staff',
  summary: '校内转班：立即生效，家长和老师都看到新的班级',
  method: 'POST',
  path: '/students/:studentId/class',
  input: z.strictObject({ studentId: objectId, classId: objectId }),
  reply: done,
})

export const schoolChoice = z.object({ id: objectId, name: z.string(), districtName: z.string() })
export const findSchools = endpoint({
  access: 'staff',
  summary: '本市学校的名称，转学时选择',
  method: 'GET',
  path: '/units/:unitId/schools',
  input: z.strictObject({ unitId: objectId, search: z.optional(z.string().check(z.maxLength(40))) }),
  reply: z.object({ schools: z.array(schoolChoice) }),
})

export const classChoice = z.object({ id: objectId, name: z.string(), studentCount: z.int() })
export const listClassChoices = endpoint({
  access: 'staff',
  summary: '一所学校现有的班级，接收学生时选择',
  method: 'GET',
  path: '/units/:unitId/class-choices',
  input: z.strictObject({ unitId: objectId }),
  reply: z.object({ classes: z.array(classChoice) }),
})

export const proposeTransfer = endpoint({
  access: 'staff',
  summary: '转出学校提出：把一名学生转到另一所学校，等对方确认',
  method: 'POST',
  path: '/students/:studentId/transfers',
  input: z.strictObject({ studentId: objectId, toSchoolId: objectId, note }),
  reply: transfer,
})

export const askForTransfer = endpoint({
  access: 'staff',
  summary: '转入学校请求：凭学校、学号和姓名请对方转出一名学生',
  method: 'POST',
  path: '/units/:unitId/transfers',
  input: z.strictObject({
    unitId: objectId,
    fromSchoolId: objectId,
    number,
    studentName: words('学生姓名', 20),
    note,
  }),
  reply: transfer,
})

export const listTransfers = endpoint({
  access: 'staff',
  summary: '转入或转出一个单位的学生，最近的在前',
  method: 'GET',
  path: '/units/:unitId/transfers',
  input: z.strictObject({ unitId: objectId, box: z.enum(['in', 'out']), after: z.optional(objectId) }),
  reply: z.object({ transfers: z.array(transfer), next: z.nullable(objectId) }),
})

export const decideTransfer = endpoint({
  access: 'staff',
  summary: '同意转出，或确认接收（指明班级），或说明原因不同意',
  method: 'POST',
  path: '/transfers/:transferId/decision',
  input: z.strictObject({
    transferId: objectId,
    accept: z.boolean(),
    /** The receiving school's: into which class. */
    classId: z.optional(objectId),
    /** Where the number is taken at the new school. */
    number: z.optional(number),
    reason: z.optional(z.string().check(z.trim(), z.maxLength(100, '原因最多100个字'))),
  }),
  reply: transfer,
})

export const withdrawTransfer = endpoint({
  access: 'staff',
  summary: '撤回一次还没有结果的转学',
  method: 'DELETE',
  path: '/transfers/:transferId',
  input: z.strictObject({ transferId: objectId }),
  reply: done,
})

export const assignmentStatus = z.enum([
  'begun',
  'uploaded',
  'checking',
  /** Looked through; no school has been asked yet. */
  'checked',
  /** The schools have their lists. */
  'sent',
  'refused',
])
export type AssignmentStatus = z.infer<typeof assignmentStatus>

export const groupStatus = z.enum([
  'checked',
  'waiting',
  'applying',
  'applied',
  'declined',
  /** The school did not answer within thirty days. */
  'expired',
])
export type GroupStatus = z.infer<typeof groupStatus>

/** The students of one list that go to one school. */
export const assignedGroup = z.object({
  assignmentId: objectId,
  schoolId: objectId,
  schoolName: z.string(),
  /** Who sent the list, and under which name. */
  from: z.string(),
  fileName: z.string(),
  students: z.int(),
  moved: z.int(),
  failed: z.int(),
  status: z.catch(groupStatus, 'declined'),
  reason: z.nullable(z.string()),
  abilities: z.object({ decide: z.boolean() }),
})
export type AssignedGroup = z.infer<typeof assignedGroup>

export const assignment = z.object({
  id: objectId,
  unitId: objectId,
  fileName: z.string(),
  status: assignmentStatus,
  begunAt: instant,
  begunBy: z.string(),
  refusal: z.nullable(z.string()),
  rows: z.int(),
  problems: z.int(),
  /** The first lines with a problem. */
  errors: z.array(z.object({ row: z.int(), student: z.string(), problem: z.string() })),
  groups: z.array(assignedGroup),
  abilities: z.object({ send: z.boolean(), discard: z.boolean() }),
})
export type Assignment = z.infer<typeof assignment>

export const beginAssignment = endpoint({
  access: 'staff',
  summary: '小升初、初升高：上传分配名单；随后把表格 PUT 到 uploadPath',
  method: 'POST',
  path: '/units/:unitId/assignments',
  input: z.strictObject({ unitId: objectId, fileName: words('文件名', 120), bytes: whole(1, 60_000_000) }),
  reply: z.object({ assignmentId: objectId, uploadPath: z.string() }),
})

export const readAssignment = endpoint({
  access: 'staff',
  summary: '一份分配名单：检查结果与各校的进度',
  method: 'GET',
  path: '/assignments/:assignmentId',
  input: z.strictObject({ assignmentId: objectId }),
  reply: assignment,
})

export const listAssignments = endpoint({
  access: 'staff',
  summary: '一个区县最近的分配名单',
  method: 'GET',
  path: '/units/:unitId/assignments',
  input: z.strictObject({ unitId: objectId }),
  reply: z.object({ assignments: z.array(assignment) }),
})

export const sendAssignment = endpoint({
  access: 'staff',
  summary: '把检查好的名单发给各接收学校确认',
  method: 'POST',
  path: '/assignments/:assignmentId/sending',
  input: z.strictObject({ assignmentId: objectId }),
  reply: assignment,
})

export const discardAssignment = endpoint({
  access: 'staff',
  summary: '放弃一份还没发出的分配名单',
  method: 'DELETE',
  path: '/assignments/:assignmentId',
  input: z.strictObject({ assignmentId: objectId }),
  reply: done,
})

export const listAssignedGroups = endpoint({
  access: 'staff',
  summary: '分配给一所学校的名单，等学校确认',
  method: 'GET',
  path: '/units/:unitId/assigned',
  input: z.strictObject({ unitId: objectId }),
  reply: z.object({ groups: z.array(assignedGroup) }),
})

export const assignedStudent = z.object({
  row: z.int(),
  name: z.string(),
  number: z.string(),
  fromSchool: z.string(),
  state: z.enum(['waiting', 'moved', 'failed']),
  problem: z.nullable(z.string()),
})
export type AssignedStudent = z.infer<typeof assignedStudent>

export const listAssigned = endpoint({
  access: 'staff',
  summary: '一份名单里分配给一所学校的学生',
  method: 'GET',
  path: '/assignments/:assignmentId/schools/:schoolId',
  input: z.strictObject({
    assignmentId: objectId,
    schoolId: objectId,
    after: z.optional(whole(0, 1_000_000)),
  }),
  reply: z.object({ group: assignedGroup, students: z.array(assignedStudent), next: z.nullable(z.int()) }),
})

export const decideAssigned = endpoint({
  access: 'staff',
  summary: '接收学校确认名单并选定班级（多个班时依次分到各班），或退回',
  method: 'POST',
  path: '/assignments/:assignmentId/schools/:schoolId/decision',
  input: z.strictObject({
    assignmentId: objectId,
    schoolId: objectId,
    accept: z.boolean(),
    classIds: z.optional(z.array(objectId).check(z.maxLength(60))),
    reason: z.optional(z.string().check(z.trim(), z.maxLength(100, '原因最多100个字'))),
  }),
  reply: assignedGroup,
})
