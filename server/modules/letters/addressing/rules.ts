import type { AudienceParts } from '#contract/audiences'
import type { Stage } from '#contract/tree'
import { gradeName, gradesOf, type Division } from '../../org/tree/rules.ts'

const STAGE_WORDS: Record<Stage, string> = {
  kindergarten: '幼儿园',
  primary: '小学',
  junior: '初中',
  senior: '高中',
  vocational: '中职',
}
const STAGES = Object.keys(STAGE_WORDS) as Stage[]

/** The grades that are meant, each once, in order; a stage means those it has in this city. */
export const gradesMeant = (
  { grades = [], stages = [] }: NonNullable<AudienceParts['grades']>[number],
  city: Division,
) =>
  [...new Set([...grades, ...stages.flatMap((stage) => gradesOf(stage, city))])]
    .filter((it) => it !== 0)
    .sort((a, b) => a - b)

/** 七年级; 小学; 小学和七年级, where all grades of a stage are meant by it. */
export function gradesInWords(grades: readonly number[], city: Division = {}) {
  const whole = STAGES.filter((stage) => gradesOf(stage, city).every((it) => grades.includes(it)))
  const said = whole.flatMap((stage) => gradesOf(stage, city))
  return [
    ...whole.map((stage) => STAGE_WORDS[stage]),
    ...grades.filter((it) => !said.includes(it)).map(gradeName),
  ].join('、')
}

export const MARK_WORDS = { boarding: '住校', leftBehind: '留守' } as const
