/**
 * Everything the audit log can say, with the words people read. The key is `thing.happened`; it is stored, so it is never renamed.
 * A room adds its acts here.
 */
export const ACTS = {
  'signIn.console': '登录控制台',
  'signIn.scanned': '扫码登录控制台',
  'signIn.wechat': '登录小程序',
  'signIn.refused': '登录未成功',
  'password.changed': '修改登录密码',
  'password.reset': '重设他人的登录密码',
  'password.set': '凭一次性链接设置新密码',
  'totp.on': '启用动态验证码',
  'totp.off': '停用动态验证码',
  'totp.reset': '重设他人的动态验证码',
  'totp.required': '规定登录必须用动态验证码',
  'totp.released': '取消动态验证码的规定',
  'post.given': '安排岗位',
  'post.deputised': '请人代理岗位',
  'post.ended': '结束岗位',
  'roster.uploaded': '上传花名册',
  'roster.problems': '下载花名册里有问题的行',
  'roster.applied': '导入花名册',
  'roster.undone': '撤销导入花名册',
  'families.listed': '查看学生与家长名单',
  'family.seen': '查看一个家庭的资料',
  'family.marked': '修改住校、留守与日常照顾人',
  'guardian.added': '加入一位家长',
  'guardian.changed': '修改家长的关系或主要联系人',
  'guardian.removed': '移除一位家长',
  'guardian.barred': '依法限制一位家长',
  'guardian.lifted': '解除对一位家长的限制',
  'join.approved': '同意家长加入',
  'join.declined': '婉拒家长加入',
  'join.undone': '撤销家长的加入',
  'match.reported': '报告不是这家的人',
  'phone.shown': '查看完整手机号',
  'idNumber.shown': '查看孩子的完整证件号',
  'export.made': '导出名单',
  'unit.added': '新建单位',
  'unit.changed': '修改单位资料',
  'unit.closed': '停用单位',
  'terms.changed': '修改学期',
  'hotlines.changed': '修改求助热线',
  'messages.explained': '查看一位家长为什么没收到提醒',
  'texting.changed': '修改短信设置',
  'linkSites.changed': '修改信里可用的网站',
  'letter.previewed': '以一个家庭的身份预览家长信',
  'calendar.changed': '修改年度日历',
  'promotion.applied': '学年升级',
  'promotion.undone': '撤销学年升级',
  'transfer.proposed': '提出转学',
  'transfer.accepted': '学生转学或转班',
  'transfer.declined': '没有同意转学',
  'figures.exported': '导出汇总数字',
  'sheet.read': '查看签收单',
  'group.read': '查看分组里的孩子',
  'answers.read': '查看家长填的表',
  'objections.read': '查看家长的不同意见',
  'answer.entered': '代家长登记答复',
  'answer.undone': '撤销代家长登记的答复',
  'answer.settled': '记下家长商量的结果',
  'copy.opened': '打开家长签字的签收单',
  'threads.listed': '查看家长写来的话的列表',
  'thread.opened': '查看一家写来的话',
  'thread.forwarded': '把一家写来的话转给别的岗位',
  'thread.followed': '跟进请尽快看的话',
  'hours.changed': '修改回复家长的时间',
  'learners.listed': '查看绿证学习情况名单',
  'certificates.listed': '查看绿证名单',
  'certificate.opened': '打开绿证',
  'certificate.replaced': '换发绿证',
  'certificates.released': '批量发放绿证',
  'certificates.printed': '批量打印绿证',
  'evidence.listed': '查看活动证明',
  'evidence.decided': '审核活动证明',
  'certificate.look': '修改绿证的样式或电子章',
  'calls.listed': '查看通话预约名单',
  'live.listed': '查看云课堂出勤名单',
  'live.asked': '查看云课堂的提问',
  'survey.opened': '开始知晓率调查',
  'messages.listed': '查看提醒送达名单',
  'joins.listed': '查看加入申请',
  'transfers.listed': '查看转学名单',
  'course.submitted': '提交课程审核',
  'course.approved': '同意下级单位的课程',
  'course.returned': '退回下级单位的课程',
  'course.scheduled': '安排课程定时发布',
  'course.published': '发布课程',
  'course.withdrawn': '停开课程',
  'training.listed': '查看教师培训名单',
  'course.settings': '修改课程的规定',
  'letter.submitted': '提交一封信去审核',
  'letter.approved': '通过下级单位的信',
  'letter.returned': '退回下级单位的信',
  'letter.settings': '修改下级发信的规定',
  'letter.forwarded': '转发上级的信',
  'letter.withdrawn': '撤回一封信',
  'contents.listed': '查看等待审核的内容',
  'content.opened': '查看等待审核的图片',
  'content.decided': '审核家长或老师写的内容',
  'audit.listed': '查看操作记录',
  'audit.exported': '导出操作记录',
  'approval.asked': '申请查看或导出名单',
  'approval.decided': '审批查看或导出名单',
  'approval.standing': '调整长期授权',
  'approval.second': '调整负责人本人导出的规定',
  'consent.given': '同意隐私保护说明',
  'consent.withdrawn': '不同意或撤回隐私保护说明',
  'data.exported': '导出自己的信息',
  'account.closing': '申请注销账号',
  'account.kept': '取消注销账号',
  'account.closed': '账号已注销',
} as const

/** One thing that was done, as it is stored. */
export type Act = keyof typeof ACTS

/** Acts by which staff see or take away the data of every child of a unit; the guardians of each of them read the line. */
const OF_A_UNIT: ReadonlySet<Act> = new Set<Act>([
  'families.listed',
  'export.made',
  'sheet.read',
  'answers.read',
  'objections.read',
  'learners.listed',
  'certificates.listed',
  'certificates.printed',
  'evidence.listed',
  'calls.listed',
  'live.listed',
])

/** Whether a line that names no child concerns all of its unit. */
export const coversUnit = (act: Act, studentIds: readonly string[]) =>
  studentIds.length === 0 && OF_A_UNIT.has(act)

/** A list that is turned, filtered and asked for again within this time is one line of the log. */
const VIEW_MS = 10 * 60_000

export const onceKey = (personId: string, act: Act, unitId: string, now: Date) =>
  `${personId}:${act}:${unitId}:${Math.floor(now.getTime() / VIEW_MS)}`

export const actInWords = (act: string) => ACTS[act as Act] ?? '其他操作'

/** A phone or document number that somebody typed into a reason or a name does not go into the log (S13). */
export const withoutNumbers = (words: string) =>
  words.replace(/(?<!\d)\d{17}[\dXx](?!\d)/g, '…').replace(/(?<!\d)1[3-9]\d(?:[\s-]?\d{4}){2}(?!\d)/g, '…')
