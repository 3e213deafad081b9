import { describe, expect, it } from 'vitest'
import type { AudienceParts } from '#contract/audiences'
import { addToGroup, createGroup } from '#contract/groups'
import * as writing from '#contract/letter-writing'
import * as letters from '#contract/letters'
import { AuditModel } from '../../server/modules/audit/model.ts'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { hashText } from '../../server/modules/letters/rules.ts'
import { StudentModel } from '../../server/modules/org/families/model.ts'
import { buildBranch, buildStaff, buildStudent } from '../support/build.ts'
import { buildClass, DRAFT, newRequest, sendLetter } from '../support/letters.ts'
import { buildDistrict, buildSchool } from '../support/schools.ts'
import { type Refused, useWorld } from '../support/world.ts'

const world = useWorld()
const { kind: _kind, ...words } = DRAFT

/** What a refused call says. */
const refusal = async (asked: Promise<unknown>) => {
  const { status, json } = (await asked.then(
    () => ({ status: 200, json: { error: { message: '' } } }),
    (error: unknown) => error,
  )) as Refused
  return [status, json.error.message]
}

async function begin(over: object = {}) {
  const here = await buildClass(world)
  const call = await world.as(here.office, 'staff')
  const audience = [String(here.klass._id)]
  const said = { ...DRAFT, ...over, unitId: String(here.school._id), requestId: newRequest(), audience }
  return { ...here, call, audience, draft: await call(letters.createLetter, said) }
}

describe('a draft that saves itself', () => {
  it('may still lack its title and text; it is asked for them when it is sent', async () => {
    const { call, draft, audience } = await begin({ title: '', body: ' ' })
    expect([draft.title, draft.body, draft.revision]).toEqual(['', '', 0])
    const send = () => call(letters.queueLetter, { letterId: draft.id, sendAt: null })
    expect(await refusal(send())).toEqual([400, '请填写标题'])
    await call(letters.updateLetter, { ...words, letterId: draft.id, audience, body: '' })
    expect(await refusal(send())).toEqual([400, '请填写正文'])
  })

  it('refuses a save over a newer one, and takes the same words twice', async () => {
    const { call, draft, audience } = await begin()
    const save = (revision: number | undefined, title: string) =>
      call(letters.updateLetter, { ...words, letterId: draft.id, audience, title, revision })

    expect((await save(0, '第一次')).revision).toBe(1)
    expect((await save(1, '第二次')).revision).toBe(2)
    // Another window still stands at what it read.
    expect(await refusal(save(1, '另一个窗口'))).toEqual([
      409,
      '这封信刚刚在别的窗口或由同事改过，请刷新页面，看过新的再改',
    ])
    // The answer got lost and the page saves again.
    expect((await save(1, '第二次')).revision).toBe(2)
    expect((await LetterModel.findById(draft.id).lean())?.title).toBe('第二次')
    // An older console does not know revisions.
    expect((await save(undefined, '老页面')).revision).toBe(3)
    await call(letters.queueLetter, { letterId: draft.id, sendAt: null })
    expect(await refusal(save(3, '太晚'))).toEqual([409, '这封信已经不是草稿，不能再改'])
  })

  it('keeps one of many saves that come at once', async () => {
    const { call, draft, audience } = await begin()
    const saves = Array.from({ length: 6 }, (_, at) =>
      refusal(
        call(letters.updateLetter, { ...words, letterId: draft.id, audience, title: `第${at}`, revision: 0 }),
      ),
    )
    const statuses = (await Promise.all(saves)).map(([status]) => status)
    expect(statuses.filter((it) => it === 200)).toHaveLength(1)
    expect(statuses.filter((it) => it === 409)).toHaveLength(5)
  })
})

describe('links', () => {
  const FOREIGN = '信里的网址 zhxy.example.cn 不在可用的名单里，请去掉，或者请市管理员把它加进名单'
  const body = '报名：[这里](https://zhxy.example.cn/a)'

  it('lead to known sites alone, wherever they stand, until the city adds theirs', async () => {
    const { call, draft, audience, city, district, klass, teacher } = await begin()
    const save = (over: object) =>
      refusal(call(letters.updateLetter, { ...words, letterId: draft.id, audience, ...over }))
    expect(await save({ body: '看[教育部](https://www.moe.gov.cn/a)' })).toEqual([200, ''])
    expect(await save({ body })).toEqual([400, FOREIGN])
    expect(await save({ title: '看 https://zhxy.example.cn/a' })).toEqual([400, FOREIGN])
    expect(await save({ pledge: '看 https://zhxy.example.cn/a' })).toEqual([400, FOREIGN])
    const field = { code: 'a', label: '看https://zhxy.example.cn', required: false, type: 'text' as const }
    expect(await save({ form: { answeredBy: 'any', fields: [field] } })).toEqual([400, FOREIGN])
    const asTeacher = await world.as(teacher, 'staff')
    const notice = {
      unitId: String(klass._id),
      requestId: newRequest(),
      title: '报名',
      confirmation: 'read' as const,
    }
    expect(await refusal(asTeacher(letters.sendNotice, { ...notice, body, dueOn: null }))).toEqual([
      400,
      FOREIGN,
    ])

    const cityCall = await world.as(await buildStaff(city, 'city_admin'), 'staff')
    const unitId = String(city._id)
    const own = ['zhxy.example.cn', 'gov.cn', ' ZHXY.example.cn ']
    const sites = await cityCall(writing.saveLinkSites, { unitId, own })
    expect(sites).toMatchObject({ own: ['zhxy.example.cn'], abilities: { change: true } })
    expect((await call(writing.readLinkSites, { unitId: String(klass._id) })).own).toEqual([
      'zhxy.example.cn',
    ])
    expect(await save({ body })).toEqual([200, ''])
    expect((await AuditModel.findOne({ act: 'linkSites.changed' }).lean())?.detail).toBe(
      '加了zhxy.example.cn',
    )

    // Taken off the list, it keeps the letter from being sent.
    await cityCall(writing.saveLinkSites, { unitId, own: [] })
    expect(await refusal(call(letters.queueLetter, { letterId: draft.id, sendAt: null }))).toEqual([
      400,
      FOREIGN,
    ])
    expect(await AuditModel.countDocuments({ act: 'linkSites.changed' })).toBe(2)

    const districtCall = await world.as(await buildStaff(district, 'district_admin'), 'staff')
    const below = { unitId: String(district._id), own: [] }
    expect(await refusal(districtCall(writing.saveLinkSites, below))).toEqual([
      400,
      '信里可用的网站由市管理员统一设定',
    ])
  })

  it.each([
    [['https://a.cn'], '网站只写名字，例如 zhxy.example.cn，不带 https:// 和斜杠'],
    [['a.cn/b'], '网站只写名字，例如 zhxy.example.cn，不带 https:// 和斜杠'],
    [['cn'], '网站只写名字，例如 zhxy.example.cn，不带 https:// 和斜杠'],
    [['1.2.3.4'], '网站只写名字，例如 zhxy.example.cn，不带 https:// 和斜杠'],
    [Array.from({ length: 51 }, (_, at) => `a${at}.cn`), '最多加50个网站'],
  ])('a city cannot add %j', async (own, said) => {
    const { city } = await buildBranch()
    const token = await world.tokenOf(await buildStaff(city, 'city_admin'), 'staff')
    const response = await world.send(token, 'PUT', `/api/units/${String(city._id)}/link-sites`, { own })
    expect(await response.json()).toMatchObject({ error: { message: said } })
  })
})

describe('the letter as one family reads it', () => {
  it('names the child of the audience, its guardians, class and teacher, and leaves a line in the log', async () => {
    const { call, draft, zhang, li } = await begin()
    const studentId = String(zhang._id)
    const reader = await call(writing.previewLetter, { letterId: draft.id, studentId })
    expect(reader).toMatchObject({ childName: '张三', from: expect.stringContaining('中学') as string })
    expect(reader.guardians.map((it) => [it.filling.称呼, it.hasJoined, it.filling.班主任])).toEqual([
      ['张三妈妈', true, '李老师'],
      ['张三爸爸', true, '李老师'],
    ])
    expect(reader.guardians[0]?.filling.日期).toMatch(/^\d{4}年\d+月\d+日$/)
    const line = await AuditModel.findOne({ act: 'letter.previewed' }).lean()
    expect([line?.detail, line?.studentIds.map(String)]).toEqual([`张三，《${DRAFT.title}》`, [studentId]])
    // Nobody has joined for 李四: the letter is shown to 家长.
    const other = await call(writing.previewLetter, { letterId: draft.id, studentId: String(li._id) })
    expect(other.guardians.map((it) => it.filling.称呼)).toEqual(['李四家长'])
  })

  it('keeps to the grades, groups and marks it is written to, and to what is left out', async () => {
    const district = await buildDistrict(world)
    const { school, office, classOf } = await buildSchool(world, district, { grades: [7, 8] })
    const [seven, apart, eight] = [classOf('七年级1班'), classOf('七年级2班'), classOf('八年级1班')]
    const children = {
      seven: await buildStudent(seven),
      apart: await buildStudent(apart),
      eight: await buildStudent(eight),
    }
    const unitId = String(school._id)
    const { id: groupId } = await office(createGroup, {
      ...{ unitId, requestId: newRequest(), name: '合唱团', isSensitive: false, endsWithYear: false },
    })
    await office(addToGroup, { groupId, studentIds: [String(children.eight._id)] })
    await StudentModel.updateOne({ _id: children.apart._id }, { isBoarding: true })
    const readers = async (parts: AudienceParts) => {
      const said = { ...DRAFT, unitId, requestId: newRequest(), audience: [], parts }
      const { id: letterId } = await office(letters.createLetter, said)
      const found: string[] = []
      for (const [name, { _id }] of Object.entries(children)) {
        const asked = office(writing.previewLetter, { letterId, studentId: String(_id) })
        const [status, words] = await refusal(asked)
        if (status === 200) found.push(name)
        else expect([status, words]).toEqual([400, '这个孩子不在收信范围里，请换一个'])
      }
      return found
    }
    expect(await readers({ grades: [{ unitId, grades: [7] }] })).toEqual(['seven', 'apart'])
    expect(
      await readers({
        grades: [{ unitId, grades: [7] }],
        without: { unitIds: [String(apart._id)] },
      }),
    ).toEqual(['seven'])
    expect(await readers({ groupIds: [groupId] })).toEqual(['eight'])
    expect(await readers({ marks: [{ unitId, mark: 'boarding' }] })).toEqual(['apart'])
    expect(await readers({ grades: [{ unitId, grades: [7, 8] }], without: { groupIds: [groupId] } })).toEqual(
      ['seven', 'apart'],
    )
  })

  it('shows nobody outside the audience, the scope, or the post', async () => {
    const { call, draft, zhang, city } = await begin()
    const audience: string[] = []
    await call(letters.updateLetter, {
      ...words,
      letterId: draft.id,
      audience,
      studentIds: [String(zhang._id)],
    })
    const { li } = await buildClass(world)
    const preview = (as: typeof call, letterId: string, studentId: unknown) =>
      refusal(as(writing.previewLetter, { letterId, studentId: String(studentId) }))
    expect(await preview(call, draft.id, li._id)).toEqual([404, '没有这个孩子，或他不在您的管理范围内'])
    const mate = await begin()
    const only = [String(mate.zhang._id)]
    await mate.call(letters.updateLetter, {
      ...words,
      letterId: mate.draft.id,
      audience: [],
      studentIds: only,
    })
    expect(await preview(mate.call, mate.draft.id, mate.li._id)).toEqual([
      400,
      '这个孩子不在收信范围里，请换一个',
    ])
    const cityOffice = await buildStaff(city, 'city_admin')
    const cityCall = await world.as(cityOffice, 'staff')
    const unitId = String(city._id)
    const said = { ...DRAFT, unitId, requestId: newRequest(), audience: [unitId] }
    const fromCity = await cityCall(letters.createLetter, said)
    expect(await preview(cityCall, fromCity.id, zhang._id)).toEqual([
      403,
      '您的岗位看不到家庭的姓名，请看样例',
    ])
    expect(await AuditModel.countDocuments({ act: 'letter.previewed' })).toBe(0)
  })
})

it('hashes a letter without files as letters were hashed before there were any', async () => {
  const { office, school } = await buildClass(world)
  const sent = await sendLetter(world, office, school)
  const text = { ...words, version: 1 }
  expect(sent.textHash).toBe(hashText(text))
  // Worked out by hand, so that the order of what is hashed cannot move.
  expect(hashText({ title: '甲', body: '乙', pledge: '丙', confirmation: 'sign', version: 1 })).toBe(
    'b71484d2c48d845fdf25133f74f117064eadcccb43bd68212f9085345afdc916',
  )
  const attachments = [{ name: '手册.pdf', sha256: 'a' }]
  const hashes = [
    hashText(text),
    hashText({ ...text, attachments }),
    hashText({ ...text, attachments: [{ name: '手册.pdf', sha256: 'b' }] }),
    hashText({ ...text, pictures: [{ address: '/media/a/1/picture.jpg', sha256: 'a' }] }),
  ]
  expect(new Set(hashes).size).toBe(4)
  expect(hashText({ ...text, attachments: [], pictures: [] })).toBe(hashText(text))
})
