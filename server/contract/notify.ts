import * as z from 'zod/mini'
import { endpoint, instant, objectId } from './endpoint.ts'

/** What a message is about. Each kind has one WeChat template. */
export const messageKind = z.enum([
  'letter',
  'letterReminder',
  'callBooked',
  'callCancelled',
  'callReminder',
  'joinRequest',
  'joinDecided',
  'certificate',
  'certificateExpiry',
  'studyReminder',
  'evidenceDecided',
  'survey',
  'live',
  'liveReminder',
  /** A child has another class or school: 转班, 转学, 小升初, 学年升级. */
  'childMoved',
  /** Something waits for a member of staff, or what they asked for was decided. */
  'staffMatter',
  /** A post answered a family below a letter, and a family wrote to a post. */
  'reply',
  'replyStaff',
  /** A person of the school has sent back what somebody wrote or sent. */
  'contentReturned',
])
/** A kind that a later release has added reads as the plainest one. */
const shownKind = z.catch(messageKind, 'letter')
export type MessageKind = z.infer<typeof messageKind>

const messageId = z.string().check(z.regex(/^[\w.:-]{1,240}$/, '编号不对'))
/** Where the page before ended: its last moment and message. */
const pageMark = z.string().check(z.regex(/^\d{1,15}~[\w.:-]{1,240}$/, '编号不对'))

export const myMessage = z.object({
  id: messageId,
  kind: shownKind,
  title: z.string(),
  text: z.string(),
  /** Page of the mini-program that a tap opens, with its query. */
  page: z.string(),
  at: instant,
  readAt: z.nullable(instant),
})
export type MyMessage = z.infer<typeof myMessage>

export const listMyMessages = endpoint({
  access: 'signedIn',
  summary: '我的消息，新的在前',
  method: 'GET',
  path: '/me/messages',
  input: z.strictObject({ after: z.optional(pageMark) }),
  reply: z.object({
    messages: z.array(myMessage),
    next: z.nullable(z.string()),
    /** Counted up to 100. */
    unread: z.int(),
  }),
})

export const readMyMessages = endpoint({
  access: 'signedIn',
  summary: '把消息标为已读：指定的几条，或全部',
  method: 'POST',
  path: '/me/messages/read',
  input: z.strictObject({ ids: z.optional(z.array(messageId).check(z.maxLength(50, '一次最多50条'))) }),
  reply: z.object({ unread: z.int() }),
})

/** One kind of reminder and how many of it WeChat may still send to me. */
export const mySubscription = z.object({
  kind: shownKind,
  label: z.string(),
  /** For `wx.requestSubscribeMessage`. */
  templateId: z.string(),
  left: z.int(),
  /** Allowed once for all; nothing is used up. */
  isLongTerm: z.optional(z.boolean()),
  /** Switched off in WeChat's settings: only there it is switched on again. */
  isOff: z.optional(z.boolean()),
})
export type MySubscription = z.infer<typeof mySubscription>

export const listMySubscriptions = endpoint({
  access: 'signedIn',
  summary: '我的微信提醒还剩几次',
  method: 'GET',
  path: '/me/subscriptions',
  input: z.strictObject({}),
  reply: z.object({ subscriptions: z.array(mySubscription) }),
})

export const reportMySubscriptions = endpoint({
  access: 'signedIn',
  summary: '我刚才允许了哪些微信提醒',
  method: 'POST',
  path: '/me/subscriptions',
  input: z.strictObject({
    /** Made by the page for each tap, so that a repeated report counts once. */
    tapId: z.string().check(z.regex(/^[\w-]{8,64}$/, '编号不对')),
    /** WeChat asks for three at most. */
    accepted: z
      .array(z.string().check(z.minLength(1), z.maxLength(100)))
      .check(z.maxLength(3, '一次最多三种提醒')),
  }),
  reply: z.object({ subscriptions: z.array(mySubscription) }),
})

export const sentStatus = z.enum([
  'pending',
  'sending',
  'sent',
  'failed',
  'unreachable',
  'unknown',
  'withdrawn',
])
export type SentStatus = z.infer<typeof sentStatus>

/** One message to one person, as its sender may know it. */
export const sentMessage = z.object({
  id: messageId,
  kind: shownKind,
  personName: z.string(),
  title: z.string(),
  status: sentStatus,
  /** Why it did not arrive, in a sentence; null when it did or is under way. */
  reason: z.nullable(z.string()),
  dueAt: instant,
  sentAt: z.nullable(instant),
})
export type SentMessage = z.infer<typeof sentMessage>

export const listSentMessages = endpoint({
  access: 'staff',
  summary: '为一件事发出的提醒：送达了谁，没有送达谁，为什么',
  method: 'GET',
  path: '/units/:unitId/sent-messages',
  input: z.strictObject({
    unitId: objectId,
    /** The letter, call or application the messages are about. */
    subject: z.string().check(z.regex(/^[\w.-]{1,64}$/, '编号不对')),
    after: z.optional(messageId),
  }),
  reply: z.object({
    messages: z.array(sentMessage),
    next: z.nullable(z.string()),
    counts: z.record(z.string(), z.int()),
  }),
})

/** What became of one message to a guardian, in words; what it was about is named only where it is the reader's. */
export const explainedMessage = z.object({
  kind: shownKind,
  label: z.string(),
  title: z.nullable(z.string()),
  at: instant,
  status: z.catch(sentStatus, 'sent'),
  outcome: z.string(),
})
export type ExplainedMessage = z.infer<typeof explainedMessage>

export const explainMessages = endpoint({
  access: 'staff',
  summary: '一位家长为什么没收到提醒：最近的消息、微信提醒还剩几次、短信',
  method: 'GET',
  path: '/students/:studentId/guardians/:guardianshipId/messages',
  input: z.strictObject({ studentId: objectId, guardianshipId: objectId }),
  reply: z.object({
    /** In a sentence each, the most telling first. */
    hints: z.array(z.string()),
    /** A reminder reaches this person now: nothing has to be done. */
    isReached: z.optional(z.boolean()),
    subscriptions: z.array(mySubscription),
    messages: z.array(explainedMessage),
  }),
})
