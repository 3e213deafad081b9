import type { Question, Reviewed } from '../../../contract'

export interface ShownOption {
  letter: string
  text: string
  isOn: boolean
  /** After answering: right options, and wrong ones that were ticked. */
  mark: '' | 'right' | 'wrong'
}

export interface ShownQuestion {
  kind: string
  /** What a case tells before it asks. */
  situation: string
  /** 第1问，共3问 */
  part: string
  stem: string
  isMultiple: boolean
  options: ShownOption[]
  verdict: string
  isRight: boolean
  explanation: string
}

const KIND = { single: '单选', multiple: '多选', truefalse: '判断' } as const
const LETTERS = 'ABCDEFGHIJ'

export const presentQuestion = (it: Question, chosen: readonly number[]): ShownQuestion => ({
  kind: KIND[it.kind],
  situation: it.inCase?.situation ?? '',
  part: it.inCase ? `情境题 · 第${it.inCase.part}问，共${it.inCase.parts}问` : '',
  stem: it.inCase?.stem ?? it.stem,
  isMultiple: it.kind === 'multiple',
  options: it.options.map((text, at) => ({
    letter: it.kind === 'truefalse' ? '' : (LETTERS[at] ?? ''),
    text,
    isOn: chosen.includes(at),
    mark: '',
  })),
  verdict: '',
  isRight: false,
  explanation: '',
})

export function presentReviewed(it: Reviewed): ShownQuestion {
  const shown = presentQuestion(it, it.chosen)
  return {
    ...shown,
    options: shown.options.map((option, at) => ({
      ...option,
      mark: it.correct.includes(at) ? 'right' : it.chosen.includes(at) ? 'wrong' : '',
    })),
    verdict: it.isRight ? '答对了' : '答错了',
    isRight: it.isRight,
    explanation: it.explanation,
  }
}

/** What is ticked after a tap: of a single choice the one that was tapped, of several each on its own. */
export function choose(kind: Question['kind'], chosen: readonly number[], option: number): number[] {
  if (kind !== 'multiple') return [option]
  return chosen.includes(option)
    ? chosen.filter((it) => it !== option)
    : [...chosen, option].sort((a, b) => a - b)
}
