import { describe, expect, it } from 'vitest'
import { formProblem, type LetterForm } from '#contract/letter-form'
import { levelOf, ruleOf, withLevel, withRule } from '../../admin-web/src/pages/letters/ask'
import { emptyDraft } from '../../admin-web/src/pages/letters/draft'
import {
  choicesBefore,
  formGap,
  withAdded,
  withChanged,
  withCopied,
  withMoved,
  withoutField,
} from '../../admin-web/src/pages/letters/form-editing'

const EMPTY: LetterForm = { answeredBy: 'any', fields: [] }

/** 参加吗 → 怎么来 (参加) → 车牌 (开车), each asked because of the one before. */
function chain() {
  let form = withAdded(EMPTY, 'choice')
  form = withChanged(form, 'q1', { label: '参加吗', options: ['参加', '不参加'] })
  form = withAdded(form, 'choice')
  const come = { field: 'q1', is: ['参加'] }
  form = withChanged(form, 'q2', { label: '怎么来', options: ['开车', '走路'], shownIf: come })
  form = withAdded(form, 'text')
  return withChanged(form, 'q3', { label: '车牌', shownIf: { field: 'q2', is: ['开车'] } })
}

describe('a form that is being built', () => {
  it('says what it lacks until it can be asked', () => {
    expect(formGap(EMPTY)).toBe('信末的表里还没有题')
    expect(formGap(withAdded(EMPTY, 'choice'))).toBe('第1题还没有写问什么')
    expect(formGap(withChanged(withAdded(EMPTY, 'choice'), 'q1', { label: '参加吗' }))).toBe(
      '“参加吗”有空着的选项',
    )
    expect([formGap(chain()), formProblem(chain())]).toEqual([null, null])
  })

  it('lets go of conditions that cannot be met any more', () => {
    expect(withoutField(chain(), 'q1').fields.map((it) => it.shownIf?.field)).toEqual([undefined, 'q2'])
    expect(withMoved(chain(), 'q2', -1).fields.map((it) => [it.code, it.shownIf?.field])).toEqual([
      ['q2', undefined],
      ['q1', undefined],
      ['q3', 'q2'],
    ])
    const renamed = withChanged(chain(), 'q2', { options: ['骑车', '走路'] })
    expect(renamed.fields[2]?.shownIf).toBeUndefined()
    expect(choicesBefore(chain(), 'q3').map((it) => it.code)).toEqual(['q1', 'q2'])
  })

  it('copies a question under a number of its own', () => {
    const copied = withCopied(withChanged(chain(), 'q1', { isDecision: true }), 'q1')
    expect(copied.fields.map((it) => it.code)).toEqual(['q1', 'q4', 'q2', 'q3'])
    expect(copied.fields[1]?.isDecision).toBeUndefined()
    expect(formProblem(copied)).toBeNull()
  })

  it('keeps numbers, bounds and units, and leaves out what was emptied', () => {
    const form = withChanged(withAdded(EMPTY, 'number'), 'q1', {
      label: '几个人',
      min: 0,
      max: 5,
      unit: '人',
    })
    expect(withChanged(form, 'q1', { unit: '', max: undefined }).fields[0]).toEqual({
      ...{ code: 'q1', label: '几个人', required: true, type: 'number', min: 0 },
    })
  })
})

describe('what a letter asks for', () => {
  it('is a level; a choice brings its buttons and takes them away again', () => {
    const chosen = withLevel(emptyDraft(), 'choose')
    expect([levelOf(chosen), chosen.confirmation]).toEqual(['choose', 'confirm'])
    expect(chosen.form && formProblem(chosen.form)).toBeNull()
    expect(withLevel(chosen, 'sign')).toMatchObject({ confirmation: 'sign', form: null })
  })

  it('has one rule, which its form carries', () => {
    const draft = withRule(withLevel(emptyDraft(), 'choose'), 'each')
    expect([ruleOf(draft), draft.form?.answeredBy, ruleOf(withLevel(draft, 'sign'))]).toEqual([
      'each',
      'each',
      'each',
    ])
  })
})
