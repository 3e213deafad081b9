import type { IncomingMessage } from 'node:http'
import { Refusal } from '../../../../../http/errors.ts'
import type { Deps } from '../../../../../infra/deps.ts'
import { isIdHeading, keptNumber } from '../../../../../infra/id-numbers.ts'
import { SheetRefused } from '../../../../../infra/sheets/guard.ts'
import { readOutline, readSheetRows } from '../../../../../infra/sheets/read.ts'
import type { SheetOutline } from '../../../../../infra/sheets/worker.ts'
import { StudentModel, type StudentRecord } from '../../../families/model.ts'
import { filePath, receive, removeFile } from '../../../roster/files/service.ts'
import type { Mapping } from '../../../roster/headings/rules.ts'
import { firstLook, mappingOf } from '../../../roster/headings/service.ts'
import { headingFilter } from '../../../roster/reading/rules.ts'
import { plain, plainName, type RawRow } from '../../../roster/rules.ts'
import { within } from '../../../tree/rules.ts'
import { unitsWithin } from '../../../tree/service.ts'
import { GroupFillModel } from '../model.ts'
import type { FillInScope } from '../policy.ts'
import type { ChildGroupRecord } from '../../model.ts'
import { MOST_MEMBERS } from '../../rules.ts'
import { columnsByContent, findChildren, type Known, type Row } from '../rules.ts'
import { claimFile } from '../service.ts'

type Tools = Pick<Deps, 'env' | 'fields' | 'clock'>

/** Of a row with a problem so much is kept, to be given back as a file. */
const KEPT = { cells: 12, characters: 40 }

/** Takes the file in, looks it through, and changes nothing but its own notes. */
export async function check(own: FillInScope, body: IncomingMessage, deps: Tools) {
  await claimFile(own)
  const { fill, proof } = own
  const file = { importId: String(fill._id), fileName: fill.fileName }
  try {
    await receive(body, file, deps)
    const known = await knownOf(proof.group)
    const { rows, headings, isOfIds } = await readRows(
      filePath(file.importId, deps),
      proof.group,
      known,
      deps,
    )
    const sought = (number: string) => kept(number, deps, isOfIds)
    const { already, ...found } = findChildren(rows, known, sought)
    const findings = deps.fields.seal(JSON.stringify({ headings, ...found }))
    await GroupFillModel.updateOne(
      { _id: fill._id, status: 'checking' },
      { status: 'checked', findings, rows: rows.length, already },
    )
  } catch (error) {
    await GroupFillModel.deleteOne({ _id: fill._id, status: 'checking' })
    if (error instanceof SheetRefused) throw new Refusal('unsupported', error.message)
    throw error
  } finally {
    // Nobody needs the file any more, and it is full of names.
    await removeFile(file.importId, deps)
  }
}

const kept = (number: string, { fields }: Tools, isOfIds: boolean) =>
  isOfIds ? keptNumber(number, fields, true).number : keptNumber(number, fields).number

/** The children of the unit that keeps the group, one walk of an index. */
async function knownOf(group: ChildGroupRecord): Promise<Known[]> {
  const [students, classes] = await Promise.all([
    StudentModel.find(
      { path: within(group.path), leftAt: null },
      { number: 1, name: 1, classId: 1, groups: { $elemMatch: { groupId: group._id, to: null } } },
    ).lean<StudentRecord[]>(),
    unitsWithin(group.path, 'class'),
  ])
  const byId = new Map(classes.map((it) => [String(it._id), it]))
  return students.map(({ _id, number, name, classId, groups }) => {
    const klass = byId.get(String(classId))
    return {
      id: String(_id),
      number,
      name,
      grade: klass?.grade ?? null,
      klass: klass?.name ?? '',
      className: klass?.fullName ?? '',
      isIn: (groups ?? []).length > 0,
    }
  })
}

async function readRows(file: string, group: ChildGroupRecord, known: readonly Known[], deps: Tools) {
  const outline = await readOutline(file)
  if (outline.every((it) => it.lines.length === 0)) throw new SheetRefused('表格是空的')
  const mapping = await mappingFor(outline, group, known, deps)
  const numberAt = mapping.columns.find((it) => it.key === 'number')?.at ?? -1
  let headings: string[] = []
  let isOfIds = false
  const isHeading = headingFilter(mapping, (cells) => {
    headings = cells
    isOfIds ||= isIdHeading(cells[numberAt] ?? '')
  })
  const rows: Row[] = []
  for await (const batch of readSheetRows(file, mapping.sheet)) {
    for (const line of batch) {
      if (!isHeading(line))
        rows.push({ row: line.row, raw: rawOf(line.cells, mapping), said: cut(line.cells) })
    }
    if (rows.length > MOST_MEMBERS) {
      throw new SheetRefused(`一个分组最多${MOST_MEMBERS}个孩子，这份表格的行数更多，请拆成几份`)
    }
  }
  if (rows.length === 0) throw new SheetRefused('表格里只有表头，没有学生')
  return { rows, headings: cut(headings), isOfIds }
}

const cut = (cells: string[]) =>
  cells.slice(0, KEPT.cells).map((it) => it.slice(0, KEPT.characters).toWellFormed())

const rawOf = (cells: string[], { columns }: Mapping): RawRow =>
  Object.fromEntries(columns.map(({ at, key }) => [key, cells[at] ?? '']))

/** By the headings as the roster reads them; where they say neither number nor name, by what stands below them. */
async function mappingFor(
  outline: SheetOutline[],
  group: ChildGroupRecord,
  known: readonly Known[],
  deps: Tools,
): Promise<Mapping> {
  const mapping = mappingOf(await firstLook(outline, group))
  if (mapping.columns.some(({ key }) => key === 'number' || key === 'student')) return mapping
  const numbers = new Set(known.map((it) => it.number))
  const names = new Set(known.map((it) => it.name))
  const isNumber = (cell: string) => numbers.has(kept(plain(cell), deps, false))
  const isName = (cell: string) => names.has(plainName(cell))
  const { lines = [] } = outline[mapping.sheet] ?? {}
  const columns = columnsByContent(lines, isNumber, isName)
  const [first] = columns
  if (!first) throw new SheetRefused('没有找到学号或姓名的一列，请在第一行写上“学号”或“姓名”')
  const isChild = ({ cells }: { cells: string[] }) =>
    columns.some(({ at }) => isNumber(cells[at] ?? '') || isName(cells[at] ?? ''))
  const top = lines.findIndex(isChild)
  const isBare = top === 0
  return { ...mapping, columns, line: lines[isBare ? 0 : top - 1]?.row ?? 1, lines: isBare ? 0 : 1 }
}
