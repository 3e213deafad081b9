import { describe, expect, it } from 'vitest'
import type { Endpoint } from '#contract/endpoint'
import * as life from '#contract/letter-life'
import * as nodes from '#contract/letter-nodes'
import * as letters from '#contract/letters'
import * as paperNotices from '#contract/paper-notices'
import * as reminding from '#contract/reminding'
import * as unreached from '#contract/unreached'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { SheetModel } from '../../server/modules/letters/sheets/model.ts'
import { SignatureModel } from '../../server/modules/letters/signatures/model.ts'
import type { UnitRecord } from '../../server/modules/org/tree/model.ts'
import { buildStaff, newId } from '../support/build.ts'
import { buildClass, DRAFT, INK, newRequest, sendLetter } from '../support/letters.ts'
import { buildDistrict, buildSchool } from '../support/schools.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

interface Ids {
  unitId: string
  classId: string
  letterId: string
  studentId: string
}

const { kind: _, ...written } = DRAFT

/** What an honest caller says to each endpoint. */
const SAID: [Endpoint, (ids: Ids) => Record<string, unknown>][] = [
  [letters.listLetterTemplates, () => ({})],
  [letters.countAudience, ({ unitId, classId }) => ({ unitId, unitIds: [classId] })],
  [
    letters.createLetter,
    ({ unitId, classId }) => ({ ...DRAFT, unitId, requestId: newRequest(), audience: [classId] }),
  ],
  [letters.updateLetter, ({ letterId, classId }) => ({ ...written, letterId, audience: [classId] })],
  [letters.removeLetter, ({ letterId }) => ({ letterId })],
  [letters.queueLetter, ({ letterId }) => ({ letterId, sendAt: null })],
  [letters.unqueueLetter, ({ letterId }) => ({ letterId })],
  [letters.withdrawLetter, ({ letterId }) => ({ letterId, reason: '时间写错了' })],
  [life.readLetterSettings, ({ unitId }) => ({ unitId })],
  [life.setLetterSettings, ({ unitId }) => ({ unitId, asksApproval: ['letter'] })],
  [life.readWritingRules, ({ unitId }) => ({ unitId })],
  [life.listScheduledLetters, ({ unitId }) => ({ unitId })],
  [life.rescheduleLetter, ({ letterId }) => ({ letterId, sendAt: '2030-01-01T00:00:00Z' })],
  [
    nodes.settleNodeMove,
    ({ letterId }) => ({
      letterId,
      take: true,
      seen: { from: '2026-10-01', to: '2026-10-07', isOff: false },
    }),
  ],
  [nodes.listExpiredDrafts, ({ unitId }) => ({ unitId })],
  [nodes.restoreDraft, ({ letterId }) => ({ letterId })],
  [life.submitLetter, ({ letterId }) => ({ letterId, thenSend: null })],
  [life.recallLetter, ({ letterId }) => ({ letterId })],
  [life.listSubmittedLetters, ({ unitId }) => ({ unitId })],
  [life.decideLetter, ({ letterId }) => ({ letterId, hash: 'a'.repeat(64), approve: true })],
  [
    life.approveLetters,
    ({ unitId, letterId }) => ({ unitId, letters: [{ letterId, hash: 'a'.repeat(64) }] }),
  ],
  [life.copyLetter, ({ letterId, unitId }) => ({ letterId, unitId, requestId: newRequest() })],
  [
    life.forwardLetter,
    ({ letterId, classId }) => ({
      letterId,
      unitId: classId,
      requestId: newRequest(),
      preface: '请各位家长看一看。',
    }),
  ],
  [life.keepForward, ({ letterId }) => ({ letterId })],
  [life.takeCorrection, ({ letterId }) => ({ letterId, requestId: newRequest() })],
  [life.listForwards, ({ letterId, unitId }) => ({ letterId, unitId })],
  [life.listMyWithdrawnLetters, ({ studentId }) => ({ studentId })],
  [letters.reviseLetter, ({ letterId }) => ({ letterId, requestId: newRequest() })],
  [
    letters.sendNotice,
    ({ classId }) => ({
      unitId: classId,
      requestId: newRequest(),
      title: '通知',
      body: '明天带水杯',
      confirmation: 'read',
      dueOn: null,
    }),
  ],
  [letters.listLetters, ({ unitId }) => ({ unitId, box: 'own' })],
  [letters.readLetter, ({ letterId }) => ({ letterId })],
  [letters.readLetterFigures, ({ letterId, unitId }) => ({ letterId, unitId })],
  [letters.readSheet, ({ letterId, classId }) => ({ letterId, classId })],
  [letters.readSignedCopy, ({ letterId, classId, studentId }) => ({ letterId, classId, studentId })],
  [letters.remindUnread, ({ letterId, unitId }) => ({ letterId, unitId })],
  [reminding.readReminderPlan, ({ letterId, unitId }) => ({ letterId, unitId })],
  [unreached.listUnreached, ({ letterId, unitId }) => ({ letterId, unitId })],
  [unreached.recountUnreached, ({ letterId, unitId }) => ({ letterId, unitId })],
  [unreached.exportUnreached, ({ letterId, unitId }) => ({ letterId, unitId })],
  [paperNotices.printPaperNotices, ({ letterId, unitId }) => ({ letterId, unitId })],
  [reminding.planReminders, ({ letterId }) => ({ letterId, steps: ['onDay'] })],
  [letters.exportLetterSheet, ({ letterId, unitId }) => ({ letterId, unitId })],
  [letters.listMyLetters, ({ studentId }) => ({ studentId })],
  [letters.openMyLetter, ({ studentId, letterId }) => ({ studentId, letterId })],
  [letters.confirmMyLetter, ({ studentId, letterId }) => ({ studentId, letterId })],
  [letters.signMyLetter, ({ studentId, letterId }) => ({ studentId, letterId, ...INK })],
  [letters.answerMyLetter, ({ studentId, letterId }) => ({ studentId, letterId, answers: [] })],
  [letters.objectToMyLetter, ({ studentId, letterId }) => ({ studentId, letterId, reason: '太远' })],
  [letters.readMySignedCopy, ({ studentId, letterId }) => ({ studentId, letterId })],
  [letters.listMyPastLetters, () => ({})],
  [letters.readMyPastSheet, ({ letterId }) => ({ letterId })],
]

/** What the staff of a unit look at of a letter. */
const READS: Endpoint[] = [
  life.listForwards,
  letters.readLetter,
  letters.readLetterFigures,
  letters.readSheet,
  reminding.readReminderPlan,
  unreached.listUnreached,
  unreached.recountUnreached,
  letters.exportLetterSheet,
]

async function ask(token: string | null, { method, path }: Endpoint, input: Record<string, unknown>) {
  const rest = { ...input }
  const filled = path.replace(/:(\w+)/g, (_, name: string) => {
    const value = String(rest[name])
    delete rest[name]
    return encodeURIComponent(value)
  })
  if (method !== 'GET') return world.send(token, method, `/api${filled}`, rest)
  const query = new URLSearchParams(
    Object.entries(rest).map(([key, value]): [string, string] => [key, String(value)]),
  )
  return world.send(token, method, `/api${filled}?${query.toString()}`)
}

/** A sentence in Chinese. */
async function sentenceOf(response: Response) {
  const { error } = (await response.json()) as { error: { message: string } }
  expect(error.message).toMatch(/^[^$]*[\u4e00-\u9fff][^$]*$/)
  return error.message
}

async function place() {
  const here = await buildClass(world)
  const letter = await sendLetter(world, here.office, here.school, { confirmation: 'sign' })
  const ids = {
    unitId: String(here.school._id),
    classId: String(here.klass._id),
    letterId: letter.id,
    studentId: String(here.zhang._id),
  }
  return { ...here, ids }
}

const counts = async () => [
  await LetterModel.countDocuments(),
  await SignatureModel.countDocuments(),
  await SheetModel.findOne({}, { readBy: 1, read: 1, signed: 1, reminders: 1 }).lean(),
  (await LetterModel.find({}, { status: 1 }).lean()).map((it) => it.status),
]

it('has an honest question for every endpoint of the room', () => {
  const all = [...Object.values(letters), ...Object.values(life), ...Object.values(nodes)].filter(
    (it) => 'path' in it && 'access' in it,
  )
  expect(SAID.map(([it]) => it)).toEqual(expect.arrayContaining(all))
})

it('answers nobody who has not signed in, nor the other role, nor a stranger, and changes nothing', async () => {
  const { ids, mother, office } = await place()
  const theirs = await place()
  const before = await counts()
  const guardian = await world.tokenOf(mother, 'guardian')
  const staff = await world.tokenOf(office, 'staff')

  for (const [endpoint, input] of SAID) {
    const label = `${endpoint.method} ${endpoint.path}`
    const anonymous = await ask(null, endpoint, input(ids))
    expect([label, anonymous.status]).toEqual([label, 401])
    await sentenceOf(anonymous)

    const other = await ask(endpoint.access === 'staff' ? guardian : staff, endpoint, input(ids))
    expect([label, other.status]).toEqual([label, 403])

    // What is everybody's, and what is one's own, can be nobody else's.
    if (endpoint === letters.listLetterTemplates || endpoint === letters.listMyPastLetters) continue
    const own = endpoint.access === 'staff' ? staff : guardian
    const foreign = await ask(own, endpoint, input(theirs.ids))
    expect([label, foreign.status]).toEqual([label, 404])
    await sentenceOf(foreign)

    const ofNothing = { unitId: newId(), classId: newId(), letterId: newId(), studentId: newId() }
    expect([label, (await ask(own, endpoint, input(ofNothing))).status]).toEqual([label, 404])
  }
  expect(await counts()).toEqual(before)
}, 60_000)

it('refuses operators, strange keys and wrong types in every field, in Chinese', async () => {
  const { ids, mother, office } = await place()
  const before = await counts()
  const guardian = await world.tokenOf(mother, 'guardian')
  const staff = await world.tokenOf(office, 'staff')

  for (const [endpoint, input] of SAID) {
    const token = endpoint.access === 'staff' ? staff : guardian
    const said = input(ids)
    const wrong: Record<string, unknown>[] = Object.keys(said).flatMap((key) => [
      { ...said, [key]: { $ne: null } },
      { ...said, [key]: 'x'.repeat(7000) },
    ])
    wrong.push({ ...said, role: 'admin' })
    for (const bad of wrong) {
      // In an address an object is only its text; a query has no other either.
      const response = await ask(token, endpoint, bad)
      expect([endpoint.path, Object.keys(bad).length, response.status]).toEqual([
        endpoint.path,
        Object.keys(bad).length,
        400,
      ])
      await sentenceOf(response)
    }
  }
  expect(await counts()).toEqual(before)
}, 60_000)

it('refuses what is malformed or far too long', async () => {
  const { ids, mother } = await place()
  const token = await world.tokenOf(mother, 'guardian')
  const path = `/api/me/children/${ids.studentId}/letters/${ids.letterId}/signature`
  const strokes = Array.from({ length: 100 }, () => Array.from({ length: 2000 }, () => 1.25))

  expect((await world.send(token, 'POST', path, { ...INK, strokes })).status).toBe(413)
  const broken = await fetch(world.origin() + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{"strokes": [',
  })
  expect(broken.status).toBe(400)
  expect(await SignatureModel.countDocuments()).toBe(0)
})

describe('the posts of one school', () => {
  it('gives a subject teacher no receipts, a city no names, a class teacher no letter of the neighbour', async () => {
    const { ids, klass, city, grade } = await place()
    const subject = await world.tokenOf(await buildStaff(klass, 'teacher'), 'staff')
    const cityAdmin = await world.tokenOf(await buildStaff(city, 'city_admin'), 'staff')
    const head = await world.tokenOf(await buildStaff(grade, 'grade_head'), 'staff')
    const look = { letterId: ids.letterId, classId: ids.classId }

    expect((await ask(subject, letters.readSheet, look)).status).toBe(403)
    expect((await ask(subject, letters.listLetters, { unitId: ids.classId, box: 'above' })).status).toBe(403)
    expect((await ask(cityAdmin, letters.readSheet, look)).status).toBe(403)
    expect((await ask(cityAdmin, letters.readLetterFigures, { ...look, unitId: ids.unitId })).status).toBe(
      400,
    )
    expect((await ask(head, letters.readSheet, look)).status).toBe(200)
    expect((await ask(head, letters.withdrawLetter, { letterId: ids.letterId })).status).toBe(404)
  })

  it('shows a draft to those who may write it and to nobody below', async () => {
    const { school, klass, office, teacher } = await buildClass(world)
    const call = await world.as(office, 'staff')
    const draft = await call(letters.createLetter, {
      ...DRAFT,
      unitId: String(school._id),
      requestId: newRequest(),
      audience: [String(klass._id)],
    })
    const below = await world.tokenOf(teacher, 'staff')

    const asked = { letterId: draft.id, unitId: String(klass._id) }
    expect((await ask(below, letters.readLetter, asked)).status).toBe(404)
    expect((await ask(below, letters.readLetterFigures, asked)).status).toBe(404)
    expect((await ask(below, letters.queueLetter, { letterId: draft.id, sendAt: null })).status).toBe(404)
  })

  it('shows a letter to one grade to its teachers and none of the other grades', async () => {
    const { call, district } = await buildDistrict(world)
    const { school, office, classOf } = await buildSchool(world, { call, district }, { grades: [7, 8] })
    const [seven, apart, eight] = [classOf('七年级1班'), classOf('七年级2班'), classOf('八年级1班')]
    const unitId = String(school._id)
    const toFamilies = async (words: object) => {
      const { id } = await office(letters.createLetter, {
        ...{ ...DRAFT, audience: [], ...words, unitId, requestId: newRequest() },
      })
      return office(letters.queueLetter, { letterId: id, sendAt: null })
    }
    const toSeven = await toFamilies({
      parts: {
        grades: [{ unitId, grades: [7] }],
        without: { unitIds: [String(apart._id)] },
      },
    })
    const teacher = async (klass: UnitRecord) =>
      world.tokenOf(await buildStaff(klass, 'class_teacher'), 'staff')
    const cells: [UnitRecord, number][] = [
      [seven, 200],
      [apart, 404],
      [eight, 404],
    ]
    for (const [klass, status] of cells) {
      const token = await teacher(klass)
      const asked = { letterId: toSeven.id, unitId: String(klass._id), classId: String(klass._id) }
      const tried = SAID.filter(([it]) => READS.includes(it)).map(async ([endpoint, input]) => {
        const studentId = newId()
        return (await ask(token, endpoint, input({ ...asked, studentId }))).status
      })
      expect([klass.fullName, await Promise.all(tried)]).toEqual([klass.fullName, READS.map(() => status)])
      const above = { unitId: asked.unitId, box: 'above' }
      const listed = (await (await ask(token, letters.listLetters, above)).json()) as { letters: unknown[] }
      expect(listed.letters).toHaveLength(status === 200 ? 1 : 0)
    }
    expect((await office(letters.readLetter, { letterId: toSeven.id })).id).toBe(toSeven.id)
    const both = await buildStaff(eight, 'class_teacher')
    await PersonModel.updateOne(
      { _id: both },
      {
        $push: {
          posts: { post: 'class_teacher', unitId: seven._id, path: seven.path, from: new Date(0), to: null },
        },
      },
    )
    const lookedAt = await ask(await world.tokenOf(both, 'staff'), letters.readLetter, {
      letterId: toSeven.id,
    })
    expect(lookedAt.status).toBe(200)
  })
})
