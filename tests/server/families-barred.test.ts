import ExcelJS from 'exceljs'
import { beforeEach, describe, expect, it } from 'vitest'
import { ENDPOINTS } from '#contract/catalogue'
import {
  acceptInvitation,
  barGuardian,
  dismissBar,
  inviteGuardian,
  leaveFamily,
  liftBar,
  listFamilyMatters,
  listMyFamilies,
  readFamily,
  readInvitation,
  removeGuardian,
  reportGuardian,
} from '#contract/families'
import { readMe } from '#contract/accounts'
import {
  confirmMyLetter,
  exportLetterSheet,
  openMyLetter,
  readMySignedCopy,
  readSheet,
  signMyLetter,
} from '#contract/letters'
import { bookSlot, listMySlots, openSlots } from '#contract/meetings'
import { listMyMessages } from '#contract/notify'
import { answerMatch, askToJoin, decideJoin, listMyMatches } from '#contract/org'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { AuditModel } from '../../server/modules/audit/model.ts'
import { CertificateModel } from '../../server/modules/certificates/model.ts'
import { SheetModel } from '../../server/modules/letters/sheets/model.ts'
import { VoidedSignatureModel } from '../../server/modules/letters/signatures/model.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import {
  GuardianshipModel,
  StudentModel,
  type StudentRecord,
} from '../../server/modules/org/families/model.ts'
import { buildGuardian, buildListedGuardian, buildStudent, newId } from '../support/build.ts'
import { buildClass, INK, sendLetter, tick } from '../support/letters.ts'
import { sampleInput } from '../support/sample.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2026-11-23T01:00:00Z'))

/** A father who has read, signed, booked, been reminded and certified for 张三, and who has another child elsewhere. */
async function scene() {
  const built = await buildClass(world)
  const { zhang, klass, school, office, teacher, father, mother } = built
  const studentId = String(zhang._id)
  await GuardianshipModel.updateOne({ personId: father }, { isPrimary: true })
  const other = await buildStudent(klass, { name: '赵六' })
  await buildGuardian(world, other, { personId: father, relation: '继父' })
  const asFather = await world.as(father, 'guardian')
  const asMother = await world.as(mother, 'guardian')
  const asTeacher = await world.as(teacher, 'staff')
  const asOffice = await world.as(office, 'staff')
  const letter = await sendLetter(world, office, school, { confirmation: 'sign' })
  const shown = await sendLetter(world, office, school)
  await tick(world)
  await asFather(signMyLetter, { studentId, letterId: letter.id, ...INK })
  await asFather(openMyLetter, { studentId, letterId: shown.id })
  await tick(world)
  const { slots } = await asTeacher(openSlots, {
    unitId: String(klass._id),
    days: ['2026-11-25', '2026-11-26'],
    from: '16:00',
    until: '17:00',
    lengthMinutes: 15,
    gapMinutes: 5,
    way: 'phone',
  })
  const slotId = slots[0]?.id ?? ''
  await asFather(bookSlot, { studentId, slotId, topic: '睡眠' })
  await PersonModel.updateOne({ _id: father }, { name: '张强' })
  const certificateId = await certify(father, zhang)
  const bond = await GuardianshipModel.findOne({ personId: father, studentId, to: null })
  const guardianshipId = String(bond?._id)
  const ids = { studentId, guardianshipId, letterId: letter.id, slotId, certificateId, shownId: shown.id }
  return { ...built, ...ids, asFather, asMother, asTeacher, asOffice, slots }
}

type Scene = Awaited<ReturnType<typeof scene>>

async function certify(personId: string, zhang: StudentRecord) {
  const certificate = await CertificateModel.create({
    number: `T-${newId()}`,
    year: 2026,
    serial: 1,
    personId,
    attemptId: newId(),
    programmeId: newId(),
    programmeCode: 'grade7',
    programmeTitle: '七年级新生家长',
    programmeVersion: 1,
    hours: 8,
    holder: '张强',
    studentName: zhang.name,
    schoolName: '实验中学',
    className: '七年级2班',
    classId: zhang.classId,
    unitIds: [zhang.classId],
    families: [{ studentId: zhang._id, path: zhang.path }],
    issuedAt: new Date(),
    issuedOn: '2026-11-20',
    validUntil: '2029-11-20',
    status: 'valid',
    pdf: 'a'.repeat(64),
    picture: 'b'.repeat(64),
  })
  return String(certificate._id)
}

const bar = ({ asOffice, studentId, guardianshipId }: Scene) =>
  asOffice(barGuardian, { studentId, guardianshipId, document: '（2026）云民终12号' })

/** What the phone of the barred guardian still knows, put wherever an endpoint asks for something of the kind. */
function knownInput(it: Scene, endpoint: (typeof ENDPOINTS)[number]['endpoint'], code: string) {
  const known: Record<string, unknown> = {
    studentId: it.studentId,
    letterId: it.letterId,
    slotId: it.slotId,
    guardianshipId: it.guardianshipId,
    certificateId: it.certificateId,
    classId: String(it.klass._id),
    unitId: String(it.klass._id),
  }
  const sample = sampleInput(endpoint)
  const keys = Object.keys(endpoint.input.shape)
  const own = Object.fromEntries(keys.flatMap((key) => (key in known ? [[key, known[key]]] : [])))
  return { ...sample, ...own, ...(endpoint.path.startsWith('/me/invitations') && { code }) }
}

/** Ends the session the walk needs, or changes whose it is. */
const LAST = ['signOut', 'switchRole', 'bindPhone', 'revokeMySession']

it('shows a barred guardian nothing of the child through any endpoint a guardian may call', async () => {
  const it = await scene()
  const { code } = await it.asMother(inviteGuardian, { studentId: it.studentId })
  const grandmother = await buildGuardian(world, it.zhang, { relation: '奶奶' })
  await PersonModel.updateOne({ _id: grandmother }, { name: '孙秀英' })
  await bar(it)

  const token = await world.tokenOf(it.father, 'guardian')
  const traces = [it.studentId, it.zhang.name, it.zhang.number, '孙秀英', it.mother, grandmother]
  const told = []
  let walked = 0
  const doors = ENDPOINTS.filter(({ endpoint }) => ['guardian', 'signedIn'].includes(endpoint.access))
  for (const { name, endpoint } of doors.filter((door) => !LAST.includes(door.name))) {
    walked++
    const rest: Record<string, unknown> = knownInput(it, endpoint, code)
    const path = endpoint.path.replace(/:(\w+)/g, (_, key: string) => {
      const value = String(rest[key])
      delete rest[key]
      return value
    })
    const query = new URLSearchParams(rest as Record<string, string>).toString()
    const response = await (endpoint.method === 'GET'
      ? world.send(token, 'GET', `/api${path}?${query}`)
      : world.send(token, endpoint.method, `/api${path}`, rest))
    const text = await response.text()
    const names = /:studentId|:letterId|:slotId|invitations\/:code/.test(endpoint.path)
    if (
      response.status >= 500 ||
      (names && response.status < 400) ||
      traces.some((one) => text.includes(one))
    )
      told.push([name, response.status, text])
  }
  expect(told).toEqual([])
  expect(walked).toBeGreaterThan(40)
}, 60_000)

describe('a guardian barred by a court', () => {
  it('is gone from lists, letters, calls, messages and certificates in one go; the family hears no reason', async () => {
    const it = await scene()
    const { studentId, letterId, asFather, asMother, asTeacher } = it
    await bar(it)

    expect((await asFather(readMe, {})).children.map((child) => child.name)).toEqual(['赵六'])
    expect((await asFather(listMyFamilies, {})).notice).toMatch(/^学校按规定/)
    expect((await asMother(listMyFamilies, {})).notice).toBeNull()
    expect((await asFather(listMyMessages, {})).messages.map((one) => one.text).join()).not.toContain('张三')
    expect(await OutboxModel.countDocuments({ personId: it.father, status: 'pending', text: /张三/ })).toBe(0)
    const { slots } = await asTeacher(listMySlots, {})
    expect(slots.filter((slot) => slot.booking)).toEqual([])
    const letter = await asMother(openMyLetter, { studentId, letterId })
    expect(letter.signed?.by).toBe('张三家长')
    await expect(asMother(readMySignedCopy, { studentId, letterId })).rejects.toMatchObject({ status: 404 })
    const sheet = await asTeacher(readSheet, { letterId, classId: String(it.klass._id) })
    expect(JSON.stringify(sheet)).not.toContain('爸爸')
    expect(sheet.tally.signed).toBe(1)
    expect((await asMother(listMyMessages, {})).messages.map((one) => one.text).join()).not.toMatch(
      /限制|法院/,
    )
    expect((await asMother(listMyFamilies, {})).families[0]?.guardians).toMatchObject([
      { relation: '妈妈', isPrimary: true },
    ])
    expect(await AuditModel.exists({ act: 'guardian.barred', personId: it.father })).toBeTruthy()
  })

  it('does not come back by match, class code or invitation, and is told what strangers are told', async () => {
    const it = await scene()
    const { asFather, asMother, asTeacher, studentId, zhang, father } = it
    await bar(it)
    const { fields } = world.deps()
    const phone = fields.open((await PersonModel.findById(father).lean())?.phone ?? '')
    const listed = await buildListedGuardian(world, zhang, phone, '爸爸')
    expect((await asFather(listMyMatches, {})).matches).toEqual([])
    await expect(asFather(answerMatch, { guardianshipId: listed, isMine: true })).rejects.toMatchObject({
      status: 404,
      json: { error: { message: '没有这条匹配' } },
    })
    const { code } = await asMother(inviteGuardian, { studentId })
    await expect(asFather(readInvitation, { code })).rejects.toMatchObject({ status: 404 })
    await expect(asFather(acceptInvitation, { code, name: '张强', relation: '爸爸' })).rejects.toMatchObject({
      status: 404,
    })

    const ask = { code: it.klass.joinCode ?? '', studentName: '张三', guardianName: '张强', relation: '爸爸' }
    const join = await asFather(askToJoin, ask)
    expect(join.status).toBe('waiting')
    await expect(asTeacher(decideJoin, { joinId: join.id, approve: true, studentId })).rejects.toMatchObject({
      status: 409,
    })
    expect((await asFather(readMe, {})).children.map((child) => child.name)).toEqual(['赵六'])
  })

  it('is asked for by the 班主任 and set by the school; another school does not know the child', async () => {
    const it = await scene()
    const other = await buildClass(world)
    const { asTeacher, asOffice, studentId, guardianshipId, asFather, school } = it
    const ask = { studentId, guardianshipId, document: '调解书' }
    expect(await asTeacher(barGuardian, ask)).toEqual({ status: 'asked' })
    expect(await asTeacher(barGuardian, ask)).toEqual({ status: 'asked' })
    expect((await asFather(readMe, {})).children).toHaveLength(2)
    const { bars } = await asTeacher(readFamily, { studentId })
    expect(bars).toMatchObject([{ status: 'asked', abilities: { decide: false } }])
    const barId = bars[0]?.barId ?? ''
    await expect(asTeacher(dismissBar, { studentId, barId })).rejects.toMatchObject({ status: 403 })
    const { matters } = await asOffice(listFamilyMatters, { unitId: String(school._id) })
    expect(matters).toMatchObject([{ kind: 'barAsked', who: expect.stringContaining('爸爸') as string }])
    const foreign = await world.as(other.office, 'staff')
    await expect(foreign(barGuardian, ask)).rejects.toMatchObject({ status: 404 })
    await asOffice(dismissBar, { studentId, barId })
    expect(await asOffice(barGuardian, ask)).toEqual({ status: 'active' })
    await expect(asOffice(barGuardian, ask)).rejects.toMatchObject({ status: 404 })
  })

  it('is what they were when the bar is lifted', async () => {
    const it = await scene()
    const { asOffice, asTeacher, asFather, studentId } = it
    await bar(it)
    const active = (await asOffice(readFamily, { studentId })).bars[0]
    expect(active).toMatchObject({ status: 'active', abilities: { lift: true } })
    const lifting = { studentId, barId: active?.barId ?? '', document: '解除裁定' }
    await expect(asTeacher(liftBar, lifting)).rejects.toMatchObject({ status: 403 })
    await asOffice(liftBar, lifting)
    expect((await asFather(readMe, {})).children.map((child) => child.name).sort()).toEqual(
      ['张三', '赵六'].sort(),
    )
    expect((await asFather(listMyFamilies, {})).notice).toBeNull()
    expect(await AuditModel.distinct('act')).toContain('guardian.lifted')
  })

  it('stays out when an approval and the bar meet', async () => {
    const it = await scene()
    const { klass, studentId, zhang, asOffice, asTeacher } = it
    const phone = '13700009999'
    const guardianshipId = await buildListedGuardian(world, zhang, phone, '伯伯')
    const { fields } = world.deps()
    const person = await PersonModel.create({ phone: fields.seal(phone), phoneIndex: fields.index(phone) })
    const uncle = await world.as(String(person._id), 'guardian')
    const ask = { code: klass.joinCode ?? '', studentName: '张三', guardianName: '张伯', relation: '伯伯' }
    const { id: joinId } = await uncle(askToJoin, ask)
    await Promise.allSettled([
      asTeacher(decideJoin, { joinId, approve: true, studentId }),
      asOffice(barGuardian, { studentId, guardianshipId, document: '裁定书' }),
    ])
    const left = await GuardianshipModel.countDocuments({
      studentId,
      to: null,
      phoneIndex: fields.index(phone),
    })
    const barred = (await asOffice(readFamily, { studentId })).bars.some((one) => one.status === 'active')
    expect([left, barred]).toEqual([0, true])
  })
})

describe('a wrong match', () => {
  it('is undone by the person; what they gave is void and counted no more', async () => {
    const it = await scene()
    const { asFather, asMother, asTeacher, asOffice, studentId, letterId, shownId, klass, father } = it
    await asMother(openMyLetter, { studentId, letterId: shownId })
    await asFather(leaveFamily, { studentId, notMine: true })

    expect((await asFather(readMe, {})).children.map((child) => child.name)).toEqual(['赵六'])
    expect((await asFather(listMyMessages, {})).messages.map((one) => one.text).join()).not.toContain('张三')
    const classId = String(klass._id)
    const signed = await asTeacher(readSheet, { letterId, classId })
    expect(signed.tally).toMatchObject({ read: 0, signed: 0, reached: 2 })
    expect(signed.voided).toMatchObject([
      { childName: '张三', by: expect.stringMatching(/^张\*+（.+）$/) as string, because: '不是这家的人' },
    ])
    expect(signed.voided[0]?.deeds.map((one) => one.deed)).toEqual(['read', 'signed'])
    const { link } = await asOffice(exportLetterSheet, { letterId, unitId: classId })
    const book = new ExcelJS.Workbook()
    await book.xlsx.load(await (await fetch(`${world.origin()}/api${link}`)).arrayBuffer())
    const cells = JSON.stringify(book.worksheets[0]?.getSheetValues())
    expect(cells).toMatch(/作废的回执（不计入人数）.*张三.*已读 .*已签字 .*不是这家的人/)
    expect((await asTeacher(readSheet, { letterId: shownId, classId })).tally).toMatchObject({ read: 1 })
    expect((await SheetModel.findById(`${letterId}:${classId}`))?.voided).toMatchObject([
      { personId: father, read: expect.any(Date) as Date, signed: expect.any(Date) as Date },
    ])
    expect(await VoidedSignatureModel.countDocuments({ personId: father })).toBe(1)
    await asMother(signMyLetter, { studentId, letterId, ...INK })
    expect((await asTeacher(readSheet, { letterId, classId })).tally).toMatchObject({ read: 1, signed: 1 })
    await expect(asFather(confirmMyLetter, { studentId, letterId: shownId })).rejects.toMatchObject({
      status: 404,
    })
  })

  it('puts a child whose only guardian was a stranger among the unreached again', async () => {
    const { klass, office, school, teacher } = await buildClass(world)
    const child = await buildStudent(klass, { name: '孙七' })
    const person = await buildGuardian(world, child)
    const studentId = String(child._id)
    const letter = await sendLetter(world, office, school)
    const call = await world.as(person, 'guardian')
    await call(openMyLetter, { studentId, letterId: letter.id })
    const asTeacher = await world.as(teacher, 'staff')
    const sheet = () => asTeacher(readSheet, { letterId: letter.id, classId: String(klass._id) })
    expect((await sheet()).tally).toMatchObject({ expected: 3, reached: 2, read: 1 })
    await call(leaveFamily, { studentId, notMine: true })
    expect((await sheet()).tally).toMatchObject({ expected: 3, reached: 1, read: 0 })
    expect((await StudentModel.findById(studentId))?.activatedAt).toBeNull()
  })

  it('is reported by a guardian and looked at by the 班主任 before anything changes', async () => {
    const it = await scene()
    const { asMother, asTeacher, asFather, studentId, guardianshipId, klass } = it
    const report = { studentId, guardianshipId, reason: '不认识' }
    await asMother(reportGuardian, report)
    await asMother(reportGuardian, report)
    expect((await asFather(readMe, {})).children).toHaveLength(2)
    const { matters } = await asTeacher(listFamilyMatters, { unitId: String(klass._id) })
    expect(matters).toMatchObject([{ kind: 'report', text: '妈妈报告：不是家里的人。不认识' }])
    await asTeacher(removeGuardian, { studentId, guardianshipId })
    expect((await asFather(readMe, {})).children.map((child) => child.name)).toEqual(['赵六'])
    expect((await asTeacher(listFamilyMatters, { unitId: String(klass._id) })).matters).toEqual([])
  })
})
