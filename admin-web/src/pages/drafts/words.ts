import type { DraftStatus, ModuleRule, ProgrammeDraftRow } from '#contract/drafts'
import { dateTime } from '../../format/date'

/** A number for one press of a button: the same press twice makes one thing. */
export const newRequest = () => crypto.randomUUID()

export const STAGES = ['幼儿园', '小学', '初中', '高中', '中职'] as const

/** The grades of each stage, the starting grade first (A5). */
export const GRADES: Record<string, readonly string[]> = {
  幼儿园: ['小班', '中班', '大班'],
  小学: ['一年级', '二年级', '三年级', '四年级', '五年级', '六年级'],
  初中: ['七年级', '八年级', '九年级'],
  高中: ['高一', '高二', '高三'],
  中职: ['职一', '职二', '职三'],
  教师: [],
}

export const RULES: { value: ModuleRule; label: string; hint: string }[] = [
  { value: 'all', label: '全部学完', hint: '每一课都要学，先学哪课都行' },
  { value: 'inOrder', label: '按顺序学', hint: '学完前一课，才能学后一课' },
  { value: 'atLeast', label: '任选几课', hint: '学完其中几课就可以' },
  { value: 'credits', label: '修满学时', hint: '选修，学时加起来够了就可以' },
]

interface Shown {
  text: string
  type: 'success' | 'info' | 'warning' | 'danger' | 'primary'
}
const STATUS: Record<DraftStatus, Shown> = {
  draft: { text: '正在编写', type: 'info' },
  submitted: { text: '等待审核', type: 'warning' },
  returned: { text: '已退回', type: 'danger' },
  approved: { text: '审核通过', type: 'primary' },
  scheduled: { text: '定时发布', type: 'primary' },
  published: { text: '已发布', type: 'success' },
}

/** Where a programme stands, in a word or two. */
export function statusOf(
  it: Pick<ProgrammeDraftRow, 'status' | 'publishAt' | 'withdrawnAt' | 'published'>,
): Shown {
  if (it.withdrawnAt && it.status === 'published') return { text: '已停开', type: 'info' }
  if (it.status === 'scheduled' && it.publishAt) {
    return { text: `${dateTime(it.publishAt)}发布`, type: 'primary' }
  }
  if (it.status === 'draft' && it.published) return { text: '改动还没有发布', type: 'warning' }
  return STATUS[it.status]
}
