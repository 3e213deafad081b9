import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { ENDPOINTS } from '#contract/catalogue'
import { PARTS } from './matrix.ts'
import { ROWS } from './rows.ts'

it('has a row for every endpoint of the contract, and for nothing else', () => {
  expect(Object.keys(ROWS).sort()).toEqual(ENDPOINTS.map(({ name }) => name).sort())
})

it('tries every part of the table', () => {
  const files = readdirSync(import.meta.dirname).filter((it) => it.startsWith('matrix-'))
  const parts = Array.from({ length: PARTS }, (_, at) => `matrix-${at + 1}.test.ts`)
  expect(files.sort()).toEqual(parts)
})
