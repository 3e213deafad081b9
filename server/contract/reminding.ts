import * as z from 'zod/mini'
import { done, endpoint, instant, objectId } from './endpoint.ts'

/** When a letter reminds of itself, always at eight in the morning. */
export const reminderStep = z.enum(['after1', 'after2', 'after4', 'after7', 'before3', 'before1', 'onDay'])
export type ReminderStep = z.infer<typeof reminderStep>
export const reminderSteps = z.array(reminderStep).check(z.maxLength(7, '提醒的时间选得太多了'))

/** What became of one round of reminders, in people. */
export const reminderRound = z.object({
  people: z.int(),
  /** WeChat took the message on, and did not say afterwards that it could not be delivered. */
  sent: z.int(),
  /** As a text message, where WeChat did not reach. */
  texted: z.int(),
  /** On the way, or kept for the next morning because today's message was sent already. */
  waiting: z.int(),
  /** Read or answered before it would have gone, or taken back. */
  spared: z.int(),
  /** Not reached, for one reason or another; they see it in the mini-program. */
  missed: z.int(),
})
export type ReminderRound = z.infer<typeof reminderRound>

export const plannedStep = z.object({
  step: z.catch(reminderStep, 'after2'),
  at: instant,
  /** coming: not yet · done: written to everybody who had not answered · skipped: nobody had to be reminded any more. */
  state: z.catch(z.enum(['coming', 'done', 'skipped']), 'coming'),
  outcome: z.nullable(reminderRound),
})
export type PlannedStep = z.infer<typeof plannedStep>

export const readReminderPlan = endpoint({
  access: 'staff',
  summary: '一封信的提醒：计划在什么时候提醒，已经提醒的结果怎样，现在能提醒多少人',
  method: 'GET',
  path: '/letters/:letterId/reminders',
  input: z.strictObject({ letterId: objectId, unitId: objectId }),
  reply: z.object({
    /** What the author has chosen. */
    chosen: z.array(z.catch(reminderStep, 'after2')),
    steps: z.array(plannedStep),
    /** What became of the message that came with the letter; null while it is not written. */
    first: z.optional(z.nullable(reminderRound)),
    /** Asked for by hand, the last round last. */
    byHand: z.array(z.object({ round: z.int(), outcome: reminderRound })),
    /** Families that have not done what is asked, how many of them WeChat would ring up now, and how many a text message would reach besides; not counted above a school. */
    remindable: z.nullable(z.object({ families: z.int(), wechat: z.int(), text: z.optional(z.int()) })),
    /** When the classes here may be reminded by hand again; null when they may now. */
    remindAfter: z.nullable(instant),
    mayPlan: z.boolean(),
  }),
})

export const planReminders = endpoint({
  access: 'staff',
  summary: '改一封信的提醒计划：选哪几次，不选就不再自动提醒',
  method: 'PUT',
  path: '/letters/:letterId/reminders',
  input: z.strictObject({ letterId: objectId, steps: reminderSteps }),
  reply: done,
})
