import { expect, it } from 'vitest'
import { readSchoolTemplates } from '../../content/schema.ts'
import { faultsOf } from './proofreading.ts'

const { charter, outlines } = readSchoolTemplates()

it('hold a charter with eleven articles, and activities for both things that are asked of a parent school (A7)', () => {
  expect(charter.match(/^第.+?条\u3000/gm)).toHaveLength(11)
  expect(outlines).toHaveLength(3)
  expect(outlines.map((it) => it.theme)).toEqual(expect.arrayContaining(['guidance', 'mentalHealth']))
})

it.each([{ title: '章程', summary: '', text: charter }, ...outlines])(
  '$title reads as a native editor would let it pass',
  ({ title, summary, text }) => {
    const prose = text.replaceAll(/^\d+\. |^- /gm, '')
    expect([title, summary, prose].flatMap(faultsOf)).toEqual([])
  },
)
