import type { AuditLine } from '#contract/audit'

/** Whom a line is about: 张三、李四等5名学生, 全部学生, or the member of staff something was done to. */
export function concerned(it: Pick<AuditLine, 'childNames' | 'children' | 'isWholeUnit' | 'person'>) {
  if (it.isWholeUnit) return '全部学生'
  if (it.children > 0) {
    const names = it.childNames.join('、')
    return it.children > it.childNames.length ? `${names}等${it.children}名学生` : names
  }
  return it.person ?? '—'
}

const GROUNDS = { own: '本人负责', standing: '长期授权', single: '单次同意' } as const

/** 单次同意（陈敏）; the rule a school is opened with has no giver. */
export function approvalText(it: AuditLine['approval']) {
  if (!it) return '—'
  return it.approver && it.ground !== 'own' ? `${GROUNDS[it.ground]}（${it.approver}）` : GROUNDS[it.ground]
}
