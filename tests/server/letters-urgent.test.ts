import { beforeEach, expect, it } from 'vitest'
import { listMyTodos } from '#contract/home'
import { listLetters, listMyLetters, openMyLetter } from '#contract/letters'
import { listMyMessages } from '#contract/notify'
import { buildClass, sendLetter, tick } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2026-11-25T10:00:00+08:00'))

it('an urgent letter says so wherever a family meets it, and stands before letters that end sooner', async () => {
  const { office, school, mother, zhang } = await buildClass(world)
  await sendLetter(world, office, school, { title: '校服尺码登记', dueOn: '2026-11-25' })
  const urgent = await sendLetter(world, office, school, { title: '明天停课一天', isUrgent: true })
  await tick(world)
  const her = await world.as(mother, 'guardian')
  const studentId = String(zhang._id)

  const { letters } = await her(listMyLetters, { studentId, only: 'todo' })
  expect(letters).toMatchObject([
    { title: '明天停课一天', isUrgent: true },
    { title: '校服尺码登记', isUrgent: false },
  ])
  expect((await her(listMyTodos, {})).todos[0]).toMatchObject({
    title: '紧急，请确认：明天停课一天',
    isUrgent: true,
  })
  const { messages } = await her(listMyMessages, {})
  expect(messages.find(({ page }) => page.includes(urgent.id))).toMatchObject({
    title: '收到一封紧急的信',
  })
  expect(await her(openMyLetter, { studentId, letterId: urgent.id })).toMatchObject({ isUrgent: true })

  const staff = await world.as(office, 'staff')
  const sent = (await staff(listLetters, { unitId: String(school._id), box: 'own' })).letters
  expect(sent.map((it) => [it.title, it.isUrgent])).toEqual([
    ['明天停课一天', true],
    ['校服尺码登记', false],
  ])
})
