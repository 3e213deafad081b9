import type { readRosterOutline } from '#contract/roster'
import type * as z from 'zod/mini'
import { COLUMNS } from '../rules.ts'
import { CHOICES } from './rules.ts'
import type { Seen } from './service.ts'

const NEEDED = new Set<string>(COLUMNS.filter((it) => it.isNeeded).map((it) => it.key))

export const presentOutline = (seen: Seen): z.input<typeof readRosterOutline.reply> => ({
  sheets: seen.sheets,
  sheet: seen.sheet,
  line: seen.line,
  lines: seen.lines,
  preview: seen.preview,
  columns: seen.columns,
  missing: seen.missing,
  choices: CHOICES.map(({ key, title }) => ({ key, title, isNeeded: NEEDED.has(key) })),
})
