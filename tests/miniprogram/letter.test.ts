import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type {
  AnswerItem,
  LetterForm,
  LetterTemplate,
  MyLetter,
  MyLetterLine,
  SheetRow,
  UnreachedFamily,
} from '../../miniprogram/contract.ts'
import { presentForm, type Said, withSaid } from '../../miniprogram/packages/letter/letter/form.ts'
import { presentLetter } from '../../miniprogram/packages/letter/letter/present.ts'
import {
  emptyNotice,
  missingIn,
  previewOf,
  shownBlanks,
  titleFrom,
} from '../../miniprogram/packages/teacher/notice/rules.ts'
import {
  groupsOf,
  remindableText,
  stepsFor,
  unreachedGroup,
  whyNotNow,
} from '../../miniprogram/packages/teacher/letter/present.ts'
import { presentLine } from '../../miniprogram/pages/letters/family/present.ts'
import { cardTitle, dueAsk } from '../../miniprogram/services/letter-card.ts'
import { openPage } from '../support/mini-page.ts'
import { answer, child, cutOff, opened, refuse, usePhone } from '../support/phone.ts'

const NOW = new Date('2026-11-24T10:00:00Z')
const id = 'b'.repeat(24)
const zhang = child('1', '张三')
const li = child('2', '李四')

const letter: MyLetter = {
  id,
  kind: 'letter',
  title: '春游告知书',
  from: '实验中学',
  childName: '张三',
  className: '七年级2班',
  sentAt: '2026-11-20T10:00:00.000Z',
  dueOn: '2026-11-25',
  confirmation: 'sign',
  pledge: '我已读完。',
  blocks: [{ kind: 'paragraph', runs: [{ text: '您好', isBold: false }] }],
  version: 1,
  textHash: 'f'.repeat(64),
  supersededBy: null,
  state: 'read',
  isDone: false,
  isOverdue: false,
  read: { by: '张三妈妈', at: '2026-11-21T10:00:00.000Z' },
  confirmed: null,
  signed: null,
  abilities: { confirm: false, sign: true, seeCopy: false },
}
const signed: MyLetter = {
  ...letter,
  state: 'signed',
  isDone: true,
  signed: { by: '张三妈妈', at: '2026-11-24T10:00:00.000Z' },
  abilities: { confirm: false, sign: false, seeCopy: true },
}

describe('what a letter says', () => {
  it('says what is not as it was read before, in the text and beside it', () => {
    const noteOf = (correction: Partial<NonNullable<MyLetter['correction']>>) =>
      presentLetter({ ...letter, correction: { words: '', from: 1, changed: [], ...correction } }, NOW)
        .correction?.note
    expect(noteOf({})).toBe('您读过第1版，正文没有改动。')
    expect(noteOf({ gone: [{ at: 0, text: '请自备雨伞。' }] })).toBe('您读过第1版，不同的地方都标出来了。')
    expect(noteOf({ files: { fresh: ['报名表.docx', '路线.jpg'], gone: ['座位.xlsx'] } })).toBe(
      '您读过第1版，正文没有改动。新附件：报名表.docx、路线.jpg。去掉的附件：座位.xlsx。',
    )
  })

  it('asks for one thing until it is done, then tells who did it', () => {
    expect(presentLetter(letter, NOW)).toMatchObject({
      about: '11月20日(周五) · 给张三（七年级2班）',
      due: { text: '明天截止，请手写签字', tone: 'soon' },
      action: '手写签字',
      doneText: '',
    })
    expect(presentLetter({ ...letter, isUrgent: true }, NOW)).toMatchObject({ isUrgent: true })
    expect(presentLetter(signed, NOW)).toMatchObject({
      due: null,
      action: '',
      doneText: '已签字',
      deeds: ['张三妈妈 11月24日(周二) 18:00 签了字', '张三妈妈 11月21日(周六) 18:00 读了信'],
      isCopyThere: true,
    })
  })

  it('is announced to the class group in one line', () => {
    expect(cardTitle(letter, '三年级2班')).toBe('【请签字】三年级2班 春游告知书 · 截止11月25日')
    expect(cardTitle({ ...letter, confirmation: 'read', dueOn: null }, '三年级2班')).toBe(
      '【请阅读】三年级2班 春游告知书',
    )
  })

  it.each<[Partial<MyLetterLine>, object]>([
    [
      { isDone: true, state: 'signed' },
      { tag: '已签字', tone: 'good', due: null },
    ],
    [{ isDone: false }, { tag: '待签字', tone: 'todo', due: { text: '明天截止' } }],
    [
      { isDone: false, isOverdue: true, dueOn: '2026-11-22' },
      { tag: '待签字', tone: 'bad' },
    ],
    [
      { isDone: false, state: 'unread', isCorrected: true, isToReadAgain: true },
      { tag: '待签字', isCorrected: true, again: '您家读过旧的一版，请再看一遍' },
    ],
    [
      { isDone: true, isCorrected: true, isToReadAgain: false },
      { tag: '已签字', isCorrected: true, again: '' },
    ],
  ])('stands in the list as it stands with the family: %o', (over, shown) => {
    const { id: letterId, kind, title, from, sentAt, confirmation, dueOn } = letter
    const line = { id: letterId, kind, title, from, sentAt, confirmation, dueOn, state: 'read' as const }
    expect(presentLine({ ...line, isDone: false, isOverdue: false, ...over }, NOW)).toMatchObject(shown)
  })
})

it.each([
  ['2026-12-10', { text: '请在12月10日(周四)前手写签字', tone: 'calm' }],
  ['2026-11-24', { text: '今天截止，请手写签字', tone: 'soon' }],
  ['2026-11-22', { text: '已过期2天', tone: 'late' }],
  [null, null],
])('an open letter says what it asks for until %s', (dueOn, said) => {
  expect(dueAsk({ confirmation: 'sign', dueOn }, NOW)).toEqual(said)
})

describe('a notice', () => {
  it.each([
    ['各位家长：明天体育课，请给孩子带水杯。', '明天体育课'],
    ['各位家长您好！本周五下午三点开家长会。', '本周五下午三点开家长会'],
    ['因为学校管道检修，明天上午不供应热水请大家自备', '因为学校管道检修'],
    ['', ''],
  ])('takes its title from its first words: %s', (body, title) => {
    expect(titleFrom(body)).toBe(title)
  })

  it('says what is missing, and where', () => {
    const notice = emptyNotice()
    const all = { isRevising: false, isForNobody: false }
    expect(missingIn(notice, all)).toEqual({ at: 'body', text: '请写下要告诉家长的事' })
    expect(missingIn({ ...notice, body: '一' }, all)).toEqual({ at: 'title', text: '请写一个标题' })
    const whole = { ...notice, body: '一', title: '二' }
    expect(missingIn(whole, all)).toBeNull()
    expect(missingIn(whole, { ...all, isForNobody: true })).toEqual({ at: 'whom', text: '请选择写给哪几家' })
    expect(missingIn(whole, { ...all, isRevising: true })?.at).toBe('correction')
    expect(missingIn({ ...whole, body: '〔请填写：费用〕' }, all)).toEqual({
      at: 'body',
      text: '还有一处没有填写：费用',
    })
  })

  it('is shown before it goes with its numbers and dots', () => {
    expect(previewOf({ body: '请带：\n1. 水杯\n2. 帽子\n- **雨伞**', blanks: [] })).toBe(
      '请带：\n1. 水杯\n2. 帽子\n• 雨伞',
    )
  })
})

it('shows a blank with an example until something is written, and a day as people say it', () => {
  const template = { blanks: [{ name: '地点', example: '市科技馆' }] } as LetterTemplate
  const shown = shownBlanks(
    [
      { name: '地点', type: 'text', value: '' },
      { name: '家长会日期', type: 'date', value: '2026-11-25' },
    ],
    template,
    () => '11月25日(周三)',
  )
  expect(shown.map((it) => [it.shown, it.example])).toEqual([
    ['', '比如：市科技馆'],
    ['11月25日(周三)', ''],
  ])
})

it('lists who has not signed first, and why', () => {
  const row = (name: string, over: Partial<SheetRow>): SheetRow => ({
    studentId: 'a'.repeat(24),
    number: '1',
    name,
    hasJoined: true,
    read: null,
    confirmed: null,
    signed: null,
    ...over,
  })
  const deed = { by: '张三妈妈', at: '2026-11-24T10:00:00.000Z' }
  const groups = groupsOf(
    [
      row('张三', { read: deed, signed: deed }),
      row('李四', { read: deed }),
      row('王五', { hasJoined: false }),
    ],
    'sign',
    NOW,
  )

  expect(groups.map((it) => [it.label, it.rows.map((one) => one.name)])).toEqual([
    ['未签', ['李四', '王五']],
    ['已签', ['张三']],
    ['未读', ['王五']],
    ['已读', ['张三', '李四']],
  ])
  expect(groups[0]?.rows.map((it) => it.note)).toEqual(['张三妈妈读过', '家长还没有加入'])
})

describe('the page', () => {
  interface LetterPage {
    data: {
      state: string
      problem: string
      letter: { action: string } | null
      isWaiting: boolean
      isStranger: boolean
      isGone: boolean
    }
    load: () => Promise<void>
    onAct: () => void
    onSigned: (event: object) => Promise<void>
  }
  let phone: ReturnType<typeof usePhone>
  beforeEach(() => {
    phone = usePhone()
    const { me } = opened('a-token', { children: [zhang, li] })
    phone.storage.set('session', { token: 'a-token', role: 'guardian' })
    phone.storage.set('me', me)
  })
  afterEach(() => vi.unstubAllGlobals())
  const open = (query: Record<string, string> = { id, child: zhang.studentId }) =>
    openPage<LetterPage>('packages/letter/letter/letter', query)
  const ready = (page: LetterPage) => vi.waitFor(() => expect(page.data.state).toBe('ready'))

  it('confirms once when the button is tapped twice', async () => {
    const page = await open()
    const confirmable = {
      ...letter,
      confirmation: 'confirm',
      abilities: { confirm: true, sign: false, seeCopy: false },
    }
    answer(await phone.next(), 200, confirmable)
    await ready(page)

    page.onAct()
    page.onAct()

    expect((await phone.next()).path).toBe(`POST /me/children/${zhang.studentId}/letters/${id}/confirmation`)
    expect(phone.asked).toHaveLength(0)
  })

  it('keeps a signature on the phone when there is no network, and says so', async () => {
    const page = await open()
    answer(await phone.next(), 200, letter)
    await ready(page)
    const done = page.onSigned({ detail: { strokes: [[1, 2, 3, 4]], width: 700, height: 300 } })
    cutOff(await phone.next())
    await done

    expect(page.data.isWaiting).toBe(true)
    expect([...phone.storage.keys()].some((key) => key.startsWith('queue.'))).toBe(true)
  })

  it('shows how the letter stands once what waited has gone out, and meanwhile asks for nothing', async () => {
    const page = await open()
    answer(await phone.next(), 200, letter)
    await ready(page)
    const done = page.onSigned({ detail: { strokes: [[1, 2, 3, 4]], width: 700, height: 300 } })
    cutOff(await phone.next())
    await done

    // Drawn anew meanwhile, it still waits: the server has not heard of it.
    void page.load()
    answer(await phone.next(), 200, letter)
    await vi.waitFor(() => expect(phone.asked).toHaveLength(0))
    expect(page.data.isWaiting).toBe(true)

    const { flush } = await import('../../miniprogram/services/queue.ts')
    const sending = flush()
    answer(await phone.next(), 200, { done: true })
    await sending
    const signed = {
      ...letter,
      isDone: true,
      state: 'signed',
      abilities: { confirm: false, sign: false, seeCopy: true },
    }
    answer(await phone.next(), 200, signed)
    await vi.waitFor(() =>
      expect(page.data).toMatchObject({ isWaiting: false, letter: { doneText: '已签字' } }),
    )
  })

  it('keeps the letter on the screen when it cannot be fetched anew', async () => {
    const page = await open()
    answer(await phone.next(), 200, letter)
    await ready(page)
    void page.load()
    cutOff(await phone.next())
    await vi.waitFor(() => expect(phone.showToast).toHaveBeenCalled())
    expect(page.data.state).toBe('ready')
  })

  it('takes nobody for a stranger because the network is away', async () => {
    phone.storage.delete('me')
    const page = await open()
    cutOff(await phone.next())
    await vi.waitFor(() => expect(page.data.state).toBe('failed'))
    expect(page.data).toMatchObject({ isStranger: false, isGone: false, problem: '网络不通，请检查后重试' })
  })

  it('says of a link that lost its end where the letter is', async () => {
    const page = await open({ id: 'x', child: zhang.studentId })
    await vi.waitFor(() => expect(page.data.state).toBe('failed'))
    expect(page.data).toMatchObject({ isGone: true, problem: '这个链接不完整，请在“信件”里找这封信' })
  })

  it('finds the child a card in the class group is meant for', async () => {
    const page = await open({ id })
    refuse(await phone.next(), 404, '没有这封信')
    const second = await phone.next()
    expect(second.path).toBe(`POST /me/children/${li.studentId}/letters/${id}/opening`)
    answer(second, 200, { ...letter, childName: '李四' })
    await ready(page)
  })

  it('tells why a letter does not open', async () => {
    const page = await open()
    refuse(await phone.next(), 409, '这封信已经由老师撤回，不用再处理了')
    await vi.waitFor(() =>
      expect(page.data).toMatchObject({
        state: 'failed',
        problem: '这封信已经由老师撤回，不用再处理了',
        isStranger: false,
      }),
    )
  })
})

describe('a question of a form', () => {
  const form: LetterForm = {
    answeredBy: 'any',
    fields: [
      { code: 'join', label: '参加吗', type: 'choice', required: true, options: ['到会', '来不了'] },
      { code: 'why', label: '说明', type: 'text', required: true },
      { code: 'name', label: '姓名', type: 'text', required: true, maxLength: 20 },
      { code: 'many', label: '几个人', type: 'number', required: false, unit: '人' },
      { code: 'day', label: '哪天', type: 'date', required: false },
      { code: 'paper', label: '盖章的回执', type: 'file', required: true, most: 2 },
    ],
  }

  it('keeps what was tapped, typed or chosen below it', () => {
    const said: Said[] = [
      { code: 'join', option: '来不了' },
      { code: 'join', option: '到会' },
      { code: 'many', text: '１２' },
      { code: 'day', day: '2026-11-25' },
      { code: 'gone', text: '不在这张表上' },
    ]
    const items = said.reduce<AnswerItem[]>((before, it) => withSaid(form, before, it), [])
    expect(items).toEqual([
      { code: 'join', value: ['到会'] },
      { code: 'many', value: 12 },
      { code: 'day', value: '2026-11-25' },
    ])
  })

  it('is as large as what is asked, and says how much it takes', () => {
    const [join, why, name, many, , paper] = presentForm(form, [], false)
    expect([why?.isLong, name?.isLong, why?.maxLength, name?.maxLength]).toEqual([true, false, 500, 20])
    expect([join?.hint, many?.unit, paper?.hint]).toEqual(['', '人', '最多2个文件'])
    expect([join?.isApart, paper?.isApart]).toEqual([false, true])
  })
})

it('tells a teacher whom 提醒 would reach now, and why it cannot be pressed where it reaches nobody', () => {
  const now = new Date('2026-11-25T06:00:00Z')
  const plan = (wechat: number, text?: number) => ({
    remindAfter: null,
    remindable: { families: 7, wechat, ...(text !== undefined && { text }) },
  })
  expect(remindableText(plan(5, 1))).toBe('现在微信能提醒到5/7个家庭，短信再通知1个')
  expect(remindableText(plan(0))).toBe('现在微信能提醒到0/7个家庭')
  expect(whyNotNow(plan(0, 1), now)).toBe('')
  expect(whyNotNow(plan(0), now)).toBe('现在提醒不到：今天已经提醒过，或看“提醒不到”里怎么办')
  expect(whyNotNow({ remindable: null, remindAfter: '2026-11-25T07:30:00Z' }, now)).toBe(
    '刚提醒过，今天 15:30以后可以再提醒',
  )
})

describe('a family that no reminder reaches', () => {
  const guardian = (relation: string, maskedPhone: string | null) => ({
    ...{ guardianshipId: relation, relation, maskedPhone },
  })
  const family = (over: Partial<UnreachedFamily>): UnreachedFamily => ({
    ...{ studentId: '1', number: '20260101', name: '张三', cause: 'noConsent', isNumberBad: false },
    guardians: [guardian('妈妈', '139****0001'), guardian('爸爸', null)],
    ...over,
  })
  const textsOf = (over: Partial<UnreachedFamily>) => stepsFor(family(over)).map((it) => it.text)

  it('can be rung up by whoever the roster has a number of, and be given the class code while nobody has joined', () => {
    expect(textsOf({})).toEqual(['打给妈妈 139****0001'])
    expect(textsOf({ cause: 'notJoined' })).toEqual(['打给妈妈 139****0001', '看班级码，请家长加入'])
    expect(textsOf({ cause: 'wrongNumber', guardians: [] })).toEqual(['看班级码，请家长加入'])
    expect(textsOf({ isNumberBad: true })).toEqual([])
  })

  it('offers no more than the six lines of a menu', () => {
    const guardians = Array.from({ length: 8 }, (_, n) => guardian(`家长${n}`, '139****0001'))
    expect(textsOf({ guardians })).toHaveLength(6)
    expect(textsOf({ guardians, cause: 'notJoined' }).slice(-2)).toEqual([
      '打给家长4 139****0001',
      '看班级码，请家长加入',
    ])
  })

  it('has a word to tap only where there is a step', () => {
    const { hint, rows } = unreachedGroup([family({}), family({ isNumberBad: true })])
    expect(hint).toContain('纸质通知在管理后台的这封信里打印')
    expect(rows.map((it) => it.act)).toEqual(['联系', ''])
    expect(rows[1]?.note).toBe('号码打不通，请核对花名册，或在群里说')
  })
})
