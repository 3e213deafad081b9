import * as z from 'zod/mini'
import { done, endpoint, objectId, words } from './endpoint.ts'
import { answerItems, answerRow, letterForm, optionCount } from './letter-form.ts'
import { unitKind } from './org.ts'

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
  summary: '代家长登记纸上、电话里或当面的答复，并注明是代录',
  method: 'POST',
  path: '/letters/:letterId/sheets/:classId/entries',
  input: z.strictObject({
    ...ofClass,
    studentId: objectId,
    /** Which of the guardians it came from; left out where the school knows none. */
    guardianshipId: z.optional(objectId),
    way: z.enum(['paper', 'call', 'visit']),
    answers: answerItems,
  }),
  reply: done,
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
