import sharp from 'sharp'
import jsqr from 'jsqr'
import { expect, it } from 'vitest'
import { generateSync } from 'otplib'
import { beginTotp, confirmTotp, listMySessions, readMe, switchRole } from '#contract/accounts'
import { answerScan, beginScan, openScan, pollScan } from '#contract/sign-in'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { openSession } from '../../server/modules/accounts/service.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const anybody = world.withToken(null)

async function scene() {
  const branch = await buildBranch()
  const personId = await buildStaff(branch.klass, 'class_teacher', { name: '李文' })
  const phone = await world.as(personId, 'staff')
  const { ticket, secret, picture, expiresAt } = await anybody(beginScan, {})
  const poll = (totp?: string) => anybody(pollScan, { ticket, secret, totp })
  return { ...branch, personId, phone, ticket, secret, picture, expiresAt, poll }
}

const told = async (attempt: Promise<unknown>) =>
  attempt.then(
    () => '',
    (error: { json: { error: { message: string } } }) => error.json.error.message,
  )

it('opens the console in the browser that asked, once the phone has said yes', async () => {
  const { phone, ticket, poll, klass } = await scene()
  expect(await poll()).toEqual({ state: 'waiting', signedIn: null })
  const asked = await phone(openScan, { ticket })
  expect(asked).toMatchObject({
    isSameNetwork: true,
    name: '李文',
    posts: [{ post: 'class_teacher', unitName: klass.fullName, isDeputy: false }],
  })
  expect(await poll()).toEqual({ state: 'seen', signedIn: null })
  await phone(answerScan, { ticket, isMe: true })
  const { state, signedIn } = await poll()
  expect(state).toBe('signedIn')

  const console = world.withToken(signedIn?.token ?? '')
  expect((await console(readMe, {})).role).toBe('staff')
  expect((await phone(listMySessions, {})).sessions).toHaveLength(2)
  // It counts as the console's: the children stay on the phone.
  await expect(console(switchRole, { role: 'guardian' })).rejects.toMatchObject({ status: 403 })
})

it('draws a code that names the page and the ticket and not the secret', async () => {
  const { picture, ticket, secret } = await scene()
  const bytes = Buffer.from(picture.replace('data:image/png;base64,', ''), 'base64')
  const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  const code = jsqr.default(new Uint8ClampedArray(data), info.width, info.height)
  expect(code?.data).toBe(`packages/account/scan/scan?scene=${ticket}`)
  expect(JSON.stringify(await world.deps().redis.get(`sign-in:scan:${ticket}`))).not.toContain(secret)
})

it('is useless to who saw the ticket on the screen, before and after the yes', async () => {
  const { phone, ticket, poll } = await scene()
  const thief = () => anybody(pollScan, { ticket, secret: 'A'.repeat(43) })
  await expect(thief()).rejects.toMatchObject({ status: 404 })
  await phone(openScan, { ticket })
  await phone(answerScan, { ticket, isMe: true })
  await expect(thief()).rejects.toMatchObject({ status: 404 })
  expect((await poll()).state).toBe('signedIn')
})

it('gives one session, however many tabs ask at once', async () => {
  const { phone, ticket, poll, personId } = await scene()
  await phone(openScan, { ticket })
  await phone(answerScan, { ticket, isMe: true })
  const polls = await Promise.allSettled(Array.from({ length: 8 }, () => poll()))
  const opened = polls.filter((it) => it.status === 'fulfilled' && it.value.signedIn)
  expect(opened).toHaveLength(1)
  const person = await PersonModel.findById(personId).lean()
  expect(person?.sessions.filter((it) => it.isConsole)).toHaveLength(1)
  expect(await told(poll())).toBe('这个码已经过期，请在电脑上刷新后再扫')
})

it('says clearly that a code was used, refused, taken by a colleague, or is too old', async () => {
  const first = await scene()
  const { phone, ticket } = first
  await phone(openScan, { ticket })
  await phone(openScan, { ticket })
  const colleague = await world.as(await buildStaff(first.klass, 'teacher'), 'staff')
  expect(await told(colleague(openScan, { ticket }))).toBe('已经有人扫了这个码，请在电脑上刷新后再扫')
  expect(await told(colleague(answerScan, { ticket, isMe: true }))).toBe(
    '已经有人扫了这个码，请在电脑上刷新后再扫',
  )
  await phone(answerScan, { ticket, isMe: true })
  await first.poll()
  expect(await told(phone(openScan, { ticket }))).toBe('这个码已经用过了，请在电脑上刷新后再扫')

  const second = await scene()
  await second.phone(openScan, { ticket: second.ticket })
  await second.phone(answerScan, { ticket: second.ticket, isMe: false })
  expect(await second.poll()).toEqual({ state: 'refused', signedIn: null })
  expect(await told(second.phone(answerScan, { ticket: second.ticket, isMe: true }))).toBe(
    '这次登录已经取消了，请在电脑上刷新后再扫',
  )

  const third = await scene()
  world.pass(3 * 60_000)
  const late = '这个码已经过期，请在电脑上刷新后再扫'
  expect(await told(third.phone(openScan, { ticket: third.ticket }))).toBe(late)
  expect(await told(third.poll())).toBe(late)
})

it('lets in nobody without a post, and no console vouch for another', async () => {
  const { klass, ticket, personId } = await scene()
  const parent = await world.as(await buildGuardian(world, await buildStudent(klass)), 'guardian')
  expect(await told(parent(openScan, { ticket }))).toBe('您目前没有教职工岗位，不能登录控制台')
  const session = { role: 'staff' as const, device: 'test', isConsole: true }
  const { token } = await openSession(personId, session, world.now())
  expect(await told(world.withToken(token)(openScan, { ticket }))).toBe('请用手机微信扫码，在小程序里确认')
})

it('lets a teacher who holds the phone as a parent confirm, and does not mix the two', async () => {
  const { klass, personId, ticket, poll } = await scene()
  await buildGuardian(world, await buildStudent(klass), { personId })
  const asParent = await world.as(personId, 'guardian')
  await asParent(openScan, { ticket })
  await asParent(answerScan, { ticket, isMe: true })
  expect((await poll()).signedIn?.me).toMatchObject({ role: 'staff', children: [] })
  expect((await asParent(readMe, {})).role).toBe('guardian')
})

it('takes back its yes when the last post ends before the browser comes for it', async () => {
  const { phone, ticket, poll, personId } = await scene()
  await phone(openScan, { ticket })
  await phone(answerScan, { ticket, isMe: true })
  await PersonModel.updateOne({ _id: personId }, { 'posts.0.to': new Date(0) })
  await expect(poll()).rejects.toMatchObject({ status: 403 })
})

it('asks for the six digits as the password does', async () => {
  const { phone, ticket, poll } = await scene()
  const { secret } = await phone(beginTotp, {})
  const digits = () => generateSync({ secret, epoch: Math.floor(world.now().getTime() / 1000) })
  await phone(confirmTotp, { totp: digits() })
  await phone(openScan, { ticket })
  await phone(answerScan, { ticket, isMe: true })
  expect(await poll()).toEqual({ state: 'totpNeeded', signedIn: null })
  await expect(poll('000000')).rejects.toMatchObject({ status: 400 })
  world.pass(60_000)
  expect((await poll(digits())).state).toBe('signedIn')
})

it('is bounded: so many codes an address, so many questions a code', async () => {
  const { poll } = await scene()
  const answers = []
  for (let at = 0; at < 152; at++)
    answers.push(
      await poll().then(
        () => 200,
        (error: { status: number }) => error.status,
      ),
    )
  expect(answers.filter((it) => it === 200)).toHaveLength(150)
  expect(answers.at(-1)).toBe(429)
  await world.deps().redis.set('sign-in:scans:127.0.0.1', '60', 'EX', 60)
  await world.deps().redis.set('sign-in:scans:::ffff:127.0.0.1', '60', 'EX', 60)
  await expect(anybody(beginScan, {})).rejects.toMatchObject({ status: 429 })
})

it('says so when WeChat draws no picture', async () => {
  world.simulator().control.breakNext({ path: '/wxa/getwxacodeunlimit', errcode: 45009, times: 9 })
  await expect(anybody(beginScan, {})).rejects.toMatchObject({ status: 503 })
})
