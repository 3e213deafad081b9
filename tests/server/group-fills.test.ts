import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import exceljs from 'exceljs'
import { beforeEach, expect, it } from 'vitest'
import { applyGroupFill, beginGroupFill, readGroupFill, undoGroupFill } from '#contract/group-fills'
import { addToGroup, createGroup, listGroupMembers, removeFromGroup } from '#contract/groups'
import { AuditModel } from '../../server/modules/audit/model.ts'
import { StudentModel } from '../../server/modules/org/families/model.ts'
import { GroupFillModel } from '../../server/modules/org/groups/filling/model.ts'
import { columnsByContent, findChildren, type Known } from '../../server/modules/org/groups/filling/rules.ts'
import { roomObjection } from '../../server/modules/org/groups/rules.ts'
import { buildStudent, buildStaff } from '../support/build.ts'
import { newRequest } from '../support/letters.ts'
import { scans, statementsOf } from '../support/plans.ts'
import { buildDistrict, buildSchool, fillClass } from '../support/schools.ts'
import { type Cell, inGbk, writeBook, writeBytes } from '../support/sheets.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2026-11-23T01:00:00Z'))

async function scene() {
  const district = await buildDistrict(world)
  const it = await buildSchool(world, district, { grades: [7], classes: 2 })
  const [one, two] = [it.classOf('七年级1班'), it.classOf('七年级2班')]
  const students = await fillClass(one, 4)
  const twins = [await buildStudent(one, { name: '李明' }), await buildStudent(two, { name: '李明' })]
  const zero = await buildStudent(two, { name: '赵零', number: '0042' })
  const token = await world.tokenOf(it.admin, 'staff')
  const office = world.withToken(token)
  const group = await office(createGroup, {
    ...{ unitId: String(it.school._id), name: '校车', isSensitive: false, endsWithYear: false },
    requestId: newRequest(),
  })

  async function put(path: string, fileName = basename(path)) {
    const bytes = await readFile(path)
    const { fillId, uploadPath } = await office(beginGroupFill, {
      ...{ groupId: group.id, fileName, bytes: bytes.length },
    })
    const send = () =>
      fetch(`${world.origin()}/api${uploadPath}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
        body: bytes,
      })
    return { fillId, response: await send(), send }
  }
  async function looked(rows: Cell[][]) {
    const { fillId, response } = await put(await writeBook([{ name: '名单', rows }]))
    if (!response.ok) throw new Error(await response.text())
    return office(readGroupFill, { fillId })
  }
  const isIn = () => StudentModel.countDocuments({ groups: { $elemMatch: { groupId: group.id, to: null } } })
  return { ...it, district, office, token, group, students, twins, zero, one, two, put, looked, isIn }
}

const numbers = (students: { number: string }[]) => students.map((it) => it.number)

it('tells what a table comes to, changes nothing by that, then puts in whom it and the choices mean', async () => {
  const { office, group, students, twins, zero, looked, isIn, one } = await scene()
  const [first = '', second = ''] = numbers(students)
  await office(addToGroup, { groupId: group.id, numbers: first })

  const fill = await looked([
    ['2026年校车名单'],
    ['序号', '学生学号', '姓名', '所在班级'],
    [1, first, '', ''],
    [2, second, '', ''],
    [3, 42, '赵零', ''],
    [4, '', '李明', ''],
    [5, '', '李明', '七(2)班'],
    [6, '', '查无此人', ''],
    [7, second, '', ''],
    [8, second, '王五', ''],
  ])

  expect(fill).toMatchObject({ status: 'checked', objection: null, undoUntil: null })
  expect(fill.counts).toEqual({ rows: 8, found: 3, already: 1, unclear: 1, errors: 3 })
  expect(fill.found.map((it) => it.name)).toEqual(expect.arrayContaining(['赵零', '李明']))
  expect(fill.unclear).toMatchObject([{ row: 6, said: '李明', reason: '有2个孩子叫这个名字' }])
  expect(fill.unclear[0]?.choices.map((it) => it.studentId)).toEqual(twins.map((it) => String(it._id)))
  expect(fill.unclear[0]?.choices[0]?.className).toBe(one.fullName)
  expect(fill.errors).toMatchObject([
    { row: 8, student: '查无此人', problem: '这个单位里没有叫“查无此人”的孩子' },
    { row: 9, problem: '和第4行是同一个孩子，只算一次' },
    { row: 10, problem: expect.stringContaining('和这一行的姓名“王五”对不上') as string },
  ])
  expect(await isIn()).toBe(1)

  const order = { fillId: fill.id, choices: [{ row: 6, studentId: String(twins[0]?._id) }] }
  const wrong = { ...order, choices: [{ row: 6, studentId: String(zero._id) }] }
  await expect(office(applyGroupFill, wrong)).rejects.toMatchObject({ status: 400 })
  const both = await Promise.all([office(applyGroupFill, order), office(applyGroupFill, order)])
  expect(both).toMatchObject([{ status: 'applied', added: 4 }, { added: 4 }])
  expect(await isIn()).toBe(5)
  expect(await office(applyGroupFill, order)).toMatchObject({ status: 'applied', added: 4, leftOut: [] })
  expect(await AuditModel.countDocuments({ act: 'group.filled' })).toBeGreaterThanOrEqual(1)
})

it('is taken back for an hour: who was in before stays, who was put in again since stays, and twice comes to the same', async () => {
  const { office, admin, group, students, looked, isIn } = await scene()
  const ids = students.map((it) => String(it._id))
  await office(addToGroup, { groupId: group.id, studentIds: ids.slice(0, 1) })
  const { id: fillId } = await looked([['学号'], ...numbers(students).map((it) => [it])])
  await expect(office(undoGroupFill, { fillId })).rejects.toMatchObject({ status: 409 })
  await office(applyGroupFill, { fillId, choices: [] })
  const page = await office(listGroupMembers, { groupId: group.id })
  expect(page.undoable).toMatchObject({ fillId, added: 3 })
  await office(removeFromGroup, { groupId: group.id, studentIds: ids.slice(1, 2) })
  await office(addToGroup, { groupId: group.id, studentIds: ids.slice(1, 2) })

  expect(await office(undoGroupFill, { fillId })).toMatchObject({ status: 'undone', added: 3, removed: 2 })
  expect(await office(undoGroupFill, { fillId })).toMatchObject({ removed: 2, undoUntil: null })
  expect(await isIn()).toBe(2)
  await expect(office(applyGroupFill, { fillId, choices: [] })).rejects.toMatchObject({ status: 409 })
  expect((await office(listGroupMembers, { groupId: group.id })).undoable).toBeNull()

  const again = await looked([['学号'], ...numbers(students).map((it) => [it])])
  await office(applyGroupFill, { fillId: again.id, choices: [] })
  world.goTo('2026-11-23T02:02:00Z')
  const later = await world.as(admin, 'staff')
  await expect(later(undoGroupFill, { fillId: again.id })).rejects.toMatchObject({
    json: { error: { message: expect.stringContaining('已经超过一小时') as string } },
  })
  expect((await later(listGroupMembers, { groupId: group.id })).undoable).toBeNull()
  expect(await isIn()).toBe(4)
})

it('takes up what a crash has left half done', async () => {
  const { office, group, students, looked, isIn } = await scene()
  const { id: fillId } = await looked([['学号'], ...numbers(students).map((it) => [it])])
  const studentIds = students.map((it) => it._id)
  await GroupFillModel.updateOne({ _id: fillId }, { status: 'applying', studentIds, appliedAt: world.now() })

  expect(await office(applyGroupFill, { fillId, choices: [] })).toMatchObject({ status: 'applied', added: 4 })
  expect(await isIn()).toBe(4)
  expect(await office(undoGroupFill, { fillId })).toMatchObject({ removed: 4 })
  expect(group.families).toBe(0)
})

it.each([
  ['.xls', (rows: Cell[][]) => writeBook([{ name: '名单', rows }], 'biff8')],
  ['.csv in GBK', (rows: Cell[][]) => writeBytes(inGbk(rows.map((it) => it.join(',')).join('\r\n')), 'csv')],
])('reads %s under headings of its own, and without any', async (_, write) => {
  const { office, put, students } = await scene()
  const [first = '', second = ''] = numbers(students)
  for (const rows of [
    [
      ['上车点', '卡片'],
      ['东门', first],
      ['西门', second],
    ],
    [[first], [second]],
  ]) {
    const { fillId, response } = await put(await write(rows))
    expect(response.status).toBe(200)
    expect((await office(readGroupFill, { fillId })).counts).toMatchObject({ rows: 2, found: 2, errors: 0 })
  }
})

it('gives the rows with a problem as a file that can be put right and sent again, and a sample to begin with', async () => {
  const { looked } = await scene()
  const fill = await looked([
    ['姓名', '班级'],
    ['=1+1', '七年级1班'],
    ['李明', ''],
  ])
  const opened = async (path: string) => {
    const response = await fetch(`${world.origin()}/api${path}`)
    expect(response.status).toBe(200)
    const book = new exceljs.Workbook()
    await book.xlsx.load(await response.arrayBuffer())
    return book.worksheets[0]?.getSheetValues().map((it) => (it as unknown[]).slice(1)) ?? []
  }

  const [, heading, ...rows] = await opened(fill.errorsUrl ?? '')
  expect(heading).toEqual(['姓名', '班级', '问题', '原来的行号'])
  expect(rows.map((it) => it.at(-1))).toEqual([2, 3])
  expect(rows[1]).toContain('有2个孩子叫这个名字，请写上学号或班级')
  expect((await opened('/group-sample.xlsx'))[1]).toEqual(['学号（可不填）', '姓名', '班级（可不填）'])
})

it('says in a sentence what is no table, and takes each file once', async () => {
  const { office, group, put } = await scene()
  const names = { groupId: group.id, fileName: '名单.pdf', bytes: 9 }
  await expect(office(beginGroupFill, names)).rejects.toMatchObject({ status: 415 })
  const told = async (path: string) => JSON.stringify(await (await put(path)).response.json())
  expect(await told(await writeBytes(Buffer.from('姓名\n'), 'csv'))).toContain('没有学生')
  expect(await told(await writeBytes(Buffer.from('编者,按语\n甲,乙\n'), 'csv'))).toContain(
    '没有找到学号或姓名',
  )
  expect(await told(await writeBytes(Buffer.from([0x50, 0x4b, 3, 4, 0, 0]), 'xlsx'))).toContain('文件已损坏')
  const many = Array.from({ length: 5_001 }, (_, at) => `2026${at}`)
  expect(await told(await writeBytes(Buffer.from(['学号', ...many].join('\n')), 'csv'))).toContain(
    '最多5000个',
  )
  expect(await GroupFillModel.countDocuments()).toBe(0)

  const { response, send } = await put(await writeBytes(Buffer.from('姓名\n李明\n'), 'csv'))
  expect(response.status).toBe(200)
  expect((await send()).status).toBe(409)
})

it('knows the children of its own unit alone, and nobody else knows the table', async () => {
  const { one, two, twins, district, looked, put } = await scene()
  const teacher = await buildStaff(one, 'class_teacher')
  const token = await world.tokenOf(teacher, 'staff')
  const call = world.withToken(token)
  const own = await call(createGroup, {
    ...{ unitId: String(one._id), name: '值日', isSensitive: false, endsWithYear: true },
    requestId: newRequest(),
  })
  const { fillId, uploadPath } = await call(beginGroupFill, { groupId: own.id, fileName: 'a.csv', bytes: 9 })
  await fetch(`${world.origin()}/api${uploadPath}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}` },
    body: `学号,班级\n${twins[1]?.number ?? ''},${two.name}\n${twins[0]?.number ?? ''},\n`,
  })
  expect((await call(readGroupFill, { fillId })).counts).toMatchObject({ found: 1, errors: 1 })

  const school = await looked([['姓名'], ['李明']])
  await expect(call(readGroupFill, { fillId: school.id })).rejects.toMatchObject({ status: 404 })
  const city = await world.as(await buildStaff(district.city, 'city_admin'), 'staff')
  await expect(city(applyGroupFill, { fillId, choices: [] })).rejects.toMatchObject({ status: 404 })
  const { fillId: fresh } = await put(await writeBytes(Buffer.from('姓名\n李明\n'), 'csv'))
  const stranger = await fetch(`${world.origin()}/api/group-fills/${fresh}/file`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}` },
    body: '姓名\n李明\n',
  })
  expect(stranger.status).toBe(404)
})

it('is looked through and carried out from indexes', async () => {
  const { office, group, students, looked } = await scene()
  const statements = await statementsOf(async () => {
    const { id: fillId } = await looked([['学号'], ...numbers(students).map((it) => [it])])
    await office(applyGroupFill, { fillId, choices: [] })
    await office(listGroupMembers, { groupId: group.id })
    await office(undoGroupFill, { fillId })
  })
  expect(scans(statements)).toEqual([])
})

it('matches by number first, offers what may be meant, and takes nothing for certain that is not', () => {
  const child = (id: string, over: Partial<Known> = {}): Known => ({
    ...{ id, number: id, name: `学生${id}`, grade: 7, klass: '2班', className: '三中七年级2班', isIn: false },
    ...over,
  })
  const known = [
    child('0071'),
    child('8'),
    child('9', { name: '王芳', grade: 8, className: '三中八年级2班' }),
    child('10', { name: '王芳' }),
  ]
  const find = (raw: object) => {
    const { found, unclear, problems } = findChildren([{ row: 2, raw, said: [] }], known, (it) => it)
    return found[0] ?? unclear[0]?.studentIds ?? problems[0]?.problem
  }
  expect(find({ number: '71.0' })).toBe('0071')
  expect(find({ number: '２.０２６e+9' })).toContain('科学计数')
  expect(find({ number: '99', student: '学生8' })).toEqual(['8'])
  expect(find({ student: '王 芳' })).toEqual(['9', '10'])
  expect(find({ student: '王芳', grade: '八年级' })).toBe('9')
  expect(find({ student: '王芳', klass: '三中七年级2班' })).toBe('10')
  expect(find({ student: '王芳', grade: '七年级', klass: '702' })).toBe('10')
  expect(find({ student: '学生8', klass: '七年级5班' })).toEqual(['8'])
  expect(find({})).toBe('这一行没有学号，也没有姓名')
  const lines = [{ cells: ['点', 'x'] }, { cells: ['东门', '8'] }, { cells: ['学生8', '9'] }]
  const columns = columnsByContent(
    lines,
    (it) => ['8', '9'].includes(it),
    (it) => it === '学生8',
  )
  expect(columns).toEqual([
    { at: 1, key: 'number' },
    { at: 0, key: 'student' },
  ])
  expect([roomObjection(4_990, 10), roomObjection(4_990, 11)]).toEqual([
    null,
    '一个分组最多5000个孩子，现在有4990个，再加11个就超过了，请分成两个分组',
  ])
})
