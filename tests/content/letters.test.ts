import { describe, expect, it } from 'vitest'
import { BLANKS, blocksOf, unfinished } from '#contract/letter-text'
import { readLetterTemplates } from '../../content/schema.ts'
import { faultsOf, lengthOf } from './proofreading.ts'

const templates = readLetterTemplates()
const by = (code: string) => templates.find((it) => it.code === code)

const BIG = ['小学', '初中', '高中', '中职']
const ALL = ['幼儿园', ...BIG]
type Need = [row: string, what: string, stages: string[], oneOf: string[]]

/** Every occasion of the programmes, the stages it concerns, and templates of which each stage has one. */
const NEEDED: Need[] = [
  ['B1', '开学前', ALL, ['term-start', 'term-start-kindergarten']],
  ['B1', '新生家长', ['小学'], ['term-start-grade1']],
  ['B1', '新生家长', ['初中'], ['term-start-grade7']],
  ['B1', '新生家长', ['高中', '中职'], ['term-start-grade10', 'term-start-vocational']],
  ['B1', '期中期末考前', BIG, ['before-exam', 'before-exam-primary']],
  ['B1', '考后出分', BIG, ['exam-results', 'exam-results-primary']],
  ['B1', '中考前', ['初中'], ['senior-entrance-exam']],
  ['B1', '中考后', ['初中'], ['senior-entrance-results']],
  ['B1', '高考前', ['高中', '中职'], ['college-entrance-exam']],
  ['B1', '高考后', ['高中', '中职'], ['college-entrance-results']],
  ['B1', '国庆', ALL, ['national-day', 'national-day-kindergarten']],
  ['B1', '寒假', ALL, ['winter-holiday', 'winter-holiday-senior', 'winter-holiday-kindergarten']],
  ['B1', '暑假', ALL, ['summer-holiday', 'summer-holiday-senior', 'summer-holiday-kindergarten']],
  ['B1', '5·25', ALL, ['heart-day', 'heart-day-kindergarten']],
  ['B1', '世界精神卫生日', ALL, ['mental-health-day', 'mental-health-day-kindergarten']],
  ['B7', '家庭教育宣传周', ALL, ['family-week']],
  ['B1', '宣传月', ALL, ['publicity-months', 'publicity-months-kindergarten']],
  ['B2', '提醒函', ALL, ['reach-out-reminder']],
  ['B2', '家访', ALL, ['home-visit-notice']],
  ['B2', '电话', ALL, ['phone-contact-notice']],
  ['B3', '资源推送', ALL, ['term-start-resources']],
  ['B4', '知情书，先看医生', BIG, ['care-briefing-doctor']],
  ['B4', '知情书', BIG, ['care-briefing']],
  ['B4', '建议书', BIG, ['care-advice']],
  ['B5', '延缓开学', ALL, ['delayed-start-agreement']],
  ['B5', '适应性上课', ALL, ['gradual-return-agreement']],
  ['B5', '缓交或不交作业', BIG, ['homework-relief-agreement']],
  ['A6', '手机管理', BIG, ['phone-agreement']],
  ['B6', '会议回执', ALL, ['meeting-receipt', 'parent-meeting']],
  ['B8', '求助热线', ALL, ['help-lines']],
]

describe('the year’s letters', () => {
  it.each(NEEDED)('%s: %s has a template for every stage it concerns', (_row, _what, stages, oneOf) => {
    const found = oneOf.map((code) => by(code))
    expect(oneOf.filter((_, at) => !found[at])).toEqual([])
    const covered = found.flatMap((it): string[] => it?.stages ?? [])
    expect(stages.filter((stage) => !covered.includes(stage))).toEqual([])
    expect(covered.filter((stage) => !stages.includes(stage))).toEqual([])
  })

  it('have names of their own', () => {
    for (const key of ['code', 'title', 'summary'] as const) {
      const said = templates.map((it) => it[key])
      expect(said.filter((it, at) => said.indexOf(it) !== at)).toEqual([])
    }
  })

  it('say all that matters before 七年级 in one sitting', () => {
    const letter = by('term-start-grade7')
    expect(lengthOf(letter?.body ?? '')).toBeGreaterThanOrEqual(500)
    expect(lengthOf(letter?.body ?? '')).toBeLessThanOrEqual(900)
    expect(letter?.confirmation).toBe('sign')
  })

  it('teach in every summer letter for swimmers the six rules of the water', () => {
    for (const code of ['summer-holiday', 'summer-holiday-senior', 'before-holiday']) {
      const body = by(code)?.body ?? ''
      for (const rule of ['私自下水', '结伴', '家长或老师带', '安全设施', '不熟悉', '手拉手去救']) {
        expect(body, code).toContain(rule)
      }
    }
  })
})

const ofKindergartens = templates.filter(({ stages }) => stages.join() === '幼儿园')
it.each(ofKindergartens)('$code speaks of a kindergarten, also in its blanks', ({ title, body, blanks }) => {
  const words = [title, body, ...blanks.map(({ name }) => name)]
  expect(words.flatMap((it) => it.match(/返校|同学|放学/g) ?? [])).toEqual([])
})

describe.each(templates)('$code', (template) => {
  const { code, title, kind, summary, pledge, body, blanks, form, confirmation, stages } = template
  const questions = (form?.fields ?? []).flatMap((it) => [
    it.label,
    it.hint ?? '',
    ...(it.type === 'choice' ? it.options : []),
  ])

  it('fits a screen or two of a phone', () => {
    expect(lengthOf(body)).toBeGreaterThanOrEqual(kind === 'letter' ? 300 : 100)
    expect(lengthOf(body)).toBeLessThanOrEqual(code === 'term-start-grade7' ? 800 : 620)
    const longest = Math.max(
      ...blocksOf(body, BLANKS).map(({ runs }) => runs.map(({ text }) => text).join('').length),
    )
    expect(longest).toBeLessThanOrEqual(160)
  })

  it('reads as a native editor would let it pass', () => {
    expect([title, summary, pledge, body, ...questions].flatMap(faultsOf)).toEqual([])
  })

  it('threatens nobody, shames no child and gives no label', () => {
    const harsh =
      /必须|否则|后果自负|一切后果|概不负责|责任由家长|不得有误|严禁|勒令|警告|追究(?!谁)|务必|违者|不听话|没出息|矫情(?!，)|问题学生|高危|抑郁症|焦虑症|精神病|障碍|确诊|[红橙黄]色|预警|筛查/g
    expect([title, summary, pledge, body, ...questions].flatMap((it) => it.match(harsh) ?? [])).toEqual([])
  })

  it('writes no date that will be wrong next year', () => {
    expect(`${title}${pledge}${body}`.match(/\d{4}年|\d+月\d*|周[一二三四五六日]|20\d\d/g) ?? []).toEqual([])
  })

  it('is filled by known hands only, each blank once', () => {
    const automatic = blanks.filter((it) => it.filledBy !== 'author')
    expect(automatic.filter(({ name }) => !(name in BLANKS))).toEqual([])
    const names = blanks.map(({ name }) => name)
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
    const byHand = blanks.filter((it) => it.filledBy === 'author')
    expect(byHand.filter(({ type, name }) => !type || name in BLANKS)).toEqual([])
    expect(unfinished(`${title}\n${pledge}`)).toBeNull()
    expect(unfinished(body) === null).toBe(byHand.length === 0)
  })

  it('says what is signed or confirmed, and by whom it is sent', () => {
    expect(pledge.length > 0).toBe(confirmation !== 'read')
    if (!form) expect(body.includes('签字') || confirmation !== 'sign').toBe(true)
    expect(body.trim().endsWith('{{日期}}')).toBe(true)
    expect(stages.length).toBeGreaterThan(0)
  })

  it('speaks of the form below it if, and only if, there is one', () => {
    expect(/下面(?:选|答复|填|写|留|的回执)|在下面|信末/.test(body)).toBe(Boolean(form))
  })

  it('gives the help lines wherever it speaks of worry', () => {
    const worry = /活着没意思|不活了|心里难受|伤到自己|自己关起来|睡不着|睡不好|吃不下|撑不住|再难受/
    const missing = ['12355', '12356', '110', '120'].filter((number) => !body.includes(number))
    expect(worry.test(body) ? missing : []).toEqual([])
    // They stand below it as well, each a tap away.
    expect(template.offersHelp ?? false).toBe(body.includes('12355'))
  })
})

describe('a letter about one child', () => {
  const care = templates.filter(({ isForOneFamily }) => isForOneFamily)

  it('is a knowledge letter, a letter of advice or an agreement, kept apart from the others', () => {
    expect(care.map(({ code }) => code).sort()).toEqual(
      [
        'care-advice',
        'care-briefing',
        'care-briefing-doctor',
        'delayed-start-agreement',
        'gradual-return-agreement',
        'homework-relief-agreement',
      ].sort(),
    )
    expect(templates.filter((it) => (it.occasion === 'one-family') !== Boolean(it.isForOneFamily))).toEqual(
      [],
    )
  })

  it.each(care)('“$title” cannot go out before its author has written about this child', ({ body }) => {
    expect(unfinished(body)).not.toBeNull()
  })

  it.each(care)('“$title” names whom the family can ring', ({ blanks, body }) => {
    expect(blanks.filter(({ type, filledBy }) => type === 'phone' && filledBy === 'author')).not.toEqual([])
    expect(body).toMatch(/110.*120/)
  })

  it.each(care)('“$title” shows nothing of it in its title', ({ title }) => {
    expect(title).not.toMatch(/心理|医|病|风险|危机|情绪/)
  })

  it('says risks and what each side does, and that nobody is to blame', () => {
    for (const code of ['care-briefing', 'care-briefing-doctor']) {
      const body = by(code)?.body ?? ''
      for (const part of ['不是诊断', '会伤到自己', '请您', '学校会做', '不会告诉同学', '签字是说您知道了']) {
        expect(body, code).toContain(part)
      }
    }
  })

  it.each(care.filter(({ code }) => code.endsWith('agreement')))(
    '“$title” rests on medical advice, says what each side does, and lets the family differ',
    ({ body, form }) => {
      for (const part of ['按照医生的建议', '## 请您做的', '## 学校做的']) expect(body).toContain(part)
      const decision = form?.fields.find((it) => it.type === 'choice' && it.isDecision)
      expect(decision?.type === 'choice' && decision.options).toEqual(['同意', '想再商量'])
      expect(form?.fields.find((it) => it.shownIf?.is.includes('想再商量'))?.required).toBe(true)
    },
  )
})

describe('a form', () => {
  const forms = templates.flatMap(({ code, form, confirmation }) =>
    form ? [{ code, form, confirmation }] : [],
  )

  it.each(['activity-consent', 'phone-agreement', 'parent-meeting', 'meeting-receipt', 'home-visit-notice'])(
    'is asked below %s',
    (code) => expect(by(code)?.form?.fields.length).toBeGreaterThan(2),
  )

  it('asks of a meeting for unit, name, post and mobile', () => {
    const fields = by('meeting-receipt')?.form?.fields ?? []
    const asked = fields.filter(({ required, shownIf }) => required && shownIf).map(({ code }) => code)
    expect(asked).toEqual(['unit', 'name', 'post', 'mobile'])
    expect(fields.find(({ code }) => code === 'mobile')?.type).toBe('phone')
  })

  it.each(forms)('of $code begins with what everybody can answer and is short', ({ form, confirmation }) => {
    expect(form.fields[0]?.shownIf).toBeUndefined()
    expect(form.fields.length).toBeLessThanOrEqual(8)
    // A letter without a confirmation has no bar below it where the form could be handed in.
    expect(confirmation).not.toBe('read')
  })

  it.each(forms)('of $code lets a family refuse without having to say why it is at fault', ({ form }) => {
    const decision = form.fields.find((it) => it.type === 'choice' && it.isDecision)
    const no = decision?.type === 'choice' ? decision.options.filter((it) => /^不|来不了/.test(it)) : []
    const reasons = form.fields.filter(({ shownIf }) => shownIf?.is.some((it) => no.includes(it)))
    expect(reasons.filter(({ required, label }) => required && label.includes('原因'))).toEqual([])
  })

  it.each(forms)('of $code keeps its numbers in order', ({ form }) => {
    const numbers = form.fields.filter((it) => it.type === 'number')
    expect(numbers.filter((it) => it.type === 'number' && it.min >= it.max)).toEqual([])
    const many = form.fields.filter((it) => it.type === 'choice' && (it.most ?? 1) > it.options.length)
    expect(many).toEqual([])
  })
})
