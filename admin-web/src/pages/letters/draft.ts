import type { AudienceParts, ShownParts, StaffAudience } from '#contract/audiences'
import { formProblem, type LetterForm } from '#contract/letter-form'
import type { ReceiptRule } from '#contract/letter-receipts'
import type { AuthorBlank, Confirmation, Letter, LetterTemplate } from '#contract/letters'
import type { ReminderStep } from '#contract/reminding'
import { authorBlanksIn, blankProblem, fillBlanks, type Filling, unfinished } from '#contract/letter-text'
import { dayKey } from '../../format/date'
import { formGap } from './form-editing'

/** A letter while it is being written. */
export interface Draft {
  kind: 'letter' | 'notice'
  title: string
  body: string
  pledge: string
  confirmation: Confirmation
  receiptRule: ReceiptRule
  dueOn: string | null
  audience: string[]
  /** Single families beside the units, and those left out. */
  students: Named[]
  excluded: Named[]
  /** Grades, groups and marks beside the units, and what is left out. */
  parts: AudienceParts
  /** To holders of posts instead of families. */
  staff: StaffAudience | null
  /** Speaks of one child: goes to that family alone. */
  isForOneFamily: boolean
  /** The help lines of each family's own city stand below it. */
  offersHelp: boolean
  template?: string
  form: LetterForm | null
  /** Of a new edition: what it puts right. */
  correction: string
  blanks: AuthorBlank[]
  /** When it reminds of itself; left out, as is usual. */
  remindOn?: ReminderStep[]
  /** Rings at night, too, and waits for no other message. */
  isUrgent?: boolean
  /** Whom WeChat does not reach is texted at once. */
  textsFirst?: boolean
  /** Where replies go; left out, as is usual for its kind. */
  replies?: NonNullable<Letter['replies']>
}

export interface Named {
  studentId: string
  name: string
}

/** The words that gave way to others when two had written at the same time. */
export interface Beside {
  whose: 'mine' | 'theirs'
  draft: Draft
}

/** As whom an author looks at the letter. */
export interface Reader {
  from: string
  className: string
  filling: Filling
}

/** A picture for the text; without an address only what is said of the one that stands there changes. */
export interface PutPicture {
  address: string | null
  width: number
  height: number
  caption: string
}

const DAY_MS = 86_400_000
const PLEDGE: Record<Confirmation, string> = {
  read: '',
  confirm: '我已读完这封信。',
  sign: '我已读完这封信，知道要做什么。',
}

export const emptyDraft = (): Draft => ({
  kind: 'letter',
  title: '',
  body: '',
  pledge: PLEDGE.confirm,
  confirmation: 'confirm',
  receiptRule: 'any',
  dueOn: null,
  audience: [],
  students: [],
  excluded: [],
  parts: {},
  staff: null,
  isForOneFamily: false,
  offersHelp: false,
  form: null,
  correction: '',
  blanks: [],
})

export const draftOf = (letter: Letter): Draft => ({
  kind: letter.kind,
  title: letter.title,
  body: letter.body,
  ...(letter.remindOn && { remindOn: letter.remindOn }),
  pledge: letter.pledge,
  confirmation: letter.confirmation,
  receiptRule: letter.receiptRule ?? 'any',
  dueOn: letter.dueOn,
  audience: letter.audience.map((it) => it.unitId),
  students: letter.students ?? [],
  excluded: letter.excluded ?? [],
  parts: partsOf(letter.parts),
  staff: letter.staff ? staffOf(letter.staff) : null,
  isForOneFamily: letter.isForOneFamily ?? false,
  offersHelp: letter.offersHelp ?? false,
  form: letter.form ?? null,
  correction: letter.correction ?? '',
  blanks: letter.blanks ?? [],
  isUrgent: letter.isUrgent ?? false,
  textsFirst: letter.textsFirst ?? false,
  ...(letter.replies && { replies: letter.replies }),
})

/** A template with its due day counted from today; whoever has chosen an audience keeps it. */
export function fromTemplate(template: LetterTemplate, audience: string[], now = new Date()): Draft {
  const { kind, title, body, pledge, confirmation, dueDays } = template
  const dueOn = dayKey(new Date(now.getTime() + dueDays * DAY_MS))
  return {
    ...{ kind, title, body, pledge, confirmation, dueOn, audience },
    receiptRule: template.form?.answeredBy ?? 'any',
    students: [],
    excluded: [],
    parts: {},
    staff: null,
    isForOneFamily: template.isForOneFamily ?? false,
    offersHelp: template.offersHelp ?? false,
    template: template.code,
    form: template.form ?? null,
    correction: '',
    blanks: (template.blanks ?? []).map(({ example: _, ...it }) => it),
  }
}

/** Whether anybody is chosen to get it. */
export const hasAudience = ({ audience, students, parts }: Pick<Draft, 'audience' | 'students' | 'parts'>) =>
  audience.length + students.length > 0 ||
  [parts.grades, parts.campuses, parts.groupIds, parts.marks].some((it) => (it?.length ?? 0) > 0)

/** What was chosen, as the server is told of it. */
export interface Choice {
  unitIds: string[]
  studentIds: string[]
  excludedIds: string[]
  parts: AudienceParts
  staff: StaffAudience | null
}

/** What is shown of an audience, as it is chosen again. */
export const partsOf = (shown: ShownParts | undefined): AudienceParts =>
  shown
    ? {
        grades: shown.grades.map(({ unitId, grades }) => ({ unitId, grades })),
        campuses: shown.campuses.map(({ unitId, campus }) => ({ unitId, campus })),
        groupIds: shown.groups.map((it) => it.groupId),
        marks: shown.marks.map(({ unitId, mark }) => ({ unitId, mark })),
        without: {
          unitIds: shown.without.units.map((it) => it.unitId),
          groupIds: shown.without.groups.map((it) => it.groupId),
        },
      }
    : {}

/** A post that was invented after this page was built is left out rather than guessed. */
export const staffOf = (shown: NonNullable<Letter['staff']>): StaffAudience => ({
  posts: shown.posts.flatMap((it) => (it === 'other' ? [] : [it])),
  unitIds: shown.units.map((it) => it.unitId),
})

/** Another way of answering brings its own sentence, unless somebody has written one. */
export function withConfirmation(draft: Draft, confirmation: Confirmation): Draft {
  const isOurs = draft.pledge === '' || Object.values(PLEDGE).includes(draft.pledge)
  return { ...draft, confirmation, ...(isOurs && { pledge: PLEDGE[confirmation] }) }
}

/** What keeps a draft from being sent, in a sentence; null when it can go. */
export function problemOf(draft: Draft, now = new Date()): string | null {
  if (draft.title.trim() === '') return '请填写标题'
  if (draft.body.trim() === '') return '请填写正文'
  if (draft.isForOneFamily && draft.students.length !== 1) return '这封信写的是一个孩子，请选一个孩子'
  if (draft.staff) {
    if (draft.staff.posts.length === 0) return '请选择写给哪些岗位'
    if (draft.staff.unitIds.length === 0) return '请选择收信的范围'
    if (draft.confirmation === 'sign') return '写给老师的信请选“看过就好”或“点确认”'
  } else if (!hasAudience(draft)) return '请选择收信的范围'
  const gap = draft.form && (formGap(draft.form) ?? formProblem(draft.form, draft.staff ? 'staff' : 'family'))
  if (gap) return gap
  if (draft.form && draft.confirmation === 'read') return '有表要填的信，请选“点确认”或“手写签字”'
  if (draft.title.includes('{{')) return '标题是给所有家庭看的，请不要在标题里用填空'
  if (draft.dueOn && draft.dueOn < dayKey(now)) return '截止日期已经过去了，请改一下'
  const wrong = draft.blanks.map(blankProblem).find((it) => it !== null)
  return wrong ?? unfinished(`${filledBody(draft)}\n${draft.pledge}`)
}

/** The text as it will go out, with what has been filled in so far. */
export const filledBody = ({ body, blanks }: Draft) => fillBlanks(body, blanks)

/** What is to be filled in, in the order of the text, with the type the template gave it. */
export function blanksToFill({ body, blanks }: Draft): (AuthorBlank & { hint: string })[] {
  return authorBlanksIn(body).map(({ name, hint }) => {
    const known = blanks.find((it) => it.name === name)
    return { ...(known ?? { name, type: 'text', value: '' }), hint }
  })
}

export const withBlank = (draft: Draft, blank: AuthorBlank, value: string): Draft => ({
  ...draft,
  blanks: [
    ...draft.blanks.filter((it) => it.name !== blank.name),
    { name: blank.name, type: blank.type, ...(blank.choices && { choices: blank.choices }), value },
  ],
})

const QUIET_FROM = '21:30'
const QUIET_TO = '07:00'

/** Between half past nine and seven WeChat rings nobody up; the letter itself is there at once. */
export const isQuiet = (time: string) => time >= QUIET_FROM || time < QUIET_TO
