import { expect, it } from 'vitest'
import {
  countAudience,
  createLetter,
  listLetters,
  listMyLetters,
  openMyLetter,
  queueLetter,
  readLetter,
  readSheet,
  updateLetter,
} from '#contract/letters'
import { SheetModel } from '../../server/modules/letters/sheets/model.ts'
import { buildGuardian, buildStaff } from '../support/build.ts'
import { buildClass, DRAFT, newRequest } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

async function scene() {
  const built = await buildClass(world)
  const aunt = await buildGuardian(world, built.li)
  return {
    ...built,
    aunt,
    office: await world.as(built.office, 'staff'),
    teacher: await world.as(built.teacher, 'staff'),
    her: await world.as(built.mother, 'guardian'),
    other: await world.as(aunt, 'guardian'),
    unitId: String(built.school._id),
    classId: String(built.klass._id),
    zhangId: String(built.zhang._id),
    liId: String(built.li._id),
  }
}

it('sends what is said of one child to that family alone, and shows it to the office that wrote it', async () => {
  const { office, teacher, her, other, unitId, classId, zhangId, liId, district } = await scene()
  const care = { ...DRAFT, unitId, template: 'care-briefing', requestId: newRequest() }
  for (const to of [{ audience: [classId] }, { audience: [], studentIds: [zhangId, liId] }]) {
    await expect(office(createLetter, { ...care, ...to })).rejects.toMatchObject({ status: 400 })
  }
  const draft = await office(createLetter, { ...care, audience: [], studentIds: [zhangId] })
  expect(draft).toMatchObject({ isForOneFamily: true, students: [{ name: '张三' }] })
  const { kind: _, ...words } = DRAFT
  await expect(
    office(updateLetter, { ...words, letterId: draft.id, audience: [classId] }),
  ).rejects.toMatchObject({ status: 400 })

  const sent = await office(queueLetter, { letterId: draft.id, sendAt: null })

  expect(sent.tally).toMatchObject({ expected: 1, reached: 1 })
  expect((await her(listMyLetters, { studentId: zhangId })).letters).toHaveLength(1)
  expect((await other(listMyLetters, { studentId: liId })).letters).toEqual([])
  await expect(other(openMyLetter, { studentId: liId, letterId: sent.id })).rejects.toMatchObject({
    status: 404,
  })
  await her(openMyLetter, { studentId: zhangId, letterId: sent.id })
  expect((await office(readSheet, { letterId: sent.id, classId })).rows).toMatchObject([{ name: '张三' }])
  expect((await SheetModel.findOne().lean())?.read).toBe(1)

  const above = await world.as(await buildStaff(district, 'district_admin'), 'staff')
  const boxes = [
    [teacher, classId, 'above'],
    [above, String(district._id), 'below'],
    [above, unitId, 'own'],
  ] as const
  for (const [call, at, box] of boxes) {
    expect((await call(listLetters, { unitId: at, box })).letters).toEqual([])
    await expect(call(readLetter, { letterId: sent.id })).rejects.toMatchObject({ status: 404 })
  }
  expect((await office(listLetters, { unitId, box: 'own' })).letters).toMatchObject([{ audience: '1个家庭' }])
})

it('leaves families out and adds single ones, and counts each once', async () => {
  const { office, her, other, unitId, classId, zhangId, liId } = await scene()
  const to = { unitIds: [classId], studentIds: [zhangId], excludedIds: [liId] }

  expect(await office(countAudience, { unitId, ...to })).toMatchObject({ families: 1, joined: 1 })
  const said = { audience: [classId], studentIds: [zhangId], excludedIds: [liId] }
  const draft = await office(createLetter, { ...DRAFT, unitId, requestId: newRequest(), ...said })
  const sent = await office(queueLetter, { letterId: draft.id, sendAt: null })

  expect(sent.tally).toMatchObject({ expected: 1 })
  expect((await her(listMyLetters, { studentId: zhangId })).letters).toHaveLength(1)
  expect((await other(listMyLetters, { studentId: liId })).letters).toEqual([])
  await expect(other(openMyLetter, { studentId: liId, letterId: sent.id })).rejects.toMatchObject({
    status: 404,
  })
})

it('goes out with its blanks filled in, each as its type asks, and not before', async () => {
  const { office, unitId, classId } = await scene()
  const body = '定于〔请填写：日子，几月几日〕，请打〔请填写：电话〕。'
  const blank = (name: string, type: 'date' | 'phone', value: string) => ({ name, type, value })
  const said = { ...DRAFT, body, unitId, audience: [classId] }
  const send = async (day: string, phone: string) => {
    const blanks = [blank('日子', 'date', day), blank('电话', 'phone', phone)]
    const draft = await office(createLetter, { ...said, blanks, requestId: newRequest() })
    return office(queueLetter, { letterId: draft.id, sendAt: null })
  }
  const refused = (sentence: string) => ({
    json: { error: { message: expect.stringContaining(sentence) as string } },
  })

  await expect(send('2026-11-25', '')).rejects.toMatchObject(refused('还有一处没有填写：电话'))
  await expect(send('2026-11-25', '12')).rejects.toMatchObject(refused('带区号的电话'))
  expect(await send('2026-11-25', '0579-12345678')).toMatchObject({
    body: '定于11月25日(周三)，请打0579-12345678。',
    blanks: [],
  })
})
