import * as z from 'zod/mini'
import { day, done, endpoint, instant, objectId, whole, words } from './endpoint.ts'
import { unitKind } from './org.ts'

/** One question of a survey, without its answer. */
export const surveyQuestion = z.object({
  code: z.string(),
  /** `multiple` asks for all that fit; anything a reader does not know is chosen like one. */
  kind: z.catch(z.enum(['single', 'multiple', 'truefalse']), 'single'),
  stem: z.string(),
  options: z.array(z.string()),
})
export type SurveyQuestion = z.infer<typeof surveyQuestion>

/** The same with its answer and what it rests on: after the survey, and for those who set one up. */
export const surveyItem = z.object({
  ...surveyQuestion.shape,
  /** 手机与游戏 */
  theme: z.string(),
  correct: z.array(z.int()),
  explanation: z.string(),
  /** 《中华人民共和国家庭教育促进法》第十七条 */
  source: z.string(),
})
export type SurveyItem = z.infer<typeof surveyItem>

export const surveyStatus = z.catch(z.enum(['draft', 'opening', 'open', 'closed']), 'closed')
export type SurveyStatus = z.infer<typeof surveyStatus>

/** Asked once, or before and after a course with the same people. */
export const surveyWave = z.catch(z.enum(['single', 'before', 'after']), 'single')
export type SurveyWave = z.infer<typeof surveyWave>

/**
 * What is known of some families. Fewer than five answers are not told apart (`null`): in a small class everybody would know
 * whose they are.
 */
export const awarenessFigures = z.object({
  unitId: objectId,
  kind: unitKind,
  name: z.string(),
  /** Families drawn, and how many of them have answered. */
  sampled: z.int(),
  answered: z.nullable(z.int()),
  /** Of these, who knew: at least four fifths of the items right. */
  aware: z.nullable(z.int()),
  /** The Wilson interval of the rate at the survey's confidence, 0–1. */
  interval: z.nullable(z.object({ low: z.number(), high: z.number() })),
  /** Against the target of the year (A9). */
  verdict: z.nullable(z.catch(z.enum(['reached', 'missed', 'unclear']), 'unclear')),
})
export type AwarenessFigures = z.infer<typeof awarenessFigures>

const surveyHead = {
  id: objectId,
  title: z.string(),
  status: surveyStatus,
  wave: surveyWave,
  unitName: z.string(),
  itemCount: z.int(),
  closesOn: day,
  openedAt: z.nullable(instant),
  closedAt: z.nullable(instant),
  /** 95, 98 or 100, in percent. */
  target: z.int(),
}

export const surveyLine = z.object({ ...surveyHead, sampled: z.int(), answered: z.int() })
export type SurveyLine = z.infer<typeof surveyLine>

export const listSurveys = endpoint({
  access: 'staff',
  summary: '知晓率调查，新的在前：本单位、下级和覆盖本单位的',
  method: 'GET',
  path: '/units/:unitId/surveys',
  input: z.strictObject({ unitId: objectId, after: z.optional(objectId) }),
  reply: z.object({
    surveys: z.array(surveyLine),
    next: z.nullable(objectId),
    abilities: z.object({ create: z.boolean() }),
  }),
})

const plan = {
  unitId: objectId,
  /** Grades as numbers, 七年级 is 7; none means all. */
  grades: z.optional(z.array(whole(-3, 15)).check(z.maxLength(18))),
  /** How sure, in percent. */
  confidence: z.enum(['90', '95', '99']),
  /** How close, in percent points. */
  margin: whole(3, 15),
}

export const planSurvey = endpoint({
  access: 'staff',
  summary: '算一算要抽多少家庭：每所学校按置信水平和误差抽样',
  method: 'POST',
  path: '/units/:unitId/survey-plans',
  input: z.strictObject(plan),
  reply: z.object({
    /** Families in all, those that have joined and can be asked, and those that would be drawn. */
    families: z.int(),
    joined: z.int(),
    sampled: z.int(),
    schools: z.int(),
    classes: z.int(),
    grades: z.array(z.object({ grade: z.int(), name: z.string() })),
  }),
})

export const createSurvey = endpoint({
  access: 'staff',
  summary: '新建一次知晓率调查（草稿），题目从题库里随机抽',
  method: 'POST',
  path: '/units/:unitId/surveys',
  input: z.strictObject({
    ...plan,
    /** The same for a button pressed twice. */
    requestId: z.string().check(z.regex(/^[\w-]{8,64}$/, '编号不对')),
    title: words('标题', 30),
    itemCount: whole(5, 8),
    closesOn: day,
    wave: z.optional(z.enum(['single', 'before'])),
  }),
  reply: z.object({ id: objectId }),
})

export const surveyDetail = z.object({
  ...surveyHead,
  confidence: z.int(),
  margin: z.int(),
  /** What the families were drawn by; whoever has it can draw them again. */
  seed: z.string(),
  bankVersion: z.int(),
  gradeNames: z.array(z.string()),
  items: z.array(surveyItem),
  /** How many knew each item, in the order of `items`; null while fewer than five have answered. */
  itemRights: z.nullable(z.array(z.int())),
  total: awarenessFigures,
  rows: z.array(awarenessFigures),
  /** Before and after with the same people; null where there is no such pair, or too few. */
  pair: z.nullable(
    z.object({
      beforeId: objectId,
      people: z.int(),
      awareBefore: z.int(),
      awareAfter: z.int(),
      gained: z.int(),
      lost: z.int(),
      /** Chance of a change as large as this if nothing had changed (exact McNemar). */
      p: z.number(),
    }),
  ),
  abilities: z.object({
    redraw: z.boolean(),
    open: z.boolean(),
    close: z.boolean(),
    remove: z.boolean(),
    remind: z.boolean(),
    repeat: z.boolean(),
    export: z.boolean(),
  }),
})
export type SurveyDetail = z.infer<typeof surveyDetail>

export const readSurvey = endpoint({
  access: 'staff',
  summary: '一次调查：题目、抽样、知晓率和置信区间，逐级下钻（A9）',
  method: 'GET',
  path: '/units/:unitId/surveys/:surveyId',
  input: z.strictObject({ unitId: objectId, surveyId: objectId }),
  reply: surveyDetail,
})

const own = z.strictObject({ surveyId: objectId })

export const redrawSurvey = endpoint({
  access: 'staff',
  summary: '草稿换一组题',
  method: 'POST',
  path: '/surveys/:surveyId/items',
  input: own,
  reply: done,
})

export const openSurvey = endpoint({
  access: 'staff',
  summary: '开始调查：在每个班随机抽家庭，并发出邀请',
  method: 'POST',
  path: '/surveys/:surveyId/opening',
  input: own,
  reply: done,
})

export const remindSurvey = endpoint({
  access: 'staff',
  summary: '再请一次还没有答的家庭，每天至多一次；不告诉任何人是哪些家庭',
  method: 'POST',
  path: '/surveys/:surveyId/reminders',
  input: own,
  reply: z.object({ families: z.int() }),
})

export const closeSurvey = endpoint({
  access: 'staff',
  summary: '结束调查',
  method: 'POST',
  path: '/surveys/:surveyId/closing',
  input: own,
  reply: done,
})

export const repeatSurvey = endpoint({
  access: 'staff',
  summary: '课后再问一次：同一组题、同一批家庭（前后对照）',
  method: 'POST',
  path: '/surveys/:surveyId/repeat',
  input: z.strictObject({ surveyId: objectId, closesOn: day }),
  reply: z.object({ id: objectId }),
})

export const removeSurvey = endpoint({
  access: 'staff',
  summary: '删除一份草稿',
  method: 'DELETE',
  path: '/surveys/:surveyId',
  input: own,
  reply: done,
})

export const exportSurvey = endpoint({
  access: 'staff',
  summary: '导出知晓率汇总（Excel，只有数字）',
  method: 'POST',
  path: '/units/:unitId/surveys/:surveyId/export',
  input: z.strictObject({ unitId: objectId, surveyId: objectId }),
  reply: z.object({ link: z.string(), name: z.string() }),
})

export const mySurvey = z.object({
  id: objectId,
  title: z.string(),
  unitName: z.string(),
  closesOn: day,
  itemCount: z.int(),
  /** `answered`: somebody of the family has answered; a family answers once. */
  state: z.catch(z.enum(['asked', 'answered', 'closed']), 'closed'),
})
export type MySurvey = z.infer<typeof mySurvey>

export const listMySurveys = endpoint({
  access: 'guardian',
  summary: '请这个孩子的家庭回答的小调查',
  method: 'GET',
  path: '/children/:studentId/surveys',
  input: z.strictObject({ studentId: objectId }),
  reply: z.object({ surveys: z.array(mySurvey) }),
})

export const openMySurvey = endpoint({
  access: 'guardian',
  summary: '打开小调查：没答时给题目，答过以后给正确答案',
  method: 'GET',
  path: '/children/:studentId/surveys/:surveyId',
  input: z.strictObject({ studentId: objectId, surveyId: objectId }),
  reply: z.object({
    ...mySurvey.shape,
    questions: z.array(surveyQuestion),
    /** Right answers; empty until the family has answered. */
    answers: z.array(surveyItem),
  }),
})

export const answerMySurvey = endpoint({
  access: 'guardian',
  summary: '交卷：只记人数，不记谁答了什么；随后看到正确答案',
  method: 'POST',
  path: '/children/:studentId/surveys/:surveyId/answers',
  input: z.strictObject({
    studentId: objectId,
    surveyId: objectId,
    /** Chosen options of each question, in the order of `questions`. */
    answers: z
      .array(z.array(whole(0, 9)).check(z.minLength(1, '请把每一题都答完再交'), z.maxLength(5)))
      .check(z.minLength(5, '请把每一题都答完再交'), z.maxLength(8)),
  }),
  reply: z.object({
    /** null before a course: the same is asked again after it. */
    right: z.nullable(z.int()),
    of: z.int(),
    /** Whether each of one's own answers was right; told once and kept nowhere. */
    rights: z.array(z.boolean()),
    answers: z.array(surveyItem),
  }),
})
