import { describe, expect, it } from 'vitest'
import type { RosterImport } from '#contract/roster'
import { mappingObjection } from '../../admin-web/src/pages/roster/mapping'
import { inside } from '../../admin-web/src/pages/roster/class-name'
import {
  applySentence,
  fileObjection,
  isMoving,
  nothingToApply,
  progressOf,
  sizeInWords,
  stepOf,
} from '../../admin-web/src/pages/roster/stages'

const counts = {
  students: 19_980,
  newStudents: 19_980,
  changedStudents: 0,
  guardians: 19_980,
  newUnits: 10,
  errors: 20,
  movedStudents: 0,
  leftInClasses: 3,
  leftInSchools: 4,
}
const job = (over: Partial<RosterImport> = {}): RosterImport => ({
  id: 'a'.repeat(24),
  unitId: 'b'.repeat(24),
  fileName: '花名册.xlsx',
  status: 'checked',
  begunAt: '2026-11-20T04:00:00.000Z',
  begunBy: '陈立',
  refusal: null,
  rows: 20_000,
  rowsChecked: 20_000,
  rowsApplied: 0,
  counts,
  idNumbers: 0,
  errors: [],
  errorsUrl: null,
  undo: null,
  abilities: { apply: true, discard: true, map: true, undo: false },
  ...over,
})

describe('before anything is written', () => {
  it('says how many students will be written and what will be passed over', () => {
    expect(applySentence(counts)).toBe('将写入 19,980 名学生，20 行有问题会跳过')
    expect(applySentence({ ...counts, errors: 0 })).toBe('将写入 19,980 名学生，所有行都没有问题')
    expect(applySentence(counts, 'schools')).toBe(
      '将写入 19,980 名学生，7 名不在名单上的记为已离开，20 行有问题会跳过',
    )
  })

  it('says so when not a single row can be written', () => {
    expect(nothingToApply(job())).toBeNull()
    expect(nothingToApply(job({ rows: 20 }))).toContain('每一行都有问题')
  })

  it.each([
    [{ name: '花名册.pdf', size: 10 }, '.csv'],
    [{ name: '花名册.xlsx', size: 0 }, '空的'],
    [{ name: '花名册.xlsx', size: 60_000_001 }, '60MB'],
  ])('does not send %j', (file, said) => {
    expect(fileObjection(file)).toContain(said)
  })

  it('takes a sheet whose ending is in capitals', () => {
    expect(fileObjection({ name: 'ROSTER.XLSX', size: 10 })).toBeNull()
  })

  it('says how large a file is as people do', () => {
    expect(sizeInWords(300)).toBe('1 KB')
    expect(sizeInWords(12_345_678)).toBe('12.3 MB')
  })
})

describe('on the way', () => {
  it('counts only rows that can be written, and is not done before it is', () => {
    expect(progressOf(job({ status: 'applying', rowsApplied: 9990 }))).toBe(50)
    expect(progressOf(job({ status: 'applying', rowsApplied: 19_980 }))).toBe(99)
    expect(progressOf(job({ status: 'applied', rowsApplied: 19_980 }))).toBe(100)
  })

  it('is asked about while the server is at work, and left alone while a person decides', () => {
    expect(['uploaded', 'checking', 'applying'].every((it) => isMoving(it as RosterImport['status']))).toBe(
      true,
    )
    expect(['begun', 'checked', 'applied', 'refused'].some((it) => isMoving(it as never))).toBe(false)
  })

  it('walks through its five steps', () => {
    const statuses = [null, 'mapping', 'checking', 'checked', 'applying', 'applied'] as const
    expect(statuses.map(stepOf)).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('counts what has been taken back', () => {
    const undo = { until: '2026-11-29T04:00:00.000Z', objection: null, done: 30, of: 120, kept: 0 }
    expect(progressOf(job({ status: 'undoing', undo }))).toBe(25)
  })
})

describe('a class in the list', () => {
  it('is called as people call it from where they stand', () => {
    const klass = '云溪市实验中学七年级2班'
    expect(inside(klass, { kind: 'school', fullName: '云溪市实验中学' })).toBe('七年级2班')
    expect(inside(klass, { kind: 'grade', fullName: '云溪市实验中学七年级' })).toBe('2班')
    expect(inside(klass, { kind: 'district', fullName: '东湖区' })).toBe(klass)
  })

  it('keeps the name of a school that begins with the name of its district', () => {
    const klass = '东湖区第三中学七年级1班'
    expect(inside(klass, { kind: 'district', fullName: '东湖区' })).toBe(klass)
  })
})

describe('saying what the columns are', () => {
  const choices = (['number', 'student', 'klass', 'grade', 'phone', 'fatherPhone'] as const).map(
    (key, at) => ({
      key,
      title: ['学号', '学生姓名', '班级', '年级', '家长手机号', '父亲手机号'][at] ?? '',
      isNeeded: true,
    }),
  )
  const columns = (['number', 'student', 'klass', 'phone'] as const).map((key, at) => ({
    at,
    heading: key,
    samples: [],
    key,
    from: 'title' as const,
  }))
  const proposal = { 0: 'number', 1: 'student', 2: 'klass', 3: 'phone' } as const

  it('is content with the proposal, and with any phone', () => {
    expect(mappingObjection({ missing: [], choices, columns }, proposal)).toBeNull()
    expect(mappingObjection({ missing: [], choices, columns }, { ...proposal, 3: 'fatherPhone' })).toBeNull()
  })

  it('names what is missing until somebody has said it', () => {
    expect(mappingObjection({ missing: ['年级'], choices, columns }, proposal)).toBe('还没有对应：年级')
    expect(mappingObjection({ missing: ['年级'], choices, columns }, { ...proposal, 4: 'grade' })).toBeNull()
    expect(mappingObjection({ missing: [], choices, columns }, { ...proposal, 0: '', 3: '' })).toBe(
      '还没有对应：学号、家长手机号',
    )
  })
})
