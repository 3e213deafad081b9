import { beforeEach, describe, expect, it } from 'vitest'
import type { MyProgramme } from '../../server/contract/courses.ts'
import type { ChildProgress } from '../../server/contract/home.ts'
import type * as exam from '../../miniprogram/packages/course/exam/present.ts'
import type * as home from '../../miniprogram/pages/home/family/present.ts'
import { usePhone } from '../support/phone.ts'

// What a phone says of a certificate has to come true.
let presentIntro: typeof exam.presentIntro
let presentProgress: typeof home.presentProgress
beforeEach(async () => {
  usePhone()
  ;({ presentIntro } = await import('../../miniprogram/packages/course/exam/present.ts'))
  ;({ presentProgress } = await import('../../miniprogram/pages/home/family/present.ts'))
})

const PROGRAMME: MyProgramme = {
  code: 'grade7',
  title: '七年级家长课',
  stage: '初中',
  forGrades: ['七年级'],
  summary: '',
  hours: 8,
  isRequired: true,
  hasBegun: true,
  lessonsDone: 8,
  lessonsTotal: 8,
  percent: 88,
  certificate: null,
  hoursNote: '',
  validityText: '',
  lessons: [],
  nextLessonId: null,
  exam: {
    rules: { draw: 20, passPercent: 80, minutesLimit: 30, attemptsPerDay: 3, pauseMinutes: 10 },
    state: 'open',
    attemptsLeftToday: 3,
    nextAt: null,
    attemptId: null,
  },
}
const MEETING = { what: '参加一次家长会', isGiven: false }

describe('before the exam', () => {
  it.each<[Partial<MyProgramme>, string]>([
    [{}, '80分及格，通过后马上发放绿证'],
    [{ evidence: MEETING }, '80分及格，通过后还要参加一次家长会，才发绿证'],
    [{ evidence: { ...MEETING, isGiven: true } }, '80分及格，通过后马上发放绿证'],
    [{ isIssuedBySchool: true }, '80分及格，通过后由学校统一发绿证'],
    [{ isIssuedBySchool: true, evidence: MEETING }, '80分及格，通过后还要参加一次家长会，再由学校统一发绿证'],
    [
      {
        renewal: { state: 'begun', opensOn: '2026-11-01', lessons: 1 },
        isIssuedBySchool: true,
        evidence: MEETING,
      },
      '80分及格，通过后马上发放新的绿证',
    ],
    [{ givesCertificate: false, evidence: MEETING }, '80分及格，通过就结业了'],
  ])('%j promises %s', (over, promised) => {
    expect(presentIntro({ ...PROGRAMME, ...over }).rules.map((it) => it.text)).toContain(promised)
  })
})

describe('at home', () => {
  const own: ChildProgress = {
    studentId: 'a'.repeat(24),
    programmeTitle: '七年级家长课',
    lessonsDone: 8,
    lessonsTotal: 8,
    percent: 99,
    isRequired: true,
    certificateNumber: null,
    certificateEndedOn: '2020-11-28',
    page: '/packages/course/certificate/certificate?id=1',
  }
  it('says on which day a certificate ended, and leads to it', () => {
    const { note, action } = presentProgress(own, [])
    expect([note, action]).toEqual(['绿证2020年11月28日(周六)到期了', '查看证书'])
  })
  it('leads on where it is being renewed', () => {
    const page = '/packages/course/lesson/lesson?id=1'
    expect(presentProgress({ ...own, lessonsDone: 1, page }, []).action).toBe('继续学习')
  })
})
