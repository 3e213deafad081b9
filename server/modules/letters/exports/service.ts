import type { LetterForm } from '#contract/letter-form'
import type { SheetRow } from '#contract/letters'
import { Refusal } from '../../../http/errors.ts'
import type { Deps } from '../../../infra/deps.ts'
import { shanghaiDay } from '../../../infra/clock.ts'
import { maskPhone } from '../../../infra/field-crypto.ts'
import { findStudents, guardiansOf } from '../../org/families/service.ts'
import { BELOW, DEPTH } from '../../org/tree/rules.ts'
import { childrenOf, unitsOnPath } from '../../org/tree/service.ts'
import type { AnswerRecord } from '../answers/model.ts'
import { linesOf } from '../answers/present.ts'
import { optionCounts } from '../answers/figures/service.ts'
import { allOf, answersOn } from '../answers/service.ts'
import type { LetterRecord } from '../model.ts'
import type { LetterInScope } from '../policy.ts'
import type { SheetRecord } from '../sheets/model.ts'
import { presentRows } from '../sheets/present.ts'
import { NOTHING } from '../sheets/rules.ts'
import { opinionsBy, sheetsWithin, tallyBy } from '../sheets/service.ts'
import type { ObjectionRecord } from '../objections/model.ts'
import { wordsOn } from '../objections/service.ts'
import { exportName } from './rules.ts'
import { presentVoided } from '../voiding/present.ts'
import { voidedOn } from '../voiding/service.ts'
import { type NamedRow, type VoidedLine, presentFigures, presentNames } from './present.ts'

/** Classes of the largest school; above it an export carries figures. */
const MOST_CLASSES = 300

/** Whether an export of this unit carries names: up to a school, and only for who may see families. */
export function showsNames({ scope }: LetterInScope<'seeFigures'>) {
  if (DEPTH[scope.kind] < DEPTH.school) return false
  if (!scope.may('seeFamilies')) throw new Refusal('forbidden', '您的岗位只能看数字，不能导出名单')
  return true
}

/** The receipts of a unit as a workbook: with names up to a school, with figures above. */
export async function exportSheet(
  inScope: LetterInScope<'seeFigures'>,
  { fields, watermark, isSender }: Pick<Deps, 'fields'> & { watermark: string; isSender: boolean },
): Promise<Buffer> {
  const { letter, scope } = inScope
  if (!showsNames(inScope)) return figuresOf(inScope, watermark)
  const sheets = await sheetsWithin(letter._id, scope.path, MOST_CLASSES)
  const rows: NamedRow[] = []
  const voided: VoidedLine[] = []
  // A class at a time: a large school has thousands of families, and no query should carry them all.
  for (const sheet of sheets) {
    rows.push(...(await rowsOf(sheet, letter, { fields, isSender })))
    const { className } = sheet
    voided.push(...presentVoided(await voidedOn(sheet)).map((it) => ({ ...it, className })))
  }
  const questions = (letter.form?.fields ?? []).map((it) => it.label)
  return presentNames(
    letter.title,
    { rows, voided, questions: letter.form ? [...questions, '意见不一'] : [] },
    watermark,
  )
}

async function figuresOf({ letter, scope }: LetterInScope<'seeFigures'>, watermark: string) {
  const [units, tallies] = await Promise.all([
    childrenOf(scope.unitId),
    tallyBy(letter._id, scope.path, BELOW[scope.kind]),
  ])
  const [opinions, counts] = await Promise.all([
    opinionsBy(letter._id, scope.path, BELOW[scope.kind]),
    letter.form ? optionCounts(letter._id, letter.form, scope.path) : [],
  ])
  return presentFigures(
    letter.title,
    {
      rows: units.map((it) => ({
        name: it.name,
        ...(tallies.get(String(it._id)) ?? NOTHING),
        ...opinions.get(String(it._id)),
      })),
      options: counts.flatMap(({ label, options }) => options.map((it) => ({ label, ...it }))),
    },
    watermark,
  )
}

/** A cell for each question; where several guardians answered, each by name. */
function cellsOf(form: LetterForm | null | undefined, answers: AnswerRecord[], { fields, isSender }: Sight) {
  if (!form) return []
  const read = answers.map((it) => ({
    by: it.relation,
    lines: linesOf(form, allOf(it, { fields }), { seesReasons: isSender }),
  }))
  return form.fields.map(({ code }) =>
    read
      .flatMap(({ by, lines }) => {
        const line = lines.find((it) => it.code === code)
        return line ? [read.length > 1 ? `${by}：${line.text}` : line.text] : []
      })
      .join('；'),
  )
}

interface Sight extends Pick<Deps, 'fields'> {
  /** Why families object is for the office that sent the letter. */
  isSender: boolean
}

const WAYS = { paper: '纸上', call: '电话里', visit: '当面' } as const

/** How an answer came where the school entered it: 纸上，李老师代登记. */
const waysOf = ({ byHand }: SheetRecord, studentId: string) =>
  [
    ...new Set(
      Object.values(byHand?.[studentId] ?? {}).map((it) => `${it.relation}${WAYS[it.way]}，${it.by}代登记`),
    ),
  ].join('；')

/** What a family has not done, in words; empty once all is done. */
function missingOf({ confirmation }: SheetRecord, row: SheetRow) {
  if (row.progress) return row.progress.missing.length > 0 ? `还差${row.progress.missing.join('、')}` : ''
  if (row.objected && !row.confirmed && !row.signed) return ''
  if (!row.read && confirmation === 'read') return '没有读'
  if (confirmation === 'confirm' && !row.confirmed) return row.read ? '读了，没有确认' : '没有读'
  return confirmation === 'sign' && !row.signed ? (row.read ? '读了，没有签字' : '没有读') : ''
}

const saidBy = ({ childName, relation, sealedReason }: ObjectionRecord, { fields, isSender }: Sight) =>
  `${childName}${relation}${isSender && sealedReason ? `：${fields.open(sealedReason)}` : ''}`

async function rowsOf(sheet: SheetRecord, letter: LetterRecord, sight: Sight): Promise<NamedRow[]> {
  const { fields } = sight
  const objectedIds = sheet.objectedIds ?? []
  const [students, guardians, answers, objections] = await Promise.all([
    findStudents(sheet.roster.map(String)),
    guardiansOf(sheet.roster),
    letter.form ? answersOn(letter._id, sheet.roster) : [],
    objectedIds.length > 0 ? wordsOn(letter._id, objectedIds) : [],
  ])
  const apart = new Set((sheet.conflictIds ?? []).map(String))
  students.sort((a, b) => (a.number < b.number ? -1 : 1))
  const phonesOf = (studentId: string) =>
    guardians
      .filter((it) => String(it.studentId) === studentId && it.phone)
      .map((it) => `${it.relation} ${maskPhone(fields.open(it.phone ?? ''))}`)
      .join('、')
  return presentRows({ sheet, students, bonds: guardians }).map((row) => ({
    ...row,
    className: sheet.className,
    missing: missingOf(sheet, row),
    objections: objections
      .filter((it) => String(it.studentId) === row.studentId)
      .filter((it) => sheet.objectedBy?.[row.studentId]?.[it.guardianKey])
      .map((it) => saidBy(it, sight))
      .join('；'),
    ways: waysOf(sheet, row.studentId),
    phones: phonesOf(row.studentId),
    answers: letter.form
      ? [
          ...cellsOf(
            letter.form,
            answers.filter((it) => String(it.studentId) === row.studentId),
            sight,
          ),
          apart.has(row.studentId) ? '是' : '',
        ]
      : [],
  }))
}

/** 学校_班级_标题_日期.xlsx */
export async function nameOfExport({ letter, scope }: LetterInScope<'seeFigures'>) {
  const units = await unitsOnPath(scope.path)
  const school = units[DEPTH.school]
  const inside = units
    .slice(DEPTH.grade)
    .map((it) => it.name)
    .join('')
  const parts = school ? [school.name, inside || '全校'] : [scope.name, '汇总']
  return exportName([...parts, letter.title, shanghaiDay(letter.sentAt ?? letter.createdAt)])
}
