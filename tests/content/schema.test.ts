import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readHotlines, readLetterTemplates, readProgramme } from '../../content/schema.ts'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'content-'))
  cpSync('content', dir, { recursive: true })
})
afterEach(() => rmSync(dir, { recursive: true }))

const programme = () => readProgramme(path.join(dir, 'courses/grade7'))

/** Changes one file as a hurried editor might. */
function edit(file: string, from: string, to: string): void {
  const full = path.join(dir, file)
  const before = readFileSync(full, 'utf8')
  expect(before).toContain(from)
  writeFileSync(full, before.replace(from, to))
}

const lesson = 'courses/grade7/01-transition/lesson.json'
const bank = 'courses/grade7/exam.json'
const plan = 'courses/grade7/programme.json'
const RENEWAL =
  '"certificate": { "per": "family", "issuedBy": "school", "renewal": { "opensDaysBefore": 60, "lessons": ["phone", "tv"], "draw": 5, "passPercent": 80, "minutesLimit": 10 } }, '

it.each([
  ['a field that nobody knows', lesson, '"minutes"', '"minute"', /01-transition.lesson\.json[\s\S]*minutes/],
  ['a missing comma', lesson, '"kind": "video",', '"kind": "video"', /lesson\.json[\s\S]*不是合法的 JSON/],
  ['a poster that is not there', lesson, 'poster.jpg', 'cover.jpg', /poster：找不到文件 cover\.jpg/],
  ['an answer without option', lesson, '"answer": "C"', '"answer": "E"', /quiz\.0\.answer：没有这个选项/],
  ['answers out of order', lesson, '"answer": "ACD"', '"answer": "CAD"', /quiz\.1\.answer：请按字母顺序写/],
  ['a question of no lesson', bank, '"lesson": "phone"', '"lesson": "tv"', /lesson：没有这一课 tv/],
  [
    'a part without option',
    bank,
    '"answer": "ACD",\n        "explanation": "先听心事',
    '"answer": "ACE",\n        "explanation": "先听心事',
    /parts\.1\.answer：没有这个选项/,
  ],
  [
    'a renewal of no lesson',
    plan,
    '"lessons": [',
    `${RENEWAL}"lessons": [`,
    /renewal\.lessons：没有这一课，或者它没有考题 tv/,
  ],
  ['a code used twice', bank, '"code": "phone-q2"', '"code": "phone-q1"', /编号 phone-q1 用了两次/],
])('tells the editor about %s', (_, file, from, to, message) => {
  edit(file, from, to)
  expect(programme).toThrow(message)
})

it('tells the editor about a blank that nothing fills', () => {
  edit('letters/term-start.md', '{{班级}}', '{{班机}}')
  expect(() => readLetterTemplates(path.join(dir, 'letters'))).toThrow(
    /term-start\.json[\s\S]*正文里用了“班机”/,
  )
})

it('tells the editor about a help line that nobody could dial', () => {
  edit('hotlines/national.json', '"number": "12355"', '"number": "12355转1"')
  expect(() => readHotlines(path.join(dir, 'hotlines'))).toThrow(/national\.json[\s\S]*lines\.2\.number/)
})
