import type { DraftQuestion, QuestionDraft } from '#contract/drafts'
import { bankProblem, questionProblem } from '../../rules.ts'

/** The columns of the sheet, found by their heading wherever they stand. */
export const HEADINGS = [
  '课',
  '题型',
  '难度',
  '情境',
  '题目',
  'A',
  'B',
  'C',
  'D',
  'E',
  'F',
  '答案',
  '讲解',
] as const
type Heading = (typeof HEADINGS)[number]

const KINDS: Record<string, DraftQuestion['kind']> = { 单选: 'single', 多选: 'multiple', 判断: 'truefalse' }
const LEVELS: Record<string, number> = {
  易: 1,
  容易: 1,
  中: 2,
  中等: 2,
  难: 3,
  较难: 3,
  '1': 1,
  '2': 2,
  '3': 3,
}
const LETTERS = 'ABCDEF'

export interface Line {
  row: number
  cells: string[]
}
export type NewQuestion = Omit<QuestionDraft, 'id' | 'revision'>
export interface ReadSheet {
  questions: { row: number; content: NewQuestion }[]
  problems: { row: number; message: string }[]
}

/** Questions of a sheet, and what is wrong in which line. Lines that tell the same situation one after the other are one case. */
export function readSheet(
  lines: readonly Line[],
  lessons: readonly { id: string; title: string }[],
): ReadSheet {
  const [head, ...rest] = lines
  const places = new Map(
    HEADINGS.map((it) => [it, head?.cells.findIndex((cell) => cell.trim() === it) ?? -1]),
  )
  const missing = (['课', '题型', '题目', '答案'] as const).filter((it) => (places.get(it) ?? -1) < 0)
  if (missing.length > 0) {
    return {
      questions: [],
      problems: [{ row: head?.row ?? 1, message: `第一行里没有“${missing.join('”“')}”这一列` }],
    }
  }
  const read: ReadSheet = { questions: [], problems: [] }
  for (const group of groupsOf(rest, places)) {
    try {
      read.questions.push({ row: group[0]?.row ?? 0, content: contentOf(group, lessons) })
    } catch (error) {
      if (!(error instanceof Wrong)) throw error
      read.problems.push({ row: error.row, message: error.message })
    }
  }
  return read
}

class Wrong extends Error {
  readonly row: number
  constructor(row: number, message: string) {
    super(message)
    this.row = row
  }
}

interface Said {
  row: number
  get: (heading: Heading) => string
}

function groupsOf(lines: readonly Line[], places: Map<Heading, number>): Said[][] {
  const groups: Said[][] = []
  for (const { row, cells } of lines) {
    const said: Said = { row, get: (it) => (cells[places.get(it) ?? -1] ?? '').trim() }
    if (!said.get('题目') && !said.get('情境')) continue
    const before = groups.at(-1)
    const isSame = said.get('情境') !== '' && said.get('情境') === before?.[0]?.get('情境')
    if (before && isSame) before.push(said)
    else groups.push([said])
  }
  return groups
}

function contentOf(group: Said[], lessons: readonly { id: string; title: string }[]): NewQuestion {
  const [first] = group
  if (!first) throw new Wrong(0, '空行')
  const lesson = lessons.find((it) => it.title === first.get('课'))
  if (!lesson) throw new Wrong(first.row, `没有叫“${first.get('课')}”的课`)
  const difficulty = LEVELS[first.get('难度') || '中']
  if (!difficulty) throw new Wrong(first.row, '难度写易、中、难')
  const asked = group.map(questionOf)
  const situation = first.get('情境')
  const [single] = asked
  if (!situation && single) return { ...single, parts: [], lessonId: lesson.id, difficulty }
  const content = {
    kind: 'case' as const,
    stem: situation,
    options: [],
    correct: [],
    explanation: '',
    parts: asked,
    lessonId: lesson.id,
    difficulty,
  }
  const problem = situation.length > 800 ? '情境最多800个字' : bankProblem(content)
  if (problem) throw new Wrong(first.row, problem)
  return content
}

function questionOf(said: Said): DraftQuestion {
  const kind = KINDS[said.get('题型')]
  if (!kind) throw new Wrong(said.row, '题型写单选、多选或判断')
  const written = [...LETTERS].map((it) => said.get(it as Heading))
  const last = written.findLastIndex(Boolean)
  const options = kind === 'truefalse' ? ['对', '错'] : written.slice(0, last + 1)
  const correct = kind === 'truefalse' ? judged(said) : lettered(said)
  const question = { kind, stem: said.get('题目'), options, correct, explanation: said.get('讲解') }
  const problem = sizeProblem(question) ?? questionProblem(question)
  if (problem) throw new Wrong(said.row, problem)
  return question
}

function judged(said: Said) {
  const at = ['对', '错'].indexOf(said.get('答案').replace('正确', '对').replace('错误', '错'))
  if (at < 0) throw new Wrong(said.row, '判断题的答案写对或错')
  return [at]
}

function lettered(said: Said) {
  const letters = [
    ...said
      .get('答案')
      .toUpperCase()
      .replace(/[\s,，、]/g, ''),
  ]
  const correct = letters.map((it) => LETTERS.indexOf(it))
  if (correct.length === 0 || correct.includes(-1)) throw new Wrong(said.row, '答案写选项的字母，如 B 或 ACD')
  return correct.sort((a, b) => a - b)
}

function sizeProblem({ stem, options, explanation }: DraftQuestion) {
  if (!stem) return '没有题目'
  if (stem.length > 300) return '题目最多300个字'
  if (options.length < 2) return '至少要两个选项'
  if (options.some((it) => it === '')) return '选项中间有空格，请从A起依次填写'
  if (options.some((it) => it.length > 100)) return '选项最多100个字'
  return explanation.length > 300 ? '讲解最多300个字' : null
}
