import { describe, expect, it } from 'vitest'
import {
  confirmMyLetter,
  countAudience,
  createLetter,
  listLetters,
  listLetterTemplates,
  listMyLetters,
  openMyLetter,
  queueLetter,
  readLetter,
  readLetterFigures,
  readSheet,
  reviseLetter,
  sendNotice,
  unqueueLetter,
  updateLetter,
  withdrawLetter,
} from '#contract/letters'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { openTasksOf } from '../../server/modules/letters/service.ts'
import { SheetModel } from '../../server/modules/letters/sheets/model.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { ownChildren } from '../../server/modules/org/policy.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent, newId } from '../support/build.ts'
import { buildClass, DRAFT, newRequest, sendLetter, tick } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

describe('writing', () => {
  it('offers the templates that editors have prepared, their own words still to be filled in', async () => {
    const { office } = await buildClass(world)
    const { templates } = await (await world.as(office, 'staff'))(listLetterTemplates, {})

    expect(templates.map((it) => it.code)).toContain('term-start-grade7')
    expect(templates.find((it) => it.code === 'summer-holiday')?.occasion).toBe('假期和安全')
    const consent = templates.find((it) => it.code === 'activity-consent')
    expect(consent?.form?.fields[0]).toMatchObject({ type: 'choice', isDecision: true })
    expect(consent?.blanks?.find((it) => it.name === '带队老师电话')).toMatchObject({
      type: 'phone',
      value: '',
    })
    expect(templates.filter((it) => it.isForOneFamily).map((it) => it.code)).toContain('care-briefing')
  })

  it('counts families, the joined among them and no other school', async () => {
    const { office, school, grade, klass } = await buildClass(world)
    await buildStudent((await buildBranch()).klass)
    const call = await world.as(office, 'staff')

    const count = await call(countAudience, {
      unitId: String(school._id),
      unitIds: [school, grade, klass].map((it) => String(it._id)),
    })

    expect(count).toEqual({
      ...{ families: 2, joined: 1, guardians: 2, wechat: 0 },
      ...{ reach: { wechat: 0, text: null, app: 1 }, countedAt: null, isCounting: false },
      ...{ progress: null, isAtLeast: false },
    })
  })

  it('makes one draft however often the same request arrives', async () => {
    const { office, school, klass } = await buildClass(world)
    const call = await world.as(office, 'staff')
    const said = {
      ...DRAFT,
      unitId: String(school._id),
      requestId: newRequest(),
      audience: [String(klass._id)],
    }

    const drafts = await Promise.all([1, 2, 3].map(() => call(createLetter, said)))

    expect(new Set(drafts.map((it) => it.id)).size).toBe(1)
    expect(await LetterModel.countDocuments()).toBe(1)
  })

  it('writes to nobody outside its own unit', async () => {
    const { office, school } = await buildClass(world)
    const foreign = await buildBranch()
    const call = await world.as(office, 'staff')
    const said = { ...DRAFT, unitId: String(school._id), requestId: newRequest() }

    await expect(
      call(createLetter, { ...said, audience: [String(foreign.klass._id)] }),
    ).rejects.toMatchObject({ status: 404 })
    await expect(call(createLetter, { ...said, audience: [newId()] })).rejects.toMatchObject({ status: 404 })
    expect(await LetterModel.countDocuments()).toBe(0)
  })

  it.each([
    [{ body: '定于〔请填写：几月几日〕出发' }, '还有一处没有填写：几月几日'],
    [{ body: '{{校长}}您好' }, '没有“校长”这个空'],
    [{ title: '{{孩子}}的信' }, '请不要在标题里用填空'],
    [{ dueOn: '2020-01-01' }, '截止日期早于发送日期'],
  ])('does not send what is not finished: %o', async (over, sentence) => {
    const { office, school } = await buildClass(world)

    await expect(sendLetter(world, office, school, over)).rejects.toMatchObject({
      status: 400,
      json: { error: { message: expect.stringContaining(sentence) as string } },
    })
    expect((await LetterModel.findOne())?.status).toBe('draft')
  })
})

describe('sending', () => {
  it('queues a draft once when the button is pressed twice, and freezes its text', async () => {
    const { office, school, klass } = await buildClass(world)
    const call = await world.as(office, 'staff')
    const draft = await call(createLetter, {
      ...DRAFT,
      unitId: String(school._id),
      requestId: newRequest(),
      audience: [String(klass._id)],
    })
    const press = () => call(queueLetter, { letterId: draft.id, sendAt: null })

    const presses = await Promise.allSettled([press(), press()])

    expect(presses.map((it) => it.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await SheetModel.countDocuments()).toBe(1)
    const { textHash } = await call(readLetter, { letterId: draft.id })
    expect(textHash).toMatch(/^[0-9a-f]{64}$/)
    const { dueOn, title, body, pledge, confirmation } = DRAFT
    const changed = { dueOn, title, body, pledge, confirmation, audience: [String(klass._id)] }
    await expect(call(updateLetter, { letterId: draft.id, ...changed })).rejects.toMatchObject({
      status: 409,
    })
  })

  it('waits for its hour, then goes with the tick, and tells each guardian once', async () => {
    const { office, school, klass, zhang, mother } = await buildClass(world)
    const call = await world.as(office, 'staff')
    const draft = await call(createLetter, {
      ...DRAFT,
      unitId: String(school._id),
      requestId: newRequest(),
      audience: [String(klass._id)],
    })
    const sendAt = new Date(world.now().getTime() + 3_600_000).toISOString()
    await call(queueLetter, { letterId: draft.id, sendAt })
    await tick(world)
    expect((await call(readLetter, { letterId: draft.id })).status).toBe('scheduled')
    const phone = await world.as(mother, 'guardian')
    expect((await phone(listMyLetters, { studentId: String(zhang._id) })).letters).toEqual([])

    world.pass(3_600_001)
    await tick(world)
    await tick(world)

    expect(await call(readLetter, { letterId: draft.id })).toMatchObject({
      status: 'sent',
      tally: { expected: 2, reached: 1, read: 0 },
    })
    expect((await phone(listMyLetters, { studentId: String(zhang._id) })).letters).toMatchObject([
      { title: DRAFT.title, state: 'unread', isDone: false },
    ])
    expect(await OutboxModel.countDocuments({ kind: 'letter', subject: draft.id })).toBe(2)
  })

  it('can be called back to a draft while it waits', async () => {
    const { office, school, klass } = await buildClass(world)
    const call = await world.as(office, 'staff')
    const said = { unitId: String(school._id), requestId: newRequest(), audience: [String(klass._id)] }
    const draft = await call(createLetter, { ...DRAFT, ...said })
    const sendAt = new Date(world.now().getTime() + 60_000).toISOString()
    await call(queueLetter, { letterId: draft.id, sendAt })

    expect(await call(unqueueLetter, { letterId: draft.id })).toMatchObject({ status: 'draft', sendAt: null })
    world.pass(61_000)
    await tick(world)
    expect(await SheetModel.countDocuments()).toBe(0)
  })

  it('finishes a sending that a crash cut short, without a second sheet or message', async () => {
    const { office, school, klass } = await buildClass(world)
    const letter = await sendLetter(world, office, school)
    await LetterModel.updateOne(
      { _id: letter.id },
      { status: 'sending', sheetsUpTo: '', areMessagesDue: false },
    )

    await Promise.all([tick(world), tick(world)])
    await tick(world)

    expect((await LetterModel.findById(letter.id))?.status).toBe('sent')
    expect(await SheetModel.countDocuments({ classId: klass._id })).toBe(1)
    expect(await OutboxModel.countDocuments()).toBe(2)
  })

  it('sends a teacher’s notice at once, and once when the answer got lost', async () => {
    const { teacher, klass, mother, zhang } = await buildClass(world)
    const call = await world.as(teacher, 'staff')
    const said = {
      unitId: String(klass._id),
      requestId: newRequest(),
      title: '明天带水杯',
      body: '各位家长：明天体育课，请给孩子带水杯。',
      confirmation: 'read' as const,
      dueOn: null,
    }

    const [first, second] = await Promise.all([call(sendNotice, said), call(sendNotice, said)])

    expect(first).toMatchObject({ status: 'sent', kind: 'notice', tally: { expected: 2 } })
    expect(second.id).toBe(first.id)
    const phone = await world.as(mother, 'guardian')
    const { letters } = await phone(listMyLetters, { studentId: String(zhang._id) })
    expect(letters).toMatchObject([
      { title: '明天带水杯', from: expect.stringContaining('李老师') as string },
    ])
  })
})

describe('on the phone', () => {
  it('fills the blanks for the family, and shows markup and script as what they are', async () => {
    const { office, school, zhang, mother } = await buildClass(world)
    const body = `${DRAFT.body}\n\n<script>alert(1)</script><img src=x onerror=alert(2)>`
    const letter = await sendLetter(world, office, school, { body })
    const phone = await world.as(mother, 'guardian')

    const opened = await phone(openMyLetter, { studentId: String(zhang._id), letterId: letter.id })

    const lines = opened.blocks.map((it) => it.runs.map((run) => run.text).join(''))
    expect(lines[0]).toBe('张三妈妈：')
    expect(lines[1]).toContain(`张三升入${school.name}七年级`)
    expect(lines).toContain('李老师')
    expect(opened.blocks.map((it) => it.kind)).toContain('heading')
    expect(opened.blocks.find((it) => it.kind === 'item')?.runs[0]).toEqual({
      text: '让他睡够。',
      isBold: true,
    })
    expect(lines.at(-1)).toBe('<script>alert(1)</script><img src=x onerror=alert(2)>')
  })

  it('counts a family once, whoever opens and confirms and however often', async () => {
    const { office, school, zhang, mother, father } = await buildClass(world)
    const letter = await sendLetter(world, office, school)
    const said = { studentId: String(zhang._id), letterId: letter.id }
    const [her, him] = [await world.as(mother, 'guardian'), await world.as(father, 'guardian')]

    await Promise.all([her, him, her, him].map((call) => call(openMyLetter, said)))
    await Promise.all([her, her, him].map((call) => call(confirmMyLetter, said)))
    const seen = await him(openMyLetter, said)

    expect(seen).toMatchObject({ state: 'confirmed', isDone: true, abilities: { confirm: false } })
    expect(seen.confirmed?.by).toMatch(/^张三(妈妈|爸爸)$/)
    const [sheet] = await SheetModel.find().lean()
    expect(sheet).toMatchObject({ expected: 2, reached: 1, read: 1, confirmed: 1, signed: 0 })
    expect(Object.keys(sheet?.readBy?.[said.studentId] ?? {})).toHaveLength(2)
  })

  it('takes a child who came to the class later onto the sheet', async () => {
    const { office, school, klass } = await buildClass(world)
    const letter = await sendLetter(world, office, school)
    const late = await buildStudent(klass, { name: '王五' })
    const guardian = await buildGuardian(world, late)
    const phone = await world.as(guardian, 'guardian')

    await phone(openMyLetter, { studentId: String(late._id), letterId: letter.id })
    await phone(confirmMyLetter, { studentId: String(late._id), letterId: letter.id })

    const [sheet] = await SheetModel.find().lean()
    expect(sheet).toMatchObject({ expected: 3, reached: 2, read: 1, confirmed: 1 })
    expect(sheet?.roster).toHaveLength(3)
  })

  it('counts a guardian who joined after the sending among the reached', async () => {
    const { office, school, li } = await buildClass(world)
    const letter = await sendLetter(world, office, school)
    const guardian = await buildGuardian(world, li)

    await (
      await world.as(guardian, 'guardian')
    )(openMyLetter, { studentId: String(li._id), letterId: letter.id })

    expect(await SheetModel.findOne().lean()).toMatchObject({
      expected: 2,
      reached: 2,
      read: 1,
      unreached: [],
    })
  })

  it('gives a class founded after the sending its sheet with the first reader', async () => {
    const { office, school, grade } = await buildClass(world)
    const letter = await sendLetter(world, office, school)
    const { klass } = await buildBranch({ school, city: undefined as never })
    const student = await buildStudent(klass)
    const guardian = await buildGuardian(world, student)
    expect(grade.path).toBeTruthy()

    await (
      await world.as(guardian, 'guardian')
    )(openMyLetter, { studentId: String(student._id), letterId: letter.id })

    expect(await SheetModel.findOne({ classId: klass._id }).lean()).toMatchObject({ expected: 1, read: 1 })
  })

  it('pages through twenty letters and more, and lists what is still to do', async () => {
    const { office, school, klass, zhang, mother } = await buildClass(world)
    const ids: string[] = []
    for (let n = 0; n < 22; n++)
      ids.push((await sendLetter(world, office, school, { title: `第${n}封信`, audience: [klass] })).id)
    const phone = await world.as(mother, 'guardian')
    const studentId = String(zhang._id)
    await phone(confirmMyLetter, { studentId, letterId: ids[3] ?? '' })

    const first = await phone(listMyLetters, { studentId })
    const second = await phone(listMyLetters, { studentId, after: first.next ?? '' })
    const todo = await phone(listMyLetters, { studentId, only: 'todo' })

    expect([...first.letters, ...second.letters].map((it) => it.id)).toEqual(ids.toReversed())
    expect([first.letters.length, second.next]).toEqual([20, null])
    expect(todo.letters).toHaveLength(21)
    const children = await ownChildren({
      role: 'guardian',
      personId: mother,
      sessionId: '',
      name: '',
      loginName: null,
    })
    expect(await openTasksOf(children, world.now())).toHaveLength(21)
  })

  it('says that a letter was withdrawn, and lists it no more', async () => {
    const { office, school, zhang, mother } = await buildClass(world)
    const letter = await sendLetter(world, office, school)
    await (
      await world.as(office, 'staff')
    )(withdrawLetter, { letterId: letter.id, reason: '时间写错了' })
    const phone = await world.as(mother, 'guardian')
    const studentId = String(zhang._id)

    expect((await phone(listMyLetters, { studentId })).letters).toEqual([])
    await expect(phone(openMyLetter, { studentId, letterId: letter.id })).rejects.toMatchObject({
      status: 409,
      json: { error: { message: '这封信已经由老师撤回，不用再处理了' } },
    })
    await tick(world)
    expect(await OutboxModel.countDocuments({ status: 'pending' })).toBe(0)
  })

  it('puts a corrected edition in the place of the first', async () => {
    const { office, school, zhang, mother } = await buildClass(world)
    const first = await sendLetter(world, office, school)
    const call = await world.as(office, 'staff')
    const draft = await call(reviseLetter, { letterId: first.id, requestId: newRequest() })
    await expect(call(reviseLetter, { letterId: first.id, requestId: newRequest() })).rejects.toMatchObject({
      status: 409,
    })
    await LetterModel.updateOne({ _id: draft.id }, { correction: '集合时间改了' })
    const second = await call(queueLetter, { letterId: draft.id, sendAt: null })

    expect(second).toMatchObject({ version: 2, supersedes: first.id, status: 'sent' })
    expect(second.textHash).not.toBe((await call(readLetter, { letterId: first.id })).textHash)
    const phone = await world.as(mother, 'guardian')
    const studentId = String(zhang._id)
    expect((await phone(listMyLetters, { studentId })).letters.map((it) => it.id)).toEqual([second.id])
    expect(await phone(openMyLetter, { studentId, letterId: first.id })).toMatchObject({
      supersededBy: second.id,
    })
    await expect(phone(confirmMyLetter, { studentId, letterId: first.id })).rejects.toMatchObject({
      status: 409,
    })
  })
})

describe('what the sender sees', () => {
  it('rolls up from class to district, and names families by number in the class', async () => {
    const { office, district, school, grade, klass, teacher, zhang, mother } = await buildClass(world)
    const admin = await buildStaff(district, 'district_admin')
    const letter = await sendLetter(world, admin, district)
    await tick(world)
    await (
      await world.as(mother, 'guardian')
    )(openMyLetter, { studentId: String(zhang._id), letterId: letter.id })
    const counts = { expected: 2, reached: 1, read: 1, confirmed: 0, signed: 0 }

    const look = async (person: string, unitId: unknown) =>
      (await world.as(person, 'staff'))(readLetterFigures, { letterId: letter.id, unitId: String(unitId) })

    expect(await look(admin, district._id)).toMatchObject({
      total: counts,
      rows: [{ name: school.name, ...counts }],
    })
    expect(await look(office, school._id)).toMatchObject({ rows: [{ unitId: String(grade._id), ...counts }] })
    expect(await look(office, grade._id)).toMatchObject({ rows: [{ unitId: String(klass._id), ...counts }] })
    expect(await look(teacher, klass._id)).toMatchObject({ total: counts, rows: [] })
    const sheet = await (
      await world.as(teacher, 'staff')
    )(readSheet, { letterId: letter.id, classId: String(klass._id) })
    expect(sheet.rows).toMatchObject([
      { number: '20260001', name: '张三', hasJoined: true, read: { by: '张三妈妈' }, confirmed: null },
      { number: '20260002', name: '李四', hasJoined: false, read: null },
    ])
  })

  it('counts a branch from the index alone', async () => {
    const { office, school, klass } = await buildClass(world)
    const letter = await sendLetter(world, office, school)
    const plan = (await SheetModel.aggregate([
      {
        $match: {
          letterId: (await LetterModel.findById(letter.id))?._id,
          path: { $gte: school.path, $lt: `${school.path.slice(0, -1)}0` },
        },
      },
      {
        $group: {
          _id: { $substrBytes: ['$path', 1, 24] },
          expected: { $sum: '$expected' },
          read: { $sum: '$read' },
        },
      },
    ]).explain('executionStats')) as unknown

    expect(JSON.stringify(plan)).toContain('"totalDocsExamined":0')
    expect(klass.path).toContain(school.path)
  })

  it('shows a teacher the school’s letter in the box from above, the school the teacher’s below', async () => {
    const { office, school, teacher, klass } = await buildClass(world)
    const fromSchool = await sendLetter(world, office, school)
    const fromTeacher = await sendLetter(world, teacher, klass, { kind: 'letter' })
    const box = async (person: string, unitId: unknown, name: 'own' | 'above' | 'below') =>
      (
        await (
          await world.as(person, 'staff')
        )(listLetters, { unitId: String(unitId), box: name })
      ).letters.map((it) => it.id)

    expect(await box(teacher, klass._id, 'above')).toEqual([fromSchool.id])
    expect(await box(teacher, klass._id, 'own')).toEqual([fromTeacher.id])
    expect(await box(office, school._id, 'below')).toEqual([fromTeacher.id])
    expect(await box(office, school._id, 'own')).toEqual([fromSchool.id])
  })
})
