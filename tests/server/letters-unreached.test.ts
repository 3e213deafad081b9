import ExcelJS from 'exceljs'
import { beforeEach, expect, it } from 'vitest'
import { confirmMyLetter } from '#contract/letters'
import { exportUnreached, listUnreached } from '#contract/unreached'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { causeOf } from '../../server/modules/letters/unreached/rules.ts'
import { noteConsent, switchOff } from '../../server/modules/notify/consents/service.ts'
import { noteBadNumber } from '../../server/modules/notify/texting/choices/service.ts'
import { GuardianshipModel } from '../../server/modules/org/families/model.ts'
import { DEMO_TEMPLATE_IDS } from '../../server/scripts/simulator/templates.ts'
import { buildGuardian, buildListedGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { buildClass, sendLetter, tick } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld({ WX_TEMPLATES: JSON.stringify(DEMO_TEMPLATE_IDS) })
const templateId = DEMO_TEMPLATE_IDS.letterReminder ?? ''
beforeEach(() => world.goTo('2026-11-23T10:00:00+08:00'))

const openIdOf = async (personId: string) => (await PersonModel.findById(personId).lean())?.wxOpenId ?? ''
const allow = async (personId: string) =>
  noteConsent(await openIdOf(personId), templateId, { from: 'page', id: personId, at: world.now() })

/** A class with a family of every kind. */
async function scene() {
  const built = await buildClass(world)
  const { klass, mother, li } = built
  await allow(mother)
  const child = async (name: string) => buildStudent(klass, { name })
  const [used, off, nowhere, denied] = await Promise.all(['王五', '赵六', '孙七', '周八'].map(child))
  if (!used || !off || !nowhere || !denied) throw new Error('no children')
  const usedUp = await buildGuardian(world, used)
  const hasOff = await buildGuardian(world, off)
  await switchOff(await openIdOf(hasOff), templateId, world.now())
  const hasNone = await buildGuardian(world, nowhere)
  await PersonModel.updateOne({ _id: hasNone }, { $unset: { wxOpenId: 1 } })
  await buildListedGuardian(world, denied, '13711112222')
  await buildListedGuardian(world, li, '13711113333')
  await buildStudent(klass, { name: '吴九' })
  await GuardianshipModel.updateOne({ studentId: denied._id }, { deniedAt: world.now() })
  const letter = await sendLetter(world, built.office, built.school, { title: '春游告知书' })
  return { ...built, letter, li, usedUp, used }
}

it('says of each family whom nothing reaches why, and leaves out who is reached or has answered', async () => {
  const { teacher, klass, letter, mother, zhang, usedUp, used } = await scene()
  const call = await world.as(teacher, 'staff')
  const read = () => call(listUnreached, { letterId: letter.id, unitId: String(klass._id) })
  const listed = async () =>
    Object.fromEntries(((await read()).families ?? []).map((it) => [it.name, it.cause]))
  const others = {
    李四: 'notJoined',
    赵六: 'switchedOff',
    孙七: 'noWechat',
    周八: 'wrongNumber',
    吴九: 'wrongNumber',
  }
  expect(await listed()).toEqual({ ...others, 王五: 'noConsent' })
  expect((await read()).counts).toEqual({
    ...{ notJoined: 1, wrongNumber: 2, noWechat: 1, switchedOff: 1, noConsent: 1 },
  })

  // Reached again by one tap; and out of it for good by answering.
  await allow(usedUp)
  expect(await listed()).toEqual(others)
  await (
    await world.as(mother, 'guardian')
  )(confirmMyLetter, { studentId: String(zhang._id), letterId: letter.id })
  expect(await listed()).toEqual(others)

  const bond = await GuardianshipModel.findOne({ studentId: used._id }).lean()
  await noteBadNumber(usedUp, bond?.phoneIndex ?? '')
  expect(JSON.stringify(await read())).not.toMatch(/\b1\d{10}\b/)
})

it('is counted by class for a school, and above it for who has not joined until it is counted, without a name', async () => {
  const { office, school, district, klass, grade, letter } = await scene()
  const call = await world.as(office, 'staff')
  const ofSchool = await call(listUnreached, { letterId: letter.id, unitId: String(school._id) })
  expect(ofSchool).toMatchObject({
    isComplete: true,
    families: null,
    counts: { notJoined: 1, noConsent: 1 },
    rows: [{ unitId: String(grade._id), counts: { switchedOff: 1 } }],
  })
  const ofGrade = await call(listUnreached, { letterId: letter.id, unitId: String(grade._id) })
  expect(ofGrade.rows.map((it) => it.unitId)).toEqual([String(klass._id)])

  const admin = await buildStaff(district, 'district_admin')
  const above = await sendLetter(world, admin, district)
  await tick(world)
  const theirs = await world.as(admin, 'staff')
  const ofDistrict = await theirs(listUnreached, { letterId: above.id, unitId: String(district._id) })
  expect(ofDistrict).toMatchObject({
    isComplete: false,
    families: null,
    counts: { notJoined: 3, noConsent: 0 },
    kept: { countedAt: null, isStale: true, progress: null, firstSchools: [] },
  })
  expect(JSON.stringify([ofSchool, ofDistrict])).not.toMatch(/李四|王五/)
  await expect(
    theirs(exportUnreached, { letterId: above.id, unitId: String(district._id) }),
  ).rejects.toMatchObject({ status: 403 })
})

it('leaves as a workbook with a watermark, masked numbers and what helps', async () => {
  const { teacher, klass, letter } = await scene()
  const call = await world.as(teacher, 'staff')
  const { link, name } = await call(exportUnreached, { letterId: letter.id, unitId: String(klass._id) })
  const response = await world.send(null, 'GET', `/api${link}`)
  const book = new ExcelJS.Workbook()
  await book.xlsx.load(await response.arrayBuffer())
  const cells = JSON.stringify(book.worksheets[0]?.getSheetValues())
  expect(name).toMatch(/提醒不到的家庭_2026-11-23\.xlsx$/)
  for (const text of ['李四', '没有加入', '微信提醒次数用完', '导出人 李老师', '已联系（打勾）'])
    expect(cells).toContain(text)
  expect(cells).not.toMatch(/\b1\d{10}\b/)
})

it('finds the cause by what can be done first', () => {
  const of = (silence: Parameters<typeof causeOf>[0][number]['silence'], hasJoined = true) => ({
    ...{ hasJoined, hasNumber: true, isDenied: false, silence },
  })
  expect(causeOf([])).toBe('wrongNumber')
  expect(causeOf([of(null, false)])).toBe('notJoined')
  expect(causeOf([{ ...of(null, false), hasNumber: false }])).toBe('wrongNumber')
  expect(causeOf([{ ...of(null, false), isDenied: true }, of(null, false)])).toBe('notJoined')
  expect(causeOf([of('noConsent'), of(null)])).toBeNull()
  expect(causeOf([of('hadToday')])).toBeNull()
  expect(causeOf([of('switchedOff'), of('noConsent')])).toBe('noConsent')
  expect(causeOf([of('noWechat'), of('switchedOff')])).toBe('switchedOff')
})
