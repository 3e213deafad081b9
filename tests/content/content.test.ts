import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  readCalendarNodes,
  readHolidays,
  readHotlines,
  readLetterTemplates,
  readProgramme,
  readSlides,
  THEMES,
} from '../../content/schema.ts'
import { measureMp4 } from './mp4.ts'
import { faultsOf, lengthOf } from './proofreading.ts'

const programme = readProgramme('content/courses/grade7')
const { lessons, bank } = programme
const templates = readLetterTemplates()
const hotlines = readHotlines()
const quizzes = lessons.flatMap(({ quiz }) => quiz)
const questions = [...quizzes, ...bank]
const videos = lessons.flatMap(({ dir, video }) => (video ? [{ dir, ...video }] : []))

const HEADINGS = ['孩子心里在发生什么', '这样说，这样做', '先别做这些', '什么时候找人帮忙', '这周的小任务']

describe('the programme for parents of 七年级', () => {
  it('has eight lessons of which at least two are films', () => {
    expect(lessons).toHaveLength(8)
    expect(videos.length).toBeGreaterThanOrEqual(2)
  })

  it('covers every theme that must be in the curriculum', () => {
    const covered = new Set(lessons.flatMap(({ theme, alsoCovers }) => [theme, ...alsoCovers]))
    expect(Object.keys(THEMES).filter((theme) => !covered.has(theme as keyof typeof THEMES))).toEqual([])
  })

  it.each(lessons)('keeps “$title” to what a tired parent reads in a few minutes', ({ body }) => {
    expect(lengthOf(body)).toBeGreaterThanOrEqual(400)
    expect(lengthOf(body)).toBeLessThanOrEqual(1200)
  })

  it.each(lessons)('goes from what happens to what to do, and to help, in “$title”', ({ body }) => {
    const found = [...body.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)
    expect(found.filter((heading) => heading !== '法律怎么说')).toEqual(HEADINGS)
    expect(body).toContain('12355')
  })

  it.each(lessons)('names laws and guidelines by their full title in “$title”', ({ sources }) => {
    expect(sources.filter(({ title }) => !/^《.+》$|热线$/.test(title))).toEqual([])
    for (const { article } of sources) expect(article ?? '第一条').toMatch(/^第.+条/)
  })

  it('says where to call when a child is in danger', () => {
    const warning = lessons.find(({ code }) => code === 'warning-signs')
    for (const number of ['12355', '12356', '110', '120']) expect(warning?.body).toContain(number)
  })

  it.each(lessons)('has a light poster for “$title”', ({ dir, poster }) => {
    const file = readFileSync(path.join(dir, poster))
    expect(file.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]))
    expect(file.length).toBeLessThan(200 * 1024)
  })
})

describe('a film', () => {
  it.each(videos)('in $dir starts while it loads and lasts as long as it says', ({ dir, file, seconds }) => {
    const { size } = statSync(path.join(dir, file))
    const measured = measureMp4(readFileSync(path.join(dir, file)))
    expect(size).toBeLessThanOrEqual(2 * 1024 * 1024)
    expect(measured.boxes.indexOf('ftyp')).toBe(0)
    expect(measured.boxes.indexOf('moov')).toBeLessThan(measured.boxes.indexOf('mdat'))
    expect(Math.abs(measured.seconds - seconds)).toBeLessThanOrEqual(1)
    expect(measured.codecs).toEqual(expect.arrayContaining(['avc1', 'mp4a']))
  })

  it.each(videos)('in $dir takes 60 to 90 seconds, and its subtitles say what its slides say', (video) => {
    const slides = readSlides(video.dir)
    const captions = readFileSync(path.join(video.dir, video.captions), 'utf8')
    expect(video.seconds).toBeGreaterThanOrEqual(60)
    expect(video.seconds).toBeLessThanOrEqual(90)
    expect(slides.reduce((sum, { seconds }) => sum + seconds, 0)).toBe(video.seconds)
    expect(
      slides.filter(({ caption, title }) => !captions.includes(caption) || !captions.includes(title)),
    ).toEqual([])
  })

  it.each(videos)('in $dir uses drawings that exist', ({ dir }) => {
    for (const { art } of readSlides(dir))
      expect(statSync(`content/courses/art/${art}.svg`).isFile()).toBe(true)
  })
})

describe('the questions', () => {
  it('fill an exam three times over, from every lesson', () => {
    expect(bank).toHaveLength(60)
    expect(programme.exam).toMatchObject({ draw: 20, passPercent: 80 })
    for (const { code } of lessons) {
      const own = bank.filter(({ lesson }) => lesson === code)
      expect(own.length).toBeGreaterThanOrEqual(7)
      expect(new Set(own.map(({ difficulty }) => difficulty)).size).toBe(3)
    }
  })

  it('are not asked twice', () => {
    expect(new Set(questions.map(({ stem }) => stem)).size).toBe(questions.length)
    expect(new Set(questions.map(({ code }) => code)).size).toBe(questions.length)
  })

  it('cannot be answered by picking the longest option or always the same letter', () => {
    const singles = bank.filter(({ kind }) => kind === 'single')
    const longest = singles.filter(({ options, correct: [right = 0] }) =>
      options.every((option, at) => at === right || option.length < (options[right] ?? '').length),
    )
    expect(longest.length / singles.length).toBeLessThan(0.4)
    for (const position of [0, 1, 2, 3]) {
      const here = singles.filter(({ correct }) => correct[0] === position)
      expect(here.length / singles.length).toBeGreaterThan(0.15)
    }
  })

  it('say yes and no about equally often', () => {
    const judgements = bank.filter(({ kind }) => kind === 'truefalse')
    const yes = judgements.filter(({ correct }) => correct[0] === 0)
    expect(Math.abs(judgements.length - 2 * yes.length)).toBeLessThanOrEqual(2)
  })

  it('leave a wrong option in every multiple choice', () => {
    const all = questions.filter(
      ({ kind, correct, options }) => kind === 'multiple' && correct.length >= options.length,
    )
    expect(all.map(({ code }) => code)).toEqual([])
  })

  it('explain without naming letters, since options are shuffled', () => {
    const byLetter = questions.filter(({ explanation, options }) =>
      /[A-E]|前[两三]项|以上[都各选]|上述|后[两三]项/.test([explanation, ...options].join('')),
    )
    expect(byLetter.map(({ code }) => code)).toEqual([])
  })
})

describe('the letters', () => {
  it('are ready for the nodes at which every family gets one', () => {
    expect(templates.length).toBeGreaterThanOrEqual(4)
    expect(new Set(templates.map(({ node }) => node))).toEqual(
      new Set(['term-start', 'before-exam', 'before-holiday', 'any-day']),
    )
  })

  it('say all that matters before term in one sitting', () => {
    const letter = templates.find(({ code }) => code === 'term-start-grade7')
    expect(lengthOf(letter?.body ?? '')).toBeGreaterThanOrEqual(500)
    expect(lengthOf(letter?.body ?? '')).toBeLessThanOrEqual(900)
    expect(letter?.confirmation).toBe('sign')
    for (const number of ['12355', '12356', '110', '120']) expect(letter?.body).toContain(number)
  })

  it.each(templates)(
    '“$title” says what is signed or confirmed, and leaves only known blanks',
    (template) => {
      const known = ['孩子', '称呼', '班级', '学校', '班主任', '日期']
      expect(template.blanks.filter(({ name }) => !known.includes(name))).toEqual([])
      expect(template.pledge.length > 0).toBe(template.confirmation !== 'read')
    },
  )
})

describe('help lines and calendar', () => {
  it('give every city the national lines and no number twice', () => {
    const numbers = (wanted: string[]) =>
      hotlines
        .filter(({ code }) => wanted.includes(code))
        .flatMap(({ lines }) => lines.map(({ number }) => number))
    for (const { code, includes } of hotlines) {
      const shown = numbers([code, ...includes])
      expect(shown).toEqual(expect.arrayContaining(['12355', '12356', '110', '120']))
      expect(new Set(shown).size).toBe(shown.length)
    }
  })

  it('keep every holiday inside its year and working days outside holidays', () => {
    for (const { year, holidays, status } of readHolidays()) {
      const days = holidays.flatMap(({ from, to, workdays }) => [from, to, ...workdays])
      expect(days.filter((day) => !day.startsWith(`${year}-`) || Number.isNaN(Date.parse(day)))).toEqual([])
      const inside = holidays.flatMap(({ workdays }) =>
        workdays.filter((day) => holidays.some(({ from, to }) => day >= from && day <= to)),
      )
      expect(inside).toEqual([])
      if (status === 'statutory') expect(holidays.flatMap(({ workdays }) => workdays)).toEqual([])
    }
  })

  it('point from calendar nodes to letters that exist', () => {
    const codes = templates.map(({ code }) => code)
    const broken = readCalendarNodes().filter(({ letter }) => letter && !codes.includes(letter))
    expect(broken).toEqual([])
  })
})

describe('every text', () => {
  const texts = [
    ...lessons.flatMap(({ dir, title, summary, body }) =>
      [title, summary, body].map((text) => [dir, text] as const),
    ),
    ...videos.flatMap(({ dir }) =>
      readSlides(dir).map(
        ({ title, lines, caption }) => [dir, [title, ...lines, caption].join('\n')] as const,
      ),
    ),
    ...questions.flatMap(({ code, stem, options, explanation }) =>
      [stem, ...options, explanation].map((text) => [code, text] as const),
    ),
    ...templates.flatMap(({ code, title, summary, pledge, body }) =>
      [title, summary, pledge, body].map((text) => [code, text] as const),
    ),
    ...hotlines.flatMap(({ code, lines }) =>
      lines.flatMap(({ name, hours, about }) => [name, hours, about].map((text) => [code, text] as const)),
    ),
    ...readCalendarNodes().map(({ code, about }) => [code, about] as const),
    ...readHolidays().map(({ year, note }) => [String(year), note] as const),
    ['programme', programme.summary + programme.hoursNote + programme.validity.text] as const,
  ]

  it('reads as a native editor would let it pass', () => {
    expect(texts.flatMap(([where, text]) => faultsOf(text).map((fault) => `${where}：${fault}`))).toEqual([])
  })
})
