import { describe, expect, it, vi } from 'vitest'
import { mapRosterColumns, readRosterImport, readRosterOutline } from '#contract/roster'
import { AuditModel } from '../../server/modules/audit/model.ts'
import { GuardianshipModel, StudentModel } from '../../server/modules/org/families/model.ts'
import { UnitModel } from '../../server/modules/org/tree/model.ts'
import { importer, rosterNow } from '../support/imports.ts'
import { buildBranch } from '../support/build.ts'
import { inGbk, writeBook, writeBytes, writeGbkBook } from '../support/sheets.ts'
import { useWorld } from '../support/world.ts'

vi.setConfig({ testTimeout: 60_000 })
const world = useWorld()
const phoneOf = (phone: string) => world.deps().fields.index(phone)

/** A school of one's own: its lists have no column for the school. */
async function school() {
  const { school: unit } = await buildBranch()
  await UnitModel.updateOne({ _id: unit._id }, { name: '实验中学', fullName: '实验中学' })
  return importer(world, { ...unit, name: '实验中学' })
}

const LIST = [
  ['实验中学2026级新生名单', null, null, null, null, null, null, null],
  ['制表人：教务处'],
  ['年级', '班级', '学籍号', '姓名', '父亲姓名', '父亲电话', '母亲姓名', '母亲联系电话', '身份证号'],
  ['七年级', '2班', 'G001', '张 三', '张强', 13_800_000_001, '刘洋', '138-0000-0002', '3601011990'],
  [null, null, 'G002', '李四', '', '', '赵敏', '１３８ ０００ ００００３', ''],
  [null, null, 'G003', '王五', '王刚', '13800000004.0', '', '', ''],
]
const MERGES = ['A1:H1', 'A4:A6', 'B4:B6']

describe('a list that looks like no template', () => {
  it('is asked about once, read with its merged cells, and proposed the same way next time', async () => {
    const it = await school()
    const path = await writeBook([
      { name: '说明', rows: [['请认真填写']] },
      { name: '名单', rows: LIST, merges: MERGES },
    ])
    const job = await it.checked(path)
    expect(job.status).toBe('mapping')
    const outline = await it.call(readRosterOutline, { importId: job.id })
    expect(outline).toMatchObject({ sheet: 1, line: 3, lines: 1, missing: [] })
    expect(outline.columns.map(({ key, from }) => [key, from])).toEqual([
      ['grade', 'title'],
      ['klass', 'title'],
      ['number', 'similar'],
      ['student', 'similar'],
      ['father', 'title'],
      ['fatherPhone', 'similar'],
      ['mother', 'title'],
      ['motherPhone', 'similar'],
      [null, 'none'],
    ])
    expect(outline.columns[5]?.samples[0]).toBe('138****0001')

    const checked = await it.agree(job.id)
    expect(checked).toMatchObject({ status: 'checked', counts: { students: 3, guardians: 4, errors: 0 } })
    await it.apply(job.id)
    const { students, guardians } = await rosterNow()
    expect(students.map((one) => [one.number, one.name, one.class])).toEqual([
      ['G001', '张三', '实验中学七年级2班'],
      ['G002', '李四', '实验中学七年级2班'],
      ['G003', '王五', '实验中学七年级2班'],
    ])
    expect(guardians.map((one) => [one.of, one.relation, one.name])).toEqual(
      expect.arrayContaining([
        ['G001', '爸爸', '张强'],
        ['G001', '妈妈', '刘洋'],
        ['G002', '妈妈', '赵敏'],
        ['G003', '爸爸', '王刚'],
      ]),
    )
    expect(guardians.map((one) => one.phoneIndex).sort()).toEqual(
      ['13800000001', '13800000002', '13800000003', '13800000004'].map(phoneOf).sort(),
    )

    const again = await it.checked(path)
    const next = await it.call(readRosterOutline, { importId: again.id })
    expect(new Set(next.columns.map((column) => column.from))).toEqual(new Set(['remembered']))
    expect(await AuditModel.distinct('act')).toEqual(
      expect.arrayContaining(['roster.uploaded', 'roster.applied']),
    )
  })

  it('lets a person put the proposal right, and says what is still missing', async () => {
    const it = await school()
    const rows = [
      ['代号', '称呼', '哪个班', '打给谁'],
      ['9', '张三', '702班', '13800000001'],
    ]
    const job = await it.checked(await writeBook([{ name: '表', rows }]))
    const outline = await it.call(readRosterOutline, { importId: job.id })
    expect(outline.missing).toEqual(['年级', '班级', '学号', '学生姓名', '家长手机号'])
    const said = { importId: job.id, sheet: 0, line: 1, lines: 1 }
    const columns = [
      { at: 0, key: 'number' as const },
      { at: 1, key: 'student' as const },
      { at: 2, key: 'klass' as const },
    ]
    await expect(it.call(mapRosterColumns, { ...said, columns })).rejects.toMatchObject({
      json: { error: { message: '还没有对应：家长手机号' } },
    })
    const twice = [...columns, { at: 3, key: 'student' as const }]
    await expect(it.call(mapRosterColumns, { ...said, columns: twice })).rejects.toMatchObject({
      status: 400,
    })
    await it.call(mapRosterColumns, { ...said, columns: [...columns, { at: 3, key: 'phone' as const }] })
    const checked = await it.until(job.id, 'checked')
    expect(checked.counts).toMatchObject({ students: 1, errors: 0 })
    expect((await it.differences(job.id, 'added'))[0]).toMatchObject({ className: '实验中学七年级2班' })
  })

  it('reads a heading in two lines and a child with a guardian in each of two rows', async () => {
    const it = await school()
    const rows = [
      ['班级', '学号', '姓名', '监护人', null, null],
      [null, null, null, '姓名', '关系', '手机'],
      ['初一(2)班', 1, '张三', '刘洋', '妈妈', '13800000001'],
      ['初一(2)班', 1, '张三', '张强', '爸爸', '13800000002'],
    ]
    const merges = ['A1:A2', 'B1:B2', 'C1:C2', 'D1:F1']
    const job = await it.checked(await writeBook([{ name: '表', rows, merges }]))
    const outline = await it.call(readRosterOutline, { importId: job.id })
    expect(outline.lines).toBe(2)
    expect(outline.columns.map((column) => column.key)).toEqual([
      'klass',
      'number',
      'student',
      'guardian',
      'relation',
      'phone',
    ])
    expect((await it.agree(job.id)).counts).toMatchObject({ students: 1, guardians: 2, errors: 0 })
  })
})

describe('old formats', () => {
  const rows = [
    ['学校', '年级', '班级', '学号', '学生姓名', '与孩子的关系', '家长手机号'],
    ['云溪中学', '七年级', '2班', '001', '张三', '妈妈', 13_800_000_001],
    ['云溪中学', '七年级', '2班', '002', '欧阳小明', '爸爸', '13800000002'],
  ]
  const csv = rows.map((row) => row.join(',')).join('\r\n')
  it.each([
    ['.xls', () => writeBook([{ name: '名单', rows }], 'biff8')],
    ['.xls from before Unicode', () => writeGbkBook(rows)],
    ['.csv in UTF-8', () => writeBytes(csv, 'csv')],
    ['.csv in UTF-8 with a mark', () => writeBytes(`\ufeff${csv}`, 'csv')],
    ['.csv in GBK', () => writeBytes(inGbk(csv), 'csv')],
    [
      '.csv with tabs in UTF-16',
      () => writeBytes(Buffer.from(`\ufeff${csv.replaceAll(',', '\t')}`, 'utf16le'), 'csv'),
    ],
    ['text that calls itself .xls', () => writeBytes(inGbk(csv.replaceAll(',', '\t')), 'xls')],
  ])('reads %s', async (_, write) => {
    const it = await importer(world)
    const job = await it.checked(await write())
    expect(job).toMatchObject({ status: 'checked', counts: { students: 2, guardians: 2, errors: 0 } })
    expect((await it.differences(job.id, 'added')).map((one) => one.student)).toEqual(['张三', '欧阳小明'])
  })

  it('refuses digits that a table has thrown away, and a page of the web', async () => {
    const it = await importer(world)
    const lost = csv.replace('13800000001', '1.38E+10').replace('002', '3.70101E+18')
    const job = await it.checked(await writeBytes(lost, 'csv'))
    expect(job.errors.map((error) => error.problem)).toEqual([
      expect.stringContaining('末几位已经丢失'),
      expect.stringContaining('科学计数'),
    ])
    const { response } = await it.upload(await writeBytes('<html><table></table></html>', 'xls'))
    expect(response.status).toBe(415)
    expect(((await response.json()) as { error: { message: string } }).error.message).toContain('网页格式')
  })
})

it('keeps what a person has thrown away in a state of its own, and forgets the file', async () => {
  const it = await school()
  const job = await it.checked(await writeBook([{ name: '名单', rows: LIST, merges: MERGES }]))
  await world.send(it.token, 'DELETE', `/api/rosters/${job.id}`)
  expect((await it.call(readRosterImport, { importId: job.id })).status).toBe('discarded')
  await expect(it.call(readRosterOutline, { importId: job.id })).rejects.toMatchObject({ status: 409 })
  expect(await StudentModel.countDocuments()).toBe(0)
  expect(await GuardianshipModel.countDocuments()).toBe(0)
})
