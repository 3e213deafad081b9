import * as z from 'zod/mini'
import { day, done, endpoint, instant, objectId, whole, words } from './endpoint.ts'
import { rate } from './figures.ts'
import { unitKind } from './org.ts'

const requestId = z.string().check(z.regex(/^[\w-]{8,64}$/, '编号不对'))
const clockTime = z.string('请选择时间').check(z.regex(/^([01]\d|2[0-3]):[0-5]\d$/, '时间的写法是 16:00'))
const line = (what: string, most: number) =>
  z.string().check(z.trim(), z.maxLength(most, `${what}最多${most}个字`))

/** Who teaches (A3): an expert, an experienced teacher, a parent with lived experience. */
export const lecturerKind = z.enum(['expert', 'teacher', 'parent'])
export type LecturerKind = z.infer<typeof lecturerKind>

/** What parents thought after an activity; null while fewer than five have said so. */
export const rating = z.object({
  average: z.number(),
  count: z.int(),
  /** How many gave one star, two, … five. */
  stars: z.array(z.int()),
})
export type Rating = z.infer<typeof rating>

export const lecturer = z.object({
  id: objectId,
  unitName: z.string(),
  name: z.string(),
  kind: z.catch(lecturerKind, 'teacher'),
  bio: z.string(),
  /** What they teach, and how. */
  teaches: z.string(),
  way: z.string(),
  photo: z.nullable(z.string()),
  isRetired: z.boolean(),
  rating: z.nullable(rating),
})
export type Lecturer = z.infer<typeof lecturer>

/** 家庭教育指导, 心理健康: the two A7 counts; 其他 counts for neither. */
export const activityTheme = z.enum(['guidance', 'mentalHealth', 'other'])
export type ActivityTheme = z.infer<typeof activityTheme>

/** How the people who came were counted. What was typed says so wherever it is shown. */
export const evidenceWay = z.catch(z.enum(['checkIn', 'live', 'typed']), 'typed')
export type EvidenceWay = z.infer<typeof evidenceWay>

export const activity = z.object({
  id: objectId,
  unitId: objectId,
  unitName: z.string(),
  title: z.string(),
  theme: z.catch(activityTheme, 'other'),
  outline: z.string(),
  onDay: day,
  from: z.string(),
  hours: z.number(),
  isOnline: z.boolean(),
  place: z.string(),
  lecturers: z.array(z.object({ id: objectId, name: z.string() })),
  status: z.catch(z.enum(['planned', 'held']), 'planned'),
  evidence: z.nullable(z.object({ way: evidenceWay, families: z.int(), note: z.string() })),
  /** The live class it was, if it was one. */
  liveId: z.nullable(objectId),
})
export type Activity = z.infer<typeof activity>

/** One thing A7 asks for: held, planned for a day, or neither. */
export const duty = z.object({
  key: z.catch(z.enum(['guidanceAutumn', 'guidanceSpring', 'mentalHealth']), 'guidanceAutumn'),
  state: z.catch(z.enum(['done', 'planned', 'missing']), 'missing'),
  onDay: z.nullable(day),
})
export type Duty = z.infer<typeof duty>

export const charter = z.object({
  version: z.int(),
  text: z.string(),
  adoptedOn: day,
  savedAt: instant,
  savedBy: z.string(),
})
export type Charter = z.infer<typeof charter>

const year = z.optional(whole(2020, 2100))

export const readParentSchool = endpoint({
  access: 'staff',
  summary: '家长学校：章程、讲师团队、一学年的活动计划和两项要求做到没有（A1、A3、A7）',
  method: 'GET',
  path: '/units/:unitId/parent-school',
  input: z.strictObject({ unitId: objectId, year }),
  reply: z.object({
    unit: z.object({ id: objectId, kind: unitKind, name: z.string(), isCommunity: z.boolean() }),
    year: z.int(),
    charter: z.nullable(charter),
    /** Earlier versions, the newest first. */
    versions: z.array(z.object({ version: z.int(), adoptedOn: day })),
    lecturers: z.array(lecturer),
    /** Those of the district and the city above, who may be invited. */
    guests: z.array(lecturer),
    activities: z.array(activity),
    duties: z.array(duty),
    abilities: z.object({ edit: z.boolean() }),
  }),
})

export const saveCharter = endpoint({
  access: 'staff',
  summary: '保存章程，成为新的一版；旧的各版都留着',
  method: 'PUT',
  path: '/units/:unitId/charter',
  input: z.strictObject({
    unitId: objectId,
    /** The version that was read, 0 before the first: of two who write at once one is told. */
    version: whole(0, 10_000),
    text: words('章程', 8000),
    adoptedOn: day,
  }),
  reply: charter,
})

export const readCharter = endpoint({
  access: 'staff',
  summary: '章程的某一版',
  method: 'GET',
  path: '/units/:unitId/charters/:version',
  input: z.strictObject({ unitId: objectId, version: whole(1, 10_000) }),
  reply: charter,
})

export const listSchoolTemplates = endpoint({
  access: 'staff',
  summary: '章程范本和活动方案',
  method: 'GET',
  path: '/parent-school-templates',
  input: z.strictObject({}),
  reply: z.object({
    charter: z.string(),
    outlines: z.array(
      z.object({
        code: z.string(),
        title: z.string(),
        theme: activityTheme,
        hours: z.number(),
        summary: z.string(),
        text: z.string(),
      }),
    ),
  }),
})

const lecturerWords = {
  name: words('姓名', 20),
  kind: lecturerKind,
  bio: line('介绍', 300),
  teaches: line('讲什么', 200),
  way: line('怎么讲', 200),
  /** A picture of the unit's files. */
  photoId: z.nullable(objectId),
}

export const addLecturer = endpoint({
  access: 'staff',
  summary: '添加一位讲师：专家、教师或有亲身经历的家长（A3）',
  method: 'POST',
  path: '/units/:unitId/lecturers',
  input: z.strictObject({ unitId: objectId, requestId, ...lecturerWords }),
  reply: z.object({ id: objectId }),
})

export const changeLecturer = endpoint({
  access: 'staff',
  summary: '修改讲师资料，或请其退出、重新请回',
  method: 'PUT',
  path: '/lecturers/:lecturerId',
  input: z.strictObject({ lecturerId: objectId, isRetired: z.boolean(), ...lecturerWords }),
  reply: done,
})

const activityWords = {
  title: words('活动名称', 40),
  theme: activityTheme,
  outline: line('活动方案', 4000),
  onDay: day,
  from: clockTime,
  hours: z.number('时长要是数字').check(z.gte(0.5, '时长至少半小时'), z.lte(8, '时长最多8小时')),
  isOnline: z.boolean(),
  place: line('地点', 60),
  lecturerIds: z.array(objectId).check(z.maxLength(6, '一场活动最多6位讲师')),
}

export const addActivity = endpoint({
  access: 'staff',
  summary: '把一场活动排进学年计划',
  method: 'POST',
  path: '/units/:unitId/activities',
  input: z.strictObject({ unitId: objectId, requestId, ...activityWords }),
  reply: z.object({ id: objectId }),
})

export const changeActivity = endpoint({
  access: 'staff',
  summary: '修改一场还没有举办的活动',
  method: 'PUT',
  path: '/activities/:activityId',
  input: z.strictObject({ activityId: objectId, ...activityWords }),
  reply: done,
})

export const removeActivity = endpoint({
  access: 'staff',
  summary: '从计划里去掉一场还没有举办、也没有人签到的活动',
  method: 'DELETE',
  path: '/activities/:activityId',
  input: z.strictObject({ activityId: objectId }),
  reply: done,
})

export const holdActivity = endpoint({
  access: 'staff',
  summary: '记为已举办：人数取自签到；没有用签到的，手工填写并注明',
  method: 'POST',
  path: '/activities/:activityId/holding',
  input: z.strictObject({
    activityId: objectId,
    /** Only without check-ins; it is shown as typed. */
    families: z.optional(whole(1, 5000)),
    note: z.optional(line('说明', 100)),
  }),
  reply: done,
})

export const reopenActivity = endpoint({
  access: 'staff',
  summary: '撤回“已举办”，回到计划里',
  method: 'POST',
  path: '/activities/:activityId/reopening',
  input: z.strictObject({ activityId: objectId }),
  reply: done,
})

export const readActivity = endpoint({
  access: 'staff',
  summary: '一场活动：签到码，各班来了多少家庭',
  method: 'GET',
  path: '/units/:unitId/activities/:activityId',
  input: z.strictObject({ unitId: objectId, activityId: objectId }),
  reply: z.object({
    activity,
    /** Six digits to show on the screen; null for those who may not run it. */
    code: z.nullable(z.string()),
    opensAt: instant,
    closesAt: instant,
    classes: z.array(z.object({ classId: objectId, name: z.string(), families: z.int() })),
    ratings: z.array(z.object({ lecturerId: objectId, name: z.string(), rating: z.nullable(rating) })),
    abilities: z.object({
      change: z.boolean(),
      remove: z.boolean(),
      hold: z.boolean(),
      reopen: z.boolean(),
    }),
  }),
})

/** How the parent schools of a unit stand in a school year: of so many, so many. */
export const parentSchoolFigures = z.object({
  unitId: objectId,
  kind: unitKind,
  name: z.string(),
  charter: rate,
  guidanceAutumn: rate,
  guidanceSpring: rate,
  mentalHealth: rate,
  lecturers: z.int(),
  activities: z.int(),
  /** Families at all activities, counted by check-in or by the live class; typed ones are apart. */
  attended: z.int(),
  typed: z.int(),
})
export type ParentSchoolFigures = z.infer<typeof parentSchoolFigures>

export const readParentSchoolFigures = endpoint({
  access: 'staff',
  summary: '各校家长学校：章程、每学期指导、每学年心理健康做到没有，逐级下钻（A7、E7）',
  method: 'GET',
  path: '/units/:unitId/parent-school-figures',
  input: z.strictObject({ unitId: objectId, year }),
  reply: z.object({ year: z.int(), total: parentSchoolFigures, rows: z.array(parentSchoolFigures) }),
})

export const exportParentSchoolFigures = endpoint({
  access: 'staff',
  summary: '导出各校家长学校情况（Excel）',
  method: 'POST',
  path: '/units/:unitId/parent-school-figures/export',
  input: z.strictObject({ unitId: objectId, year }),
  reply: z.object({ link: z.string(), name: z.string() }),
})

/** An activity as a family sees it. */
export const myActivity = z.object({
  ...activity.shape,
  hasAttended: z.boolean(),
  /** The check-in is open now. */
  isOpen: z.boolean(),
  /** Lecturers this parent may rate, with the stars given before, 0 for none. */
  toRate: z.array(z.object({ id: objectId, name: z.string(), stars: z.int() })),
})
export type MyActivity = z.infer<typeof myActivity>

export const readMyParentSchool = endpoint({
  access: 'guardian',
  summary: '孩子学校的家长学校：章程、讲师、活动',
  method: 'GET',
  path: '/children/:studentId/parent-school',
  input: z.strictObject({ studentId: objectId }),
  reply: z.object({
    schoolName: z.string(),
    year: z.int(),
    charter: z.nullable(charter),
    lecturers: z.array(lecturer),
    /** Of the school, its district and city, and the community parent schools nearby. */
    coming: z.array(myActivity),
    past: z.array(myActivity),
  }),
})

export const checkInActivity = endpoint({
  access: 'guardian',
  summary: '活动签到：输入现场的六位签到码',
  method: 'POST',
  path: '/children/:studentId/activity-checkins',
  input: z.strictObject({
    studentId: objectId,
    code: z.string('请输入签到码').check(z.regex(/^\d{6}$/, '签到码是六位数字')),
  }),
  reply: z.object({ activityId: objectId, title: z.string() }),
})

export const rateLecturer = endpoint({
  access: 'guardian',
  summary: '参加过活动的家长给讲师打分：1到5星，可以改',
  method: 'PUT',
  path: '/children/:studentId/activities/:activityId/ratings/:lecturerId',
  input: z.strictObject({
    studentId: objectId,
    activityId: objectId,
    lecturerId: objectId,
    stars: whole(1, 5),
  }),
  reply: done,
})
