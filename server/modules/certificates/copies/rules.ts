import { drawDawn } from './dawn/rules.ts'
import { drawJade } from './jade/rules.ts'
import type { Facts, Measure, Sheet } from './layout/rules.ts'
import { drawLeaf } from './leaf/rules.ts'

const DESIGNS = { leaf: drawLeaf, jade: drawJade, dawn: drawDawn }

/** The certificate as shapes and words with their places: PDF and picture are drawn from this one description. */
export const drawSheet = (facts: Facts, measure: Measure): Sheet => DESIGNS[facts.design](facts, measure)
