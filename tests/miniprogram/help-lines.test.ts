import { afterEach, expect, it, vi } from 'vitest'
import { openComponent } from '../support/mini-page.ts'
import { answer, child, cutOff, opened, person, usePhone } from '../support/phone.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

interface HelpLines {
  data: { lines: { number: string }[] }
  leave: () => void
  comeBack: () => void
}

const [LINCHUAN, YUNXI] = ['a'.repeat(24), 'b'.repeat(24)]
const lines = (number: string) => ({
  lines: [{ name: '本市热线', number, hours: '24小时', about: '心里难受', allDay: true }],
})

async function start() {
  const phone = usePhone()
  const { session } = await import('../../miniprogram/services/session.ts')
  const { me, chooseChild } = await import('../../miniprogram/services/store.ts')
  session.adopt(opened('first') as never)
  me.set({ ...person(), children: [child('a', '张三'), child('b', '李四')] } as never)
  const it = await openComponent<HelpLines>('components/help-lines/help-lines')
  const numbers = () => it.data.lines.map((line) => line.number)
  return { phone, me, chooseChild, it, numbers }
}

const askedFor = (studentId: string) => ({ path: `GET /help-lines?studentId=${studentId}`, token: 'first' })

it('shows the lines of the city of the chosen child, and of the other as soon as that is chosen', async () => {
  const { phone, chooseChild, numbers } = await start()
  const first = await phone.next()
  expect(first).toMatchObject(askedFor(LINCHUAN))
  answer(first, 200, lines('0001'))
  await vi.waitFor(() => expect(numbers()).toEqual(['0001']))

  chooseChild(YUNXI)
  const second = await phone.next()
  expect(second).toMatchObject(askedFor(YUNXI))
  answer(second, 200, lines('0002'))
  await vi.waitFor(() => expect(numbers()).toEqual(['0002']))
})

it('does not show the first city when its answer comes after another child was chosen', async () => {
  const { phone, chooseChild, numbers } = await start()
  const late = await phone.next()
  chooseChild(YUNXI)
  answer(await phone.next(), 200, lines('0002'))
  await vi.waitFor(() => expect(numbers()).toEqual(['0002']))
  answer(late, 200, lines('0001'))
  await new Promise((done) => setTimeout(done))
  expect(numbers()).toEqual(['0002'])
})

it('keeps what it shows when the network is away, and asks nothing once it has gone', async () => {
  const { phone, chooseChild, it: shown, numbers } = await start()
  answer(await phone.next(), 200, lines('0001'))
  await vi.waitFor(() => expect(numbers()).toEqual(['0001']))
  chooseChild(YUNXI)
  cutOff(await phone.next())
  await new Promise((done) => setTimeout(done))
  expect(numbers()).toEqual(['0001'])

  shown.leave()
  chooseChild(LINCHUAN)
  expect(phone.asked).toHaveLength(0)
})

it('stands with the lines of the whole country on a phone that has never had a network, and with those heard last later', async () => {
  const { phone, numbers, chooseChild, it: shown } = await start()
  cutOff(await phone.next())
  await vi.waitFor(() => expect(numbers()).toEqual(['110', '120', '12355']))

  chooseChild(YUNXI)
  answer(await phone.next(), 200, { lines: [{ ...lines('0002').lines[0], allDay: false, isOpen: true }] })
  await vi.waitFor(() => expect(numbers()).toEqual(['0002']))
  chooseChild(LINCHUAN)
  cutOff(await phone.next())
  // What was open then is not said to be open now.
  await vi.waitFor(() => expect(shown.data.lines[0]).toMatchObject({ number: '0002', isOpen: null }))
})

it('asks who answers now when its page is looked at again later, not at every glance', async () => {
  const { phone, it: shown, numbers } = await start()
  answer(await phone.next(), 200, lines('0001'))
  await vi.waitFor(() => expect(numbers()).toEqual(['0001']))
  shown.comeBack()
  expect(phone.asked).toEqual([])

  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 61_000)
  shown.comeBack()
  answer(await phone.next(), 200, lines('0002'))
  await vi.waitFor(() => expect(numbers()).toEqual(['0002']))
})
