import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { programmeDirs, readProgramme, readSlides, type Theme, THEMES } from '../../content/schema.ts'
import { isOfStage } from '../../server/modules/courses/journeys/rules.ts'
import { gradeName } from '../../server/modules/org/tree/rules.ts'
import { measureMp4 } from './mp4.ts'
import { faultsOf, lengthOf } from './proofreading.ts'

const COURSES = 'content/courses'
const HEADINGS = ['孩子心里在发生什么', '这样说，这样做', '先别做这些', '什么时候找人帮忙', '这周的小任务']
/** What teachers read speaks of students, of parents and of themselves (A8). */
const STAFF_HEADINGS = ['心里在发生什么', ...HEADINGS.slice(1)]
/** Parents of a stage get eight lessons and sixty questions; a course for teachers is shorter. */
const SIZES = {
  guardian: { lessons: 8, films: 1, questions: 60, draw: 20 },
  staff: { lessons: 5, films: 0, questions: 25, draw: 10 },
}

/** What no programme leaves out, whatever the age of the child (A6). */
const EVERYWHERE: Theme[] = [
  'transition',
  'communication',
  'phone',
  'sleep',
  'exercise',
  'parenting-styles',
  'warning-signs',
  'law',
]
/** Noticing, talking with parents, after a conflict, the first hour of a danger, and oneself (A8, D4). */
const STAFF_THEMES: Theme[] = ['warning-signs', 'communication', 'resilience']
/** What a stage has to speak of besides; 小学 and its two programmes are told apart by grade. */
const OWN_THEMES: Record<string, Theme[]> = {
  初中: Object.keys(THEMES) as Theme[],
  高中: ['resilience', 'exams', 'course-jump'],
  中职: ['resilience'],
}

const programmes = programmeDirs(COURSES).map((dir) => readProgramme(dir))

const themesOf = ({ lessons }: (typeof programmes)[number]) =>
  new Set<Theme>(lessons.flatMap(({ theme, alsoCovers }) => [theme, ...alsoCovers]))

describe.each(programmes)('the programme “$title”', (programme) => {
  const { lessons, bank, audience = 'guardian' } = programme
  const size = SIZES[audience]
  const cases = bank.filter(({ kind }) => kind === 'case')
  const singly = bank.filter(({ kind }) => kind !== 'case')
  const asked = cases.flatMap(({ code, parts = [] }) =>
    parts.map((it, at) => ({ ...it, code: `${code}-${at + 1}` })),
  )
  const questions = [...lessons.flatMap(({ quiz }) => quiz), ...singly, ...asked]
  const videos = lessons.flatMap(({ dir, video }) => (video ? [{ dir, ...video }] : []))

  it('has its lessons, for parents a film among them, and lies in the folder of its name', () => {
    expect(lessons.length).toBeGreaterThanOrEqual(size.lessons)
    expect(videos.length).toBeGreaterThanOrEqual(size.films)
    expect(programme.code).toBe(path.basename(programme.dir))
    expect(new Set(lessons.map(({ code }) => code)).size).toBe(lessons.length)
  })

  it('covers the themes that concern its stage', () => {
    const covered = themesOf(programme)
    const wanted =
      audience === 'staff' ? STAFF_THEMES : [...EVERYWHERE, ...(OWN_THEMES[programme.stage] ?? [])]
    expect(wanted.filter((theme) => !covered.has(theme))).toEqual([])
  })

  it.each(lessons)('keeps “$title” to what a tired parent reads in a few minutes', ({ body }) => {
    expect(lengthOf(body)).toBeGreaterThanOrEqual(400)
    expect(lengthOf(body)).toBeLessThanOrEqual(1200)
  })

  it.each(lessons)('goes from what happens to what to do, and to help, in “$title”', ({ body }) => {
    const found = [...body.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)
    expect(found.filter((heading) => heading !== '法律怎么说')).toEqual(
      audience === 'staff' ? STAFF_HEADINGS : HEADINGS,
    )
    expect(body).toContain('12355')
  })

  it.each(lessons)('gives words to say in “$title”', ({ body }) => {
    const advice = /^## 这样说，这样做$([\s\S]*?)^## /m.exec(body)?.[1] ?? ''
    expect(advice.match(/“[^”]+”/g)?.length ?? 0).toBeGreaterThanOrEqual(2)
  })

  it.each(lessons)('names laws and guidelines by their full title in “$title”', ({ sources }) => {
    expect(sources.filter(({ title }) => !/^《.+》$|热线$/.test(title))).toEqual([])
    for (const { article } of sources) expect(article ?? '第一条').toMatch(/^第.+条/)
  })

  it('says where to call when a child is in danger', () => {
    const warnings = lessons.filter(({ theme }) => theme === 'warning-signs').map(({ body }) => body)
    for (const number of ['12355', '12356', '110', '120'])
      expect(
        warnings.some((it) => it.includes(number)),
        number,
      ).toBe(true)
  })

  it.each(lessons)('has a light poster for “$title”', ({ dir, poster }) => {
    const file = readFileSync(path.join(dir, poster))
    expect(file.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]))
    expect(file.length).toBeLessThan(200 * 1024)
  })

  // A course for teachers has none.
  describe.runIf(videos.length > 0)('a film', () => {
    it.each(videos)(
      'in $dir starts while it loads and lasts as long as it says',
      ({ dir, file, seconds }) => {
        const { size } = statSync(path.join(dir, file))
        const measured = measureMp4(readFileSync(path.join(dir, file)))
        expect(size).toBeLessThanOrEqual(2 * 1024 * 1024)
        expect(measured.boxes.indexOf('ftyp')).toBe(0)
        expect(measured.boxes.indexOf('moov')).toBeLessThan(measured.boxes.indexOf('mdat'))
        expect(Math.abs(measured.seconds - seconds)).toBeLessThanOrEqual(1)
        expect(measured.codecs).toEqual(expect.arrayContaining(['avc1', 'mp4a']))
      },
    )

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
        expect(statSync(path.join(COURSES, 'art', `${art}.svg`)).isFile()).toBe(true)
    })
  })

  describe('the questions', () => {
    it('fill an exam more than twice over, from every lesson', () => {
      expect(singly).toHaveLength(size.questions)
      expect(programme.exam).toMatchObject({ draw: size.draw, passPercent: 80 })
      for (const { code } of lessons) {
        const own = singly.filter(({ lesson }) => lesson === code)
        expect(own.length, code).toBeGreaterThanOrEqual(Math.floor(size.questions / lessons.length))
        expect(new Set(own.map(({ difficulty }) => difficulty)).size, code).toBe(3)
      }
    })

    it('put a family before the reader, and ask what to do in three questions', () => {
      expect(cases.length).toBeGreaterThanOrEqual(1)
      for (const { parts, stem } of cases) {
        expect(parts).toHaveLength(3)
        expect(stem.length).toBeGreaterThanOrEqual(50)
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

  it('reads as a native editor would let it pass', () => {
    const texts = [
      ...lessons.flatMap(({ dir, title, summary, body }) =>
        [title, summary, body].map((text) => [dir, text] as const),
      ),
      ...videos.flatMap(({ dir }) =>
        readSlides(dir).map(
          ({ title, lines, caption }) => [dir, [title, ...lines, caption].join('\n')] as const,
        ),
      ),
      ...cases.map(({ code, stem }) => [code, stem] as const),
      ...questions.flatMap(({ code, stem, options, explanation }) =>
        [stem, ...options, explanation].map((text) => [code, text] as const),
      ),
      [
        'programme',
        programme.title + programme.summary + programme.hoursNote + programme.validity.text,
      ] as const,
    ]
    expect(texts.flatMap(([where, text]) => faultsOf(text).map((fault) => `${where}：${fault}`))).toEqual([])
  })
})

describe('all programmes together', () => {
  it('are written for grades as the tree of units names them, so that their families find them', () => {
    const named = Array.from({ length: 19 }, (_, at) => gradeName(at - 3))
    for (const { stage, forGrades } of programmes.filter((it) => it.audience !== 'staff')) {
      expect(forGrades.filter((it) => !named.includes(it))).toEqual([])
      expect(forGrades.some((it) => isOfStage(it, stage))).toBe(true)
    }
  })

  it('cover every theme that must be in the curriculum', () => {
    const covered = new Set(programmes.flatMap((it) => [...themesOf(it)]))
    expect(Object.keys(THEMES).filter((theme) => !covered.has(theme as Theme))).toEqual([])
  })

  it('each teach a grade that no other one teaches', () => {
    const grades = programmes.flatMap(({ forGrades }) => forGrades)
    expect(new Set(grades).size).toBe(grades.length)
    expect(new Set(programmes.map(({ code }) => code)).size).toBe(programmes.length)
  })
})
