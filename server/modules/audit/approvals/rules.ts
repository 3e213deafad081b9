import type { ApprovalKind, ApprovalReach } from '#contract/audit'
import type { UnitKind } from '#contract/org'
import { postKind, type PostKind } from '#contract/posts'
import { may } from '../../org/rules.ts'
import { DEPTH } from '../../org/tree/rules.ts'

/** How long a single approval holds. */
export const VALID_MS = 24 * 3_600_000

/** A request nobody has answered is no request any more after a week. */
export const WAITING_MS = 7 * 24 * 3_600_000

interface Reaches {
  post: PostKind
  names: ApprovalReach | null
  exports: ApprovalReach | null
  words: string
}

/**
 * What every school is opened with (条例 36: least privilege, approved and recorded): daily work on one's own class, grade or school;
 * a table above a class is asked for each time.
 */
export const OPENED_WITH: readonly Reaches[] = [
  { post: 'class_teacher', names: 'class', exports: 'class', words: '班主任日常联系本班家庭' },
  { post: 'grade_head', names: 'grade', exports: 'class', words: '年级组长日常联系本年级家庭' },
  { post: 'school_admin', names: 'school', exports: 'class', words: '家长学校日常管理' },
]

/** Whether a unit is no larger than what was allowed. */
export const reaches = (reach: ApprovalReach | null | undefined, kind: UnitKind) =>
  reach !== null && reach !== undefined && DEPTH[kind] >= DEPTH[reach]

/** Posts that see names by a standing approval: they know families, and do not answer for it themselves. */
export const standingPosts = () =>
  postKind.options.filter((it) => may(it, 'seeFamilies') && !may(it, 'approveExports'))

const ASKED: Record<ApprovalKind, string> = { names: '查看这份名单', exports: '导出这份名单' }

/** The refusal that says what to do next. */
export const askFirst = (kind: ApprovalKind) =>
  `${ASKED[kind]}需要负责人同意。请在控制台的“名单审批”里写明用途，同意后24小时内有效`

export const KIND_WORDS: Record<ApprovalKind, string> = { names: '查看名单', exports: '导出名单' }

const REACH_WORDS: Record<ApprovalReach, string> = { class: '一个班', grade: '一个年级', school: '全校' }

/** 班主任：查看一个班，导出一个班 */
export const standingInWords = (post: string, { names, exports }: Pick<Reaches, 'names' | 'exports'>) =>
  names || exports
    ? `${post}：查看${names ? REACH_WORDS[names] : '需逐次申请'}，导出${exports ? REACH_WORDS[exports] : '需逐次申请'}`
    : `${post}：收回长期授权`
