import type { join } from '#contract/org'
import type * as z from 'zod/mini'

/** One waiting request, as the list gives it. */
export type Join = z.output<typeof join>
