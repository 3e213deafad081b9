import { createHash } from 'node:crypto'

/** A subscription template as it stands in WeChat's console. The key of a field says which values it takes. */
export interface Template {
  id: string
  title: string
  fields: { key: string; label: string }[]
}

/** Real ids are 43 characters of base64url; these are the same on every machine. */
const demoId = (kind: string) => createHash('sha256').update(`template:${kind}`).digest('base64url')

const template = (kind: string, title: string, labels: Record<string, string>): [string, Template] => [
  kind,
  { id: demoId(kind), title, fields: Object.entries(labels).map(([key, label]) => ({ key, label })) },
]

/** The templates that the demo city has been granted, by kind of message. */
export const DEMO_TEMPLATES: Readonly<Record<string, Template>> = Object.fromEntries([
  template('letter', '家长信提醒', { thing1: '标题', thing2: '来自', thing3: '孩子', thing4: '备注' }),
  template('letterReminder', '签收提醒', {
    thing1: '标题',
    thing2: '孩子',
    thing3: '截止时间',
    thing4: '备注',
  }),
  template('callBooked', '通话预约成功', {
    thing1: '通话对象',
    thing2: '孩子',
    time3: '通话时间',
    thing4: '备注',
  }),
  template('callCancelled', '通话取消通知', {
    thing1: '通话对象',
    thing2: '孩子',
    time3: '原定时间',
    thing4: '取消原因',
  }),
  template('callReminder', '通话提醒', {
    thing1: '通话对象',
    thing2: '孩子',
    time3: '通话时间',
    thing4: '温馨提示',
  }),
  template('joinRequest', '入班申请待审核', {
    name1: '申请人',
    thing2: '班级',
    thing3: '孩子',
    time4: '申请时间',
  }),
  template('joinDecided', '入班审核结果', {
    thing1: '班级',
    thing2: '孩子',
    phrase3: '结果',
    thing4: '备注',
  }),
  template('certificate', '证书发放通知', {
    thing1: '课程',
    name2: '获证人',
    character_string3: '证书编号',
    date4: '发证日期',
  }),
  template('certificateExpiry', '证书到期提醒', {
    thing1: '证书名称',
    character_string2: '证书编号',
    date3: '到期日期',
    thing4: '温馨提示',
  }),
  template('studyReminder', '学习提醒', {
    thing1: '课程',
    thing2: '孩子',
    thing3: '学习进度',
    thing4: '温馨提示',
  }),
  template('evidenceDecided', '审核结果通知', {
    thing1: '课程',
    thing2: '审核内容',
    phrase3: '审核结果',
    thing4: '备注',
  }),
  template('survey', '小调查邀请', { thing1: '标题', thing2: '孩子', thing3: '截止时间', thing4: '备注' }),
  template('live', '云课堂变动通知', { thing1: '课程', thing2: '孩子', time3: '上课时间', thing4: '备注' }),
  template('liveReminder', '云课堂开课提醒', {
    thing1: '课程',
    thing2: '孩子',
    time3: '上课时间',
    thing4: '温馨提示',
  }),
  template('childMoved', '转班升学通知', {
    thing1: '孩子',
    thing2: '班级',
    thing3: '班主任',
    thing4: '备注',
  }),
  template('reply', '老师回复通知', { thing1: '信', thing2: '孩子', thing3: '回复的老师', thing4: '备注' }),
  template('replyStaff', '家长来信通知', { thing1: '信', thing2: '孩子', thing3: '岗位', thing4: '备注' }),
  template('contentReturned', '内容退回通知', {
    thing1: '内容',
    thing2: '信',
    thing3: '原因',
    thing4: '备注',
  }),
  template('staffMatter', '待办事项通知', {
    thing1: '事项',
    thing2: '相关人',
    thing3: '单位',
    thing4: '说明',
  }),
])

/** What `WX_TEMPLATES` holds in the demo: message kind → template id. */
export const DEMO_TEMPLATE_IDS: Record<string, string> = Object.fromEntries(
  Object.entries(DEMO_TEMPLATES).map(([kind, { id }]) => [kind, id]),
)
