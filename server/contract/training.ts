import * as z from 'zod/mini'
import { programmeCode } from './courses.ts'
import { endpoint, instant, objectId } from './endpoint.ts'
import { heldPost } from './posts.ts'

/** Teachers of a unit and who of them has been trained (A8). */
export const trainingRow = z.object({
  unitId: objectId,
  name: z.string(),
  teachers: z.int(),
  /** Finished any course for teachers within five years. */
  trained: z.int(),
  classTeachers: z.int(),
  /** Finished any in the school year. */
  trainedClassTeachers: z.int(),
  /** Finished the programme that was asked about: class teachers in the school year, others within five years. */
  finished: z.int(),
  finishedClassTeachers: z.int(),
})
export type TrainingRow = z.infer<typeof trainingRow>

export const readTraining = endpoint({
  access: 'staff',
  summary: '教师培训：班主任每学年一次、每位教师五年一次，本单位与下一级各完成多少',
  method: 'GET',
  path: '/units/:unitId/training',
  input: z.strictObject({
    unitId: objectId,
    code: z.optional(programmeCode),
    /** The year a school year begins in; without it the one that runs. */
    schoolYear: z.optional(z.string().check(z.regex(/^20\d\d$/, '学年不对'))),
  }),
  reply: z.object({
    /** 2026: September 2026 to August 2027. */
    schoolYear: z.optional(z.int()),
    total: trainingRow,
    rows: z.array(trainingRow),
    programmes: z.array(z.object({ code: z.string(), title: z.string(), isForClassTeachers: z.boolean() })),
  }),
})

export const trainee = z.object({
  personId: objectId,
  name: z.string(),
  posts: z.array(heldPost),
  lastTrainedAt: z.nullable(instant),
  /** A class teacher not this school year, another not within five years. */
  isDue: z.boolean(),
  /** The programme that was asked about is asked of them. */
  isAsked: z.boolean(),
  hasFinished: z.boolean(),
})
export type Trainee = z.infer<typeof trainee>

export const listTrainees = endpoint({
  access: 'staff',
  summary: '本单位的教师上次参加培训是什么时候，还没有学的在前',
  method: 'GET',
  path: '/units/:unitId/trainees',
  input: z.strictObject({ unitId: objectId, code: z.optional(programmeCode) }),
  reply: z.object({ trainees: z.array(trainee) }),
})

export const remindTrainees = endpoint({
  access: 'staff',
  summary: '提醒本单位还没有学完一门教师课程的人；两小时最多一次',
  method: 'POST',
  path: '/units/:unitId/trainees/reminder',
  input: z.strictObject({ unitId: objectId, code: programmeCode }),
  /** How many were asked, and of these whom WeChat would ring up. */
  reply: z.object({ asked: z.int(), reachable: z.int() }),
})
