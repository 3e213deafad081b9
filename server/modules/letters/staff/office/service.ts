import type { LetterForm } from '#contract/letter-form'
import { POST_WORDS } from '#contract/posts'
import { Refusal } from '../../../../http/errors.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { bytesOfPaper } from '../../../files/intake/service.ts'
import { postsBelow } from '../../../accounts/holders/service.ts'
import { DEPTH, idAt, within } from '../../../org/tree/rules.ts'
import { findUnits, fullNamesOf } from '../../../org/tree/service.ts'
import { type Chosen, countOptions } from '../../answers/figures/service.ts'
import { StaffAnswerModel, type StaffAnswerRecord } from '../answers/model.ts'
import { uploadsIn } from '../answers/rules.ts'
import { allOf } from '../answers/service.ts'
import { filesNamed } from '../files/service.ts'
import { StaffSheetModel, type StaffSheetRecord } from '../model.ts'
import { isIncomplete, sheetsAt, waitingOn } from '../rules.ts'
import type { StaffNames } from './policy.ts'
import { ANSWERS, isPaper, MOST_PAPERS, MOST_PEOPLE, namesInArchive, UNITS } from './rules.ts'

const here = ({ letter, scope }: StaffNames) => ({
  letterId: letter._id,
  path: within(sheetsAt(letter, scope)),
})

/** A page of the answers below a unit, in the order of the tree, with the papers that go with them. */
export async function answersBelow(names: StaffNames, after: string | undefined) {
  const match = here(names)
  const [path = '', id = ''] = after?.split(':/').reverse() ?? []
  const rest = after && {
    $or: [{ path: { $gt: `/${path}` } }, { path: `/${path}`, _id: { $gt: id } }],
  }
  const found = await StaffAnswerModel.find({ ...match, ...rest })
    .sort({ path: 1, _id: 1 })
    .limit(ANSWERS + 1)
    .lean<StaffAnswerRecord[]>()
  const answers = found.slice(0, ANSWERS)
  const last = answers.at(-1)
  return {
    answers,
    files: await filesNamed(answers.flatMap((it) => uploadsIn(it.items))),
    next: found.length > ANSWERS && last ? `${last._id}:${last.path}` : null,
  }
}

export const optionsBelow = (names: StaffNames, form: LetterForm) =>
  countOptions(form, here(names), (it) => StaffAnswerModel.aggregate<Chosen>(it).exec())

/** How many papers lie with the answers below a unit. */
export async function countPapers(names: StaffNames) {
  const codes = (names.letter.form?.fields ?? []).filter(isPaper).map((it) => it.code)
  if (codes.length === 0) return 0
  const [row] = await StaffAnswerModel.aggregate<{ papers: number }>([
    { $match: here(names) },
    { $project: { items: 1 } },
    { $unwind: '$items' },
    { $match: { 'items.code': { $in: codes } } },
    {
      $group: {
        _id: null,
        papers: {
          $sum: { $size: { $ifNull: ['$items.value.files', { $ifNull: ['$items.value.pictures', []] }] } },
        },
      },
    },
  ])
  return row?.papers ?? 0
}

/** One answer below a unit; any other does not exist. */
export async function answerBelow(names: StaffNames, answerId: string) {
  const found = await StaffAnswerModel.findOne({ _id: answerId, ...here(names) }).lean<StaffAnswerRecord>()
  if (!found) throw new Refusal('not_found', '没有这份回执')
  return found
}

/** The whole number that stands in one answer. */
export async function phoneIn(
  answer: StaffAnswerRecord,
  form: LetterForm,
  code: string,
  deps: Pick<Deps, 'fields'>,
) {
  const isAsked = form.fields.some((it) => it.code === code && it.type === 'phone')
  const value = isAsked && allOf(answer, deps).find((it) => it.code === code)?.value
  return typeof value === 'string' ? value : null
}

/** Whom a letter still waits for below a unit, a page of units at a time. */
export async function missingBelow(names: StaffNames, after: string | undefined) {
  const { letter } = names
  const match = here(names)
  const found = await StaffSheetModel.find({
    ...match,
    ...(after && { path: { ...match.path, $gt: after } }),
    ...isIncomplete(letter),
  })
    .sort({ path: 1 })
    .limit(UNITS + 1)
    .lean<StaffSheetRecord[]>()
  const sheets = found.slice(0, UNITS)
  const waiting = new Map(sheets.map((it) => [it._id, new Set(waitingOn(letter, it))]))
  const units = (await peopleOn(names, sheets)).map(({ sheet, ...unit }) => ({
    unitId: String(sheet.unitId),
    unitName: sheet.unitName,
    ...unit,
    people: unit.people.filter((it) => waiting.get(sheet._id)?.has(it.personId)),
  }))
  return { units, next: found.length > UNITS ? (sheets.at(-1)?.path ?? null) : null }
}

/** Everybody on some sheets with the posts they hold there, three reads for all of them. */
export async function peopleOn({ letter, scope }: StaffNames, sheets: readonly StaffSheetRecord[]) {
  const districtIds = [...new Set(sheets.flatMap((it) => idAt(it.path, DEPTH.district) ?? []))]
  const [people, districts] = await Promise.all([
    postsBelow(
      sheets.flatMap((it) => it.roster),
      sheetsAt(letter, scope),
      letter.staff?.posts ?? [],
    ),
    findUnits(districtIds),
  ])
  const names = await fullNamesOf(people.flatMap((it) => it.posts.map((one) => String(one.unitId))))
  return sheets.map((sheet) => {
    const roster = new Set(sheet.roster.map(String))
    const districtId = idAt(sheet.path, DEPTH.district)
    return {
      sheet,
      district:
        districtId === String(sheet.unitId)
          ? ''
          : (districts.find((it) => String(it._id) === districtId)?.name ?? ''),
      people: people
        .filter((it) => roster.has(it.personId))
        .map(({ personId, name, posts }) => {
          const held = posts.find((it) => it.path.startsWith(sheet.path))
          const place = held && (names.get(String(held.unitId)) ?? '')
          const inside = place?.startsWith(sheet.unitName) ? place.slice(sheet.unitName.length) : place
          return { personId, name, posts: held ? `${inside ?? ''}${POST_WORDS[held.post]}` : '' }
        }),
    }
  })
}

/** All sheets below a unit that fit into one workbook. */
export async function sheetsForExport(names: StaffNames) {
  const match = here(names)
  const [sum] = await StaffSheetModel.aggregate<{ people: number }>([
    { $match: match },
    { $group: { _id: null, people: { $sum: '$expected' } } },
  ])
  if ((sum?.people ?? 0) > MOST_PEOPLE)
    throw new Refusal('invalid', `一次最多导出${MOST_PEOPLE}位老师，请按区县或学校分开导出`)
  return StaffSheetModel.find(match).sort({ path: 1 }).limit(MOST_PEOPLE).lean<StaffSheetRecord[]>()
}

export const answersForExport = (names: StaffNames) =>
  StaffAnswerModel.find(here(names)).sort({ path: 1, _id: 1 }).limit(MOST_PEOPLE).lean<StaffAnswerRecord[]>()

/** The papers of all answers below a unit, each under the name of who sent it; read one after the other as they are packed. */
export async function papersBelow(names: StaffNames, deps: Pick<Deps, 'files'>) {
  const papers = await countPapers(names)
  if (papers === 0) throw new Refusal('conflict', '还没有人上传文件')
  if (papers > MOST_PAPERS)
    throw new Refusal('invalid', `一次最多下载${MOST_PAPERS}个文件，请按区县或学校分开下载`)
  const answers = await answersForExport(names)
  const files = new Map(
    (await filesNamed(answers.flatMap((it) => uploadsIn(it.items)))).map((it) => [String(it._id), it]),
  )
  const fields = (names.letter.form?.fields ?? []).filter(isPaper)
  const found = answers.flatMap((it) =>
    fields.flatMap(({ code, label }) =>
      uploadsIn(it.items.filter((one) => one.code === code)).flatMap((id) => {
        const file = files.get(id)
        return file ? [{ file, unitName: it.unitName, by: it.by, label, kind: file.kind }] : []
      }),
    ),
  )
  const called = namesInArchive(found)
  return (async function* read() {
    for (const [at, { file }] of found.entries())
      yield { name: called[at] ?? `${at + 1}`, bytes: await bytesOfPaper(file, deps) }
  })()
}
