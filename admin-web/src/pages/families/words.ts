import type { FamilyBar, FamilyGuardian } from '#contract/families'

export const CAME_BY: Record<FamilyGuardian['cameBy'], string> = {
  roster: '花名册登记',
  match: '手机号匹配',
  join: '班级码申请',
  invitation: '家人邀请',
}

export const BAR_STATUS: Record<FamilyBar['status'], string> = {
  asked: '班主任提出，等学校办理',
  active: '限制中',
  lifted: '已解除',
}

export const BECAUSE: Record<FamilyBar['because'], string> = {
  court: '依法限制',
  mismatch: '不是这家的人',
}
