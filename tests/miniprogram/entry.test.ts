import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openPage, tapOn, typed } from '../support/mini-page.ts'
import { answer, child, cutOff, opened, person, refuse, usePhone } from '../support/phone.ts'

type Handler = (event?: unknown) => Promise<void>
interface OpenPage {
  data: Record<string, unknown>
  [handler: string]: unknown
}
const run = (page: OpenPage, handler: string, event?: unknown) => (page[handler] as Handler).call(page, event)

let phone: ReturnType<typeof usePhone>
beforeEach(() => {
  phone = usePhone()
})
afterEach(() => vi.unstubAllGlobals())

async function signedIn(change: object = {}) {
  const { session } = await import('../../miniprogram/services/session.ts')
  session.adopt(opened('token', change) as never)
}

/** The page asks for the text in force as it opens; what is agreed to is that. */
const TEXT = {
  version: 3,
  effectiveOn: '2026-11-22',
  title: '我们怎样保护您和孩子的信息',
  changes: '',
  body: '请您看完这一页。',
}
async function openWelcome() {
  const page = await openPage<OpenPage>('packages/account/welcome/welcome')
  const reading = await phone.next()
  expect(reading).toMatchObject({ path: 'GET /privacy-text', token: undefined })
  answer(reading, 200, TEXT)
  return page
}

const classOf = (className: string) => ({
  classId: 'c'.repeat(24),
  className,
  schoolName: '实验中学',
  classTeacher: '李静',
})

it.each([
  ['children to check', { matchesWaiting: 1 }, 'redirectTo /packages/account/match/match'],
  ['nobody in the roster', {}, 'redirectTo /packages/account/join/join?from=phone'],
  ['children already joined', { children: [child('1', '张三')] }, 'reLaunch /pages/home/home'],
])('leads on from the phone number to where it finds %s', async (_, found, way) => {
  const page = await openWelcome()

  const entering = run(page, 'onPhone', { detail: { code: 'phone-code', errMsg: 'getPhoneNumber:ok' } })
  answer(await phone.next(), 200, opened('by-openid'))
  const binding = await phone.next()
  expect(binding).toMatchObject({ path: 'POST /me/phone', data: { code: 'phone-code' }, token: 'by-openid' })
  answer(binding, 200, opened('by-phone', found))
  const asking = await phone.next()
  expect(asking.token).toBe('by-phone')
  answer(asking, 200, person(found))
  await entering

  expect(phone.went).toEqual([way])
})

it("leads a teacher who is nobody's parent to 教师端", async () => {
  const page = await openWelcome()

  const entering = run(page, 'onPhone', { detail: { code: 'phone-code', errMsg: 'getPhoneNumber:ok' } })
  answer(await phone.next(), 200, opened('by-openid'))
  answer(await phone.next(), 200, opened('by-phone', { canSwitchRole: true }))
  answer(await phone.next(), 200, person({ canSwitchRole: true }))
  const switching = await phone.next()
  expect(switching.data).toEqual({ role: 'staff' })
  answer(switching, 200, opened('as-teacher', { role: 'staff' }))
  await entering

  expect(phone.went).toEqual(['reLaunch /pages/home/home'])
})

it('agrees to the version that was shown, with the account that stays', async () => {
  const asked = { consent: { isAsked: true, isWithdrawn: false } }
  const settled = { consent: { isAsked: false, isWithdrawn: false } }
  const page = await openWelcome()

  const entering = run(page, 'onPhone', { detail: { code: 'phone-code', errMsg: 'getPhoneNumber:ok' } })
  answer(await phone.next(), 200, opened('by-openid', asked))
  const first = await phone.next()
  expect(first).toMatchObject({ path: 'POST /me/consent', token: 'by-openid' })
  expect(first.data).toEqual({ version: 3, isGiven: true })
  answer(first, 200, { done: true })
  answer(await phone.next(), 200, person(settled))
  answer(await phone.next(), 200, opened('by-phone', asked))
  const second = await phone.next()
  expect(second).toMatchObject({ path: 'POST /me/consent', token: 'by-phone', data: { version: 3 } })
  answer(second, 200, { done: true })
  answer(await phone.next(), 200, person(settled))
  answer(await phone.next(), 200, person(settled))
  await entering

  expect(phone.went).toEqual(['redirectTo /packages/account/join/join?from=phone'])
})

it('shows what is there without agreeing, and asks the server for nothing', async () => {
  const page = await openWelcome()
  await run(page, 'onDecline')

  expect(page.data.isDeclined).toBe(true)
  expect(phone.asked).toEqual([])
  expect(phone.login).not.toHaveBeenCalled()
})

it.each([
  ['match/match', 'onYes', { matches: [{ guardianshipId: '1'.repeat(24), maskedStudentName: '张*' }] }],
  ['join/join', 'onAsk', null],
])('asks for consent before %s leads to a child, and goes on after a yes', async (path, handler, found) => {
  await signedIn({ consent: { isAsked: true, isWithdrawn: false } })
  const page = await openPage<OpenPage>(`packages/account/${path}`)
  if (found) {
    const first = { className: '七年级2班', schoolName: '实验中学', relation: '妈妈', ...found.matches[0] }
    answer(await phone.next(), 200, { matches: [first] })
    await vi.waitFor(() => expect(page.data.state).toBe('ready'))
  }

  await run(page, handler)
  expect(page.data.asking).toBe(true)
  expect(phone.asked).toEqual([])
  await run(page, 'onNotNow')
  expect(page.data.asking).toBe(false)

  await signedIn({ consent: { isAsked: false, isWithdrawn: false } })
  await run(page, 'onAgreed')
  if (found) expect((await phone.next()).path).toBe(`POST /me/matches/${'1'.repeat(24)}`)
  else
    expect(phone.showToast).toHaveBeenLastCalledWith(
      expect.objectContaining({ title: '班级码是6到8位字母和数字' }),
    )
})

it.each([
  [1400001, '现在暂时不能用手机号登录，请用班级码加入。'],
  [103, '没有拿到手机号。不方便的话，也可以用班级码加入。'],
])('offers the class code when WeChat gives no number (%i)', async (errno, problem) => {
  const page = await openWelcome()
  await run(page, 'onPhone', { detail: { errno, errMsg: 'getPhoneNumber:fail' } })

  expect(page.data.problem).toBe(problem)
  expect(phone.asked).toEqual([])
})

const match = (letter: string, maskedStudentName: string) => ({
  guardianshipId: letter.repeat(24),
  maskedStudentName,
  className: '七年级2班',
  schoolName: '实验中学',
  relation: '妈妈',
})

it('asks about one child after the other, and asks twice before a no', async () => {
  await signedIn({ matchesWaiting: 2 })
  const page = await openPage<OpenPage>('packages/account/match/match')
  answer(await phone.next(), 200, { matches: [match('1', '张*'), match('2', '王**')] })
  await vi.waitFor(() => expect(page.data.state).toBe('ready'))

  await run(page, 'onNo')
  expect(phone.asked).toEqual([])
  void run(page, 'onReallyNo')
  const denying = await phone.next()
  expect(denying).toMatchObject({ path: `POST /me/matches/${'1'.repeat(24)}`, data: { isMine: false } })
  answer(denying, 200, { done: true })
  await vi.waitFor(() => expect(page.data.matches).toHaveLength(1))

  void run(page, 'onYes')
  void run(page, 'onYes')
  const agreeing = await phone.next()
  expect(agreeing).toMatchObject({ path: `POST /me/matches/${'2'.repeat(24)}`, data: { isMine: true } })
  answer(agreeing, 200, { done: true })
  const asking = await phone.next()
  expect(asking.path).toBe('GET /me')
  answer(asking, 200, person({ children: [child('2', '王小明')] }))

  await vi.waitFor(() => expect(phone.went).toEqual(['reLaunch /pages/home/home']))
})

it('looks a class code up by itself, and lets no late answer overwrite a newer code', async () => {
  await signedIn()
  const page = await openPage<OpenPage>('packages/account/join/join')

  await run(page, 'onCode', typed('abc23'))
  expect(phone.asked).toEqual([])
  await run(page, 'onCode', typed('abc234'))
  const short = await phone.next()
  expect(short.path).toBe('GET /classes/by-code/ABC234')
  await run(page, 'onCode', typed('abc2345'))
  const long = await phone.next()
  answer(long, 200, classOf('七年级2班'))
  await vi.waitFor(() => expect(page.data.found).toMatchObject({ className: '七年级2班' }))
  refuse(short, 404, '没有这个班级码')
  await new Promise((done) => setTimeout(done, 20))

  expect(page.data).toMatchObject({ found: { className: '七年级2班' }, codeProblem: '', looking: false })
})

it.each([
  ['code', { code: 'k7m2px' }],
  ['scene', { scene: encodeURIComponent('K7M2PX') }],
])('takes the class code from a %s', async (_, query) => {
  await signedIn()
  await openPage<OpenPage>('packages/account/join/join', query)

  expect((await phone.next()).path).toBe('GET /classes/by-code/K7M2PX')
})

it('asks to join once, in the words typed', async () => {
  await signedIn()
  const page = await openPage<OpenPage>('packages/account/join/join', { code: 'K7M2PX' })
  answer(await phone.next(), 200, classOf('七年级2班'))
  await vi.waitFor(() => expect(page.data.found).not.toBeNull())

  await run(page, 'onAsk')
  expect(phone.showToast).toHaveBeenLastCalledWith(expect.objectContaining({ title: '请填写孩子姓名' }))
  await run(page, 'onType', typed(' 张小明 ', { field: 'studentName' }))
  await run(page, 'onRelation', tapOn({ relation: '其他' }))
  await run(page, 'onType', typed('姑姑', { field: 'otherRelation' }))
  void run(page, 'onAsk')
  void run(page, 'onAsk')

  const asking = await phone.next()
  expect(asking).toMatchObject({
    path: 'POST /me/joins',
    data: { code: 'K7M2PX', studentName: '张小明', guardianName: '张三妈妈', relation: '姑姑' },
  })
  await new Promise((done) => setTimeout(done, 20))
  expect(phone.asked).toEqual([])
})

it('opens the letter a paper notice was about once its reader is in the class, and once only', async () => {
  const letterId = 'a'.repeat(24)
  await signedIn()
  const scanned = await openPage<OpenPage>('packages/account/join/join', { scene: `K7M2PX${letterId}` })
  answer(await phone.next(), 200, classOf('七年级2班'))
  await vi.waitFor(() => expect(scanned.data.found).not.toBeNull())

  const joins = await openPage<OpenPage>('packages/account/joins/joins')
  const look = async (children: object[]) => {
    const looking = run(joins, 'load')
    answer(await phone.next(), 200, { joins: [] })
    answer(await phone.next(), 200, person({ children }))
    await looking
  }
  await look([])
  await look([{ ...child('1', '李四'), className: '八年级1班', schoolName: '实验中学' }])
  expect(phone.went).toEqual([])

  const inClass = { ...child('2', '张小明'), className: '七年级2班', schoolName: '实验中学' }
  await look([inClass])
  expect(phone.went).toEqual([`redirectTo /packages/letter/letter/letter?id=${letterId}`])
  await look([inClass])
  expect(phone.went).toHaveLength(1)
})

it('goes from the paper over the phone number to its letter', async () => {
  const letterId = 'b'.repeat(24)
  await signedIn()
  const scanned = await openPage<OpenPage>('packages/account/join/join', { scene: `K7M2PX${letterId}` })
  answer(await phone.next(), 200, classOf('七年级2班'))
  await vi.waitFor(() => expect(scanned.data.found).not.toBeNull())
  await signedIn({ matchesWaiting: 1 })
  const page = await openPage<OpenPage>('packages/account/match/match')
  answer(await phone.next(), 200, { matches: [match('2', '张**')] })
  await vi.waitFor(() => expect(page.data.state).toBe('ready'))

  void run(page, 'onYes')
  answer(await phone.next(), 200, { done: true })
  const inClass = { ...child('2', '张小明'), className: '七年级2班', schoolName: '实验中学' }
  answer(await phone.next(), 200, person({ children: [inClass] }))

  await vi.waitFor(() =>
    expect(phone.went).toEqual([`reLaunch /packages/letter/letter/letter?id=${letterId}`]),
  )
})

it('signs out on this phone even when the server cannot be told', async () => {
  await signedIn()
  const page = await openPage<OpenPage>('pages/mine/mine')

  const leaving = run(page, 'onReallyLeave')
  cutOff(await phone.next())
  await leaving

  expect(page.data).toMatchObject({ me: null })
  expect(phone.storage.get('session')).toBeUndefined()
  expect(phone.went).toEqual(['reLaunch /pages/home/home'])
})
