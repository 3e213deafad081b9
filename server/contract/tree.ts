import * as z from 'zod/mini'
import { day, done, endpoint, objectId, whole, words } from './endpoint.ts'
import { unitKind } from './org.ts'

/** 幼儿园, 小学, 初中, 高中, 中职, 九年一贯制, 十二年一贯制, 完全中学, 社区家长学校 (A1). */
export const schoolType = z.enum([
  'kindergarten',
  'primary',
  'junior',
  'senior',
  'vocational',
  'nineYear',
  'twelveYear',
  'secondary',
  'community',
])
export type SchoolType = z.infer<typeof schoolType>

export const stage = z.enum(['kindergarten', 'primary', 'junior', 'senior', 'vocational'])
export type Stage = z.infer<typeof stage>

/** A unit as those see it who keep the tree. */
export const keptUnit = z.object({
  id: objectId,
  kind: unitKind,
  name: z.string(),
  fullName: z.string(),
  /** What the roster knows it by; stays when the name changes. */
  code: z.string(),
  parentId: z.nullable(objectId),
  studentCount: z.int(),
  schoolType: z.nullable(z.catch(schoolType, 'primary')),
  stages: z.array(z.catch(stage, 'primary')),
  campuses: z.array(z.string()),
  /** Classes: the year in which its students entered, and the school year it stands for. */
  entryYear: z.nullable(z.int()),
  schoolYear: z.nullable(z.int()),
  isFiveFour: z.boolean(),
  abilities: z.object({ addChild: z.boolean(), change: z.boolean(), close: z.boolean() }),
})
export type KeptUnit = z.infer<typeof keptUnit>

/** A grade that a school may have classes in, and the year in which its children entered. */
export const gradeChoice = z.object({
  grade: z.int(),
  name: z.string(),
  entryYears: z.array(z.object({ schoolYear: z.int(), entryYear: z.int() })),
})

export const listUnits = endpoint({
  access: 'staff',
  summary: '单位管理：一个单位与它的下一级，连同能做什么',
  method: 'GET',
  path: '/units/:unitId/tree',
  input: z.strictObject({ unitId: objectId }),
  reply: z.object({
    unit: keptUnit,
    children: z.array(keptUnit),
    /** Of a school: the grades it may have classes in. */
    grades: z.array(gradeChoice),
  }),
})

const code = z
  .string('请填写代码')
  .check(z.trim(), z.regex(/^[0-9A-Za-z-]{2,32}$/, '代码用2到32位数字、字母或横线'))

export const addUnit = endpoint({
  access: 'staff',
  summary: '新建下级单位：市下建区县，区县下建学校；同一个代码只建一次',
  method: 'POST',
  path: '/units/:unitId/children',
  input: z.strictObject({
    unitId: objectId,
    name: words('名称', 40),
    code,
    /** Schools only. */
    schoolType: z.optional(schoolType),
    stages: z.optional(z.array(stage).check(z.maxLength(5))),
    campuses: z.optional(z.array(words('校区', 12)).check(z.maxLength(8))),
  }),
  reply: keptUnit,
})

export const addClasses = endpoint({
  access: 'staff',
  summary: '学校为一个年级、一个学年建班；已有的班不变',
  method: 'POST',
  path: '/units/:unitId/classes',
  input: z.strictObject({
    unitId: objectId,
    grade: whole(-3, 15),
    /** The school year the classes stand for: 2026 from September 2026. */
    schoolYear: whole(2000, 2100),
    count: whole(1, 60),
    campus: z.optional(z.string().check(z.trim(), z.maxLength(12))),
  }),
  reply: z.object({ made: z.int(), stood: z.int() }),
})

export const changeUnit = endpoint({
  access: 'staff',
  summary: '修改单位的名称与类型；代码不变',
  method: 'PUT',
  path: '/units/:unitId',
  input: z.strictObject({
    unitId: objectId,
    name: words('名称', 40),
    /** The name as it was shown: if somebody has changed it meanwhile, nothing is overwritten. */
    wasName: z.string().check(z.maxLength(60)),
    schoolType: z.optional(schoolType),
    stages: z.optional(z.array(stage).check(z.maxLength(5))),
    campuses: z.optional(z.array(words('校区', 12)).check(z.maxLength(8))),
    isFiveFour: z.optional(z.boolean()),
    /** Cities: which set of help lines families see. */
    hotlines: z.optional(z.string().check(z.regex(/^[a-z]{2,20}$/, '没有这一组热线'))),
  }),
  reply: keptUnit,
})

export const closeUnit = endpoint({
  access: 'staff',
  summary: '停用一个没有下级、没有学生的单位；历史记录保留',
  method: 'DELETE',
  path: '/units/:unitId',
  input: z.strictObject({ unitId: objectId }),
  reply: done,
})

const span = z.object({ from: day, to: day })
export const season = z.enum(['autumn', 'spring'])
export type Season = z.infer<typeof season>

/** One school year of a city: 2026 is September 2026 to August 2027. */
export const schoolYear = z.object({
  year: z.int(),
  autumn: span,
  spring: span,
  /** Nobody has set it: these are the days every city begins with. */
  isDefault: z.boolean(),
})
export type SchoolYear = z.infer<typeof schoolYear>

export const listTerms = endpoint({
  access: 'staff',
  summary: '本市各学年与学期的起止日',
  method: 'GET',
  path: '/units/:unitId/terms',
  input: z.strictObject({ unitId: objectId }),
  reply: z.object({
    years: z.array(schoolYear),
    /** The term of today; null in the holidays. */
    today: z.nullable(z.object({ year: z.int(), season })),
    abilities: z.object({ change: z.boolean() }),
  }),
})

export const saveTerms = endpoint({
  access: 'staff',
  summary: '市管理员设定一个学年的起止日；学期之间不能重叠',
  method: 'PUT',
  path: '/units/:unitId/terms/:year',
  input: z.strictObject({
    unitId: objectId,
    year: whole(2000, 2100),
    autumn: z.strictObject({ from: day, to: day }),
    spring: z.strictObject({ from: day, to: day }),
  }),
  reply: schoolYear,
})
