import { describe, expect, it } from 'vitest'
import type { LetterTemplate, SheetRow } from '#contract/letters'
import { BLANKS, blocksOf } from '#contract/letter-text'
import {
  emptyDraft,
  fromTemplate,
  isQuiet,
  problemOf,
  withConfirmation,
} from '../../admin-web/src/pages/letters/draft'
import { groupsOf } from '../../admin-web/src/pages/letters/words'

const NOW = new Date('2026-11-24T10:00:00Z')
const ready = { ...emptyDraft(), title: '春游告知书', body: '您好', audience: ['a'.repeat(24)] }

describe('a draft', () => {
  it('takes a template with its due day and keeps the audience', () => {
    const template: LetterTemplate = {
      code: 'x',
      title: '开学',
      kind: 'letter',
      stages: ['初中'],
      summary: '',
      confirmation: 'sign',
      dueDays: 4,
      pledge: '我已读完。',
      body: '{{孩子}}',
    }
    expect(fromTemplate(template, ['b'], NOW)).toMatchObject({
      dueOn: '2026-11-28',
      audience: ['b'],
      confirmation: 'sign',
    })
  })

  it.each([
    [{ title: ' ' }, '请填写标题'],
    [{ body: '' }, '请填写正文'],
    [{ audience: [] }, '请选择收信的范围'],
    [{ title: '{{孩子}}的信' }, '标题是给所有家庭看的，请不要在标题里用填空'],
    [{ dueOn: '2026-11-23' }, '截止日期已经过去了，请改一下'],
    [{ body: '定于〔请填写：几月几日〕' }, '还有一处没有填写：几月几日'],
    [{ body: '{{校长}}' }, '没有“校长”这个空，能用的有：孩子、称呼、班级、学校、班主任、日期'],
    [{ dueOn: '2026-11-24' }, null],
  ])('says what keeps it from being sent: %o', (over, problem) => {
    expect(problemOf({ ...ready, ...over }, NOW)).toBe(problem)
  })

  it('changes its own sentence with the way of answering, and nobody else’s', () => {
    expect(withConfirmation(ready, 'sign').pledge).toBe('我已读完这封信，知道要做什么。')
    expect(withConfirmation(ready, 'read').pledge).toBe('')
    expect(withConfirmation({ ...ready, pledge: '我同意孩子参加。' }, 'sign').pledge).toBe('我同意孩子参加。')
  })

  it.each([
    ['21:29', false],
    ['21:30', true],
    ['06:59', true],
    ['07:00', false],
  ])('knows at %s whether WeChat may ring', (time, quiet) => expect(isQuiet(time)).toBe(quiet))
})

describe('the preview', () => {
  it('reads markup as the server does and fills the blanks after it', () => {
    const blocks = blocksOf('## 标题\n\n- **一**二\n{{孩子}}**没有合上', { ...BLANKS, 孩子: '**张**三' })
    expect(blocks).toEqual([
      { kind: 'heading', runs: [{ text: '标题', isBold: false }] },
      {
        kind: 'item',
        runs: [
          { text: '一', isBold: true },
          { text: '二', isBold: false },
        ],
      },
      {
        kind: 'paragraph',
        runs: [
          { text: '**张**三', isBold: false },
          { text: '没有合上', isBold: false },
        ],
      },
    ])
  })
})

it('lists who has not answered first', () => {
  const row: SheetRow = {
    studentId: 'a'.repeat(24),
    number: '1',
    name: '张三',
    hasJoined: true,
    read: { by: '张三妈妈', at: '2026-11-24T10:00:00.000Z' },
    confirmed: null,
    signed: null,
  }
  const labels = (confirmation: 'read' | 'confirm' | 'sign') =>
    groupsOf([row], confirmation).map((it) => `${it.label}${it.rows.length}`)

  expect(labels('read')).toEqual(['未读0', '已读1'])
  expect(labels('confirm')).toEqual(['未确认1', '已确认0', '未读0', '已读1'])
  expect(labels('sign')).toEqual(['未签1', '已签0', '未读0', '已读1'])
})
