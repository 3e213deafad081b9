import ExcelJS from 'exceljs'
import { expect, it } from 'vitest'
import { confirmMyLetter, exportLetterSheet, remindUnread } from '#contract/letters'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { plainCell } from '../../server/modules/letters/exports/rules.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { StudentModel } from '../../server/modules/org/families/model.ts'
import { buildGuardian, buildStaff } from '../support/build.ts'
import { buildClass, sendLetter, tick } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

it('reminds who has not answered, once in two hours, and never who has', async () => {
  const { office, school, klass, teacher, li, zhang, mother } = await buildClass(world)
  const other = await buildGuardian(world, li)
  const letter = await sendLetter(world, office, school, { dueOn: '2099-11-25' })
  await (
    await world.as(mother, 'guardian')
  )(confirmMyLetter, { studentId: String(zhang._id), letterId: letter.id })
  const call = await world.as(teacher, 'staff')
  const press = () => call(remindUnread, { letterId: letter.id, unitId: String(klass._id) })

  const presses = await Promise.allSettled([press(), press()])

  expect(presses.map((it) => it.status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(presses.find((it) => it.status === 'fulfilled')).toMatchObject({
    value: { families: 1, reachable: 1, wechat: 0 },
  })
  const reminders = () => OutboxModel.find({ kind: 'letterReminder' }).lean()
  expect((await reminders()).map((it) => String(it.personId))).toEqual([other])
  await tick(world)
  world.pass(2 * 3_600_000 - 60_000)
  await expect(press()).rejects.toMatchObject({ status: 429 })
  world.pass(120_000)
  expect(await press()).toMatchObject({ families: 1 })
  expect(await reminders()).toHaveLength(2)
})

it('says at night that WeChat rings in the morning', async () => {
  const { office, school, teacher, klass } = await buildClass(world)
  const letter = await sendLetter(world, office, school)
  world.goTo('2099-11-25T21:29:00+08:00')
  const call = await world.as(teacher, 'staff')
  const press = () => call(remindUnread, { letterId: letter.id, unitId: String(klass._id) })
  expect(await press()).toMatchObject({ ringsAt: null })
  world.goTo('2099-11-25T23:59:00+08:00')
  expect(await press()).toMatchObject({ ringsAt: '2099-11-25T23:00:00.000Z' })
  world.goTo('2099-11-26T02:00:00+08:00')
  expect(await press()).toMatchObject({ ringsAt: '2099-11-25T23:00:00.000Z' })
  const dues = (await OutboxModel.find({ kind: 'letterReminder' }).lean()).map((it) => it.dueAt.toISOString())
  expect(new Set(dues.slice(-2))).toEqual(new Set(['2099-11-25T23:00:00.000Z']))
})

it('leaves a district’s reminders to the worker', async () => {
  const { district, mother } = await buildClass(world)
  const admin = await buildStaff(district, 'district_admin')
  const letter = await sendLetter(world, admin, district)
  await tick(world)
  const call = await world.as(admin, 'staff')

  expect(await call(remindUnread, { letterId: letter.id, unitId: String(district._id) })).toMatchObject({
    families: 2,
    reachable: 1,
    wechat: null,
  })
  expect(await OutboxModel.countDocuments({ kind: 'letterReminder' })).toBe(0)
  await tick(world)
  await tick(world)
  expect(await OutboxModel.countDocuments({ kind: 'letterReminder', personId: mother })).toBe(1)
})

it('says so when everybody has answered', async () => {
  const { office, school, klass, zhang, mother } = await buildClass(world)
  await StudentModel.updateOne({ name: '李四' }, { leftAt: new Date() })
  const letter = await sendLetter(world, office, school, { audience: [klass] })
  await (
    await world.as(mother, 'guardian')
  )(confirmMyLetter, { studentId: String(zhang._id), letterId: letter.id })

  await expect(
    (await world.as(office, 'staff'))(remindUnread, { letterId: letter.id, unitId: String(school._id) }),
  ).rejects.toMatchObject({ status: 409, json: { error: { message: '所有家庭都已完成，不用提醒' } } })
})

it('exports a class with its names, masked phones and no live formula', async () => {
  const { office, school, klass, teacher, zhang } = await buildClass(world)
  await StudentModel.updateOne({ _id: zhang._id }, { name: '=HYPERLINK("http://x","张三")' })
  const letter = await sendLetter(world, office, school, { title: '+春游告知书' })
  const call = await world.as(teacher, 'staff')
  const { link, name } = await call(exportLetterSheet, { letterId: letter.id, unitId: String(klass._id) })

  const response = await world.send(null, 'GET', `/api${link}`)
  const book = new ExcelJS.Workbook()
  await book.xlsx.load(await response.arrayBuffer())
  const cells = JSON.stringify(book.worksheets[0]?.getSheetValues())
  const texts = [...cells.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text)

  expect(name).toMatch(/^实验中学\d+_七年级\d+班_\+春游告知书_\d{4}-\d\d-\d\d\.xlsx$/)
  expect(response.headers.get('content-disposition')).toMatch(/^attachment; /)
  expect(texts).toContain('\'=HYPERLINK(\\"http://x\\",\\"张三\\")')
  expect(texts).toContain("'+春游告知书")
  expect(texts.filter((it) => /^[=+\-@\t\r]/.test(it))).toEqual([])
  expect(cells).toMatch(/妈妈 139\*{4}\d{4}/)
  expect(cells).not.toMatch(/139\d{8}/)
})

it('exports a city without names, and refuses a link whose person has lost the post', async () => {
  const { city } = await buildClass(world)
  const admin = await buildStaff(city, 'city_admin')
  const letter = await sendLetter(world, admin, city)
  await tick(world)
  const call = await world.as(admin, 'staff')
  const { link } = await call(exportLetterSheet, { letterId: letter.id, unitId: String(city._id) })

  const text = Buffer.from(await (await world.send(null, 'GET', `/api${link}`)).arrayBuffer())
  const book = new ExcelJS.Workbook()
  await book.xlsx.load(text as never)
  expect(JSON.stringify(book.worksheets[0]?.getSheetValues())).not.toContain('张三')
  await PersonModel.updateOne({ _id: admin }, { posts: [] })
  expect((await world.send(null, 'GET', `/api${link}`)).status).toBe(404)
})

it.each(['=1+1', '+1', '-1', '@SUM', '\tx', '\rx'])('makes %j harmless in a cell', (text) => {
  expect(plainCell(text)).toBe(`'${text}`)
})
