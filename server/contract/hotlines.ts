import * as z from 'zod/mini'
import { day, endpoint, objectId, words } from './endpoint.ts'

/** A help line: whom to call when a child or a parent is not well. */
export const helpLine = z.object({
  name: z.string(),
  number: z.string(),
  /** 24小时, 工作日8:30–17:00 */
  hours: z.string(),
  /** What it is for, in a sentence for a worried parent. */
  about: z.string(),
  allDay: z.boolean(),
  /** Somebody answers at this hour; null where its hours do not say for certain. */
  isOpen: z.optional(z.nullable(z.boolean())),
})
export type HelpLine = z.infer<typeof helpLine>

export const listHelpLines = endpoint({
  access: 'public',
  isPersonal: true,
  summary: '本市的求助热线与接听时间，夜里有人接的在前',
  method: 'GET',
  path: '/help-lines',
  input: z.strictObject({
    /** The child that is chosen on the phone: its city's lines. */
    studentId: z.optional(objectId),
  }),
  reply: z.object({ lines: z.array(helpLine) }),
})

/** A line that a city adds to its prepared set. */
export const cityLine = z.strictObject({
  name: words('热线名称', 20),
  number: z.string('请填写号码').check(z.trim(), z.regex(/^[0-9][0-9-]{2,19}$/, '号码用数字和横线，至少3位')),
  hours: words('接听时间', 40),
  about: words('说明', 60),
  allDay: z.boolean(),
})
export type CityLine = z.infer<typeof cityLine>

export const cityHelpLines = z.object({
  /** The prepared set that was chosen; null while this installation's usual one is shown. */
  set: z.nullable(z.string()),
  sets: z.array(
    z.object({
      code: z.string(),
      name: z.string(),
      checkedOn: day,
      /** Its own check is more than a year old. */
      isLate: z.optional(z.boolean()),
      /** With what it was compared, and what is still to be asked by telephone. */
      checkedAgainst: z.optional(z.string()),
    }),
  ),
  own: z.array(cityLine),
  /** When somebody last rang the numbers up; null while nobody has said so. */
  checkedOn: z.nullable(day),
  /** Who said so. */
  checkedBy: z.optional(z.nullable(z.string())),
  /** A year has passed, or nobody has ever checked. */
  isCheckDue: z.boolean(),
  /** What families of this city see. */
  shown: z.array(helpLine),
})
export type CityHelpLines = z.infer<typeof cityHelpLines>

export const readCityHelpLines = endpoint({
  access: 'staff',
  summary: '本市家长看到的求助热线：选用哪一组、自己加了哪些、上次核对的日期',
  method: 'GET',
  path: '/units/:unitId/help-lines',
  input: z.strictObject({ unitId: objectId }),
  reply: cityHelpLines,
})

export const saveCityHelpLines = endpoint({
  access: 'staff',
  summary: '市管理员选用一组热线并增补本市的；逐个打过电话后记下核对日期',
  method: 'PUT',
  path: '/units/:unitId/help-lines',
  input: z.strictObject({
    unitId: objectId,
    set: z.nullable(z.string().check(z.regex(/^[a-z]{2,20}$/, '没有这一组热线'))),
    own: z.array(cityLine).check(z.maxLength(10, '最多增补10条热线')),
    /** Every number was rung up today. */
    isChecked: z.boolean(),
  }),
  reply: cityHelpLines,
})
