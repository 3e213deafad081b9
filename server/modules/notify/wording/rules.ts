import type { MessageValues } from '../rules.ts'

/** A sentence with its full stop; notes come with one and without. */
export const closed = (text: string) => (/[。！？…]$/.test(text) ? text : `${text}。`)

/** What a 班主任 hears about who belongs to a family. */
export const JOINING: Record<
  NonNullable<MessageValues['joinRequest']['about']> | 'asked',
  { title: string; say: (it: MessageValues['joinRequest']) => string }
> = {
  asked: {
    title: '有家长申请加入班级',
    say: (it) => `${it.applicant}申请加入${it.className}，孩子：${it.child}。请您核对后处理。`,
  },
  waiting: {
    title: '有家长还在等您同意',
    say: (it) =>
      `${it.applicant}申请加入${it.className}，孩子：${it.child}，还没有处理。满14天没有处理，申请会自动结束。`,
  },
  invited: {
    title: '有家长受家人邀请加入',
    say: (it) => `${it.applicant}由家人邀请，已加入${it.className}${it.child}的家庭。如果不对，您可以撤销。`,
  },
  reported: {
    title: '有家长请您核对名单',
    say: (it) => `${it.className}${it.child}的家长说：${it.applicant}不是家里的人。请您核对后处理。`,
  },
  barAsked: {
    title: '有一件家庭的事请您办理',
    say: (it) => `${it.className}的班主任为${it.child}提出限制一位家长，请打开控制台的家庭页核对文书后办理。`,
  },
}

/** On the telephone, or face to face at the school. */
export const CALL = {
  phone: { name: '通话', withWhom: (who: string) => `与${who}通话` },
  visit: { name: '面谈', withWhom: (who: string) => `到学校与${who}面谈` },
} as const

const arrived = (it: MessageValues['letter']) =>
  `${it.sender}给${it.child}的家长寄来《${it.title}》。${it.note}`

/** What a family hears of letters. */
export const LETTER: Record<
  NonNullable<MessageValues['letter']['about']> | 'sent',
  { title: string; say: (it: MessageValues['letter']) => string }
> = {
  sent: {
    title: '收到一封家长信',
    say: arrived,
  },
  urgent: {
    title: '收到一封紧急的信',
    say: arrived,
  },
  corrected: {
    title: '您读过的信有更正',
    say: (it) => `您读过的《${it.title}》有更正，请再看一遍（${it.child}）。`,
  },
  waiting: {
    title: '有信等您看',
    say: (it) => `${it.title}（${it.child}）。${it.note}`,
  },
  settled: {
    title: '商量的结果记下了',
    say: (it) =>
      `《${it.title}》里家长的想法不一样（${it.child}），${it.sender}记下了和您家商量的结果，请打开看看。`,
  },
}

/** What a family hears when a child's class changes. */
export const MOVING: Record<
  NonNullable<MessageValues['childMoved']['about']> | 'moved',
  { title: string; say: (it: MessageValues['childMoved']) => string }
> = {
  moved: {
    title: '孩子有了新的班级',
    say: (it) => `${it.child}现在在${it.place}，班主任：${it.teacher}。${it.note}`,
  },
  graduated: { title: '孩子毕业了', say: (it) => `${it.child}从${it.place}毕业了，祝贺！${it.note}` },
  restored: {
    title: '孩子的班级没有变',
    say: (it) => `学年升级先撤回了，${it.child}还在${it.place}，班主任：${it.teacher}。${it.note}`,
  },
  corrected: {
    title: '孩子的班级没有变',
    say: (it) => `学校的名单先撤回了，${it.child}还在${it.place}，班主任：${it.teacher}。${it.note}`,
  },
}
