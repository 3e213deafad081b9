import { beforeEach, describe, expect, it } from 'vitest'
import { Types } from 'mongoose'
import { copyLetter, forwardLetter, keepForward, listForwards, takeCorrection } from '#contract/letter-life'
import { listMyMessages } from '#contract/notify'
import {
  createLetter,
  listMyLetters,
  openMyLetter,
  queueLetter,
  readLetter,
  reviseLetter,
  updateLetter,
  withdrawLetter,
} from '#contract/letters'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { AuditModel } from '../../server/modules/audit/model.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { buildClass, DRAFT, newRequest, sendLetter, tick } from '../support/letters.ts'
import { scans, statementsOf } from '../support/plans.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2026-11-23T01:00:00Z'))

const { kind: _, ...WRITTEN } = DRAFT
const BODY = '请在家里讲一讲防溺水。\n\n区教育局'

/** A district that writes to its schools first, and two schools with families. */
async function scene() {
  const here = await buildClass(world)
  const there = await buildBranch({ city: here.city, district: here.district })
  const wang = await buildStudent(there.klass, { name: '王五' })
  const fatherWang = await buildGuardian(world, wang, { relation: '爸爸' })
  const office2 = await buildStaff(there.school, 'school_admin', { name: '赵主任' })
  const admin = await buildStaff(here.district, 'district_admin', { name: '陈立' })
  const district = await world.as(admin, 'staff')
  const draft = await district(createLetter, {
    ...{ ...DRAFT, title: '防溺水告知书', body: BODY },
    unitId: String(here.district._id),
    requestId: newRequest(),
    audience: [],
    staff: { posts: ['principal', 'school_admin'], unitIds: [String(here.district._id)] },
  })
  const letter = await district(queueLetter, { letterId: draft.id, sendAt: null })
  await tick(world)
  const school = await world.as(here.office, 'staff')
  const schoolId = String(here.school._id)
  const say = (requestId = newRequest()) => ({
    ...{
      letterId: letter.id,
      unitId: schoolId,
      requestId,
      preface: '各位家长，暑假快到了，请看看区里的信。',
    },
  })
  const mine = await world.as(here.mother, 'guardian')
  const mineOf = async () =>
    (await mine(listMyLetters, { studentId: String(here.zhang._id) })).letters.map((it) => it.title)
  return {
    ...here,
    ...{ schoolUnit: here.school, districtUnit: here.district },
    there,
    wang,
    fatherWang,
    office2,
    admin,
    district,
    letter,
    school,
    schoolId,
    say,
    mine,
    mineOf,
  }
}

describe('a letter of the district to its schools', () => {
  it('reaches families by their school alone, under its name, with the source shown on both sides', async () => {
    const { school, say, mine, mineOf, zhang, district, letter, there, office2, wang, fatherWang, klass } =
      await scene()
    const districtId = letter.unitId
    expect(await mineOf()).toEqual([])
    expect(
      (await school(readLetter, { letterId: letter.id, unitId: String(klass._id) })).abilities,
    ).toMatchObject({
      forward: true,
      copy: true,
    })

    const request = newRequest()
    const draft = await school(forwardLetter, say(request))
    expect((await school(forwardLetter, say(request))).id).toBe(draft.id)
    expect(draft).toMatchObject({
      status: 'draft',
      title: '防溺水告知书',
      forwardOf: { letterId: letter.id, title: '防溺水告知书' },
    })
    await school(queueLetter, { letterId: draft.id, sendAt: null })
    const second = await (
      await world.as(office2, 'staff')
    )(forwardLetter, { ...say(), unitId: String(there.school._id) })
    await (
      await world.as(office2, 'staff')
    )(queueLetter, { letterId: second.id, sendAt: null })
    await tick(world)

    expect(await mineOf()).toEqual(['防溺水告知书'])
    const opened = await mine(openMyLetter, { studentId: String(zhang._id), letterId: draft.id })
    expect(opened.source).toMatchObject({ title: '防溺水告知书' })
    expect(opened.blocks[0]?.runs[0]?.text).toContain('暑假快到了')
    expect(opened.blocks.at(-1)?.runs[0]?.text).toBe('区教育局')
    await (
      await world.as(fatherWang, 'guardian')
    )(openMyLetter, { studentId: String(wang._id), letterId: second.id })

    // The district sees who has passed it on, each school its own alone.
    const all = await district(listForwards, { letterId: letter.id, unitId: districtId })
    expect(all.forwards.map((it) => [it.tally.expected, it.tally.read]).sort()).toEqual([
      [1, 1],
      [2, 1],
    ])
    const own = await school(listForwards, { letterId: letter.id, unitId: say().unitId })
    expect(own.forwards.map((it) => it.letterId)).toEqual([draft.id])
    expect(await AuditModel.countDocuments({ act: 'letter.forwarded' })).toBe(2)
  })

  it('is passed on once: not again by a class of the school, but again after it was taken back', async () => {
    const { school, say, klass, teacher } = await scene()
    const draft = await school(forwardLetter, say())
    await expect(school(forwardLetter, say())).rejects.toMatchObject({ status: 409 })
    const ms = await world.as(teacher, 'staff')
    await expect(ms(forwardLetter, { ...say(), unitId: String(klass._id) })).rejects.toMatchObject({
      status: 409,
      json: { error: { message: expect.stringContaining('已经转发过') as string } },
    })
    await school(queueLetter, { letterId: draft.id, sendAt: null })
    await school(withdrawLetter, { letterId: draft.id, reason: '写错了开头' })
    expect((await school(forwardLetter, say())).status).toBe('draft')
  })

  it('keeps the words of the district: a changed original does not go, a changed preface does', async () => {
    const { school, say, schoolId, district, letter } = await scene()
    const draft = await school(forwardLetter, say())
    const change = (body: string) =>
      school(updateLetter, {
        ...{ ...WRITTEN, title: draft.title, body },
        letterId: draft.id,
        audience: [schoolId],
      })
    await change(draft.body.replace('防溺水。', '防溺水，每人交一百元。'))
    await expect(school(queueLetter, { letterId: draft.id, sendAt: null })).rejects.toMatchObject({
      status: 400,
      json: { error: { message: expect.stringContaining('转发的原文不能改动') as string } },
    })
    await change(draft.body.replace('各位家长', '亲爱的家长朋友'))
    await district(withdrawLetter, { letterId: letter.id, reason: '稍后重发' })
    await expect(school(queueLetter, { letterId: draft.id, sendAt: null })).rejects.toMatchObject({
      status: 409,
    })
  })

  it('is not passed on to families that have it, by its own unit, or by who stands elsewhere', async () => {
    const { district, districtUnit, say, admin, school } = await scene()
    const direct = await sendLetter(world, admin, districtUnit)
    await tick(world)
    await expect(school(forwardLetter, { ...say(), letterId: direct.id })).rejects.toMatchObject({
      status: 409,
      json: { error: { message: '这封信已经直接发给了这里的家长，不用再转发' } },
    })
    await expect(
      district(forwardLetter, { ...say(), unitId: String(districtUnit._id) }),
    ).rejects.toMatchObject({ status: 409 })
    const stranger = await world.as(await buildStaff((await buildBranch()).school, 'principal'), 'staff')
    await expect(stranger(forwardLetter, say())).rejects.toMatchObject({ status: 404 })
    expect(await LetterModel.countDocuments({ forwardOf: { $exists: true } })).toBe(0)
  })

  it('is looked up by an index of what was passed on', async () => {
    const { school, say, district, letter } = await scene()
    const draft = await school(forwardLetter, say())
    await school(queueLetter, { letterId: draft.id, sendAt: null })
    const statements = await statementsOf(() =>
      district(listForwards, { letterId: letter.id, unitId: letter.unitId }),
    )
    expect(scans(statements)).toEqual([])
  })

  it('keeps its source when the forward is put right', async () => {
    const { school, say } = await scene()
    const draft = await school(forwardLetter, say())
    await school(queueLetter, { letterId: draft.id, sendAt: null })
    const next = await school(reviseLetter, { letterId: draft.id, requestId: newRequest() })
    expect(next.forwardOf?.title).toBe('防溺水告知书')
  })
})

describe('a copy', () => {
  it('takes the words of a letter of one’s own or from above, and nothing of what became of it', async () => {
    const { school, schoolId, schoolUnit, letter, office, klass } = await scene()
    const sent = await sendLetter(world, office, schoolUnit, { audience: [klass] })
    const copied = await school(copyLetter, { letterId: sent.id, unitId: schoolId, requestId: newRequest() })
    expect(copied).toMatchObject({
      status: 'draft',
      version: 1,
      title: sent.title,
      sentAt: null,
      textHash: null,
      audience: [{ unitId: String(klass._id) }],
    })
    const fromAbove = await school(copyLetter, {
      ...{ letterId: letter.id, unitId: schoolId, requestId: newRequest() },
    })
    expect(fromAbove).toMatchObject({
      title: '防溺水告知书',
      body: BODY,
      forwardOf: null,
      staff: null,
      audience: [{ unitId: schoolId }],
    })
    await school(queueLetter, { letterId: fromAbove.id, sendAt: null })
  })

  it('is not made of a letter between a teacher and one family by anybody else', async () => {
    const { klass, zhang, teacher, school, schoolId } = await scene()
    const ms = await world.as(teacher, 'staff')
    const draft = await ms(createLetter, {
      ...DRAFT,
      ...{
        unitId: String(klass._id),
        requestId: newRequest(),
        audience: [],
        studentIds: [String(zhang._id)],
      },
    })
    await ms(queueLetter, { letterId: draft.id, sendAt: null })
    await expect(
      school(copyLetter, { letterId: draft.id, unitId: schoolId, requestId: newRequest() }),
    ).rejects.toMatchObject({ status: 404 })
  })
})

describe('an original that does not stand', () => {
  async function passedOn() {
    const here = await scene()
    const draft = await here.school(forwardLetter, here.say())
    await here.school(queueLetter, { letterId: draft.id, sendAt: null })
    await tick(world)
    const read = async (letterId = draft.id) => here.school(readLetter, { letterId, unitId: here.schoolId })
    const told = async () => {
      const { messages } = await here.school(listMyMessages, {})
      return messages.filter((it) => it.title.includes('原信')).map((it) => [it.title, it.text])
    }
    return { ...here, draft, read, told }
  }

  it('is withdrawn: the schools that passed it on are told once, and may withdraw theirs or keep it', async () => {
    const { district, letter, draft, read, told, school, office2, there, mineOf, say } = await passedOn()
    const second = await world.as(office2, 'staff')
    const theirs = await second(forwardLetter, { ...say(), unitId: String(there.school._id) })
    await second(queueLetter, { letterId: theirs.id, sendAt: null })
    await tick(world)
    await district(withdrawLetter, { letterId: letter.id, reason: '日期写错了' })
    await tick(world)
    await tick(world)

    expect(await told()).toEqual([
      ['您转发的信，原信撤回了', expect.stringContaining('日期写错了') as string],
    ])
    expect((await read()).forwardOf?.fate).toMatchObject({ kind: 'withdrawn', words: '日期写错了' })
    await second(keepForward, { letterId: theirs.id })
    const kept = await second(readLetter, { letterId: theirs.id, unitId: String(there.school._id) })
    expect([kept.status, kept.forwardOf?.fate]).toEqual(['sent', null])

    await school(withdrawLetter, { letterId: draft.id, reason: '原信已撤回：日期写错了' })
    expect(await mineOf()).toEqual([])
    expect((await read()).forwardOf?.fate).toBeNull()
    const all = await district(listForwards, { letterId: letter.id, unitId: letter.unitId })
    expect([all.standing, all.withdrawn, all.next]).toEqual([1, 1, null])
    // What was never passed on cannot be kept.
    await expect(district(keepForward, { letterId: letter.id })).rejects.toMatchObject({ status: 409 })
  })

  it('is put right: one tap takes the new text into a correction below the school’s own words', async () => {
    const { district, letter, draft, read, told, school, admin, say } = await passedOn()
    await expect(
      school(takeCorrection, { letterId: draft.id, requestId: newRequest() }),
    ).rejects.toMatchObject({ status: 409 })
    const next = await (
      await world.as(admin, 'staff')
    )(reviseLetter, { letterId: letter.id, requestId: newRequest() })
    await district(updateLetter, {
      ...{ ...WRITTEN, title: next.title, body: BODY.replace('防溺水', '防溺水和用电安全') },
      letterId: next.id,
      audience: [],
      correction: '加上了用电安全',
    })
    await district(queueLetter, { letterId: next.id, sendAt: null })
    await tick(world)
    await tick(world)

    expect(await told()).toEqual([
      ['您转发的信，原信更正了', expect.stringContaining('加上了用电安全') as string],
    ])
    expect((await read()).forwardOf?.fate).toMatchObject({ kind: 'corrected', letterId: next.id })
    const request = newRequest()
    const mine = await school(takeCorrection, { letterId: draft.id, requestId: request })
    expect((await school(takeCorrection, { letterId: draft.id, requestId: request })).id).toBe(mine.id)
    expect(mine).toMatchObject({
      version: 2,
      supersedes: draft.id,
      correction: '加上了用电安全',
      forwardOf: { letterId: next.id },
    })
    expect(mine.body).toMatch(new RegExp(`^${say().preface}`))
    expect(mine.body).toContain('用电安全')
    await school(queueLetter, { letterId: mine.id, sendAt: null })
    await tick(world)
    expect((await read(mine.id)).status).toBe('sent')
    expect((await read(mine.id)).forwardOf?.fate).toBeNull()
  })

  it('is passed on by more units than stand on a page', async () => {
    const { district, letter, draft } = await passedOn()
    const one = await LetterModel.findById(draft.id).lean()
    await LetterModel.insertMany(
      Array.from({ length: 620 }, (_, at) => ({
        ...one,
        _id: new Types.ObjectId(),
        requestId: `request-many-${at}`,
        status: at < 20 ? 'withdrawn' : 'sent',
      })),
    )
    const ask = async (after?: string) =>
      district(listForwards, { letterId: letter.id, unitId: letter.unitId, ...(after && { after }) })
    const seen = new Set<string>()
    let page = await ask()
    for (;;) {
      for (const it of page.forwards) seen.add(it.letterId)
      if (!page.next) break
      page = await ask(page.next)
    }
    expect([seen.size, page.standing, page.withdrawn]).toEqual([621, 601, 20])
  })
})
