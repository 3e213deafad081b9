import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readCalendarNodes, readLetterTemplates } from '../../content/schema.ts'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'letters-'))
  cpSync('content/letters', path.join(dir, 'letters'), { recursive: true })
  cpSync('content/calendar', path.join(dir, 'calendar'), { recursive: true })
})
afterEach(() => rmSync(dir, { recursive: true }))

/** Changes one file as a hurried editor might. */
function edit(file: string, from: string | RegExp, to: string): void {
  const full = path.join(dir, file)
  const before = readFileSync(full, 'utf8')
  const after = before.replace(from, to)
  expect(after).not.toBe(before)
  writeFileSync(full, after)
}

const consent = 'letters/activity-consent.json'
const exam = 'letters/college-entrance-exam.json'

it.each([
  ['a blank the body does not use', exam, '"送考老师电话"', '"送考电话"', /写了“送考电话”，正文里没有用到/],
  [
    'a mark nobody declared',
    'letters/notice.md',
    '〔请填写：地点〕',
    '〔请填写：在哪里〕',
    /正文里用了“在哪里”/,
  ],
  ['a choice without choices', exam, /"choices": .*\],/, '', /选择题要写 choices/],
  [
    'an example that is no choice',
    exam,
    '"example": "高考"',
    '"example": "统考"',
    /example 要是 choices 里的一个/,
  ],
  ['a kind of blank nobody knows', exam, '"type": "phone"', '"type": "telephone"', /blanks\.\d+\.type/],
  ['a condition on no field', consent, '"field": "join"', '"field": "joins"', /没有选择题“joins”/],
  ['a condition nobody can meet', consent, '"is": ["不参加"]', '"is": ["不去"]', /shownIf：没有选项“不去”/],
  ['a code used twice', consent, '"code": "reason"', '"code": "phone"', /form\.phone：编号用了两次/],
  ['a field without a type', consent, /(?<=您的手机",\n\s+)"type": "phone",/, '', /form\.fields/],
])('tells the editor about %s', (_, file, from, to, message) => {
  edit(file, from, to)
  expect(() => readLetterTemplates(path.join(dir, 'letters'))).toThrow(message)
})

it('takes a hint after a comma for a hint, not for the name', () => {
  edit('letters/notice.md', '〔请填写：地点〕', '〔请填写：地点，写清楚几楼〕')
  expect(() => readLetterTemplates(path.join(dir, 'letters'))).not.toThrow()
})

it.each([
  ['a rule nobody knows', '"kind": "nth-weekday"', '"kind": "lunar"', /nodes\.\d+\.rule/],
  ['a stage nobody knows', '"中职":', '"大学":', /letters/],
  ['a day that is no day', '"from": "10-10"', '"from": "10月10日"', /rule\.from/],
  [
    'an announced date without its notice',
    '"draftDaysBefore"',
    '"announced": [{ "year": 2027 }], "draftDaysBefore"',
    /announced/,
  ],
])('tells the editor of the calendar about %s', (_, from, to, message) => {
  edit('calendar/nodes.json', from, to)
  expect(() => readCalendarNodes(path.join(dir, 'calendar'))).toThrow(message)
})
