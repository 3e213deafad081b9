import { Types } from 'mongoose'
import type { ColumnKey } from '#contract/roster'
import { Refusal } from '../../../../http/errors.ts'
import type { Deps } from '../../../../infra/deps.ts'
import type { SheetOutline } from '../../../../infra/sheets/worker.ts'
import { DEPTH, idsOf } from '../../tree/rules.ts'
import { ImportModel, type ImportRecord, TitlesModel } from '../model.ts'
import {
  findHeading,
  headingOf,
  isTemplate,
  lacking,
  type Mapping,
  masked,
  plainTitle,
  propose,
} from './rules.ts'

const SAMPLES = 3
/** A unit's memory: more headings than any office has invented. */
const MOST_TITLES = 300

type Fields = Pick<Deps, 'fields'>

/** How a person sees a file: its sheets, and one of them with a proposal for each column. */
export type Seen = ReturnType<typeof seen>

/** Where to look; what is not said is found. */
export interface Look {
  sheet?: number | undefined
  line?: number | undefined
}

export async function look(job: ImportRecord, at: Look, deps: Fields): Promise<Seen> {
  if (!job.outline) throw new Refusal('conflict', '这份表格已经处理完了，不能再改列的对应')
  const sheets = JSON.parse(deps.fields.open(job.outline)) as SheetOutline[]
  return seen(sheets, job.path, await rememberedFor(job), at)
}

/** What is seen first, right after the file has been opened. */
export const firstLook = async (sheets: SheetOutline[], job: Pick<ImportRecord, 'path'>) =>
  seen(sheets, job.path, await rememberedFor(job), {})

function seen(
  sheets: SheetOutline[],
  path: string,
  remembered: ReadonlyMap<string, ColumnKey | null>,
  at: Look,
) {
  const scores = sheets.map((it) => findHeading(it.lines))
  const sheet = at.sheet !== undefined && sheets[at.sheet] ? at.sheet : bestSheet(sheets, scores)
  const rows = sheets[sheet]?.lines ?? []
  const found = scores[sheet] ?? { at: 0, lines: 1, score: 0 }
  const chosen = at.line === undefined ? -1 : rows.findIndex((it) => it.row === at.line)
  const [top, lines] = chosen < 0 ? [found.at, found.lines] : [chosen, chosen === found.at ? found.lines : 1]
  const below = rows.slice(top + lines)
  const columns = propose(headingOf(rows, top, lines), remembered)
    .map((it, column) => ({
      at: column,
      ...it,
      heading: masked(it.heading),
      samples: [...new Set(below.map(({ cells }) => masked(cells[column] ?? '')))]
        .filter((cell) => cell !== '')
        .slice(0, SAMPLES),
    }))
    .filter((it) => it.heading !== '' || it.samples.length > 0)
  return {
    sheets: sheets.map(({ name, isHidden, lines: all }) => ({ name, isHidden, isEmpty: all.length === 0 })),
    sheet,
    line: rows[top]?.row ?? 1,
    lines,
    preview: rows.slice(0, 12).map(({ row, cells }) => ({ row, cells: cells.slice(0, 20).map(masked) })),
    columns,
    missing: lacking(columns, idsOf(path).length > DEPTH.school),
    /** Nothing to ask: one sheet like a roster, and that one is the template. */
    isClear: scores.filter((it) => it.score >= 4).length <= 1 && isTemplate(columns) && top === found.at,
  }
}

/** The visible sheet with the most that looks like ours; the first of equals. */
function bestSheet(sheets: SheetOutline[], scores: { score: number }[]) {
  const worth = (at: number) => (scores[at]?.score ?? 0) - (sheets[at]?.isHidden ? 100 : 0)
  return [...sheets.keys()].reduce((best, at) => (worth(at) > worth(best) ? at : best), 0)
}

export const mappingOf = ({ sheet, line, lines, columns }: Seen): Mapping => ({
  sheet,
  line,
  lines,
  columns: columns.flatMap(({ at, key }) => (key ? [{ at, key }] : [])),
})

/** The mapping a person has said: remembered for next time, and the check begins anew. */
export async function settle(job: ImportRecord, mapping: Mapping, deps: Fields) {
  const { columns } = mapping
  if (new Set(columns.map((it) => it.key)).size < columns.length) {
    throw new Refusal('invalid', '有两列对应了同一项，请只留一列')
  }
  const view = await look(job, mapping, deps)
  const chosen = view.columns.map((it) => ({
    ...it,
    key: columns.find(({ at }) => at === it.at)?.key ?? null,
  }))
  const missing = lacking(chosen, idsOf(job.path).length > DEPTH.school)
  if (missing.length > 0) throw new Refusal('invalid', `还没有对应：${missing.join('、')}`)
  const headings = chosen.map((it) => it.heading)
  const { matchedCount } = await ImportModel.updateOne(
    { _id: job._id, status: { $in: ['mapping', 'checked'] } },
    { status: 'uploaded', mapping, headings, leaseUntil: new Date(0) },
  )
  if (matchedCount === 0) throw new Refusal('conflict', '这次导入已经往下走了，不能再改列的对应')
  await remember(job, chosen)
}

async function remember(job: ImportRecord, columns: { heading: string; key: ColumnKey | null }[]) {
  const unitId = job.unitId
  const said = columns.flatMap(({ heading, key }) => {
    const title = plainTitle(heading).slice(0, 40)
    return title ? [{ title, key }] : []
  })
  const before = (await TitlesModel.findOne({ unitId }).lean())?.titles ?? []
  const kept = before.filter((it) => !said.some(({ title }) => title === it.title))
  await TitlesModel.updateOne(
    { unitId },
    { titles: [...said, ...kept].slice(0, MOST_TITLES) },
    { upsert: true },
  )
}

/** What the unit has said of headings, else what those above it have. */
async function rememberedFor({ path }: Pick<ImportRecord, 'path'>) {
  const unitIds = idsOf(path)
  const found = await TitlesModel.find({
    unitId: { $in: unitIds.map((it) => new Types.ObjectId(it)) },
  }).lean()
  found.sort((a, b) => unitIds.indexOf(String(a.unitId)) - unitIds.indexOf(String(b.unitId)))
  return new Map(
    found.flatMap((it) => it.titles.map(({ title, key }) => [title, (key ?? null) as ColumnKey | null])),
  )
}
