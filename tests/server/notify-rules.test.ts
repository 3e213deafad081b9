import { describe, expect, it } from 'vitest'
import { askInWords, askOf } from '#contract/letter-ask'
import { WeChatError, WeChatUnreachable } from '../../server/infra/wechat/errors.ts'
import { noteTap, type Tap, type TapReport } from '../../server/modules/notify/consents/rules.ts'
import { verdictOn } from '../../server/modules/notify/dispatch/rules.ts'
import {
  afterQuietHours,
  type AnyOutgoing,
  fill,
  keyOf,
  MESSAGE_KINDS,
  readTemplates,
  wording,
} from '../../server/modules/notify/rules.ts'
import { complaintAbout } from '../../server/scripts/simulator/limits.ts'
import { DEMO_TEMPLATE_IDS, DEMO_TEMPLATES } from '../../server/scripts/simulator/templates.ts'

const at = (text: string) => new Date(`${text}+08:00`)
const time = { from: at('2026-11-25T16:00'), to: at('2026-11-25T16:15') }
const child = '七年级2班 张三'
const to = { subject: 'a'.repeat(24), personId: 'b'.repeat(24), page: 'pages/home/home' }

/** One message of each kind, with values as long as life makes them. */
const samples: AnyOutgoing[] = [
  {
    ...to,
    kind: 'letter',
    values: {
      title: '关于做好开学前家庭教育指导和作息调整的一封信',
      sender: '临川市实验中学',
      child,
      note: '请签收',
    },
  },
  {
    ...to,
    kind: 'letterReminder',
    values: { title: '春游告知书', child, deadline: at('2026-11-25T18:00'), note: '点开就能签收' },
  },
  { ...to, kind: 'callBooked', values: { who: '李老师（班主任）', child, time, note: '请留意来电' } },
  { ...to, kind: 'callCancelled', values: { who: '李老师', child, time, reason: '临时开会\n改天再约' } },
  { ...to, kind: 'callReminder', values: { who: '李老师', child, time, note: '请留意来电' } },
  {
    ...to,
    kind: 'joinRequest',
    values: { applicant: '张三妈妈', className: '七年级2班', child: '张三', askedAt: at('2026-09-01T08:00') },
  },
  {
    ...to,
    kind: 'joinDecided',
    values: {
      className: '七年级2班',
      child: '张三',
      result: '未通过',
      note: '姓名与名单不符，请核对后再申请',
    },
  },
  {
    ...to,
    kind: 'certificate',
    values: {
      programme: '七年级家长必修课',
      holder: '王小红',
      number: 'LZ2026-360000-000123',
      issuedOn: '2026-11-25',
    },
  },
  {
    ...to,
    kind: 'certificateExpiry',
    values: {
      programme: '七年级家长必修课',
      number: 'LZ2026-360000-000123',
      endsOn: '2026-11-25',
      note: '还有30天到期',
    },
  },
  {
    ...to,
    kind: 'studyReminder',
    values: {
      programme: '七年级家长必修课',
      child: '张三',
      progress: '学完了3课，还有5课',
      note: '点开接着学',
    },
  },
  {
    ...to,
    kind: 'evidenceDecided',
    values: {
      programme: '七年级家长必修课',
      what: '家长开放日签到照片',
      result: '已通过',
      note: '可以接着学了',
    },
  },
  {
    ...to,
    kind: 'survey',
    values: { title: '家长必备知识小调查', child, deadline: '11月30日(周一)前', note: '两分钟，不记名' },
  },
  { ...to, kind: 'live', values: { title: '孩子沉迷手机怎么办', child, time, note: '请按新时间来' } },
  {
    ...to,
    kind: 'liveReminder',
    values: { title: '孩子沉迷手机怎么办', child, time, note: '点开就能进课堂' },
  },
  {
    ...to,
    kind: 'childMoved',
    values: {
      child: '张三',
      place: '临川市滨江实验学校（东校区）七年级1班',
      teacher: '还没有安排，定了会显示在首页',
      note: '祝贺升学！账号、绿证和学过的课都跟着您，不用再加入。',
    },
  },
  {
    ...to,
    kind: 'staffMatter',
    values: {
      title: '有一次转学等本校确认',
      who: '张三',
      unit: '临川市滨江中学',
      note: '请在控制台的“转学转班”里处理',
    },
  },
  {
    ...to,
    kind: 'reply',
    values: {
      title: '开学前，给家长的一封信',
      child,
      who: '班主任（代） 欧阳文静老师',
      note: '点开就能看，也可以接着写',
    },
  },
  {
    ...to,
    kind: 'replyStaff',
    values: { title: '开学前，给家长的一封信', child, post: '家长学校管理员', note: '等您回复' },
  },
  {
    ...to,
    kind: 'contentReturned',
    values: {
      what: '您写给老师的话',
      title: '开学前，给家长的一封信',
      reason: '请不要写别人家孩子的名字，也不要写别人家的事情',
      note: '点开改一改，可以再发',
    },
  },
]

describe('the kinds of message', () => {
  const templates = readTemplates(
    Object.fromEntries(Object.entries(DEMO_TEMPLATE_IDS).map(([kind, id]) => [kind, { id }])),
  )

  it('call a talk at the school what it is', () => {
    const values = { who: '李老师', child, time, note: '想聊：作息', about: 'visit' as const }
    const { title, text } = wording({ kind: 'callBooked', values })
    expect([title, text]).toEqual(['面谈约好了', expect.stringContaining('到学校与李老师面谈')])
  })

  it('all have a sample here and a template in the demo city', () => {
    expect(samples.map((it) => it.kind)).toEqual(MESSAGE_KINDS)
    expect(Object.keys(templates).sort()).toEqual([...MESSAGE_KINDS].sort())
  })

  it.each(samples)('$kind fits its template to the letter', ({ kind, values }) => {
    const template = templates[kind]
    const data = fill(template ?? { id: '', keys: {}, isLongTerm: false }, { ...values })
    expect(Object.keys(data).sort()).toEqual(DEMO_TEMPLATES[kind]?.fields.map((it) => it.key).sort())
    expect(
      Object.entries(data)
        .map(([key, value]) => complaintAbout(key, value))
        .filter(Boolean),
    ).toEqual([])
  })

  it.each(samples)('$kind says in the list what it is about', (sample) => {
    const { title, text } = wording(sample)
    expect(title.length).toBeGreaterThan(4)
    // These speak of the parent's own work.
    const isOwn = ['certificate', 'certificateExpiry', 'evidenceDecided', 'contentReturned'].includes(
      sample.kind,
    )
    expect(text).toContain(isOwn ? '' : '张三')
    expect(`${title}${text}`).not.toMatch(/undefined|null|用户|GMT|\d{4}-\d\d-\d\dT/)
    expect(text).toMatch(/[^。]。$/)
  })

  it.each([
    [askInWords('read'), '请看一看'],
    [askInWords('confirm', '12月10日(周四)'), '请在12月10日(周四)前读完并确认'],
    [askInWords('sign', '12月10日(周四)'), '请在12月10日(周四)前手写签字'],
    [
      askInWords(askOf({ confirmation: 'confirm', form: { isPlain: true } }), '12月10日(周四)'),
      '请在12月10日(周四)前选一项',
    ],
    [askInWords('sign', '12月10日(周四)', '家长'), '请家长在12月10日(周四)前手写签字'],
  ])('ask in one sentence: %s', (said, asked) => {
    expect(said).toBe(asked)
    expect(complaintAbout('thing4', said)).toBeNull()
  })
})

describe('the template setting', () => {
  it('may name the keys of another template', () => {
    const { letter } = readTemplates({ letter: { id: 'T', keys: { title: 'thing9' } } })
    expect(letter?.keys).toEqual({ title: 'thing9', sender: 'thing2', child: 'thing3', note: 'thing4' })
  })

  it.each([
    ['an unknown kind', { gossip: { id: 'T' } }],
    ['an unknown field', { letter: { id: 'T', keys: { subject: 'thing1' } } }],
    ['a key without a type', { letter: { id: 'T', keys: { title: 'text1' } } }],
  ])('is refused at boot with %s', (_, settings) => {
    expect(() => readTemplates(settings)).toThrow('WX_TEMPLATES')
  })
})

describe('the key of a message', () => {
  it('is the same whenever the same thing is said', () => {
    expect(keyOf({ ...to, kind: 'letter' })).toBe(`letter:${'a'.repeat(24)}:${'b'.repeat(24)}:1`)
  })

  it.each(['', 'a:b', '一', 'x'.repeat(65)])('cannot be made with %o', (subject) => {
    expect(() => keyOf({ kind: 'letter', subject, personId: 'b', step: '1' })).toThrow('message key')
  })
})

it.each([
  ['2026-11-25T12:00', '2026-11-25T12:00'],
  ['2026-11-25T21:29', '2026-11-25T21:29'],
  ['2026-11-25T21:30', '2026-11-26T07:00'],
  ['2026-11-25T23:59', '2026-11-26T07:00'],
  ['2026-12-31T22:00', '2027-01-01T07:00'],
  ['2026-11-26T00:00', '2026-11-26T07:00'],
  ['2026-11-26T06:59', '2026-11-26T07:00'],
  ['2026-11-26T07:00', '2026-11-26T07:00'],
])('what is due at %s goes out at %s', (due, goesOut) => {
  expect(afterQuietHours(at(due))).toEqual(at(goesOut))
})

describe('counting what a person has allowed', () => {
  const report = (from: TapReport['from'], id: string, minute = 0): TapReport => ({
    from,
    id,
    at: new Date(minute * 60_000),
  })
  const count = (...reports: TapReport[]) => {
    let taps: Tap[] = []
    return reports.filter((it) => {
      const noted = noteTap(taps, it)
      taps = noted.taps
      return noted.isNew
    }).length
  }

  it.each<[string, TapReport[], number]>([
    ['one tap that only the page reports', [report('page', 'p1')], 1],
    ['one tap that both report', [report('page', 'p1'), report('push', 'e1', 1)], 1],
    ['one tap that WeChat reports first', [report('push', 'e1'), report('page', 'p1', 1)], 1],
    ['a page that repeats itself', [report('page', 'p1'), report('page', 'p1', 9)], 1],
    ['a push that is repeated', [report('push', 'e1'), report('push', 'e1'), report('page', 'p1')], 1],
    [
      'two quick taps',
      [report('page', 'p1'), report('page', 'p2'), report('push', 'e1'), report('push', 'e2')],
      2,
    ],
    [
      'two taps, mixed up',
      [report('push', 'e1'), report('page', 'p1'), report('page', 'p2'), report('push', 'e2')],
      2,
    ],
    ['two taps an hour apart, each reported by one', [report('page', 'p1'), report('push', 'e2', 60)], 2],
  ])('counts %s', (_, reports, messages) => {
    expect(count(...reports)).toBe(messages)
  })

  it('remembers a bounded number of taps', () => {
    let taps: Tap[] = []
    for (let n = 0; n < 100; n++) taps = noteTap(taps, report('page', `p${n}`, n * 10)).taps
    expect(taps).toHaveLength(20)
  })

  it('counts nothing that is older than all it remembers', () => {
    let taps: Tap[] = []
    for (let n = 0; n < 25; n++) taps = noteTap(taps, report('push', `e${n}`, n * 10)).taps
    expect(noteTap(taps, report('push', 'e2', 20))).toEqual({ taps, isNew: false })
    expect(noteTap(taps, report('push', 'e25', 250)).isNew).toBe(true)
  })
})

describe('the verdict on a failed attempt', () => {
  const refused = (errcode: number) => new WeChatError('/send', errcode, 'words')

  it.each([
    [43101, { status: 'unreachable', reason: 'noConsent', consent: 'gone' }],
    [40003, { status: 'unreachable', reason: 'noAddress', consent: 'gone' }],
    [47003, { status: 'failed', reason: 'badValue', consent: 'kept' }],
    [40037, { status: 'failed', reason: 'refused', consent: 'kept' }],
    [41030, { status: 'failed', reason: 'refused', consent: 'kept' }],
    [48001, { status: 'failed', reason: 'refused', consent: 'kept' }],
    [43108, { status: 'pending', waitMs: 2_000 }],
    [45011, { status: 'pending', waitMs: 60_000 }],
    [45009, { status: 'pending', waitMs: 3_600_000 }],
    [-1, { status: 'pending', waitMs: 30_000 }],
    [40001, { status: 'pending', waitMs: 30_000 }],
    [40164, { status: 'pending', waitMs: 30_000 }],
  ])('for %s', (errcode, verdict) => {
    expect(verdictOn(refused(errcode), 1, 0)).toMatchObject(verdict)
  })

  it('never repeats what may have arrived', () => {
    expect(verdictOn(new WeChatUnreachable('/send', 'timeout', true), 1, 0)).toMatchObject({
      status: 'unknown',
    })
    expect(verdictOn(new Error('out of memory'), 1, 0)).toMatchObject({ status: 'unknown' })
  })

  it('waits longer each time, and gives up in the end', () => {
    const nobody = new WeChatUnreachable('/send', 'ECONNREFUSED', false)
    const waits = [1, 2, 3, 9].map((attempt) => verdictOn(nobody, attempt, 0))
    expect(waits.map((it) => 'waitMs' in it && it.waitMs)).toEqual([30_000, 60_000, 120_000, 1_800_000])
    expect(verdictOn(nobody, 10, 0)).toMatchObject({ status: 'failed', reason: 'gaveUp', consent: 'kept' })
  })
})
