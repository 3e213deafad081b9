import { beforeEach, expect, it } from 'vitest'
import { forwardLetter } from '#contract/letter-life'
import { attachFile, saveLinkSites } from '#contract/letter-writing'
import * as letters from '#contract/letters'
import { listMyMessages } from '#contract/notify'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { SheetModel } from '../../server/modules/letters/sheets/model.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { StudentModel } from '../../server/modules/org/families/model.ts'
import { UnitModel } from '../../server/modules/org/tree/model.ts'
import { buildBranch, buildStaff } from '../support/build.ts'
import { makePdf } from '../support/films.ts'
import { buildClass, DRAFT, newRequest, refusal, tick } from '../support/letters.ts'
import { upload } from '../support/uploading.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2026-11-23T01:00:00Z'))
const HOUR = 3_600_000

/** A school's letter that waits for its hour. */
async function scene(said: { body?: string } = {}) {
  const here = await buildClass(world)
  const call = await world.as(here.office, 'staff')
  const unitId = String(here.school._id)
  const draft = { ...DRAFT, unitId, requestId: newRequest(), audience: [unitId], ...said }
  const write = async () => (await call(letters.createLetter, { ...draft, requestId: newRequest() })).id
  const plan = async (letterId: string) =>
    call(letters.queueLetter, { letterId, sendAt: new Date(world.now().getTime() + HOUR).toISOString() })
  /** Its hour has come; what it is then, and what its author was told. */
  const later = async (letterId: string) => {
    world.pass(2 * HOUR)
    await tick(world)
    await tick(world)
    const { status, heldBack } = await call(letters.readLetter, { letterId, unitId })
    const { messages } = await call(listMyMessages, {})
    return { status, why: heldBack?.why, told: messages.filter((it) => it.title.includes('没有按时')) }
  }
  return { ...here, call, unitId, write, plan, later }
}

it('goes at its hour when all is as it was, and says nothing', async () => {
  const { write, plan, later } = await scene()
  const id = await write()
  await plan(id)
  expect(await later(id)).toEqual({ status: 'sent', why: undefined, told: [] })
})

it('stays when a site was taken off the list, tells its author once with the next step, and goes when mended', async () => {
  const { call, city, write, plan, later, unitId } = await scene({
    body: '请看[这里](https://zhxy.example.cn/a)。',
  })
  const office = await world.as(await buildStaff(city, 'city_admin'), 'staff')
  const sites = (own: string[]) => office(saveLinkSites, { unitId: String(city._id), own })
  await sites(['zhxy.example.cn'])
  const id = await write()
  await plan(id)
  await sites([])
  const { status, why, told } = await later(id)
  expect([status, told.length]).toEqual(['draft', 1])
  expect(why).toContain('zhxy.example.cn')
  expect(told[0]?.text).toContain('改好再发')
  const { kind: _, ...words } = DRAFT
  await call(letters.updateLetter, { ...words, letterId: id, audience: [unitId] })
  await call(letters.queueLetter, { letterId: id, sendAt: null })
  const sent = await call(letters.readLetter, { letterId: id, unitId })
  expect([sent.status, sent.heldBack]).toEqual(['sent', null])
})

it('stays when a file is gone, when nobody is left to read it, and when what was approved is another', async () => {
  const { call, klass, office, unitId, write, plan, later } = await scene()
  const file = { kind: 'pdf' as const, name: '须知.pdf', bytes: makePdf(), isForLetter: true }
  const withFile = await write()
  const asset = await upload(world, call, unitId, file)
  const { attachments = [] } = await call(attachFile, { letterId: withFile, assetId: asset.id })
  await plan(withFile)
  await world.deps().files.remove(attachments[0]?.sha256 ?? '')
  expect((await later(withFile)).why).toContain('附件“须知.pdf”找不到了')

  const approved = await write()
  await plan(approved)
  // Its text is another than the one that was said yes to.
  const approval = {
    ...{ state: 'approved', hash: 'a'.repeat(64), at: world.now(), by: '许静', byId: office },
    ...{ approverId: klass._id, approverPath: klass.path, approverName: '区', isForSafety: false },
    thenSend: null,
  }
  await LetterModel.updateOne({ _id: approved }, { approval })
  expect((await later(approved)).why).toContain('请重新提交审核')

  const empty = await write()
  await plan(empty)
  await StudentModel.updateMany({ classId: klass._id }, { leftAt: world.now() })
  await world.deps().redis.flushdb()
  expect((await later(empty)).why).toContain('收信范围里现在没有人')
})

it('stays when a child it names has come to another school, and is not sent by hand either', async () => {
  const { call, school, zhang, unitId, plan, later } = await scene()
  const next = await buildBranch()
  const words = { ...DRAFT, unitId, audience: [], studentIds: [String(zhang._id)] }
  const write = async (over: object = {}) =>
    (await call(letters.createLetter, { ...words, ...over, requestId: newRequest() })).id
  const [planned, byHand, toAll] = [await write(), await write(), await write({ audience: [unitId] })]
  await plan(planned)
  await plan(toAll)
  await StudentModel.updateOne(
    { _id: zhang._id },
    { classId: next.klass._id, schoolId: next.school._id, path: next.klass.path },
  )
  const why = `张三已经不在${school.fullName}，请从收信范围里去掉这一家再发`

  expect(await later(planned)).toMatchObject({ status: 'draft', why })
  expect(await later(toAll)).toMatchObject({ status: 'draft', why })
  await expect(call(letters.queueLetter, { letterId: byHand, sendAt: null })).rejects.toMatchObject(
    refusal(400, why),
  )
  expect(await SheetModel.countDocuments()).toBe(0)
  expect(await OutboxModel.countDocuments({ kind: 'letter' })).toBe(0)
})

it('stays when its school has been closed and its children have gone', async () => {
  const { call, write, plan, later, klass, grade, school, district } = await scene()
  const id = await write()
  await plan(id)
  const next = await buildBranch({ district })
  const { classId, path } = { classId: next.klass._id, path: next.klass.path }
  await StudentModel.updateMany({ classId: klass._id }, { classId, schoolId: next.school._id, path })
  await UnitModel.updateMany({ _id: { $in: [klass._id, grade._id, school._id] } }, { closedAt: world.now() })
  await world.deps().redis.flushdb()

  expect(await later(id)).toMatchObject({ status: 'draft', why: '收信范围里现在没有人，请重新选择发给谁' })
  expect(await SheetModel.countDocuments()).toBe(0)
  expect((await call(letters.readLetter, { letterId: id })).sentAt).toBeNull()
})

it('stays when it passes on a letter that was withdrawn meanwhile', async () => {
  const { call, district, unitId, plan, later } = await scene()
  const above = await world.as(await buildStaff(district, 'district_admin'), 'staff')
  const original = await above(letters.createLetter, {
    ...{ ...DRAFT, unitId: String(district._id), requestId: newRequest(), audience: [] },
    ...{ confirmation: 'read' as const, body: '各校：请转发。' },
    staff: { posts: ['principal', 'school_admin'], unitIds: [String(district._id)] },
  })
  await above(letters.queueLetter, { letterId: original.id, sendAt: null })
  await tick(world)
  const passing = { letterId: original.id, unitId, requestId: newRequest(), preface: '请各位家长看一看。' }
  const { id } = await call(forwardLetter, passing)
  await plan(id)
  await above(letters.withdrawLetter, { letterId: original.id, reason: '写错了' })
  expect(await later(id)).toMatchObject({ status: 'draft', why: '原信已经撤回，不能再转发' })
})
