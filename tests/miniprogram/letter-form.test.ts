import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { AnswerItem, LetterForm, MyLetter } from '../../miniprogram/contract.ts'
import type { Photo } from '../../miniprogram/packages/letter/letter/pictures.ts'
import { openPage } from '../support/mini-page.ts'
import { answer, child, cutOff, opened, refuse, usePhone } from '../support/phone.ts'

const id = 'b'.repeat(24)
const zhang = child('1', '张三')
const FORM: LetterForm = {
  answeredBy: 'any',
  fields: [
    { code: 'join', label: '孩子参加吗', type: 'choice', required: true, options: ['参加', '不参加'] },
    { code: 'words', label: '想说的话', type: 'text', required: false },
    { code: 'note', label: '病历', type: 'picture', required: false, most: 3 },
  ],
}
const letter: MyLetter = {
  ...{ id, kind: 'letter', title: '春游报名', from: '实验中学', childName: '张三', className: '七年级2班' },
  ...{ sentAt: '2026-11-20T10:00:00.000Z', dueOn: null, confirmation: 'read', pledge: '', blocks: [] },
  ...{ version: 1, textHash: 'f'.repeat(64), supersededBy: null, state: 'read', isDone: false },
  ...{ isOverdue: false, read: null, confirmed: null, signed: null, form: FORM, answers: [], myAnswer: null },
  abilities: { confirm: false, sign: false, seeCopy: false, answer: true },
}
const SAID: AnswerItem[] = [
  { code: 'join', value: ['参加'] },
  { code: 'words', value: '孩子晕车' },
]
const answered: MyLetter = {
  ...letter,
  myAnswer: SAID,
  answers: [
    { id: '1', by: '张三妈妈', way: 'app', enteredBy: null, at: letter.sentAt, isMine: true, lines: [] },
  ],
}

interface FormPage {
  data: { state: string; isFilling: boolean; isWaiting: boolean; busy: boolean }
  items: AnswerItem[]
  onSaid: (event: object) => void
  onAct: () => Promise<void>
}

let phone: ReturnType<typeof usePhone>
beforeEach(() => {
  phone = usePhone()
  phone.storage.set('session', { token: 'a-token', role: 'guardian' })
  phone.storage.set('me', opened('a-token', { children: [zhang] }).me)
})
afterEach(() => vi.unstubAllGlobals())

/** Opens the page in a WeChat that was just started. */
async function open(as = letter) {
  vi.resetModules()
  const page = await openPage<FormPage>('packages/letter/letter/letter', { id, child: zhang.studentId })
  answer(await phone.next(), 200, as)
  await vi.waitFor(() => expect(page.data.state).toBe('ready'))
  return page
}
function fill(page: FormPage) {
  page.onSaid({ detail: { code: 'join', option: '参加' } })
  page.onSaid({ detail: { code: 'words', text: '孩子晕车' } })
}
const drafts = () => [...phone.storage.keys()].filter((it) => it.startsWith('form.'))
const photo = (at: number): Photo => ({
  code: 'note',
  requestId: `photo-${at}`,
  path: `wxfile://${at}`,
  id: '',
})
const keepPhotos = (...photos: Photo[]) => phone.storage.set(`photos.${id}.${zhang.studentId}`, photos)

it('keeps what was typed when WeChat is killed, and nobody else on this phone goes on with it', async () => {
  fill(await open())

  expect((await open()).items).toEqual(SAID)

  phone.storage.set('me', opened('a-token', { personId: 'e'.repeat(24), children: [zhang] }).me)
  expect((await open()).items).toEqual([])
})

it('leaves nothing typed or photographed behind when its owner signs out', async () => {
  fill(await open())
  keepPhotos(photo(1))
  const { session } = await import('../../miniprogram/services/session.ts')

  session.leave()

  expect([...phone.storage.keys()].filter((it) => /^(form|photos)\./.test(it))).toEqual([])
  expect(phone.removed).toEqual(['wxfile://1'])
})

it('is handed in once when the button is tapped twice, and what was typed is forgotten then', async () => {
  const page = await open()
  fill(page)

  const twice = [page.onAct(), page.onAct()]
  const sent = await phone.next()
  expect(sent.data).toEqual({ answers: SAID })
  answer(sent, 200, answered)
  await Promise.all(twice)

  expect(phone.asked).toHaveLength(0)
  expect(drafts()).toEqual([])
})

it('waits without a network, still shows what was typed, and forgets it when it has arrived', async () => {
  const page = await open()
  fill(page)
  const acting = page.onAct()
  cutOff(await phone.next())
  await acting
  expect(page.data.isFilling).toBe(false)
  expect(drafts()).toHaveLength(1)

  const again = await open()
  expect(again.items).toEqual(SAID)

  await open(answered)
  expect(drafts()).toEqual([])
})

it('goes on where the upload broke: no photo twice, no answer without its photos', async () => {
  keepPhotos(photo(1), photo(2))
  const page = await open()
  fill(page)
  const first = page.onAct()
  answer(await phone.next(), 200, { id: '1'.repeat(24) })
  cutOff(await phone.next())
  await first
  expect(phone.asked).toHaveLength(0)
  expect(phone.showToast).toHaveBeenLastCalledWith(
    expect.objectContaining({ title: '照片还没有传上去，网络好了再提交，填的都存好了' }),
  )

  const second = page.onAct()
  const retried = await phone.next()
  expect(retried.path).toContain('request=photo-2')
  answer(retried, 200, { id: '2'.repeat(24) })
  const sent = await phone.next()
  expect(sent.data).toEqual({
    answers: [...SAID, { code: 'note', value: { pictures: ['1'.repeat(24), '2'.repeat(24)] } }],
  })
  answer(sent, 200, answered)
  await second
  expect(phone.removed).toEqual(['wxfile://1', 'wxfile://2'])
})

it('sends no answer without a photo that the school could not use, and says why', async () => {
  keepPhotos(photo(1))
  const page = await open()
  fill(page)
  const acting = page.onAct()
  refuse(await phone.next(), 415, '这不是能用的照片，请拍一张或选一张 JPG、PNG 图片')
  await acting

  expect(phone.asked).toHaveLength(0)
  expect(phone.showToast).toHaveBeenLastCalledWith(
    expect.objectContaining({ title: '这不是能用的照片，请拍一张或选一张 JPG、PNG 图片' }),
  )
  expect(drafts()).toHaveLength(1)
})

it('reads the digits of a Chinese keyboard', async () => {
  const { typed: asValue } = await import('../../miniprogram/packages/letter/letter/form.ts')
  const number = { code: 'more', label: '那一题', required: true, type: 'number' as const }
  expect([asValue(number, '１２．５'), asValue(number, '－3'), asValue(number, '十')]).toEqual([
    12.5,
    -3,
    '十',
  ])
})
