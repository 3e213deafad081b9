import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { readMyExam, readMyProgramme } from '#contract/courses'
import {
  checkIn,
  closeGathering,
  decideEvidence,
  listEvidence,
  listGatherings,
  openGathering,
  readGatheringCode,
  readMyEvidence,
} from '#contract/evidence'
import { askDeletion, readMyData } from '#contract/privacy'
import { CertificateModel } from '../../server/modules/certificates/model.ts'
import { EvidenceModel } from '../../server/modules/courses/evidence/model.ts'
import { codeAt, isCode } from '../../server/modules/courses/evidence/rules.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { closeDue } from '../../server/modules/privacy/closing/service.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { studyAndSit, withRules } from '../support/certifying.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const EVIDENCE = { what: '参加一次家长会', ways: ['checkIn', 'upload'] as ('checkIn' | 'upload')[] }
const photo = () =>
  sharp({ create: { width: 400, height: 300, channels: 3, background: '#aac' } })
    .jpeg()
    .toBuffer()

const scene = () => withRules(world, { evidence: EVIDENCE })

async function send(personId: string, studentId: string, body: Buffer, code = 'grade7') {
  const token = await world.tokenOf(personId, 'guardian')
  return fetch(`${world.origin()}/api/me/programmes/${code}/evidence-picture?studentId=${studentId}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
    body: new Uint8Array(body),
  })
}
const opening = { title: '秋季家长会', minutes: 60, requestId: 'gathering-1' }

describe('a certificate that asks for more than the exam', () => {
  it('waits for evidence after passing, says so, and comes with the check-in', async () => {
    const { call, teacher, klass, studentId } = await scene()
    const result = await studyAndSit(world, call)
    expect([result.outcome, result.certificateId, result.awaits]).toEqual(['passed', null, 'evidence'])
    expect(await call(readMyProgramme, { code: 'grade7' })).toMatchObject({
      awaits: 'evidence',
      evidence: { what: EVIDENCE.what, isGiven: false },
      isIssuedBySchool: false,
    })

    const { id } = await teacher(openGathering, { ...opening, unitId: String(klass._id) })
    const { code } = await teacher(readGatheringCode, { gatheringId: id })
    expect(await call(checkIn, { studentId, code: `${code.slice(0, 3)} ${code.slice(3)}` })).toMatchObject({
      title: '秋季家长会',
    })

    const { result: now } = await call(readMyExam, { attemptId: result.attemptId })
    expect([now?.certificateId, now?.awaits]).toEqual([expect.any(String), null])
    expect(await CertificateModel.countDocuments({})).toBe(1)
  })

  it('comes at once to who was there before the exam', async () => {
    const { call, teacher, klass, studentId } = await scene()
    const { id } = await teacher(openGathering, { ...opening, unitId: String(klass._id) })
    const { code } = await teacher(readGatheringCode, { gatheringId: id })
    await call(checkIn, { studentId, code })
    expect((await studyAndSit(world, call)).certificateId).toEqual(expect.any(String))
  })
})

describe('checking in', () => {
  it('takes the code of this minute and the one before, and no older one', () => {
    const at = new Date('2026-11-29T02:00:30Z')
    const later = (seconds: number) => new Date(at.getTime() + seconds * 1000)
    const { code, secondsLeft } = codeAt('a-secret', at)
    expect([code, secondsLeft]).toEqual([expect.stringMatching(/^\d{6}$/), 30])
    expect([0, 29, 60, 89, 90, 600].map((it) => isCode(code, 'a-secret', later(it)))).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
    ])
    expect(isCode(code, 'another', at)).toBe(false)
  })

  it('counts once, however often it is tapped, and ends with the meeting', async () => {
    const { call, teacher, klass, studentId } = await scene()
    const unitId = String(klass._id)
    const [first, second] = await Promise.all(
      [1, 2].map(() => teacher(openGathering, { ...opening, unitId })),
    )
    expect(first?.id).toBe(second?.id)
    const gatheringId = first?.id ?? ''
    const { code } = await teacher(readGatheringCode, { gatheringId })
    await Promise.all([1, 2, 3, 4].map(() => call(checkIn, { studentId, code })))
    const { gatherings } = await teacher(listGatherings, { unitId })
    expect(gatherings.map((it) => [it.checkedIn, it.isOpen])).toEqual([[1, true]])

    await teacher(closeGathering, { gatheringId })
    await expect(call(checkIn, { studentId, code })).rejects.toMatchObject({ status: 400 })
    await expect(teacher(readGatheringCode, { gatheringId })).rejects.toMatchObject({ status: 409 })
  })

  it('is for the families of the unit, and stops who tries codes', async () => {
    const { teacher, klass } = await scene()
    const { id } = await teacher(openGathering, { ...opening, unitId: String(klass._id) })
    const { code } = await teacher(readGatheringCode, { gatheringId: id })
    const { klass: elsewhere } = await buildBranch()
    const student = await buildStudent(elsewhere)
    const stranger = await world.as(await buildGuardian(world, student), 'guardian')
    const trying = (it: string) =>
      stranger(checkIn, { studentId: String(student._id), code: it }).then(
        () => 200,
        (error: { status: number }) => error.status,
      )

    expect(await trying(code)).toBe(400)
    const statuses = []
    for (let at = 0; at < 10; at++) statuses.push(await trying(`00000${at}`))
    expect(statuses.slice(-2)).toEqual([400, 429])
    expect(await EvidenceModel.countDocuments({})).toBe(0)
  })
})

describe('a picture as proof', () => {
  it('waits in the queue of the class, and its yes brings the certificate', async () => {
    const { call, teacher, klass, personId, studentId } = await scene()
    const { attemptId } = await studyAndSit(world, call)
    expect((await send(personId, studentId, await photo())).status).toBe(200)
    expect((await send(personId, studentId, await photo())).status).toBe(200)

    const { evidence, waiting } = await teacher(listEvidence, { unitId: String(klass._id) })
    expect([evidence.length, waiting]).toEqual([1, 1])
    expect(evidence[0]).toMatchObject({ studentName: '张小明', what: EVIDENCE.what, status: 'waiting' })
    const picture = await fetch(`${world.origin()}/api${evidence[0]?.picture ?? ''}`)
    expect(picture.headers.get('content-type')).toBe('image/jpeg')

    const said = { evidenceId: evidence[0]?.id ?? '', accept: true, words: '' }
    const answers = await Promise.allSettled([teacher(decideEvidence, said), teacher(decideEvidence, said)])
    expect(answers.map((it) => it.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect((await call(readMyExam, { attemptId })).result?.certificateId).toEqual(expect.any(String))
    const told = await OutboxModel.findOne({ kind: 'evidenceDecided' }).lean()
    expect([String(told?.personId), told?.text]).toEqual([personId, expect.stringContaining('已通过')])
  })

  it('comes back with words, and may be given again', async () => {
    const { call, teacher, klass, personId, studentId } = await scene()
    await send(personId, studentId, await photo())
    const unitId = String(klass._id)
    const [row] = (await teacher(listEvidence, { unitId })).evidence
    const evidenceId = row?.id ?? ''
    await expect(teacher(decideEvidence, { evidenceId, accept: false, words: ' ' })).rejects.toMatchObject({
      status: 400,
      json: { error: { message: '请写一句为什么没有通过，家长会看到' } },
    })
    await teacher(decideEvidence, { evidenceId, accept: false, words: '看不清签到表，请重拍' })
    await send(personId, studentId, await photo())

    const mine = await call(readMyEvidence, { code: 'grade7', studentId })
    expect(mine.given.map((it) => [it.status, it.words])).toEqual([
      ['waiting', ''],
      ['refused', '看不清签到表，请重拍'],
    ])
    expect((await teacher(listEvidence, { unitId, status: 'refused' })).evidence).toHaveLength(1)
  })

  it('is a picture and nothing else, and belongs to one’s own child', async () => {
    const { personId, studentId } = await scene()
    const other = await buildStudent((await buildBranch()).klass)
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"><script/></svg>')
    const bad = [
      svg,
      Buffer.alloc(0),
      (await photo()).subarray(0, 60),
      Buffer.from('%PDF-1.7 x'),
      Buffer.from('MZ'),
    ]
    for (const bytes of bad) expect((await send(personId, studentId, bytes)).status).toBe(415)
    expect((await send(personId, studentId, Buffer.alloc(9_000_000))).status).toBe(413)
    expect((await send(personId, String(other._id), await photo())).status).toBe(404)
    expect((await send(personId, studentId, await photo(), 'nothing')).status).toBe(404)
    expect(await EvidenceModel.countDocuments({})).toBe(0)
  })

  it('is not taken where the programme asks for none, and not decided by another school', async () => {
    const { personId, studentId } = await withRules(world)
    expect((await send(personId, studentId, await photo())).status).toBe(409)

    const { personId: mother, studentId: child } = await scene()
    await send(mother, child, await photo())
    const proof = await EvidenceModel.findOne().lean()
    const { klass: elsewhere } = await buildBranch()
    const stranger = await world.as(await buildStaff(elsewhere, 'class_teacher'), 'staff')
    const said = { evidenceId: String(proof?._id), accept: true, words: '' }
    await expect(stranger(decideEvidence, said)).rejects.toMatchObject({ status: 404 })
  })
})

describe('what a guardian has given', () => {
  /** Was at a meeting, and sent a picture that came back with words. */
  async function given() {
    const built = await scene()
    const { call, teacher, klass, personId, studentId } = built
    const unitId = String(klass._id)
    const { id } = await teacher(openGathering, { ...opening, unitId })
    const { code } = await teacher(readGatheringCode, { gatheringId: id })
    await call(checkIn, { studentId, code })
    await send(personId, studentId, await photo())
    const [row] = (await teacher(listEvidence, { unitId })).evidence
    const said = { evidenceId: row?.id ?? '', accept: false, words: '看不清签到表，请重拍' }
    await teacher(decideEvidence, said)
    return built
  }

  it('is in one’s own data, in words, and in nobody else’s', async () => {
    const { call, klass } = await given()
    const listed = async (who: typeof call) =>
      (await who(readMyData, {})).sections
        .flatMap((it) => it.lines)
        .filter((it) => it.label.startsWith('线下活动'))
        .map((it) => [it.label, it.value.replace(/^.*?，/, '')])
    expect(await listed(call)).toEqual([
      ['线下活动：参加一次家长会', '交了一张照片，学校没有通过：看不清签到表，请重拍'],
      ['线下活动：秋季家长会', '现场签到'],
    ])
    const other = await world.as(await buildGuardian(world, await buildStudent(klass)), 'guardian')
    expect(await listed(other)).toEqual([])
  })

  it('is gone with the account, the picture too, and nothing of others', async () => {
    const { call, student, studentId } = await given()
    const father = await buildGuardian(world, student)
    const { files } = world.deps()
    const shared = (await EvidenceModel.findOne({ way: 'upload' }).lean())?.picture ?? ''
    const close = async (who: typeof call) => {
      await who(askDeletion, {})
      world.pass(7 * 86_400_000 + 1_000)
      await closeDue(world.deps())
      await closeDue(world.deps())
    }
    // The father has sent the very same picture: one file, and still his when the mother goes.
    expect((await send(father, studentId, await photo())).status).toBe(200)
    await close(call)
    const left = await EvidenceModel.find().lean()
    expect(left.map((it) => [String(it.personId), it.picture])).toEqual([[father, shared]])
    expect(await files.has(shared)).toBe(true)

    await close(await world.as(father, 'guardian'))
    expect(await EvidenceModel.countDocuments({})).toBe(0)
    expect(await files.has(shared)).toBe(false)
  })
})
