import type { MyFamily, MyGuardian } from '../../../contract'
import { nearMoment } from '../../../services/format'

export interface ShownGuardian extends MyGuardian {
  /** 还没有加入 */
  note: string
  hasActs: boolean
}

export interface ShownFamily extends Omit<MyFamily, 'guardians'> {
  guardians: ShownGuardian[]
  /** 住校 · 留守 · 平时由奶奶照顾 */
  marksText: string
  openUntil: string
  myRelation: string
}

export function presentFamily(family: MyFamily): ShownFamily {
  return {
    ...family,
    guardians: family.guardians.map((it) => ({
      ...it,
      note: [it.name, it.hasJoined ? '' : '还没有加入'].filter(Boolean).join(' · '),
      hasActs: it.isMe || it.abilities.makePrimary || it.abilities.report,
    })),
    marksText: marksOf(family) || '还没有填写',
    openUntil: family.invitation ? nearMoment(family.invitation.expiresAt) : '',
    myRelation: family.guardians.find((it) => it.isMe)?.relation ?? '',
  }
}

const marksOf = ({ marks }: MyFamily) =>
  [
    marks.isBoarding ? '住校' : '',
    marks.isLeftBehind ? '父母在外地' : '',
    marks.dailyCarer ? `平时由${marks.dailyCarer}照顾` : '',
  ]
    .filter(Boolean)
    .join(' · ')

/** What follows from each order, said before it is given. */
export const SHEETS = {
  primary: {
    title: '请这位家人做主要联系人？',
    text: '老师有事会先联系主要联系人。转交以后，您不能自己收回，要由对方再转给您。',
    yes: '转交',
    danger: false,
  },
  report: {
    title: '这个人不是您家里的人？',
    text: '班主任会核对。核对期间对方不会收到通知，核对无误后就看不到孩子的任何内容了。',
    yes: '请班主任核对',
    danger: false,
  },
  notMine: {
    title: '这不是您的孩子？',
    text: '您将马上看不到这个孩子的信和消息，已经读过、签过的信都会作废。学校会更正登记的手机号。',
    yes: '不是我的孩子',
    danger: true,
  },
  leave: {
    title: '退出这个孩子？',
    text: '退出后收不到这个孩子的信和提醒，约好的通话会取消。想回来，可以请家人邀请，或用班级码申请。',
    yes: '退出',
    danger: true,
  },
  relation: { title: '您是孩子的', text: '', yes: '保存', danger: false },
  marks: { title: '孩子平时的情况', text: '只有家里人、班主任和学校看得到。', yes: '保存', danger: false },
} as const

export type SheetKind = keyof typeof SHEETS
