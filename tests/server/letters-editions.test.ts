import { describe, expect, it } from 'vitest'
import { blocksOf } from '#contract/letter-text'
import { listMyTodos } from '#contract/home'
import { listMyWithdrawnLetters } from '#contract/letter-life'
import {
  listMyLetters,
  openMyLetter,
  queueLetter,
  readLetter,
  readSheet,
  reviseLetter,
  updateLetter,
  withdrawLetter,
} from '#contract/letters'
import { changedFiles, changesOf } from '../../server/modules/letters/editions/rules.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { AuditModel } from '../../server/modules/audit/model.ts'
import { buildGuardian, buildStudent } from '../support/build.ts'
import { buildClass, DRAFT, newRequest, sendLetter, tick } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const { kind: _, ...WRITTEN } = DRAFT

/** A letter that one family has read, and another has not. */
async function scene(body = '集合时间：8点。\n\n请带水杯。') {
  const here = await buildClass(world)
  const other = await buildGuardian(world, here.li)
  const letter = await sendLetter(world, here.office, here.school, { body, audience: [here.klass] })
  await tick(world)
  const phone = await world.as(here.mother, 'guardian')
  const studentId = String(here.zhang._id)
  await phone(openMyLetter, { studentId, letterId: letter.id })
  const call = await world.as(here.office, 'staff')
  const revised = async (over: Partial<typeof WRITTEN> & { correction?: string }) => {
    const draft = await call(reviseLetter, { letterId: letter.id, requestId: newRequest() })
    const said = { ...WRITTEN, ...over, audience: [String(here.klass._id)] }
    await call(updateLetter, { letterId: draft.id, ...said })
    return draft.id
  }
  return { ...here, other, letter, phone, studentId, call, revised, body }
}

describe('a corrected letter', () => {
  it('asks for a sentence on what was put right', async () => {
    const { call, revised } = await scene()
    const letterId = await revised({})
    await expect(call(queueLetter, { letterId, sendAt: null })).rejects.toMatchObject({
      status: 400,
      json: { error: { message: '请写一句更正说明，读过旧版的人会看到改了什么' } },
    })
  })

  it('tells whoever has read the old one, once, and shows them what is not as it was', async () => {
    const { call, revised, phone, studentId, li, other, mother, father, letter, zhang, klass } = await scene()
    const letterId = await revised({
      body: '集合时间：9点。\n\n请带水杯。\n\n请穿校服。',
      correction: '集合时间改为9点',
    })
    await call(queueLetter, { letterId, sendAt: null })
    await tick(world)
    await tick(world)

    const told = await OutboxModel.find({ kind: 'letter', subject: letterId }).lean()
    const textTo = (id: string) => told.find((it) => String(it.personId) === id)
    expect(told).toHaveLength(3)
    expect(textTo(mother)).toMatchObject({
      title: '您读过的信有更正',
      text: `您读过的《${DRAFT.title}》有更正，请再看一遍（张三）。`,
    })
    expect([textTo(father)?.title, textTo(other)?.title]).toEqual(['收到一封家长信', '收到一封家长信'])

    const opened = await phone(openMyLetter, { studentId, letterId })
    expect(opened.correction).toEqual({
      ...{ words: '集合时间改为9点', from: 1, changed: [0, 2] },
      ...{ was: [{ at: 0, text: '集合时间：8点' }], gone: [] },
    })
    const stranger = await world.as(other, 'guardian')
    expect((await stranger(openMyLetter, { studentId: String(li._id), letterId })).correction).toBeNull()
    expect((await stranger(listMyLetters, { studentId: String(li._id) })).letters).toHaveLength(1)

    // What was done with the old edition stays on its sheet, and both are counted.
    const old = await call(readSheet, { letterId: letter.id, classId: String(klass._id) })
    expect(old.rows.find((it) => it.studentId === String(zhang._id))?.read?.by).toBe('张三妈妈')
    expect(await call(readLetter, { letterId })).toMatchObject({
      tally: { expected: 2, read: 2 },
      earlier: [{ id: letter.id, version: 1, tally: { expected: 2, read: 1 } }],
    })
  })

  it('says in the list of letters that it was put right, and to who had read the old one that it is to be read again', async () => {
    const { call, revised, phone, studentId, other, li } = await scene()
    const letterId = await revised({ body: '集合时间：9点。', correction: '集合时间改为9点' })
    await call(queueLetter, { letterId, sendAt: null })
    const stranger = await world.as(other, 'guardian')
    const lineOf = async (who: typeof phone, child: string, only?: 'todo') =>
      (await who(listMyLetters, { studentId: child, ...(only && { only }) })).letters

    const again = { id: letterId, state: 'unread', isCorrected: true, isToReadAgain: true }
    expect(await lineOf(phone, studentId)).toMatchObject([again])
    expect(await lineOf(phone, studentId, 'todo')).toMatchObject([again])
    expect((await phone(listMyTodos, {})).todos).toMatchObject([
      { note: expect.stringContaining('更正过，请再看一遍') as string },
    ])
    // Who never read the old one has nothing to read again.
    expect(await lineOf(stranger, String(li._id))).toMatchObject([{ ...again, isToReadAgain: false }])

    await phone(openMyLetter, { studentId, letterId })
    expect(await lineOf(phone, studentId)).toMatchObject([{ ...again, state: 'read', isToReadAgain: false }])
  })

  it('looks for what was read in all editions before', async () => {
    const { call, revised, phone, studentId, klass, li, other } = await scene()
    const second = await revised({ correction: '加一句' })
    await call(queueLetter, { letterId: second, sendAt: null })
    const third = await call(reviseLetter, { letterId: second, requestId: newRequest() })
    const said = { ...WRITTEN, audience: [String(klass._id)], correction: '再加一句' }
    await call(updateLetter, { letterId: third.id, ...said })
    await call(queueLetter, { letterId: third.id, sendAt: null })

    expect((await phone(listMyLetters, { studentId })).letters).toMatchObject([
      { id: third.id, isToReadAgain: true },
    ])
    const stranger = await world.as(other, 'guardian')
    expect((await stranger(listMyLetters, { studentId: String(li._id) })).letters).toMatchObject([
      { id: third.id, isCorrected: true, isToReadAgain: false },
    ])
  })

  it('recalls what of the old one has not left yet', async () => {
    const { call, revised, letter } = await scene()
    await OutboxModel.updateMany({ subject: letter.id }, { status: 'pending' })
    const letterId = await revised({ correction: '改了时间' })
    await call(queueLetter, { letterId, sendAt: null })
    const states = await OutboxModel.distinct('status', { subject: letter.id })
    expect(states).toEqual(['withdrawn'])
  })

  it('compares with the last edition the family has read, over one it has not', async () => {
    const { call, revised, phone, studentId, klass, body } = await scene()
    const second = await revised({ body: `${body}\n\n带伞。`, correction: '加一句' })
    await call(queueLetter, { letterId: second, sendAt: null })
    const third = await call(reviseLetter, { letterId: second, requestId: newRequest() })
    const said = { ...WRITTEN, body: `${body}\n\n带伞。\n\n带药。`, audience: [String(klass._id)] }
    await call(updateLetter, { letterId: third.id, ...said, correction: '再加一句' })
    await call(queueLetter, { letterId: third.id, sendAt: null })

    expect((await phone(openMyLetter, { studentId, letterId: third.id })).correction).toEqual({
      words: '再加一句',
      from: 1,
      ...{ changed: [2, 3], was: [], gone: [] },
    })
  })

  const filling = { 孩子: '', 称呼: '', 班级: '', 学校: '', 班主任: '', 日期: '' }
  const blocks = (...lines: string[]) => blocksOf(lines.join('\n'), filling)

  it.each([
    [['一', '二', '三'], ['零', '一', '二', '三'], [0]],
    [['一', '二', '三'], ['三', '一', '二'], [0]],
    [['一', '一'], ['一', '一', '一'], [2]],
    [[], ['一'], [0]],
    [['- 一'], ['一'], [0]],
  ])('marks what is new or moved, never what only stands lower: %j → %j', (before, after, changed) => {
    expect(changesOf(blocks(...before), blocks(...after))).toEqual({ changed, was: [], gone: [] })
  })

  it('shows what was taken out where it stood, and what a changed clause said before', () => {
    const before = blocks(
      '您好：',
      '费用40元，自愿参加。',
      '请假先打电话。',
      '不要带玻璃杯。',
      '![操场](/media/a/' + 'a'.repeat(32) + '/picture.jpg 4x3)',
    )
    const after = blocks('您好：', '带一件外套。', '费用60元，自愿参加。', '不要带**玻璃杯**。')
    expect(changesOf(before, after)).toEqual({
      changed: [1, 2, 3],
      was: [{ at: 2, text: '费用40元' }],
      gone: [
        { at: 4, text: '请假先打电话。' },
        { at: 4, text: '［图片：操场］' },
      ],
    })
    expect(changesOf(blocks('一', '二'), blocks('二')).gone).toEqual([{ at: 0, text: '一' }])
    expect(changesOf(blocks('一'), []).gone).toEqual([{ at: 0, text: '一' }])
  })
})

it('names the files that are new or another, and those that were taken away', () => {
  const file = (name: string, sha256 = name) => ({ name, sha256 })
  const before = [file('须知.pdf'), file('报名表.docx'), file('座位.xlsx')]
  const after = [file('须知.pdf'), file('报名表.docx', 'another'), file('路线.jpg')]
  expect(changedFiles(before, after)).toEqual({ fresh: ['报名表.docx', '路线.jpg'], gone: ['座位.xlsx'] })
  expect(changedFiles(before, [...before].reverse())).toBeNull()
  expect(changedFiles(undefined, undefined)).toBeNull()
})

describe('a withdrawn letter', () => {
  it('needs a reason, shows it to who had read it and to nobody else', async () => {
    const { call, letter, phone, studentId, other, li, office } = await scene()
    await expect(call(withdrawLetter, { letterId: letter.id })).rejects.toMatchObject({
      status: 400,
      json: { error: { message: '请写一句为什么撤回，读过这封信的家长会看到' } },
    })
    await call(withdrawLetter, { letterId: letter.id, reason: '日期写错了，稍后重发' })

    expect((await phone(listMyWithdrawnLetters, { studentId })).letters).toMatchObject([
      { id: letter.id, title: DRAFT.title, reason: '日期写错了，稍后重发' },
    ])
    await expect(phone(openMyLetter, { studentId, letterId: letter.id })).rejects.toMatchObject({
      json: { error: { message: '这封信已撤回：日期写错了，稍后重发' } },
    })
    const stranger = await world.as(other, 'guardian')
    expect((await stranger(listMyWithdrawnLetters, { studentId: String(li._id) })).letters).toEqual([])
    await expect(
      stranger(openMyLetter, { studentId: String(li._id), letterId: letter.id }),
    ).rejects.toMatchObject({ json: { error: { message: '这封信已经由老师撤回，不用再处理了' } } })
    expect((await call(readLetter, { letterId: letter.id })).withdrawn?.reason).toBe('日期写错了，稍后重发')
    const line = await AuditModel.findOne({ act: 'letter.withdrawn' }).lean()
    expect([String(line?.actorId), line?.detail]).toEqual([office, `《${DRAFT.title}》`])
  })

  it('is shown no more after two months, and never to a child it was not sent to', async () => {
    const { call, letter, phone, studentId, klass, mother } = await scene()
    const brother = await buildStudent(klass)
    await buildGuardian(world, brother, { personId: mother })
    await call(withdrawLetter, { letterId: letter.id, reason: '写错了' })
    expect((await phone(listMyWithdrawnLetters, { studentId: String(brother._id) })).letters).toEqual([])
    world.pass(61 * 86_400_000)
    const later = await world.as(mother, 'guardian')
    expect((await later(listMyWithdrawnLetters, { studentId })).letters).toEqual([])
  })
})
