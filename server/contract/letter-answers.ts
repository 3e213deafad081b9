import * as z from 'zod/mini'
import { done, endpoint, objectId, words } from './endpoint.ts'
import { answerItems, answerRow, letterForm, optionCount } from './letter-form.ts'
import { unitKind } from './org.ts'

const entryWay = z.enum(['paper', 'call', 'visit'], '请选择纸上、电话里或当面')
const ofClass = { letterId: objectId, classId: objectId }

export const readAnswerFigures = endpoint({
  access: 'staff',
  summary: '信末的表答得怎样：每个选项几家，哪些班有家长意见不一',
  method: 'GET',
  path: '/letters/:letterId/answers',
  input: z.strictObject({ letterId: objectId, unitId: objectId }),
  reply: z.object({
    form: letterForm,
    answered: z.int(),
    conflicts: z.int(),
    counts: z.array(optionCount),
    rows: z.array(
      z.object({
        unitId: objectId,
        kind: unitKind,
        name: z.string(),
        answered: z.int(),
        conflicts: z.int(),
      }),
    ),
  }),
})

export const readAnswers = endpoint({
  access: 'staff',
  summary: '一个班每家的答复，按学号排列',
  method: 'GET',
  path: '/letters/:letterId/sheets/:classId/answers',
  input: z.strictObject(ofClass),
  reply: z.object({
    className: z.string(),
    form: z.nullable(letterForm),
    rows: z.array(answerRow),
    counts: z.array(optionCount),
    conflicts: z.int(),
    abilities: z.object({ enter: z.boolean(), settle: z.boolean() }),
  }),
})

export const enterAnswer = endpoint({
  access: 'staff',
  summary: '代家长登记纸上、电话里或当面的答复，并注明是代登记',
  method: 'POST',
  path: '/letters/:letterId/sheets/:classId/entries',
  input: z.strictObject({
    ...ofClass,
    studentId: objectId,
    /** Which of the guardians it came from; left out where the school knows none. */
    guardianshipId: z.optional(objectId),
    way: entryWay,
    answers: answerItems,
    /** Another opinion, where the letter is confirmed or signed. */
    objection: z.optional(words('原因', 200)),
    /** Photos of the paper, uploaded before: `POST /api/letters/:letterId/sheets/:classId/papers/:studentId?request=…`. */
    papers: z.optional(z.array(objectId).check(z.maxLength(3, '一份答复最多3张照片'))),
  }),
  reply: done,
})

export const enterForMany = endpoint({
  access: 'staff',
  summary: '交了纸的几家一起登记；已经交过回执的不动',
  method: 'POST',
  path: '/letters/:letterId/sheets/:classId/entries-of-many',
  input: z.strictObject({
    ...ofClass,
    studentIds: z
      .array(objectId)
      .check(z.minLength(1, '请勾选交了的家庭'), z.maxLength(100, '一次最多登记100家')),
    way: entryWay,
    answers: answerItems,
  }),
  reply: z.object({ entered: z.int(), skipped: z.int() }),
})

export const enterTable = endpoint({
  access: 'staff',
  summary: '交来的表一家一行登记；已经交过回执的不动，填得不对的一行说明原因，别的照样登记',
  method: 'POST',
  path: '/letters/:letterId/sheets/:classId/entries-in-table',
  input: z.strictObject({
    ...ofClass,
    way: entryWay,
    rows: z
      .array(
        z.strictObject({
          studentId: objectId,
          answers: answerItems,
          papers: z.optional(z.array(objectId).check(z.maxLength(3, '一份答复最多3张照片'))),
        }),
      )
      .check(z.minLength(1, '还没有填好的一行'), z.maxLength(100, '一次最多登记100家')),
  }),
  reply: z.object({
    entered: z.array(objectId),
    /** Who had answered meanwhile. */
    skipped: z.int(),
    problems: z.array(z.object({ studentId: objectId, problem: z.string() })),
  }),
})

export const undoEntries = endpoint({
  access: 'staff',
  summary: '撤销登记：代登记的记录收回，家长自己的回执不动',
  method: 'POST',
  path: '/letters/:letterId/sheets/:classId/entries-undone',
  input: z.strictObject({
    ...ofClass,
    studentIds: z
      .array(objectId)
      .check(z.minLength(1, '请选择要撤销的家庭'), z.maxLength(100, '一次最多撤销100家')),
  }),
  reply: z.object({ undone: z.int() }),
})

export const settleConflict = endpoint({
  access: 'staff',
  summary: '几位家长意见不一，和家里商量好以后记下结果',
  method: 'POST',
  path: '/letters/:letterId/sheets/:classId/settlements',
  input: z.strictObject({
    ...ofClass,
    studentId: objectId,
    decision: words('商量的结果', 20),
    note: words('怎样商量的', 200),
  }),
  reply: done,
})
