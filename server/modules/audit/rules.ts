/**
 * Everything the audit log can say, with the words people read. The key is `thing.happened`; it is stored, so it is never renamed.
 * A room adds its acts here.
 */
export const ACTS = {
  'signIn.console': '登录控制台',
  'signIn.wechat': '登录小程序',
  'signIn.refused': '登录未成功',
  'password.changed': '修改登录密码',
  'password.reset': '重设他人的登录密码',
  'post.given': '安排岗位',
  'post.ended': '结束岗位',
  'roster.applied': '导入花名册',
  'roster.undone': '撤销导入花名册',
  'families.listed': '查看学生与家长名单',
  'phone.shown': '查看完整手机号',
  'export.made': '导出名单',
} as const

/** One thing that was done, as it is stored. */
export type Act = keyof typeof ACTS
