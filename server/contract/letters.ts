import * as z from 'zod/mini'
import { audienceParts, shownParts, shownStaff, staffAudience } from './audiences.ts'
import { day, done, endpoint, instant, objectId, whole, words } from './endpoint.ts'
import { answerItem, answerItems, familyAnswer, formerAnswer, letterForm, penStroke } from './letter-form.ts'
import { familyDifference, familyProgress, myObjection, receiptRule } from './letter-receipts.ts'
import { unitKind } from './org.ts'
import { reminderStep, reminderSteps } from './reminding.ts'

/** 家长信 from an office, 通知 from a class. One engine. */
export const letterKind = z.enum(['letter', 'notice'])

/** What families are asked for: 看过就好, 点确认, 手写签字. */
export const confirmation = z.enum(['read', 'confirm', 'sign'])
export type Confirmation = z.infer<typeof confirmation>

export const letterStatus = z.enum(['draft', 'scheduled', 'sending', 'sent', 'withdrawn'])
export type LetterStatus = z.infer<typeof letterStatus>

export const run = z.object({ text: z.string(), isBold: z.boolean(), link: z.optional(z.string()) })
export const block = z.object({
  kind: z.catch(z.enum(['paragraph', 'heading', 'item', 'number', 'picture']), 'paragraph'),
  runs: z.array(run),
  number: z.optional(z.int()),
  picture: z.optional(z.object({ address: z.string(), width: z.int(), height: z.int() })),
})

/** Families by what they have done. One family is one child; whichever guardian acts first is counted. */
export const tally = z.object({
  expected: z.int(),
  /** At least one guardian has joined, so that the letter is seen in the mini-program. */
  reached: z.int(),
  read: z.int(),
  confirmed: z.int(),
  signed: z.int(),
})
export type Tally = z.infer<typeof tally>

const atNode = {
  code: z.string().check(z.regex(/^[a-z][a-z0-9-]{2,59}$/, '没有这个节点')),
  year: whole(2020, 2100),
}
const forNode = z.optional(z.strictObject(atNode))
/** The day of the year's calendar a letter belongs to. */
export const letterNode = z.object({ code: z.string(), year: z.int(), title: z.string() })

/** Its node has moved, or is off, since it was written: what was, what is, and what becomes of the letter that follows. */
export const nodeMove = z.object({
  from: day,
  to: day,
  isOff: z.boolean(),
  before: z.object({ from: day, to: day }),
  dueOn: z.nullable(day),
  sendAt: z.nullable(instant),
})
export type NodeMove = z.infer<typeof nodeMove>

/** What the author fills in before sending: 〔请填写：费用，没有就写“不收费”〕. A day is kept as `YYYY-MM-DD`. */
export const authorBlank = z.strictObject({
  name: z.string().check(z.minLength(1), z.maxLength(40)),
  type: z.enum(['text', 'date', 'number', 'choice', 'phone']),
  choices: z.optional(z.array(z.string().check(z.maxLength(60))).check(z.maxLength(8))),
  value: z.string().check(z.trim(), z.maxLength(300, '填空最多写300个字')),
})
export type AuthorBlank = z.infer<typeof authorBlank>

export const letterTemplate = z.object({
  code: z.string(),
  title: z.string(),
  kind: letterKind,
  stages: z.array(z.string()),
  /** What it is for, as lists of templates are headed: 开学前后. */
  occasion: z.optional(z.string()),
  /** Speaks of one child: for chosen families, never for a class (B4, B5). */
  isForOneFamily: z.optional(z.boolean()),
  /** About worry: 附上求助热线 is ticked to begin with (B8). */
  offersHelp: z.optional(z.boolean()),
  summary: z.string(),
  confirmation,
  dueDays: z.int(),
  pledge: z.string(),
  body: z.string(),
  /** What families fill in below it. */
  form: z.optional(letterForm),
  /** What its author fills in, with an example of each; still empty, but for the days of its node where a unit asks. */
  blanks: z.optional(z.array(z.object({ ...authorBlank.shape, example: z.string() }))),
})
export type LetterTemplate = z.infer<typeof letterTemplate>

export const listLetterTemplates = endpoint({
  access: 'staff',
  summary: '家长信模板；写明单位，就填好年度日历里已经定下的日子',
  method: 'GET',
  path: '/letter-templates',
  input: z.strictObject({
    unitId: z.optional(objectId),
    /** The node a letter is begun for; without one the next that offers the template. */
    node: z.optional(atNode.code),
    year: z.optional(atNode.year),
  }),
  reply: z.object({ templates: z.array(letterTemplate) }),
})

const unitIds = z.array(objectId, '请选择收信的范围').check(z.maxLength(200, '一次最多选200个单位'))
/** Single families beside the units, and families that are left out, by their child. */
const families = {
  studentIds: z.optional(z.array(objectId).check(z.maxLength(100, '一次最多点名100个家庭'))),
  excludedIds: z.optional(z.array(objectId).check(z.maxLength(100, '一次最多排除100个家庭'))),
}

export const countAudience = endpoint({
  access: 'staff',
  summary: '选中的范围有多少家庭，其中多少收得到',
  method: 'POST',
  path: '/units/:unitId/audience',
  input: z.strictObject({
    unitId: objectId,
    unitIds,
    ...families,
    parts: z.optional(audienceParts),
    staff: z.optional(z.nullable(staffAudience)),
    /** What the letter asks: a city may pay for text messages of letters to be signed alone. */
    confirmation: z.optional(confirmation),
  }),
  reply: z.object({
    /** Of a letter to staff, people. */
    families: z.int(),
    /** At least one guardian has joined and sees the letter in the mini-program. */
    joined: z.int(),
    /** Guardians WeChat would ring up as well; not counted for very large audiences. */
    wechat: z.nullable(z.int()),
    /** Of so many guardians who have joined. */
    guardians: z.optional(z.int()),
    /** Of the families who have joined: WeChat rings, a text message reaches besides (null where nobody pays for one), or only the mini-program shows it. Not asked of very large audiences. */
    reach: z.optional(
      z.object({
        wechat: z.int(),
        text: z.nullable(z.int()),
        app: z.int(),
        /** The text messages this takes, and how many the money that is left still pays for, of the day or, where that is less, of the month. */
        texts: z.optional(
          z.object({ needed: z.int(), paid: z.int(), of: z.catch(z.enum(['day', 'month']), 'day') }),
        ),
      }),
    ),
    /** As of when a district or city was counted last; null when it is of this moment. */
    countedAt: z.optional(z.nullable(instant)),
    /** It is being counted anew: whoever asks again in a moment hears of it. */
    isCounting: z.optional(z.boolean()),
    /** Nobody has counted all of its districts yet: `families` are those of so many. */
    progress: z.optional(z.nullable(z.object({ done: z.int(), of: z.int() }))),
    /** More children have the mark than were looked at one by one. */
    isAtLeast: z.optional(z.boolean()),
  }),
})

const written = {
  title: words('标题', 40),
  body: words('正文', 5000),
  confirmation,
  dueOn: z.nullable(day),
  /** When it reminds of itself; left out, as is usual: after two days, the day before, and on the last day. */
  remindOn: z.optional(reminderSteps),
  /** 紧急: rings at night, too, and waits for no other message. */
  isUrgent: z.optional(z.boolean()),
  /** Whom WeChat does not reach with the letter itself gets a text message at once, where the city pays for it. */
  textsFirst: z.optional(z.boolean()),
}
const draft = {
  ...written,
  // A draft saves itself while it is being written: what is still missing is asked for when it is sent.
  title: z.string('请填写标题').check(z.trim(), z.maxLength(40, '标题最多40个字')),
  body: z.string('请填写正文').check(z.trim(), z.maxLength(5000, '正文最多5000个字')),
  /** What families confirm or sign, in one sentence; empty where reading is all. */
  pledge: z.string().check(z.trim(), z.maxLength(120, '确认的话最多120个字')),
  audience: unitIds,
  ...families,
  /** Grades, campuses, groups and marks beside the units, and what is left out; left out itself it stays as it is. */
  parts: z.optional(audienceParts),
  /** To members of staff, by post, and to no family; null makes it one to families, left out it stays as it is. */
  staff: z.optional(z.nullable(staffAudience)),
  /** Who of a family has to confirm or sign; a form has a rule of its own. */
  receiptRule: z.optional(receiptRule),
  /** What families fill in; null takes it away, left out it stays as it is. */
  form: z.optional(z.nullable(letterForm)),
  /** What a new edition puts right, in one sentence for those who have read the one before. */
  correction: z.optional(z.string().check(z.trim(), z.maxLength(100, '更正说明最多100个字'))),
  /** What the author has filled in so far; it is put into the text when the letter goes out. */
  blanks: z.optional(z.array(authorBlank).check(z.maxLength(30))),
  /** 附上求助热线: the lines of the family's own city below the letter (B8). */
  offersHelp: z.optional(z.boolean()),
  /** Where replies go; left out, as is usual for its kind. */
  replies: z.optional(z.enum(['author', 'classTeacher', 'none'], '请选择回复交给谁')),
}
/** The draft as it was read; a save over a newer one is refused. Left out, the last save wins. */
const revision = z.optional(z.int('版本不对').check(z.gte(0, '版本不对'), z.lte(1e9, '版本不对')))

/** A file beside the text: frozen with the letter by its SHA-256. */
export const attachment = z.object({
  id: objectId,
  name: z.string(),
  kind: z.catch(z.enum(['pdf', 'image', 'docx', 'xlsx', 'pptx']), 'pdf'),
  bytes: z.int(),
  sha256: z.string(),
})
export type Attachment = z.infer<typeof attachment>

/** Made by the page for each new letter: sent twice, it is still one letter. */
export const requestId = z.string().check(z.regex(/^[\w-]{8,64}$/, '编号不对'))

export const letterApproval = z.object({
  state: z.catch(z.enum(['submitted', 'approved', 'returned']), 'submitted'),
  /** The unit it waits for. */
  unitName: z.string(),
  by: z.string(),
  at: instant,
  hash: z.string(),
  words: z.nullable(z.string()),
  decidedBy: z.nullable(z.string()),
  decidedAt: z.nullable(instant),
  /** Kept back because nobody has vouched for its words yet. */
  isForSafety: z.boolean(),
  sendsItself: z.boolean(),
})

/** A picture within a letter or beside it that is being looked at, or was sent back with words. */
export const pictureLook = z.object({
  name: z.string(),
  state: z.catch(z.enum(['waiting', 'returned']), 'waiting'),
  /** Readers of the letter do not see it. */
  isHidden: z.boolean(),
  words: z.nullable(z.string()),
})
export type PictureLook = z.infer<typeof pictureLook>

/** A letter as it was handed in the time before, so that who sees it again sees what changed. */
const handedIn = z.object({
  at: instant,
  title: z.string(),
  body: z.string(),
  pledge: z.string(),
  confirmation,
  dueOn: z.nullable(day),
  correction: z.string(),
  form: z.nullable(letterForm),
  offersHelp: z.boolean(),
  audience: z.string(),
  attachments: z.array(z.object({ name: z.string(), sha256: z.string() })),
})

export const letter = z.object({
  id: objectId,
  unitId: objectId,
  unitName: z.string(),
  authorName: z.string(),
  kind: letterKind,
  title: z.string(),
  body: z.string(),
  pledge: z.string(),
  confirmation,
  audience: z.array(z.object({ unitId: objectId, name: z.string() })),
  /** Single families beside the units, and those left out; named for who may see families. */
  students: z.optional(z.array(z.object({ studentId: objectId, name: z.string() }))),
  excluded: z.optional(z.array(z.object({ studentId: objectId, name: z.string() }))),
  /** Grades, campuses, groups and marks beside the units, and what is left out of all. */
  parts: z.optional(shownParts),
  /** Speaks of one child; nobody but the author's own office sees it (B4, B5). */
  isForOneFamily: z.optional(z.boolean()),
  /** To members of staff by post; its receipts stand in the room `staffLetters`. */
  staff: z.optional(z.nullable(shownStaff)),
  receiptRule: z.optional(z.catch(receiptRule, 'any')),
  /** 附上求助热线 */
  offersHelp: z.optional(z.boolean()),
  /** Where it comes from: 年度日历. */
  node: z.optional(z.nullable(letterNode)),
  /** Until somebody has taken the new days, or kept the old ones. */
  nodeMove: z.optional(z.nullable(nodeMove)),
  /** A draft that was put away, and the last day on which it can be taken up again. */
  expired: z.optional(z.nullable(z.object({ at: instant, until: day }))),
  form: z.optional(z.nullable(letterForm)),
  blanks: z.optional(z.array(authorBlank)),
  attachments: z.optional(z.array(attachment)),
  /** Its pictures that somebody looks at or has sent back; for its authors. */
  looks: z.optional(z.array(pictureLook)),
  revision: z.optional(z.int()),
  /** To whom families' replies go. */
  replies: z.optional(z.catch(z.enum(['author', 'classTeacher', 'none']), 'author')),
  dueOn: z.nullable(day),
  remindOn: z.optional(z.array(z.catch(reminderStep, 'after2'))),
  isUrgent: z.optional(z.boolean()),
  textsFirst: z.optional(z.boolean()),
  status: letterStatus,
  sendAt: z.nullable(instant),
  sentAt: z.nullable(instant),
  /** 1, and one more for each corrected edition. */
  version: z.int(),
  /** SHA-256 of the text as it was sent. */
  textHash: z.nullable(z.string()),
  supersedes: z.nullable(objectId),
  supersededBy: z.nullable(objectId),
  /** 更正说明 of a new edition, and the editions before it with their receipts, the newest first. */
  correction: z.optional(z.nullable(z.string())),
  earlier: z.optional(
    z.array(z.object({ id: objectId, version: z.int(), sentAt: instant, tally: z.nullable(tally) })),
  ),
  withdrawn: z.optional(z.nullable(z.object({ reason: z.string(), at: instant }))),
  /** A letter of a unit above that this one passes on, with words of its own before it. */
  forwardOf: z.optional(
    z.nullable(
      z.object({
        letterId: objectId,
        unitName: z.string(),
        title: z.string(),
        /** What became of the original since, until the unit has withdrawn, taken it over or kept its own. */
        fate: z.optional(
          z.nullable(
            z.object({
              kind: z.catch(z.enum(['withdrawn', 'corrected']), 'corrected'),
              words: z.string(),
              at: instant,
              letterId: objectId,
            }),
          ),
        ),
      }),
    ),
  ),
  /** Where it stands with the unit that wants to see it first: 待审核, 已通过, 已退回. */
  approval: z.optional(z.nullable(letterApproval)),
  /** It was to go at an hour and did not: why, and since when it lies here. */
  heldBack: z.optional(z.nullable(z.object({ why: z.string(), at: instant }))),
  lastHandedIn: z.optional(z.nullable(handedIn)),
  /** A draft that has to be seen before it goes out. */
  needsApproval: z.optional(z.boolean()),
  /** Counted within the unit that was asked about; null before it is sent. */
  tally: z.nullable(tally),
  abilities: z.object({
    edit: z.boolean(),
    queue: z.boolean(),
    unqueue: z.boolean(),
    remove: z.boolean(),
    withdraw: z.boolean(),
    revise: z.boolean(),
    remind: z.boolean(),
    seeNames: z.boolean(),
    copy: z.optional(z.boolean()),
    forward: z.optional(z.boolean()),
    submit: z.optional(z.boolean()),
    recall: z.optional(z.boolean()),
    decide: z.optional(z.boolean()),
    settle: z.optional(z.boolean()),
    restore: z.optional(z.boolean()),
  }),
})
export type Letter = z.infer<typeof letter>

export const createLetter = endpoint({
  access: 'staff',
  summary: '写一封信，存为草稿',
  method: 'POST',
  path: '/units/:unitId/letters',
  input: z.strictObject({
    unitId: objectId,
    requestId,
    kind: letterKind,
    ...draft,
    /** The code of the template it was begun from; what that one is bound to binds the letter. */
    template: z.optional(z.string().check(z.maxLength(60))),
    /** The day of the year's calendar it is written for. */
    node: forNode,
  }),
  reply: letter,
})

export const updateLetter = endpoint({
  access: 'staff',
  summary: '修改草稿',
  method: 'PUT',
  path: '/letters/:letterId',
  input: z.strictObject({ letterId: objectId, revision, ...draft }),
  reply: letter,
})

export const removeLetter = endpoint({
  access: 'staff',
  summary: '删除草稿',
  method: 'DELETE',
  path: '/letters/:letterId',
  input: z.strictObject({ letterId: objectId }),
  reply: done,
})

export const queueLetter = endpoint({
  access: 'staff',
  summary: '立即发送，或定时发送',
  method: 'POST',
  path: '/letters/:letterId/queue',
  input: z.strictObject({ letterId: objectId, sendAt: z.nullable(instant) }),
  reply: letter,
})

export const unqueueLetter = endpoint({
  access: 'staff',
  summary: '取消定时，退回草稿',
  method: 'POST',
  path: '/letters/:letterId/unqueue',
  input: z.strictObject({ letterId: objectId }),
  reply: letter,
})

export const withdrawLetter = endpoint({
  access: 'staff',
  summary: '撤回一封信，家长不再看到它',
  method: 'POST',
  path: '/letters/:letterId/withdrawal',
  input: z.strictObject({
    letterId: objectId,
    /** For those who had read it; always asked for, and optional only for who calls by an older contract. */
    reason: z.optional(words('撤回的原因', 100)),
  }),
  reply: letter,
})

export const reviseLetter = endpoint({
  access: 'staff',
  summary: '更正一封已发的信：得到新一版的草稿，发出后取代旧版，旧版的签字仍在',
  method: 'POST',
  path: '/letters/:letterId/revision',
  input: z.strictObject({ letterId: objectId, requestId }),
  reply: letter,
})

export const sendNotice = endpoint({
  access: 'staff',
  summary: '老师发一条班级通知，马上送出',
  method: 'POST',
  path: '/units/:unitId/notices',
  input: z.strictObject({
    unitId: objectId,
    requestId,
    ...written,
    kind: z.optional(letterKind),
    template: z.optional(z.string().check(z.maxLength(60))),
    pledge: z.optional(z.string().check(z.trim(), z.maxLength(120, '确认的话最多120个字'))),
    form: z.optional(letterForm),
    blanks: z.optional(z.array(authorBlank).check(z.maxLength(30))),
    /** Single families instead of the whole unit. */
    studentIds: z.optional(z.array(objectId).check(z.maxLength(100, '一次最多点名100个家庭'))),
    /** Groups instead of the whole unit, or beside single families. */
    groupIds: z.optional(z.array(objectId).check(z.maxLength(20, '一次最多选20个分组'))),
    /** The day of the year's calendar it is written for. */
    node: forNode,
    /** So many seconds it can be taken back without a trace. */
    holdSeconds: z.optional(z.int().check(z.gte(0), z.lte(60))),
  }),
  reply: letter,
})

/** A letter in a list. */
export const letterLine = z.object({
  id: objectId,
  kind: letterKind,
  title: z.string(),
  unitName: z.string(),
  authorName: z.string(),
  audience: z.string(),
  confirmation,
  dueOn: z.nullable(day),
  status: letterStatus,
  sendAt: z.nullable(instant),
  sentAt: z.nullable(instant),
  version: z.int(),
  isSuperseded: z.boolean(),
  /** 紧急 */
  isUrgent: z.optional(z.boolean()),
  /** 待审核, 已通过, 已退回 of a draft. */
  approval: z.optional(z.nullable(z.catch(z.enum(['submitted', 'approved', 'returned']), 'submitted'))),
  tally: z.nullable(tally),
})
export type LetterLine = z.infer<typeof letterLine>

export const listLetters = endpoint({
  access: 'staff',
  summary: '一个单位的信，新的在前：本单位写的、下级写的、上级发来的',
  method: 'GET',
  path: '/units/:unitId/letters',
  input: z.strictObject({
    unitId: objectId,
    box: z.enum(['own', 'below', 'above']),
    after: z.optional(objectId),
  }),
  reply: z.object({ letters: z.array(letterLine), next: z.nullable(objectId), mayWrite: z.boolean() }),
})

export const readLetter = endpoint({
  access: 'staff',
  summary: '一封信的全文、状态与回执合计',
  method: 'GET',
  path: '/letters/:letterId',
  input: z.strictObject({
    letterId: objectId,
    /** Whose families are counted; the writer's own unit if left out. */
    unitId: z.optional(objectId),
  }),
  reply: letter,
})

export const readLetterFigures = endpoint({
  access: 'staff',
  summary: '一封信的回执数，按下级单位，可逐级下钻到班',
  method: 'GET',
  path: '/letters/:letterId/figures',
  input: z.strictObject({ letterId: objectId, unitId: objectId }),
  reply: z.object({
    unit: z.object({ id: objectId, kind: unitKind, name: z.string() }),
    total: tally,
    /** Families with another opinion, and those the sender still has to talk to. */
    objected: z.optional(z.int()),
    open: z.optional(z.int()),
    /** The unit's children; for a class there are none, its sheet has the names. */
    rows: z.array(
      z.object({
        unitId: objectId,
        kind: unitKind,
        name: z.string(),
        ...tally.shape,
        objected: z.optional(z.int()),
        open: z.optional(z.int()),
      }),
    ),
    countedAt: instant,
  }),
})

/** What one family has done; the first guardian who did it is named: 张三妈妈. */
export const deed = z.nullable(z.object({ by: z.string(), at: instant }))

export const sheetRow = z.object({
  studentId: objectId,
  number: z.string(),
  name: z.string(),
  hasJoined: z.boolean(),
  read: deed,
  confirmed: deed,
  signed: deed,
  /** There is a signed copy to open; what was signed on paper lies at school. */
  hasCopy: z.optional(z.boolean()),
  /** Where each guardian is asked: how many have answered, and who has not. */
  progress: z.optional(familyProgress),
  /** Who of the family has another opinion; what it is stands with the sender. */
  objected: z.optional(deed),
  /** Entered by the school, so that it may be taken back; with links to the photo of the paper. */
  entered: z.optional(z.nullable(z.object({ by: z.string(), papers: z.array(z.string()) }))),
  /** The signed copies of the family, where each guardian signs one. */
  copies: z.optional(z.array(z.object({ guardianId: objectId, by: z.string() }))),
})
export type SheetRow = z.infer<typeof sheetRow>

/** A receipt of somebody who turned out not to be of the family: kept for the sender, counted no more. */
export const voidedRow = z.object({
  studentId: objectId,
  childName: z.string(),
  /** 刘*（妈妈） */
  by: z.string(),
  deeds: z.array(
    z.object({
      deed: z.catch(z.enum(['read', 'answered', 'confirmed', 'signed', 'objected']), 'read'),
      at: instant,
    }),
  ),
  voidedAt: instant,
  because: z.string(),
})
export type VoidedRow = z.infer<typeof voidedRow>

export const readSheet = endpoint({
  access: 'staff',
  summary: '一个班的签收单：谁读了、谁确认或签了，按学号排列',
  method: 'GET',
  path: '/letters/:letterId/sheets/:classId',
  input: z.strictObject({ letterId: objectId, classId: objectId }),
  reply: z.object({
    className: z.string(),
    confirmation,
    tally,
    rows: z.array(sheetRow),
    /** 作废的回执 */
    voided: z._default(z.array(voidedRow), []),
    /** When this class may be reminded again; null when it may now. */
    remindAfter: z.nullable(instant),
  }),
})

/** A letter that a 班主任 sent to a class that has moved up since. */
export const pastLetter = z.extend(letterLine, {
  className: z.string(),
  /** The last day on which they may still read who answered. */
  readableTo: day,
})
export type PastLetter = z.infer<typeof pastLetter>

export const listMyPastLetters = endpoint({
  access: 'staff',
  summary: '我当班主任时发给升级前班级的信，到下一学年末为止',
  method: 'GET',
  path: '/me/past-letters',
  input: z.strictObject({}),
  reply: z.object({ letters: z.array(pastLetter) }),
})

export const readMyPastSheet = endpoint({
  access: 'staff',
  summary: '这样一封信的签收单；只能看，不能再提醒',
  method: 'GET',
  path: '/me/past-letters/:letterId',
  input: z.strictObject({ letterId: objectId }),
  reply: z.object({ letter: pastLetter, rows: z.array(sheetRow) }),
})

export const readSignedCopy = endpoint({
  access: 'staff',
  summary: '一个家庭的签收单（PDF）的限时链接',
  method: 'GET',
  path: '/letters/:letterId/sheets/:classId/copies/:studentId',
  input: z.strictObject({
    letterId: objectId,
    classId: objectId,
    studentId: objectId,
    /** Whose copy, where each guardian signs one. */
    guardianId: z.optional(objectId),
  }),
  reply: z.object({ link: z.string(), name: z.string() }),
})

export const remindUnread = endpoint({
  access: 'staff',
  summary: '提醒还没有完成的家庭，两小时内至多一次',
  method: 'POST',
  path: '/letters/:letterId/reminders',
  input: z.strictObject({ letterId: objectId, unitId: objectId }),
  reply: z.object({
    /** Families that have not done what is asked. */
    families: z.int(),
    /** Of these, with a guardian who has joined: they see the reminder in the mini-program. */
    reachable: z.int(),
    /** Guardians WeChat rings up as well; not counted above a school. */
    wechat: z.nullable(z.int()),
    /** When it does so, in quiet hours; null and left out: at once. */
    ringsAt: z.optional(z.nullable(instant)),
  }),
})

export const exportLetterSheet = endpoint({
  access: 'staff',
  summary: '导出签收单（Excel）的限时链接：一个班或一所学校带姓名，更大的范围只有数字',
  method: 'GET',
  path: '/letters/:letterId/export',
  input: z.strictObject({ letterId: objectId, unitId: objectId }),
  reply: z.object({ link: z.string(), name: z.string() }),
})

/** Where a family stands with a letter. `done` is what the letter asks for. */
export const receiptState = z.enum(['unread', 'read', 'confirmed', 'signed'])
export type ReceiptState = z.infer<typeof receiptState>

export const myLetterLine = z.object({
  id: objectId,
  kind: letterKind,
  title: z.string(),
  from: z.string(),
  sentAt: instant,
  confirmation,
  dueOn: z.nullable(day),
  state: z.catch(receiptState, 'read'),
  isDone: z.boolean(),
  isOverdue: z.boolean(),
  /** 紧急 */
  isUrgent: z.optional(z.boolean()),
  /** It took the place of an edition that was sent before. */
  isCorrected: z.optional(z.boolean()),
  /** The family has read an edition before this one, and not yet this one. */
  isToReadAgain: z.optional(z.boolean()),
})
export type MyLetterLine = z.infer<typeof myLetterLine>

export const listMyLetters = endpoint({
  access: 'guardian',
  summary: '寄给我孩子的信，新的在前；或只看待办',
  method: 'GET',
  path: '/me/children/:studentId/letters',
  input: z.strictObject({
    studentId: objectId,
    only: z.optional(z.enum(['todo'])),
    /** `next` of the page before. */
    after: z.optional(z.string().check(z.regex(/^\d{1,15}~[0-9a-f]{24}$/, '翻页的位置不对'))),
  }),
  reply: z.object({ letters: z.array(myLetterLine), next: z.nullable(z.string()) }),
})

/** What of a corrected edition is not as its reader has read it. */
export const correction = z.object({
  words: z.string(),
  from: z.int(),
  changed: z.array(z.int()),
  /** What stood in a changed block before: the clause that is another now. */
  was: z.optional(z.array(z.object({ at: z.int(), text: z.string() }))),
  /** What was taken out, with the block in front of which it stood. */
  gone: z.optional(z.array(z.object({ at: z.int(), text: z.string() }))),
  /** Names of attachments that are new or another file now, and of those that were taken away; none where they are the same. */
  files: z.optional(z.object({ fresh: z.array(z.string()), gone: z.array(z.string()) })),
})
export type Correction = z.infer<typeof correction>

export const myLetter = z.object({
  id: objectId,
  kind: letterKind,
  title: z.string(),
  /** 实验中学 · 李老师 */
  from: z.string(),
  childName: z.string(),
  className: z.string(),
  sentAt: instant,
  dueOn: z.nullable(day),
  confirmation,
  /** 紧急 */
  isUrgent: z.optional(z.boolean()),
  /** The help lines of the child's city stand below it. */
  offersHelp: z.optional(z.boolean()),
  pledge: z.string(),
  blocks: z.array(block),
  attachments: z.optional(z.array(attachment)),
  version: z.int(),
  textHash: z.string(),
  /** A corrected edition took its place. */
  supersededBy: z.nullable(objectId),
  /** Whose letter its school passes on. */
  source: z.optional(z.nullable(z.object({ unitName: z.string(), title: z.string() }))),
  /** For a family that has read an earlier edition: what the author says was put right, and which blocks are not as they were. */
  correction: z.optional(z.nullable(correction)),
  state: z.catch(receiptState, 'read'),
  isDone: z.boolean(),
  isOverdue: z.boolean(),
  /** Who of the family did what, the first of each: 张三妈妈. */
  read: deed,
  confirmed: deed,
  signed: deed,
  receiptRule: z.optional(z.catch(receiptRule, 'any')),
  progress: z.optional(familyProgress),
  objected: z.optional(deed),
  myObjection: z.optional(z.nullable(myObjection)),
  difference: z.optional(z.nullable(familyDifference)),
  /** Links to photos of the paper from which the school entered an answer of this family. */
  papers: z.optional(z.array(z.string())),
  /** The family can write back below it. */
  takesReplies: z.optional(z.boolean()),
  /** What is filled in before confirming or signing. */
  form: z.optional(z.nullable(letterForm)),
  /** What the family has answered, and what this guardian has, to go on from. */
  answers: z.optional(z.array(familyAnswer)),
  myAnswer: z.optional(z.nullable(z.array(answerItem))),
  former: z.optional(z.nullable(formerAnswer)),
  abilities: z.object({
    confirm: z.boolean(),
    sign: z.boolean(),
    seeCopy: z.boolean(),
    answer: z.optional(z.boolean()),
    object: z.optional(z.boolean()),
  }),
})
export type MyLetter = z.infer<typeof myLetter>

const mine = { studentId: objectId, letterId: objectId }

/** Opening is the receipt, so that it is an order: reading never writes. */
export const openMyLetter = endpoint({
  access: 'guardian',
  summary: '打开一封信，同时记为已读',
  method: 'POST',
  path: '/me/children/:studentId/letters/:letterId/opening',
  input: z.strictObject(mine),
  reply: myLetter,
})

export const confirmMyLetter = endpoint({
  access: 'guardian',
  summary: '确认已阅读',
  method: 'POST',
  path: '/me/children/:studentId/letters/:letterId/confirmation',
  input: z.strictObject(mine),
  reply: myLetter,
})

export const objectToMyLetter = endpoint({
  access: 'guardian',
  summary: '对要确认或签字的信写明不同意见；原因只有发信的单位看得到，截止前可以改',
  method: 'PUT',
  path: '/me/children/:studentId/letters/:letterId/objection',
  input: z.strictObject({ ...mine, reason: words('原因', 200) }),
  reply: myLetter,
})

export const answerMyLetter = endpoint({
  access: 'guardian',
  summary: '填写信末的表；截止前可以改',
  method: 'PUT',
  path: '/me/children/:studentId/letters/:letterId/answer',
  input: z.strictObject({ ...mine, answers: answerItems }),
  reply: myLetter,
})

export const signMyLetter = endpoint({
  access: 'guardian',
  summary: '手写签字',
  method: 'POST',
  path: '/me/children/:studentId/letters/:letterId/signature',
  input: z.strictObject({
    ...mine,
    width: z.number().check(z.gte(50), z.lte(5000)),
    height: z.number().check(z.gte(50), z.lte(5000)),
    strokes: z.array(penStroke).check(z.minLength(1, '请先签字'), z.maxLength(200, '笔画太多了，请重写')),
  }),
  reply: myLetter,
})

export const readMySignedCopy = endpoint({
  access: 'guardian',
  summary: '我家签收单（PDF）的限时链接',
  method: 'GET',
  path: '/me/children/:studentId/letters/:letterId/copy',
  input: z.strictObject(mine),
  reply: z.object({ link: z.string(), name: z.string() }),
})
