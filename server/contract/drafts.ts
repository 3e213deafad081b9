import * as z from 'zod/mini'
import { certificateRules } from './certificate-rules.ts'
import { block, programmeCode, questionKind } from './courses.ts'
import { done, endpoint, instant, objectId, whole, words } from './endpoint.ts'
import { isAllowedLink, MEDIA, PICTURE_ADDRESS, POSTER_ADDRESS } from './lesson-parts.ts'

/** A series of 83 lessons is the longest we know of (A4). */
export const MOST_LESSONS = 120
export const MOST_QUESTIONS = 600

export const audience = z.enum(['guardian', 'staff'], '请选择给家长学还是给教师学')
export type CourseAudience = z.infer<typeof audience>

/** 教师 is the stage of what teachers learn (A8). */
export const courseStage = z.enum(['幼儿园', '小学', '初中', '高中', '中职', '教师'], '请选择学段')
export type CourseStage = z.infer<typeof courseStage>

/** How much of a module has to be done: every lesson, every lesson in order, so many lessons, or so many hours. */
export const moduleRule = z.enum(['all', 'inOrder', 'atLeast', 'credits'], '请选择单元怎么学')
export type ModuleRule = z.infer<typeof moduleRule>

const line = (what: string, most: number) =>
  z.string(`请填写${what}`).check(z.trim(), z.maxLength(most, `${what}最多${most}个字`))
const counted = (what: string, least: number, most: number) =>
  z.int(`${what}要是整数`).check(z.gte(least, `${what}至少是${least}`), z.lte(most, `${what}最多是${most}`))
/** Credit hours 学时, by halves. */
const hours = z.number('学时要是数字').check(z.gte(0, '学时不能小于0'), z.lte(200, '学时最多是200'))
const requestId = z.string().check(z.regex(/^[\w-]{8,64}$/, '编号不对'))
/** The revision that was read; a save over a newer one is refused. */
const revision = z.int('版本不对').check(z.gte(0, '版本不对'))

export const draftModule = z.strictObject({
  title: line('单元的名称', 30),
  rule: moduleRule,
  /** `atLeast`: so many lessons; `credits`: so many hours; 0 for the others. */
  least: z.number('数目不对').check(z.gte(0, '数目不能小于0'), z.lte(200, '数目最多是200')),
  lessonIds: z.array(objectId).check(z.maxLength(MOST_LESSONS, `一个单元最多${MOST_LESSONS}课`)),
})
export type DraftModule = z.infer<typeof draftModule>

export const draftExam = z.strictObject({
  draw: counted('每卷题数', 1, 100),
  /** At least so many of every lesson are among those drawn. */
  drawPerLesson: counted('每课至少抽题', 0, 20),
  passPercent: counted('及格线', 1, 100),
  minutesLimit: counted('考试时间', 1, 240),
  attemptsPerDay: counted('每天次数', 1, 20),
  /** Rest between a failed attempt and the next, in minutes. */
  pauseMinutes: counted('两次之间的休息', 0, 1440),
  quotas: z.optional(
    z.nullable(
      z.strictObject({
        /** At least so many of a theme. */
        themes: z
          .array(z.strictObject({ theme: words('主题', 20), least: counted('题数', 1, 100) }))
          .check(z.maxLength(20, '主题最多20个')),
        /** So many easy, middling and hard ones; `null` lets them take turns. */
        difficulties: z.nullable(
          z.tuple([counted('题数', 0, 100), counted('题数', 0, 100), counted('题数', 0, 100)]),
        ),
      }),
    ),
  ),
})
export type DraftExam = z.infer<typeof draftExam>

/** What finishing earns; null where it earns no certificate. */
export const draftCertificate = z.strictObject({
  until: z.enum(['end-of-stage', 'years'], '请选择有效期'),
  /** How long it is valid where it does not end with the stage. */
  years: z.nullable(counted('有效年数', 1, 20)),
  /** Who gets it, for what else beside the exam, and how it is renewed; what is left out is the plainest. */
  rules: z.optional(certificateRules),
})
export type DraftCertificate = z.infer<typeof draftCertificate>

/** What an author writes of a programme beside its lessons and questions. */
const programmeContent = {
  title: words('课程的名称', 40),
  audience,
  stage: courseStage,
  /** The grades that must learn it; their parents are asked for the certificate unless it is optional (A5). */
  forGrades: z.array(words('年级', 10)).check(z.maxLength(15, '年级太多了')),
  /** For teachers: whether only class teachers have to learn it. */
  isForClassTeachers: z.boolean(),
  isOptional: z.boolean(),
  summary: line('简介', 300),
  /** Whole hours: phones of the first release read no halves. */
  hours: counted('学时', 0, 200),
  hoursNote: line('学时说明', 100),
  modules: z.array(draftModule).check(z.maxLength(30, '一门课程最多30个单元')),
  /** null: without an exam, the lessons are enough. */
  exam: z.nullable(draftExam),
  certificate: z.nullable(draftCertificate),
}

/**
 * `draft` may be changed. `submitted` waits for the unit above, `approved` may be published, `returned` came back with
 * words, `scheduled` goes out by itself, `published` stands as the latest version until somebody changes the draft.
 */
export const draftStatus = z.enum(['draft', 'submitted', 'returned', 'approved', 'scheduled', 'published'])
export type DraftStatus = z.infer<typeof draftStatus>

const draftHead = {
  id: objectId,
  code: z.string(),
  unitId: objectId,
  unitName: z.string(),
  title: z.string(),
  audience,
  stage: courseStage,
  status: draftStatus,
  lessons: z.int(),
  questions: z.int(),
  editedAt: instant,
  editedBy: z.string(),
  /** The latest version that came of it. */
  published: z.nullable(z.object({ version: z.int(), at: instant })),
  /** When it goes out by itself. */
  publishAt: z.nullable(instant),
  /** From then on nobody begins it. */
  withdrawnAt: z.nullable(instant),
  /** Whose programme it was adapted from, in which version, and the version that one has now. */
  source: z.nullable(
    z.object({
      unitName: z.string(),
      title: z.string(),
      version: z.int(),
      latest: z.int(),
    }),
  ),
}
export const programmeDraftRow = z.object(draftHead)
export type ProgrammeDraftRow = z.infer<typeof programmeDraftRow>

/** What a lesson is, as its author chooses. */
export const draftMedium = z.enum(MEDIA, '请选择这一课的形式')

export const lessonDraftRow = z.object({
  id: objectId,
  title: z.string(),
  kind: draftMedium,
  theme: z.string(),
  minutes: z.int(),
  hours: z.number(),
  /** Questions of its quiz. */
  quiz: z.int(),
  /** What has to be added before it can be published, in words. */
  gaps: z.array(z.string()),
})
export type LessonDraftRow = z.infer<typeof lessonDraftRow>

export const programmeDraft = z.object({
  ...draftHead,
  ...programmeContent,
  revision: z.int(),
  lessonRows: z.array(lessonDraftRow),
  /** What stands between this draft and its publication, in words. */
  gaps: z.array(z.string()),
  /** Why it came back, and from whom. */
  returned: z.nullable(z.object({ words: z.string(), by: z.string(), at: instant })),
  /** The unit whose yes is needed before it is published; null: none. */
  approver: z.nullable(z.string()),
  abilities: z.object({
    edit: z.boolean(),
    publish: z.boolean(),
    remove: z.boolean(),
    submit: z.boolean(),
    recall: z.boolean(),
    decide: z.boolean(),
    withdraw: z.boolean(),
  }),
})
export type ProgrammeDraft = z.infer<typeof programmeDraft>

export const listProgrammeDrafts = endpoint({
  access: 'staff',
  summary: '一个单位自己编写的课程，最近改过的在前',
  method: 'GET',
  path: '/units/:unitId/programme-drafts',
  input: z.strictObject({ unitId: objectId }),
  reply: z.object({ drafts: z.array(programmeDraftRow) }),
})

export const createProgrammeDraft = endpoint({
  access: 'staff',
  summary: '新建一门课程；同一次请求重复提交，得到同一门课程',
  method: 'POST',
  path: '/units/:unitId/programme-drafts',
  input: z.strictObject({
    unitId: objectId,
    requestId,
    title: programmeContent.title,
    audience,
    stage: courseStage,
  }),
  reply: programmeDraft,
})

export const readProgrammeDraft = endpoint({
  access: 'staff',
  summary: '一门正在编写的课程：单元、各课、考试规则，还差什么',
  method: 'GET',
  path: '/programme-drafts/:programmeDraftId',
  input: z.strictObject({ programmeDraftId: objectId }),
  reply: programmeDraft,
})

export const saveProgrammeDraft = endpoint({
  access: 'staff',
  summary: '保存课程的结构和规则；别人刚改过的，不会被盖掉',
  method: 'PUT',
  path: '/programme-drafts/:programmeDraftId',
  input: z.strictObject({ programmeDraftId: objectId, revision, ...programmeContent }),
  reply: programmeDraft,
})

export const removeProgrammeDraft = endpoint({
  access: 'staff',
  summary: '删除一门从未发布过的课程',
  method: 'DELETE',
  path: '/programme-drafts/:programmeDraftId',
  input: z.strictObject({ programmeDraftId: objectId }),
  reply: done,
})

export const publishProgrammeDraft = endpoint({
  access: 'staff',
  summary: '发布课程的新版本；正在学旧版本的人学完旧版本',
  method: 'POST',
  path: '/programme-drafts/:programmeDraftId/publish',
  /** `at`: not now but then, within a year. */
  input: z.strictObject({ programmeDraftId: objectId, revision, at: z.optional(z.nullable(instant)) }),
  reply: programmeDraft,
})

export const readPublicationEffect = endpoint({
  access: 'staff',
  summary: '发布以后会怎样：多少家庭（教师）必修，多少人还在学旧版本',
  method: 'GET',
  path: '/programme-drafts/:programmeDraftId/effect',
  input: z.strictObject({ programmeDraftId: objectId }),
  reply: z.object({
    /** Families, or teachers, of whom it will be asked; 0 where it is optional. */
    required: z.int(),
    /** To whom it is offered: 东湖区的家长. */
    reach: z.string(),
    /** Who is half-way on an older version and stays on it. */
    halfway: z.int(),
  }),
})

export const submitProgrammeDraft = endpoint({
  access: 'staff',
  summary: '提交上级审核；审核前不能再改，可以撤回',
  method: 'POST',
  path: '/programme-drafts/:programmeDraftId/submit',
  input: z.strictObject({ programmeDraftId: objectId, revision }),
  reply: programmeDraft,
})

export const recallProgrammeDraft = endpoint({
  access: 'staff',
  summary: '撤回提交，或取消定时发布',
  method: 'POST',
  path: '/programme-drafts/:programmeDraftId/recall',
  input: z.strictObject({ programmeDraftId: objectId }),
  reply: programmeDraft,
})

export const listSubmittedDrafts = endpoint({
  access: 'staff',
  summary: '下级单位提交上来、等本单位审核的课程',
  method: 'GET',
  path: '/units/:unitId/submitted-drafts',
  input: z.strictObject({ unitId: objectId }),
  reply: z.object({ drafts: z.array(programmeDraftRow) }),
})

export const decideProgrammeDraft = endpoint({
  access: 'staff',
  summary: '审核下级单位的课程：通过，或写明意见退回',
  method: 'POST',
  path: '/programme-drafts/:programmeDraftId/decision',
  input: z.strictObject({
    programmeDraftId: objectId,
    revision,
    approve: z.boolean(),
    /** Needed where it goes back. */
    words: line('意见', 300),
  }),
  reply: programmeDraft,
})

export const withdrawProgramme = endpoint({
  access: 'staff',
  summary: '停开一门课程：不再有人新学，学到一半的学完，证书照样有效',
  method: 'POST',
  path: '/programme-drafts/:programmeDraftId/withdraw',
  input: z.strictObject({ programmeDraftId: objectId }),
  reply: programmeDraft,
})

export const adaptProgramme = endpoint({
  access: 'staff',
  summary: '把能看到的课程（或其中一课）拿来改编成本单位的课程，写明来源',
  method: 'POST',
  path: '/units/:unitId/programmes/:code/adaptations',
  input: z.strictObject({
    unitId: objectId,
    code: programmeCode,
    requestId,
    /** One lesson alone. */
    lessonId: z.optional(objectId),
  }),
  reply: programmeDraft,
})

export const readCourseSettings = endpoint({
  access: 'staff',
  summary: '本单位对课程的规定：下级发布要不要审核，停开哪些通用课程',
  method: 'GET',
  path: '/units/:unitId/course-settings',
  input: z.strictObject({ unitId: objectId }),
  reply: z.object({
    asksApproval: z.boolean(),
    /** Programmes of the installation; only a city switches them off. */
    common: z.array(z.object({ code: z.string(), title: z.string(), isOn: z.boolean() })),
    abilities: z.object({ askApproval: z.boolean(), switchOff: z.boolean() }),
  }),
})

export const setCourseSettings = endpoint({
  access: 'staff',
  summary: '修改本单位对课程的规定',
  method: 'PUT',
  path: '/units/:unitId/course-settings',
  input: z.strictObject({
    unitId: objectId,
    asksApproval: z.boolean(),
    switchedOff: z.array(programmeCode).check(z.maxLength(100, '课程太多了')),
  }),
  reply: readCourseSettings.reply,
})

/** A run or block as an author writes it, bounded; readers are more patient. */
const draftBlock = z.strictObject({
  kind: z.enum(['heading', 'paragraph', 'list', 'quote', 'picture'], '正文里有不认识的段落'),
  picture: z.optional(
    z.strictObject({
      address: z.string().check(z.regex(PICTURE_ADDRESS, '正文里的图片要先上传')),
      width: counted('图片的宽', 1, 10_000),
      height: counted('图片的高', 1, 10_000),
    }),
  ),
  lines: z
    .array(
      z
        .array(
          z.strictObject({
            text: z.string().check(z.maxLength(2000, '一段话太长了')),
            isBold: z.boolean(),
            link: z.optional(
              z
                .string()
                .check(
                  z.maxLength(500, '链接太长了'),
                  z.refine(isAllowedLink, '只能链接到政府和学校的网站（https）'),
                ),
            ),
          }),
        )
        .check(z.maxLength(100, '一段里的加粗太多了')),
    )
    .check(z.minLength(1, '正文里有空的段落'), z.maxLength(50, '一个列表最多50项')),
})

/** A question with its answer, as an author writes it. */
const draftQuestion = {
  kind: questionKind,
  stem: words('题目', 300),
  options: z
    .array(words('选项', 100))
    .check(z.minLength(2, '至少要两个选项'), z.maxLength(6, '最多六个选项')),
  correct: z.array(counted('答案', 0, 5)).check(z.minLength(1, '请选出答案'), z.maxLength(6, '答案太多了')),
  explanation: line('讲解', 300),
}
const quizQuestion = z.strictObject(draftQuestion)
export type DraftQuestion = z.infer<typeof quizQuestion>

const lessonContent = {
  kind: draftMedium,
  title: words('课的名称', 40),
  theme: line('主题', 20),
  summary: line('一句话介绍', 120),
  minutes: counted('时长', 0, 240),
  hours,
  /** Address of the picture; empty where there is none. */
  poster: z
    .string()
    .check(z.refine((it) => it === '' || POSTER_ADDRESS.test(it), '封面要先上传，或者用影片里的一帧')),
  /** What to do this week, or the question to talk about; for lessons of those kinds. */
  prompt: z.optional(line('任务或问题', 200)),
  /** Questions while the film plays. */
  stops: z.optional(
    z
      .array(z.strictObject({ at: counted('提问的时间', 1, 14_400), ...draftQuestion }))
      .check(z.maxLength(10, '片中提问最多10道')),
  ),
  /** Films, sounds, pictures and documents of this lesson, in the order they are shown. */
  assetIds: z.array(objectId).check(z.maxLength(60, '一课最多60个文件')),
  blocks: z.array(draftBlock).check(z.maxLength(300, '正文太长了，请分成几课')),
  sources: z.array(line('依据', 100)).check(z.maxLength(20, '依据最多20条')),
  quiz: z.array(quizQuestion).check(z.maxLength(10, '随堂题最多10道')),
}

export const lessonDraft = z.object({
  ...lessonContent,
  id: objectId,
  programmeDraftId: objectId,
  programmeTitle: z.string(),
  unitId: objectId,
  blocks: z.array(block),
  revision: z.int(),
  gaps: z.array(z.string()),
  editedAt: instant,
  editedBy: z.string(),
  abilities: z.object({ edit: z.boolean() }),
})
export type LessonDraft = z.infer<typeof lessonDraft>

export const addLessonDraft = endpoint({
  access: 'staff',
  summary: '在一个单元的末尾加一课',
  method: 'POST',
  path: '/programme-drafts/:programmeDraftId/lessons',
  input: z.strictObject({
    programmeDraftId: objectId,
    requestId,
    /** Position of the module it goes to. */
    moduleAt: whole(0, 29),
    title: lessonContent.title,
    kind: draftMedium,
  }),
  /** `revision`: of the programme, whose order has changed. */
  reply: z.object({ lesson: lessonDraft, revision: z.int() }),
})

export const readLessonDraft = endpoint({
  access: 'staff',
  summary: '正在编写的一课，随堂题带答案',
  method: 'GET',
  path: '/lesson-drafts/:lessonDraftId',
  input: z.strictObject({ lessonDraftId: objectId }),
  reply: lessonDraft,
})

export const saveLessonDraft = endpoint({
  access: 'staff',
  summary: '保存一课；别人刚改过的，不会被盖掉',
  method: 'PUT',
  path: '/lesson-drafts/:lessonDraftId',
  input: z.strictObject({ lessonDraftId: objectId, revision, ...lessonContent }),
  reply: lessonDraft,
})

export const removeLessonDraft = endpoint({
  access: 'staff',
  summary: '从课程里删去一课，题库里属于它的题一起删去',
  method: 'DELETE',
  path: '/lesson-drafts/:lessonDraftId',
  input: z.strictObject({ lessonDraftId: objectId }),
  /** Of the programme, whose order has changed. */
  reply: z.object({ revision: z.int() }),
})

/** A case is a situation, told in `stem`, with several questions about it. */
export const bankKind = z.enum(['single', 'multiple', 'truefalse', 'case'], '请选择题型')
export const MOST_PARTS = 6

const bankContent = {
  kind: bankKind,
  stem: words('题目', 800),
  options: z.array(words('选项', 100)).check(z.maxLength(6, '最多六个选项')),
  correct: z.array(counted('答案', 0, 5)).check(z.maxLength(6, '答案太多了')),
  explanation: line('讲解', 300),
  /** The questions of a case; empty or left out for the others. */
  parts: z.optional(z.array(quizQuestion).check(z.maxLength(MOST_PARTS, `一个情境最多${MOST_PARTS}问`))),
  lessonId: objectId,
  /** 1 easy, 2 middling, 3 hard. */
  difficulty: counted('难度', 1, 3),
}

export const questionDraft = z.object({
  ...bankContent,
  id: objectId,
  revision: z.int(),
})
export type QuestionDraft = z.infer<typeof questionDraft>

export const listQuestionDrafts = endpoint({
  access: 'staff',
  summary: '一门课程正在编写的题库，带答案',
  method: 'GET',
  path: '/programme-drafts/:programmeDraftId/questions',
  input: z.strictObject({ programmeDraftId: objectId }),
  reply: z.object({ questions: z.array(questionDraft), abilities: z.object({ edit: z.boolean() }) }),
})

export const addQuestionDraft = endpoint({
  access: 'staff',
  summary: '给题库加一道题；同一次请求重复提交，只加一道',
  method: 'POST',
  path: '/programme-drafts/:programmeDraftId/questions',
  input: z.strictObject({ programmeDraftId: objectId, requestId, ...bankContent }),
  reply: questionDraft,
})

export const saveQuestionDraft = endpoint({
  access: 'staff',
  summary: '保存题库里的一道题；别人刚改过的，不会被盖掉',
  method: 'PUT',
  path: '/question-drafts/:questionDraftId',
  input: z.strictObject({ questionDraftId: objectId, revision, ...bankContent }),
  reply: questionDraft,
})

export const removeQuestionDraft = endpoint({
  access: 'staff',
  summary: '删去题库里的一道题',
  method: 'DELETE',
  path: '/question-drafts/:questionDraftId',
  input: z.strictObject({ questionDraftId: objectId }),
  reply: done,
})
