import * as z from 'zod/mini'
import { endpoint, objectId } from './endpoint.ts'

export const printPaperNotices = endpoint({
  access: 'staff',
  summary:
    '给提醒不到的家庭打印纸质通知（PDF）：信、回执和二维码，一家一份；一个班或一所学校，也可以只打一家',
  method: 'GET',
  path: '/letters/:letterId/paper-notices',
  input: z.strictObject({ letterId: objectId, unitId: objectId, studentId: z.optional(objectId) }),
  reply: z.object({ link: z.string(), name: z.string(), families: z.int() }),
})
