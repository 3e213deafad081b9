/** One kind of thing that is kept about a guardian. */
export interface Section {
  title: string
  lines: { label: string; value: string }[]
  /** What happens to it when the account is closed; what stays says by which rule. */
  onDeletion: string
}

const gone = '注销时删除'

export const KEPT = {
  account: { title: '账号', onDeletion: gone },
  children: {
    title: '孩子与关系',
    onDeletion: '您与孩子的关系、您的姓名和手机号删除；孩子的学籍信息由学校依《中小学生学籍管理办法》保留',
  },
  letters: {
    title: '回执与签名',
    onDeletion:
      '签过字的签收单由学校作为凭据保存三年（《中华人民共和国民法典》第一百八十八条）；其余回执只剩人数',
  },
  threads: { title: '写给老师的话', onDeletion: '您写的话和传的文件删除；老师那边只看得到某时有过一条' },
  studies: { title: '学习与考试', onDeletion: gone },
  activities: {
    title: '家长学校活动',
    onDeletion: '给讲师的评分删除；班级的签到单上只留下孩子的哪位家人来过，没有您的姓名',
  },
  certificates: { title: '家庭教育绿证', onDeletion: '证书作废，姓名和文件删除，编号仍可查到“已撤销”' },
  calls: { title: '预约', onDeletion: '没到的预约取消；过去的预约隐去您的姓名和事由' },
  messages: { title: '消息', onDeletion: gone },
  texts: { title: '短信', onDeletion: gone },
  consents: {
    title: '对隐私保护说明的回答',
    onDeletion: '只留下回答的时间和版本，不再对应到您；操作记录依《中华人民共和国网络安全法》至少留存六个月',
  },
} as const satisfies Record<string, Omit<Section, 'lines'>>

/** Days in which one may change one's mind. */
export const GRACE_DAYS = 7

/** Lines a section shows on the phone; the export has all. */
export const SHOWN = 20
