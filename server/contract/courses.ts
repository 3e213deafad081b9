import * as z from 'zod/mini'
import { day, endpoint, instant, objectId } from './endpoint.ts'
import { lessonMedium, myReflection, paper, picture, sound, stop } from './lesson-parts.ts'

/** A programme's name in addresses: `grade7`. */
export const programmeCode = z.string().check(z.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, '课程编号不对'))

/** A piece of running text; the only emphasis there is. It may lead to a site that is allowed. */
export const run = z.object({ text: z.string(), isBold: z.boolean(), link: z.optional(z.string()) })
/** A block of a lesson: a list has a line for each item, everything else has one; of a picture it is the caption. */
export const block = z.object({
  kind: z.catch(z.enum(['heading', 'paragraph', 'list', 'quote', 'picture']), 'paragraph'),
  lines: z.array(z.array(run)),
  picture: z.optional(picture),
})
export type Block = z.infer<typeof block>

/** What phones of the first release know; `medium` says it in full. */
export const lessonKind = z.enum(['article', 'video'])
export const questionKind = z.enum(['single', 'multiple', 'truefalse'])

/** A question as it is asked: what is right stays with the server until it is answered. */
export const question = z.object({
  kind: questionKind,
  stem: z.string(),
  options: z.array(z.string()),
  /** A question about a situation; `stem` tells the situation too, for phones that know no cases. */
  inCase: z.optional(z.object({ situation: z.string(), stem: z.string(), part: z.int(), parts: z.int() })),
})
export type Question = z.infer<typeof question>

/** A question that has been answered: options by position. */
export const reviewed = z.object({
  ...question.shape,
  chosen: z.array(z.int()),
  correct: z.array(z.int()),
  isRight: z.boolean(),
  explanation: z.string(),
})
export type Reviewed = z.infer<typeof reviewed>

/** The options somebody ticked, by position; empty where a question was left out. */
const choice = z
  .array(z.int().check(z.gte(0, '选项不对'), z.lte(9, '选项不对')), '答案的格式不对')
  .check(z.maxLength(10, '选项太多了'))

export const certificateState = z.enum(['valid', 'expired', 'revoked'])

/** A programme on the phone's 课程 tab. */
export const programmeCard = z.object({
  code: z.string(),
  title: z.string(),
  stage: z.string(),
  forGrades: z.array(z.string()),
  summary: z.string(),
  hours: z.int(),
  /** Written for the child's grade. */
  isFitting: z.optional(z.boolean()),
  /** The child's grade must hold its certificate (A5). */
  isRequired: z.boolean(),
  hasBegun: z.boolean(),
  lessonsDone: z.int(),
  lessonsTotal: z.int(),
  /** 0–100, the exam counted in; 100 only when the certificate is held. */
  percent: z.int(),
  certificate: z.nullable(z.object({ id: objectId, number: z.string(), state: certificateState })),
  /** Not asked of this person, and good for a child of theirs all the same. */
  isRecommended: z.optional(z.boolean()),
  /** Nothing is left to do. */
  isFinished: z.optional(z.boolean()),
  /** Beside the version this person is on there is a newer one. */
  hasNewer: z.optional(z.boolean()),
  hasExam: z.optional(z.boolean()),
  givesCertificate: z.optional(z.boolean()),
  /** Every lesson there is; `lessonsTotal` are those that have to be done. */
  lessonsOffered: z.optional(z.int()),
  /** The unit whose programme it is; empty for those everybody has. */
  unitName: z.optional(z.string()),
  /** Whose programme it was adapted from. */
  source: z.optional(z.nullable(z.string())),
  /** `learnAgain`: it was finished in an earlier school year, and this one asks for it anew (A8). */
  abilities: z.optional(z.object({ learnAgain: z.boolean() })),
  /** How often it was finished before it was begun anew. */
  timesBefore: z.optional(z.int()),
})
export type ProgrammeCard = z.infer<typeof programmeCard>

export const listMyProgrammes = endpoint({
  access: 'signedIn',
  summary: '家长课程：孩子年级的必修课在前，带学习进度',
  method: 'GET',
  path: '/me/programmes',
  /** Without a child, what any of mine needs is required. */
  input: z.strictObject({ studentId: z.optional(objectId) }),
  reply: z.object({ programmes: z.array(programmeCard) }),
})

export const lessonRow = z.object({
  id: objectId,
  number: z.int(),
  title: z.string(),
  kind: lessonKind,
  medium: z.optional(lessonMedium),
  theme: z.string(),
  summary: z.string(),
  minutes: z.int(),
  /** Address of the picture; it begins with `/` when it lies on this server. */
  poster: z.string(),
  watchedPercent: z.int(),
  isWatched: z.boolean(),
  isQuizPassed: z.boolean(),
  hours: z.optional(z.number()),
  /** Why it cannot be begun yet, in words. */
  lockedBecause: z.optional(z.nullable(z.string())),
})
export type LessonRow = z.infer<typeof lessonRow>

export const examRules = z.object({
  draw: z.int(),
  passPercent: z.int(),
  minutesLimit: z.int(),
  attemptsPerDay: z.int(),
  pauseMinutes: z.int(),
})

export const examStanding = z.object({
  rules: examRules,
  /** `locked`: lessons are missing; `resting`: a pause after a failed attempt, or today's attempts are used up. */
  state: z.enum(['locked', 'open', 'running', 'resting', 'passed']),
  attemptsLeftToday: z.int(),
  nextAt: z.nullable(instant),
  /** The attempt that is running, or the last one that ended. */
  attemptId: z.nullable(objectId),
})
export type ExamStanding = z.infer<typeof examStanding>

/** A part of a programme with a rule of its own. */
export const moduleRow = z.object({
  title: z.string(),
  /** 按顺序学完 · 任选2课 · 修满3学时 */
  rule: z.string(),
  /** What is asked and what is done of it: lessons, or hours. */
  needed: z.number(),
  done: z.number(),
  /** 课 or 学时 */
  unit: z.string(),
  isElective: z.boolean(),
  isDone: z.boolean(),
  lessonIds: z.array(objectId),
})
export type ModuleRow = z.infer<typeof moduleRow>

export const myProgramme = z.object({
  ...programmeCard.shape,
  hoursNote: z.string(),
  validityText: z.string(),
  lessons: z.array(lessonRow),
  modules: z.optional(z.array(moduleRow)),
  /** Where 继续学习 leads: the first lesson that is not done. */
  nextLessonId: z.nullable(objectId),
  exam: examStanding,
  /** One certificate for the whole family. */
  isForFamily: z.optional(z.boolean()),
  /** What has to be attended beside the lessons. */
  evidence: z.optional(z.nullable(z.object({ what: z.string(), isGiven: z.boolean() }))),
  /** The school issues together to those who have passed; else the certificate comes at once. */
  isIssuedBySchool: z.optional(z.boolean()),
  /** The exam is passed, and this is still to come before the certificate. */
  awaits: z.optional(z.nullable(z.catch(z.enum(['evidence', 'school']), 'school'))),
  /** The shorter way to the next certificate; `null` where there is none. */
  renewal: z.optional(
    z.nullable(
      z.object({
        state: z.catch(z.enum(['later', 'open', 'begun']), 'later'),
        opensOn: day,
        /** Lessons to learn again. */
        lessons: z.int(),
      }),
    ),
  ),
})
export type MyProgramme = z.infer<typeof myProgramme>

export const readMyProgramme = endpoint({
  access: 'signedIn',
  summary: '一门课程的目录，每课学到哪里，考试是否可以开始',
  method: 'GET',
  path: '/me/programmes/:code',
  input: z.strictObject({ code: programmeCode, studentId: z.optional(objectId) }),
  reply: myProgramme,
})

export const beginRenewal = endpoint({
  access: 'guardian',
  summary: '开始续证：重学几课、考一次短的；点两次只开始一次',
  method: 'POST',
  path: '/me/programmes/:code/renewal',
  input: z.strictObject({ code: programmeCode, studentId: z.optional(objectId) }),
  reply: myProgramme,
})

export const learnAgain = endpoint({
  access: 'staff',
  summary: '新学年重学一门学完的教师课程，以前的记录保留；点两次只开始一次',
  method: 'POST',
  path: '/me/programmes/:code/again',
  input: z.strictObject({ code: programmeCode }),
  reply: myProgramme,
})

const progress = z.object({
  /** Whole seconds of the lesson; of an article the time its reading takes. */
  seconds: z.int(),
  watchedPercent: z.int(),
  /** Where to go on. */
  resumeAt: z.int(),
  /** The first second never seen: on the first watch there is no seeking past it. */
  furthest: z.int(),
  isWatched: z.boolean(),
})

export const lesson = z.object({
  id: objectId,
  programmeCode: z.string(),
  programmeTitle: z.string(),
  number: z.int(),
  lessonsTotal: z.int(),
  title: z.string(),
  kind: lessonKind,
  medium: z.optional(lessonMedium),
  theme: z.string(),
  summary: z.string(),
  minutes: z.int(),
  poster: z.string(),
  /** For listening on the way. */
  sound: z.optional(z.nullable(sound)),
  slides: z.optional(z.array(picture)),
  paper: z.optional(z.nullable(paper)),
  /** Questions while the film plays, by their seconds. */
  stops: z.optional(z.array(stop)),
  /** What to do this week, or the question to talk about. */
  prompt: z.optional(z.string()),
  /** Mine; null before I wrote or ticked. */
  reflection: z.optional(z.nullable(myReflection)),
  video: z.nullable(
    z.object({
      address: z.string(),
      /** The same words as the captions file, for players that cannot show one. */
      captions: z.array(z.object({ from: z.number(), to: z.number(), text: z.string() })),
    }),
  ),
  blocks: z.array(block),
  sources: z.array(z.string()),
  progress,
  quiz: z.array(question),
  isQuizPassed: z.boolean(),
  nextLessonId: z.nullable(objectId),
  /** Whether an exam follows the last lesson. */
  hasExam: z.optional(z.boolean()),
})
export type Lesson = z.infer<typeof lesson>

export const readLesson = endpoint({
  access: 'signedIn',
  summary: '一课的正文、影片与随堂题（不含答案），以及上次学到哪一秒',
  method: 'GET',
  path: '/me/lessons/:lessonId',
  input: z.strictObject({ lessonId: objectId }),
  reply: lesson,
})

const second = z
  .int('播放记录的格式不对')
  .check(z.gte(0, '播放记录的格式不对'), z.lte(36_000, '播放记录的格式不对'))
/** Whole seconds played, `to` excluded. */
export const stretch = z.strictObject({ from: second, to: second })
export type Stretch = z.infer<typeof stretch>

export const beatLesson = endpoint({
  access: 'signedIn',
  summary: '每15秒报告一次播放（阅读）了哪些秒；首次开始、暂停、离开时也报告',
  method: 'POST',
  path: '/me/lessons/:lessonId/beats',
  input: z.strictObject({
    lessonId: objectId,
    /** Empty when a session opens: time begins to count then. */
    ranges: z.array(stretch, '播放记录的格式不对').check(z.maxLength(60, '播放记录太长了')),
    position: second,
    /** Playback speed, for the record; the credit does not depend on it. */
    playback: z.optional(z.number().check(z.gte(0.25), z.lte(4))),
  }),
  reply: z.object({
    ...progress.shape,
    /** Seconds this beat added. */
    credited: z.int(),
    /** What was played and has no credit yet: send it again with a later beat. */
    pending: z.array(z.object({ from: z.int(), to: z.int() })),
  }),
})

export const answerStop = endpoint({
  access: 'guardian',
  summary: '回答影片中间的一道题；答过（不论对错）就可以接着看，并给出讲解',
  method: 'POST',
  path: '/me/lessons/:lessonId/stops',
  input: z.strictObject({ lessonId: objectId, at: second, chosen: choice }),
  reply: reviewed,
})

export const answerQuiz = endpoint({
  access: 'signedIn',
  summary: '提交随堂题；可以重做，全对为通过，提交后给出讲解',
  method: 'POST',
  path: '/me/lessons/:lessonId/quiz',
  input: z.strictObject({
    lessonId: objectId,
    answers: z.array(choice, '答案的格式不对').check(z.maxLength(20, '答案太多了')),
  }),
  reply: z.object({ isPassed: z.boolean(), questions: z.array(reviewed) }),
})
export type QuizAnswered = z.infer<(typeof answerQuiz)['reply']>

export const examPaper = z.object({
  attemptId: objectId,
  programmeCode: z.string(),
  programmeTitle: z.string(),
  startedAt: instant,
  endsAt: instant,
  /** The server's clock, so that a phone with a wrong one counts down rightly. */
  now: instant,
  questions: z.array(question),
})
export type ExamPaper = z.infer<typeof examPaper>

export const startExam = endpoint({
  access: 'signedIn',
  summary: '开始考试；已经开始的，返回同一份试卷',
  method: 'POST',
  path: '/me/programmes/:code/exams',
  /** The child whose name the certificate will carry. */
  input: z.strictObject({ code: programmeCode, studentId: z.optional(objectId) }),
  reply: examPaper,
})

export const examResult = z.object({
  attemptId: objectId,
  programmeCode: z.string(),
  programmeTitle: z.string(),
  /** `expired`: the time was over before the answers came. */
  outcome: z.enum(['passed', 'failed', 'expired']),
  score: z.int(),
  passPercent: z.int(),
  right: z.int(),
  total: z.int(),
  /** After failing: what to read again. The answers stay closed. */
  revise: z.array(z.object({ lessonId: objectId, title: z.string() })),
  /** After passing: every question with its explanation. */
  review: z.array(reviewed),
  certificateId: z.nullable(objectId),
  /** Passed, and this is still to come before the certificate. */
  awaits: z.optional(z.nullable(z.catch(z.enum(['evidence', 'school']), 'school'))),
  attemptsLeftToday: z.int(),
  nextAt: z.nullable(instant),
})
export type ExamResult = z.infer<typeof examResult>

export const submitExam = endpoint({
  access: 'signedIn',
  summary: '交卷；交两次结果相同',
  method: 'POST',
  path: '/me/exams/:attemptId/answers',
  input: z.strictObject({
    attemptId: objectId,
    answers: z.array(choice, '答案的格式不对').check(z.maxLength(200, '答案太多了')),
  }),
  reply: examResult,
})

export const readMyExam = endpoint({
  access: 'signedIn',
  summary: '我的一次考试：进行中是试卷，结束后是结果',
  method: 'GET',
  path: '/me/exams/:attemptId',
  input: z.strictObject({ attemptId: objectId }),
  reply: z.object({ paper: z.nullable(examPaper), result: z.nullable(examResult) }),
})

export const programme = z.object({
  code: z.string(),
  version: z.int(),
  title: z.string(),
  stage: z.string(),
  forGrades: z.array(z.string()),
  /** Offered to those grades, not asked of them. */
  isOptional: z.optional(z.boolean()),
  /** Written for a grade that the unit asked about has; those stand first. */
  isTaughtHere: z.optional(z.boolean()),
  summary: z.string(),
  hours: z.int(),
  lessons: z.int(),
  questions: z.int(),
  publishedAt: instant,
  givesCertificate: z.optional(z.boolean()),
  /** The unit whose programme it is; empty for those everybody has. */
  unitName: z.optional(z.string()),
})
export type Programme = z.infer<typeof programme>

export const listProgrammes = endpoint({
  access: 'staff',
  summary: '所有家长课程的现行版本；问教师课程就给教师课程',
  method: 'GET',
  path: '/units/:unitId/programmes',
  /** Without an audience, what is written for parents. */
  input: z.strictObject({
    unitId: objectId,
    audience: z.optional(z.enum(['guardian', 'staff'], '请选择家长课程或教师课程')),
  }),
  reply: z.object({ programmes: z.array(programme) }),
})

/** A question with its answer; only for those who edit courses. */
export const answeredQuestion = z.object({
  ...question.shape,
  correct: z.array(z.int()),
  explanation: z.string(),
})
export type AnsweredQuestion = z.infer<typeof answeredQuestion>

export const outlineLesson = z.object({
  id: objectId,
  number: z.int(),
  title: z.string(),
  kind: lessonKind,
  medium: z.optional(lessonMedium),
  theme: z.string(),
  summary: z.string(),
  minutes: z.int(),
  seconds: z.int(),
  poster: z.string(),
  videoAddress: z.nullable(z.string()),
  soundAddress: z.optional(z.nullable(z.string())),
  slides: z.optional(z.array(picture)),
  paper: z.optional(z.nullable(paper)),
  prompt: z.optional(z.string()),
  blocks: z.array(block),
  sources: z.array(z.string()),
  quiz: z.array(question),
})
export type OutlineLesson = z.infer<typeof outlineLesson>

export const readProgrammeOutline = endpoint({
  access: 'staff',
  summary: '一门课程的全部内容；能编辑课程的人还看得到题库与答案',
  method: 'GET',
  path: '/units/:unitId/programmes/:code',
  input: z.strictObject({ unitId: objectId, code: programmeCode }),
  reply: z.object({
    programme,
    hoursNote: z.string(),
    validityText: z.string(),
    rules: examRules,
    lessons: z.array(outlineLesson),
    /** `null` for those who may not see answers. */
    answers: z.nullable(
      z.object({
        quizzes: z.array(z.object({ lessonId: objectId, questions: z.array(answeredQuestion) })),
        bank: z.array(
          z.object({
            ...answeredQuestion.shape,
            code: z.string(),
            lessonTitle: z.string(),
            difficulty: z.int(),
          }),
        ),
      }),
    ),
  }),
})

/** How a question was answered, over the papers that were handed in. */
export const itemFigures = z.object({
  /** Code of the question, and the part of a case, counted from 1. */
  code: z.string(),
  part: z.nullable(z.int()),
  stem: z.string(),
  lessonTitle: z.string(),
  difficulty: z.int(),
  kind: z.catch(questionKind, 'single'),
  shown: z.int(),
  /** `null` below twenty papers: too few to say anything. */
  figures: z.nullable(
    z.object({
      /** Share of right answers, 0–1. */
      facility: z.number(),
      /** Correlation with the rest of the paper, −1 to 1; `null` where everybody answered alike. */
      discrimination: z.nullable(z.number()),
      verdict: z.catch(z.enum(['fine', 'easy', 'hard', 'weak', 'suspect']), 'fine'),
    }),
  ),
  options: z.array(z.object({ text: z.string(), isRight: z.boolean(), chosen: z.nullable(z.int()) })),
})
export type ItemFigures = z.infer<typeof itemFigures>

export const readItemStatistics = endpoint({
  access: 'staff',
  summary: '题目分析：每道题的难度、区分度和各选项被选的次数，给编写课程的人看',
  method: 'GET',
  path: '/units/:unitId/programmes/:code/item-statistics',
  input: z.strictObject({ unitId: objectId, code: programmeCode }),
  reply: z.object({
    version: z.int(),
    /** Papers that were looked at: the latest five thousand of this version. */
    papers: z.int(),
    /** Fewer than these say nothing of a question. */
    least: z.int(),
    items: z.array(itemFigures),
  }),
})

export const completionRow = z.object({
  unitId: objectId,
  kind: z.enum(['city', 'district', 'school', 'grade', 'class']),
  name: z.string(),
  /** Families of the grades that must hold the certificate. */
  families: z.int(),
  /** Of these, families in which a guardian holds it. */
  completed: z.int(),
})
export type CompletionRow = z.infer<typeof completionRow>

export const readCompletion = endpoint({
  access: 'staff',
  summary: '绿证完成情况：本单位与下一级，应完成家庭与已完成家庭',
  method: 'GET',
  path: '/units/:unitId/programmes/:code/completion',
  input: z.strictObject({ unitId: objectId, code: programmeCode }),
  reply: z.object({ total: completionRow, rows: z.array(completionRow) }),
})

export const learnerFamily = z.object({
  studentId: objectId,
  number: z.string(),
  studentName: z.string(),
  /** How far the guardian is who is furthest; `null` when nobody has begun. */
  percent: z.nullable(z.int()),
  hasJoined: z.boolean(),
  certificateNumber: z.nullable(z.string()),
})
export type LearnerFamily = z.infer<typeof learnerFamily>

export const listLearnersOfClass = endpoint({
  access: 'staff',
  summary: '一个班里谁已拿到绿证、谁还没有，按学号排列',
  method: 'GET',
  path: '/classes/:classId/programmes/:code/learners',
  input: z.strictObject({ classId: objectId, code: programmeCode }),
  reply: z.object({ className: z.string(), families: z.array(learnerFamily) }),
})

/** What a school does for those who have passed, all at once. */
export const releaseState = z.object({
  /** Guardians who have passed and wait for the school. */
  waiting: z.int(),
  /** Of those released, how many do not have the certificate yet: it is being issued. */
  issuing: z.int(),
  /** Guardians who have passed and still have to show that they took part. */
  awaitingEvidence: z.int(),
  abilities: z.object({ release: z.boolean() }),
})
export type ReleaseState = z.infer<typeof releaseState>

export const readRelease = endpoint({
  access: 'staff',
  summary: '批量发证：一门课程里已经达到条件、等学校发证的有多少，发到哪里了',
  method: 'GET',
  path: '/units/:unitId/programmes/:code/release',
  input: z.strictObject({ unitId: objectId, code: programmeCode }),
  reply: releaseState,
})

export const releaseCertificates = endpoint({
  access: 'staff',
  summary: '给已经达到条件的家长一次发证；点两次只发一次',
  method: 'POST',
  path: '/units/:unitId/programmes/:code/release',
  input: z.strictObject({ unitId: objectId, code: programmeCode }),
  reply: releaseState,
})

export const remindLearners = endpoint({
  access: 'staff',
  summary: '提醒还没拿到绿证的家庭去学习，同一个班两小时内最多一次',
  method: 'POST',
  path: '/units/:unitId/programmes/:code/reminders',
  input: z.strictObject({ unitId: objectId, code: programmeCode }),
  /** Families that were reminded, guardians of theirs, and how many of those WeChat reaches now: 可提醒 23/45. */
  reply: z.object({ families: z.int(), guardians: z.int(), reachable: z.int() }),
})
