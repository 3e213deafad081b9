import { beforeEach, expect, it } from 'vitest'
import { changeNode, resetNode } from '#contract/calendar'
import { createLetter, listLetterTemplates, readLetter } from '#contract/letters'
import { buildBranch, buildStaff } from '../support/build.ts'
import { buildClass, DRAFT, newRequest } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
// Four days before 国庆, whose days the State Council has announced.
beforeEach(() => world.goTo('2026-09-27T01:00:00Z'))

async function scene() {
  const here = await buildClass(world)
  const teacher = await world.as(here.teacher, 'staff')
  const city = await world.as(await buildStaff(here.city, 'city_admin'), 'staff')
  const unitId = String(here.klass._id)
  const blanksOf = async (code: string, said: object = {}) => {
    const now = await world.as(here.teacher, 'staff')
    const { templates } = await now(listLetterTemplates, { unitId, ...said })
    return templates.find((it) => it.code === code)?.blanks?.map((it) => it.value)
  }
  const cityNode = (code: string, year = 2026) => ({ unitId: String(here.city._id), year, code })
  return { ...here, teacher, city, unitId, blanksOf, cityNode }
}
const rest = { draftDaysBefore: 14, remindDaysBefore: 3, isOff: false }

it('brings a class teacher’s letter with the days of the node it is begun for', async () => {
  const { blanksOf, teacher, unitId } = await scene()
  const said = { node: 'national-day', year: 2026 }
  expect(await blanksOf('national-day', said)).toEqual(['10月1日到7日', '2026-10-08'])
  const { templates } = await teacher(listLetterTemplates, { unitId, ...said })
  const blanks = (templates.find((it) => it.code === 'national-day')?.blanks ?? []).map(
    ({ example: _, ...it }) => it,
  )
  const letter = await teacher(createLetter, {
    ...{ ...DRAFT, unitId, requestId: newRequest(), audience: [unitId], blanks },
    ...{ template: 'national-day', node: { code: 'national-day', year: 2026 } },
  })
  const read = await teacher(readLetter, { letterId: letter.id })
  expect(read.blanks?.map((it) => it.value)).toEqual(['10月1日到7日', '2026-10-08'])
})

it('takes the next node that offers a template where none is said, and one that is over no more', async () => {
  const { blanksOf, city, cityNode } = await scene()
  expect(await blanksOf('national-day')).toEqual(['10月1日到7日', '2026-10-08'])
  const exam = { ...rest, from: '2026-11-20', to: '2026-11-20' }
  await city(changeNode, { ...cityNode('autumn-midterm-results'), ...exam })
  await city(changeNode, {
    ...{ ...cityNode('spring-final-results'), ...rest, from: '2027-07-02', to: '2027-07-02' },
  })
  expect(await blanksOf('exam-results')).toEqual(['', '2026-11-20'])
  const ofJuly = { node: 'spring-final-results', year: 2026 }
  expect(await blanksOf('exam-results', ofJuly)).toEqual(['', '2027-07-02'])
  await city(changeNode, { ...cityNode('autumn-midterm-results'), ...exam, isOff: true })
  // The next is the end of term, of which nobody has said when it is.
  expect(await blanksOf('exam-results')).toEqual(['', ''])
  world.goTo('2026-10-08T01:00:00Z')
  expect(await blanksOf('national-day')).toEqual(['', ''])
})

it('asserts no day that is only proposed, and follows a node that is moved', async () => {
  const { blanksOf, city, cityNode } = await scene()
  expect(await blanksOf('summer-holiday')).toEqual(['', ''])
  const node = cityNode('summer-holiday')
  await city(changeNode, { ...node, ...rest, from: '2027-07-05', to: '2027-08-30' })
  expect(await blanksOf('summer-holiday')).toEqual(['7月5日到8月30日', '2027-08-31'])
  await city(resetNode, node)
  expect(await blanksOf('summer-holiday')).toEqual(['', ''])
})

it('tells nobody of the calendar of another school, and an old phone has its templates with empty blanks', async () => {
  const { teacher } = await scene()
  const other = await buildBranch()
  await expect(teacher(listLetterTemplates, { unitId: String(other.klass._id) })).rejects.toMatchObject({
    status: 404,
  })
  const { templates } = await teacher(listLetterTemplates, {})
  const values = templates.flatMap((it) => it.blanks ?? []).map((it) => it.value)
  expect(new Set(values)).toEqual(new Set(['']))
})
