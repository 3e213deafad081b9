import exceljs from 'exceljs'
import { expect, it } from 'vitest'
import { readMe } from '#contract/accounts'
import { listHelpLines } from '#contract/hotlines'
import { confirmMyLetter, listMyLetters, openMyLetter } from '#contract/letters'
import { bookSlot, openSlots } from '#contract/meetings'
import { listMyCertificates } from '#contract/certificates'
import { askToJoin } from '#contract/org'
import {
  answerConsent,
  askDeletion,
  cancelDeletion,
  changeMyName,
  exportMyData,
  readMyData,
  readPrivacyText,
} from '#contract/privacy'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { AuditModel } from '../../server/modules/audit/model.ts'
import { CertificateModel } from '../../server/modules/certificates/model.ts'
import { closeDue } from '../../server/modules/privacy/closing/service.ts'
import { ConsentModel } from '../../server/modules/privacy/consents/model.ts'
import { GuardianshipModel } from '../../server/modules/org/families/model.ts'
import { buildClass, sendLetter, tick } from '../support/letters.ts'
import { passAll, publish } from '../support/learning.ts'
import { buildStaff } from '../support/build.ts'
import { placesOf } from '../support/traces.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const WEEK = 7 * 24 * 60 * 60_000
const PHONE = '13977005678'

/** A mother who has read, confirmed, studied, passed and booked: everything that can be kept about somebody. */
async function scene() {
  world.goTo('2026-11-23T01:00:00Z')
  const built = await buildClass(world)
  const { mother, office, teacher, school, klass, zhang } = built
  const { fields } = world.deps()
  const phone = { phone: fields.seal(PHONE), phoneIndex: fields.index(PHONE) }
  await PersonModel.updateOne({ _id: mother }, { ...phone, name: '刘洋洋' })
  await GuardianshipModel.updateOne({ personId: mother }, { ...phone, name: '刘洋洋' })
  await publish(world)
  const call = await world.as(mother, 'guardian')
  const letter = await sendLetter(world, office, school, { audience: [klass] })
  await tick(world)
  const studentId = String(zhang._id)
  await call(openMyLetter, { studentId, letterId: letter.id })
  await call(confirmMyLetter, { studentId, letterId: letter.id })
  const asTeacher = await world.as(teacher, 'staff')
  const { slots } = await asTeacher(openSlots, {
    unitId: String(klass._id),
    days: ['2026-11-25'],
    from: '16:00',
    until: '18:00',
    lengthMinutes: 15,
    gapMinutes: 5,
    way: 'phone',
  })
  await call(bookSlot, { studentId, slotId: slots[0]?.id ?? '', topic: '夜里总睡不着' })
  await passAll(world, call)
  return { ...built, call, studentId, letter }
}

it('asks before a child is joined, and takes no for an answer', async () => {
  const { klass } = await buildClass(world)
  const stranger = await PersonModel.create({ wxOpenId: 'o-new', name: '新家长' })
  const call = await world.as(String(stranger._id), 'guardian')
  await PersonModel.updateOne({ _id: stranger._id }, { consent: null })
  expect((await call(readMe, {})).consent).toEqual({ isAsked: true, isWithdrawn: false, isFirst: true })
  const asking = { code: klass.joinCode ?? '', studentName: '张三', guardianName: '刘洋', relation: '妈妈' }
  await expect(call(askToJoin, asking)).rejects.toMatchObject({ status: 403 })

  const { version } = await call(readPrivacyText, {})
  await call(answerConsent, { version, isGiven: false })
  await expect(call(askToJoin, asking)).rejects.toMatchObject({ status: 403 })
  await call(answerConsent, { version, isGiven: true })
  await call(answerConsent, { version, isGiven: true })
  expect((await call(askToJoin, asking)).status).toBe('waiting')
  expect(await ConsentModel.countDocuments({ personId: stranger._id })).toBe(2)
  await expect(call(answerConsent, { version: version + 1, isGiven: true })).rejects.toMatchObject({
    status: 409,
  })
})

it('hides the children when consent is taken back, and nothing else; a yes brings them back', async () => {
  const { call, studentId } = await scene()
  const { version } = await call(readPrivacyText, {})
  await call(answerConsent, { version, isGiven: false })
  expect(await call(readMe, {})).toMatchObject({
    children: [],
    consent: { isAsked: false, isWithdrawn: true },
  })
  await expect(call(listMyLetters, { studentId })).rejects.toMatchObject({ status: 403 })
  expect((await call(listHelpLines, {})).lines.length).toBeGreaterThan(0)
  expect((await call(listMyCertificates, {})).certificates).toHaveLength(1)

  await call(answerConsent, { version, isGiven: true })
  expect((await call(readMe, {})).children).toMatchObject([{ name: '张三' }])
  expect(await AuditModel.countDocuments({ act: { $in: ['consent.given', 'consent.withdrawn'] } })).toBe(2)
})

it('asks again when the text has a new version', async () => {
  const { call, mother } = await scene()
  await PersonModel.updateOne({ _id: mother }, { 'consent.version': 0 })
  expect((await call(readMe, {})).consent).toEqual({ isAsked: true, isWithdrawn: false })
  expect((await call(readMe, {})).children).toHaveLength(1)
})

it('asks who agreed to the first text on the day the second one comes into force, which says what is done with replies', async () => {
  world.goTo('2026-11-30T15:00:00Z')
  const { call, mother } = await scene()
  await PersonModel.updateOne({ _id: mother }, { 'consent.version': 1 })
  expect((await call(readMe, {})).consent?.isAsked).toBe(false)
  expect((await call(readPrivacyText, {})).version).toBe(1)
  world.goTo('2026-12-01T01:00:00Z')
  expect((await call(readMe, {})).consent).toEqual({ isAsked: true, isWithdrawn: false })
  await expect(call(answerConsent, { version: 1, isGiven: true })).rejects.toMatchObject({ status: 409 })
  const text = await call(readPrivacyText, {})
  expect(text).toMatchObject({ version: 2, changes: expect.stringContaining('写给老师的话') as string })
  for (const said of ['悄悄说', '说到危险的词', '短信', '微信检查']) expect(text.body).toContain(said)
  await call(answerConsent, { version: 2, isGiven: true })
  expect((await call(readMe, {})).consent?.isAsked).toBe(false)
})

it('shows and exports everything that is kept about oneself, as a table and as JSON', async () => {
  const { call, letter } = await scene()
  await call(changeMyName, { name: '刘洋' })
  const { sections } = await call(readMyData, {})
  const said = JSON.stringify(sections)
  for (const word of ['刘洋', PHONE, '张三', letter.title, '夜里总睡不着', 'LZ2026', '结业考试']) {
    expect(said).toContain(word)
  }
  for (const { onDeletion } of sections) expect(onDeletion.length).toBeGreaterThan(3)

  const links = await call(exportMyData, {})
  const get = async (link: string) =>
    Buffer.from(await (await fetch(`${world.origin()}/api${link}`)).arrayBuffer())
  const json = JSON.parse((await get(links.json)).toString()) as { title: string }[]
  const book = new exceljs.Workbook()
  await book.xlsx.load((await get(links.xlsx)) as unknown as ArrayBuffer)
  expect(book.worksheets.map((it) => it.name)).toEqual(json.map((it) => it.title))
  expect((await fetch(`${world.origin()}/api/my-data/json`)).status).toBe(403)
})

it('closes the account after seven days, and leaves nothing of the person behind (S12)', async () => {
  const { call, mother, letter } = await scene()
  const certificate = await CertificateModel.findOne({ personId: mother }).lean()
  const { files } = world.deps()
  expect(await files.has(certificate?.pdf ?? '')).toBe(true)
  const { dueAt } = await call(askDeletion, {})
  expect((await call(askDeletion, {})).dueAt).toBe(dueAt)
  await closeDue(world.deps())
  expect((await call(readMyData, {})).deletion?.dueAt).toBe(dueAt)
  await call(cancelDeletion, {})
  world.pass(WEEK + 1000)
  await closeDue(world.deps())
  expect((await call(readMyData, {})).deletion).toBeNull()

  await call(askDeletion, {})
  world.pass(WEEK + 1000)
  await closeDue(world.deps())
  await closeDue(world.deps())
  await expect(call(readMe, {})).rejects.toMatchObject({ status: 401 })
  expect(await placesOf(['刘洋洋', PHONE, '夜里总睡不着', world.deps().fields.index(PHONE)])).toEqual([])
  expect(await files.has(certificate?.pdf ?? '')).toBe(false)
  expect(await files.has(certificate?.picture ?? '')).toBe(false)
  // What the school has to keep is still true: the receipt counts, the certificate is found and says revoked.
  const { office } = { office: letter }
  expect(office.title).toBe(letter.title)
  expect(await CertificateModel.findOne({ number: certificate?.number }).lean()).toMatchObject({
    status: 'revoked',
    holder: '已注销',
  })
})

it('does not close the account of somebody who holds a post', async () => {
  const { call, mother, klass } = await scene()
  const teacher = await buildStaff(klass, 'teacher')
  const held = await PersonModel.findById(teacher).lean()
  await PersonModel.updateOne({ _id: mother }, { posts: held?.posts ?? [] })
  await expect(call(askDeletion, {})).rejects.toMatchObject({ status: 409 })
  expect((await call(readMyData, {})).deletion).toBeNull()
})
