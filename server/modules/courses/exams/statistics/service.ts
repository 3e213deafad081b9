import type { ItemFigures } from '#contract/courses'
import type { ProgrammeRecord, QuestionRecord } from '../../programmes/model.ts'
import { bankOf } from '../../programmes/service.ts'
import { AttemptModel, type AttemptRecord } from '../model.ts'
import { addPaper, type Answered, figuresOf, LEAST_PAPERS, type Tally } from './rules.ts'

/** Older papers than these tell of readers long gone; they bound what one look costs. */
const MOST_PAPERS = 5000

type Paper = Pick<AttemptRecord, 'questions' | 'answers'>

/** How the questions of a version were answered in the papers that were handed in, question by question. */
export async function itemStatistics(programme: ProgrammeRecord) {
  const bank = await bankOf(programme._id)
  const items = bank.flatMap(itemsOf)
  const correct = new Map(items.map((it) => [it.key, it.correct]))
  const tally: Tally = new Map()
  let papers = 0
  const handedIn = AttemptModel.find(
    { programmeId: programme._id, status: { $in: ['passed', 'failed'] } },
    { questions: 1, answers: 1 },
  )
    .sort({ endedAt: -1 })
    .limit(MOST_PAPERS)
    .lean<Paper>()
    .cursor({ batchSize: 500 })
  for await (const paper of handedIn) {
    addPaper(tally, answeredIn(paper, correct))
    papers += 1
  }
  const titles = new Map(programme.outline.map((it) => [String(it.lessonId), it.title]))
  return {
    version: programme.version,
    papers,
    least: LEAST_PAPERS,
    items: items.map((it): ItemFigures => {
      const sums = tally.get(it.key)
      const figures = figuresOf(sums)
      return {
        code: it.code,
        part: it.part,
        stem: it.stem,
        lessonTitle: titles.get(it.lessonId) ?? '',
        difficulty: it.difficulty,
        kind: it.kind,
        shown: sums?.shown ?? 0,
        figures,
        options: it.options.map((text, at) => ({
          text,
          isRight: it.correct.includes(at),
          chosen: figures ? (sums?.options.get(at) ?? 0) : null,
        })),
      }
    }),
  }
}

type Asked = Pick<ItemFigures, 'code' | 'difficulty' | 'kind' | 'stem' | 'part'> & {
  lessonId: string
  options: string[]
  correct: number[]
  key: string
}

const keyOf = (questionId: unknown, part: number | null | undefined) => `${String(questionId)}:${part ?? ''}`

/** A question as what is asked on a paper: a case is each of its parts. */
function itemsOf(it: QuestionRecord): Asked[] {
  const about = { code: it.code, lessonId: String(it.lessonId), difficulty: it.difficulty }
  const { kind, parts = [] } = it
  if (kind !== 'case') {
    const { stem, options, correct } = it
    return [{ ...about, kind, stem, options, correct, part: null, key: keyOf(it._id, null) }]
  }
  return parts.map(({ kind: own, stem, options, correct }, at) => ({
    ...about,
    kind: own,
    stem: `${it.stem} — ${stem}`,
    options,
    correct,
    part: at + 1,
    key: keyOf(it._id, at),
  }))
}

const answeredIn = ({ questions, answers }: Paper, correct: Map<string, number[]>): Answered[] =>
  questions.flatMap(({ questionId, part, order }, at) => {
    const key = keyOf(questionId, part)
    const right = correct.get(key)
    return right ? [{ key, order, chosen: answers[at] ?? [], correct: right }] : []
  })
