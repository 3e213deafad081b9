import { readFile } from 'node:fs/promises'
import exceljs from 'exceljs'
import { describe, expect, it, vi } from 'vitest'
import { listStudents } from '#contract/org'
import {
  applyRosterImport,
  beginRosterImport,
  discardRosterImport,
  listRosterImports,
  readRosterImport,
  type RosterImport,
} from '#contract/roster'
import { GuardianshipModel, StudentModel } from '../../server/modules/org/families/model.ts'
import { readClass, readGrade, readRow } from '../../server/modules/org/roster/rules.ts'
import { UnitModel } from '../../server/modules/org/tree/model.ts'
import { buildBranch, buildStaff } from '../support/build.ts'
import { HEADING, rosterRow, type Row, writeRoster, writeZip } from '../support/roster.ts'
import { useWorld } from '../support/world.ts'

vi.setConfig({ testTimeout: 60_000 })
const world = useWorld()

async function scene() {
  const { district, city } = await buildBranch()
  const admin = await buildStaff(district, 'district_admin')
  const token = await world.tokenOf(admin, 'staff')
  return { district, city, token, call: world.withToken(token), unitId: String(district._id) }
}

type Scene = Awaited<ReturnType<typeof scene>>

async function upload({ call, unitId, token }: Scene, path: string, over: { makeUnits?: boolean } = {}) {
  const bytes = await readFile(path)
  const begun = { unitId, fileName: '花名册.xlsx', bytes: bytes.length, makeUnits: over.makeUnits ?? true }
  const { importId, uploadPath } = await call(beginRosterImport, begun)
  const response = await fetch(`${world.origin()}/api${uploadPath}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
    body: bytes,
  })
  return { importId, response }
}

async function until({ call }: Scene, importId: string, statuses: RosterImport['status'][]) {
  for (;;) {
    const job = await call(readRosterImport, { importId })
    if (statuses.includes(job.status)) return job
    await new Promise((done) => setTimeout(done, 50))
  }
}

async function checked(it: Scene, path: string, over: { makeUnits?: boolean } = {}) {
  const { importId } = await upload(it, path, over)
  return until(it, importId, ['checked', 'refused'])
}

async function applied(it: Scene, path: string) {
  const { id } = await checked(it, path)
  await it.call(applyRosterImport, { importId: id })
  return until(it, id, ['applied'])
}

describe('reading a row', () => {
  it.each([
    ['七年级', 7],
    ['7年级', 7],
    ['初一', 7],
    ['高二', 11],
    ['７', 7],
    ['大班', -1],
    ['职一', 13],
    ['学前班', null],
  ])('reads the grade %s', (text, grade) => expect(readGrade(text)).toBe(grade))

  it.each([
    ['2班', '2班'],
    ['02', '2班'],
    ['七（2）班', '2班'],
    ['火箭班', '火箭班'],
  ])('reads the class %s', (text, klass) => expect(readClass(text)).toBe(klass))

  it('names what is wrong in a sentence', () => {
    const raw = {
      school: '云溪中学',
      grade: '七年级',
      klass: '2',
      number: '1',
      student: '张三',
      relation: '妈妈',
    }
    expect(readRow({ ...raw, phone: '1380013800' })).toEqual({ problem: '手机号“1380013800”不对，应为11位' })
    expect(readRow(raw)).toEqual({ problem: '缺少家长手机号' })
    expect(readRow({ ...raw, phone: '１３８００１３８０００' })).toMatchObject({
      row: { guardians: [{ phone: '13800138000' }] },
    })
  })
})

it('checks first and changes nothing, then writes once however often it is applied', async () => {
  const it = await scene()
  const rows = Array.from({ length: 120 }, (_, n) => rosterRow(n))
  const path = await writeRoster(rows)
  const job = await checked(it, path)
  expect(job).toMatchObject({
    status: 'checked',
    rows: 120,
    counts: { students: 120, newStudents: 120, newUnits: 12 },
  })
  expect(await StudentModel.countDocuments()).toBe(0)

  await Promise.all([1, 2].map(() => it.call(applyRosterImport, { importId: job.id })))
  expect(await until(it, job.id, ['applied'])).toMatchObject({ rowsApplied: 120 })
  const again = await applied(it, path)
  expect(again.counts).toMatchObject({ newStudents: 0, changedStudents: 0, newUnits: 0 })
  expect([await StudentModel.countDocuments(), await GuardianshipModel.countDocuments()]).toEqual([120, 120])
  const { total } = await it.call(listStudents, { unitId: it.unitId })
  expect(total).toBe(120)
})

it('lists every kind of mistake, lets the rest through and gives the mistakes back as a sheet', async () => {
  const it = await scene()
  const good = rosterRow(1, { klass: '1班' })
  const rows: Row[] = [
    good,
    good,
    [...rosterRow(2).slice(0, 7), '12345'],
    ['', ...rosterRow(3).slice(1)],
    [...rosterRow(1).slice(0, 4), '另一个人', '', '妈妈', 13_900_000_001],
    ['=cmd|calc', '学前班', ...rosterRow(5).slice(2)],
  ]
  const job = await checked(it, await writeRoster(rows))
  expect(job.errors.map((error) => [error.row, error.problem])).toEqual([
    [3, '与第2行重复'],
    [4, '手机号“12345”不对，应为11位'],
    [5, '缺少学校'],
    [6, expect.stringContaining('学号与第2行重复')],
    [7, '年级“学前班”不认识，请写成“七年级”'],
  ])
  const file = await fetch(`${world.origin()}/api${job.errorsUrl}`)
  const book = new exceljs.Workbook()
  await book.xlsx.load(await file.arrayBuffer())
  const sheet = book.getWorksheet(1)
  expect(sheet?.rowCount).toBe(6)
  expect(sheet?.getCell('A6').value).toBe("'=cmd|calc")

  await it.call(applyRosterImport, { importId: job.id })
  await until(it, job.id, ['applied'])
  expect(await StudentModel.countDocuments()).toBe(1)
})

it('refuses unknown classes when it may not make them', async () => {
  const it = await scene()
  const job = await checked(it, await writeRoster([rosterRow(1)]), { makeUnits: false })
  expect(job.errors).toMatchObject([{ problem: '没有这所学校：云溪中学' }])
  expect(job.abilities.apply).toBe(false)
})

it('moves a student who stands in another class, with the guardians and the history', async () => {
  const it = await scene()
  await applied(it, await writeRoster([rosterRow(1, { klass: '1班' })]))
  await applied(it, await writeRoster([rosterRow(1, { klass: '2班' })]))
  const student = await StudentModel.findOne().lean()
  expect(student?.memberships.map((it) => it.to instanceof Date)).toEqual([true, false])
  const klass = await UnitModel.findOne({ kind: 'class', name: '2班', path: student?.path ?? '' }).lean()
  expect(klass?.name).toBe('2班')
  expect((await GuardianshipModel.findOne().lean())?.path).toBe(klass?.path)
})

describe('what is no roster', () => {
  const refused = async (path: string) => (await checked(await scene(), path)).refusal

  it('refuses a text file at the door', async () => {
    const it = await scene()
    const begun = { unitId: it.unitId, fileName: 'a.xlsx', bytes: 5, makeUnits: true }
    const { uploadPath } = await it.call(beginRosterImport, begun)
    const response = await fetch(`${world.origin()}/api${uploadPath}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${it.token}` },
      body: 'hello',
    })
    expect(response.status).toBe(415)
  })

  it('refuses a bomb, a liar, a crowd and a stranger of a zip, each with a sentence (S4)', async () => {
    const zeros = Buffer.alloc(120_000_000, 32)
    const types = { name: '[Content_Types].xml', data: Buffer.from('<Types/>') }
    const sheet = 'xl/worksheets/sheet1.xml'
    expect(await refused(await writeZip([types, { name: sheet, data: zeros }]))).toMatch(/过大/)
    expect(await refused(await writeZip([types, { name: sheet, data: zeros, claimed: 100 }]))).toMatch(
      /过大|损坏/,
    )
    const crowd = Array.from({ length: 10_000 }, (_, n) => ({ name: `a${n}.xml`, data: Buffer.from('x') }))
    expect(await refused(await writeZip(crowd))).toMatch(/太多/)
    const nested = { name: 'inner.zip', data: Buffer.from('PK') }
    expect(await refused(await writeZip([types, nested]))).toMatch(/不是 \.xlsx/)
  }, 60_000)

  it('refuses a sheet with a heading only', async () => {
    expect(await refused(await writeRoster([], HEADING))).toMatch(/只有表头/)
  })
})

it('lists imports to the district and hides them from the next one', async () => {
  const it = await scene()
  const job = await checked(it, await writeRoster([rosterRow(1)]))
  expect((await it.call(listRosterImports, { unitId: it.unitId })).imports).toMatchObject([{ id: job.id }])
  const other = await scene()
  await expect(other.call(readRosterImport, { importId: job.id })).rejects.toMatchObject({ status: 404 })
  await it.call(discardRosterImport, { importId: job.id })
  await expect(it.call(applyRosterImport, { importId: job.id })).rejects.toMatchObject({ status: 409 })
})
