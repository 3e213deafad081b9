import { Types } from 'mongoose'
import { type AnswerItem, onPaper } from '#contract/letter-form'
import type { StaffActor } from '../../../../http/actor.ts'
import { Refusal } from '../../../../http/errors.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { findStudents, guardiansOf } from '../../../org/families/service.ts'
import type { LetterInScope } from '../../policy.ts'
import { ASKED } from '../../rules.ts'
import { mayBeObjected, objecting, opinionsOf } from '../../objections/rules.ts'
import { keepEntered } from '../../objections/service.ts'
import { usePictures } from '../../pictures/service.ts'
import { type ByHand, SheetModel, type SheetRecord } from '../../sheets/model.ts'
import { ANY, marking, open, type Rule, sheetId } from '../../sheets/rules.ts'
import { neededOf } from '../../sheets/weighing/service.ts'
import type { AnswerRecord } from '../model.ts'
import { checked, findAnswer, keep, openForm } from '../service.ts'
import { noting } from './rules.ts'

export interface Entry {
  studentId: string
  guardianshipId?: string | undefined
  way: ByHand['way']
  answers: AnswerItem[]
  /** Another opinion instead of a yes. */
  objection?: string | undefined
  papers?: string[] | undefined
}

/**
 * 代登记: what a guardian answered on paper, by phone or in person. The family counts as having done what the letter asks, and
 * everywhere it says who of the school entered it. The answer of a guardian who has one is replaced; the old one is kept.
 */
export async function enter(
  inScope: LetterInScope<'seeFamilies'>,
  entry: Entry,
  actor: StaffActor,
  now: Date,
  deps: Pick<Deps, 'fields'>,
) {
  const { letter, scope } = inScope
  if (letter.status !== 'sent') throw new Refusal('conflict', '只有已发出的信可以代登记')
  if (letter.supersededBy) throw new Refusal('conflict', '这封信有了更正的新版，请在新版里代登记')
  const { student, guardianKey, relation, personId } = await familyMember(inScope, entry)
  const studentId = String(student._id)
  const { papers = [], objection } = entry
  const who = { studentId, guardianKey }
  const hand: ByHand = {
    ...{ way: entry.way, relation, by: actor.name, at: now },
    ...(papers.length > 0 && { papers }),
  }
  const tick = async () => {
    await usePictures(papers, { letterId: letter._id, studentId })
    await tickOff(inScope, who, hand, { now, isObjection: objection !== undefined })
  }
  if (objection !== undefined) {
    if (!mayBeObjected(letter)) throw new Refusal('invalid', '这封信的不同意见，请在表里选')
    await SheetModel.db.transaction(async () => {
      await keepEntered({ letter, student, guardianKey, relation, personId, hand }, objection, deps)
      await tick()
    })
    return
  }
  if (!letter.form) {
    await SheetModel.db.transaction(tick)
    return
  }
  const form = openForm(letter)
  const kept = checked(onPaper(form), entry.answers)
  const there = await findAnswer(form, letter, studentId, guardianKey)
  const by: Pick<AnswerRecord, 'childName' | 'relation' | 'personId' | 'way' | 'enteredBy' | 'enteredById'> =
    {
      childName: student.name,
      relation,
      personId,
      way: entry.way,
      enteredBy: actor.name,
      enteredById: new Types.ObjectId(actor.personId),
    }
  const place = { studentId, classId: scope.unitId, path: scope.path, guardianKey }
  await keep({ letter, form, place, by, kept, there }, now, deps, tick)
}

/** The child on this class's sheet, and which of its guardians it was. */
async function familyMember({ letter, scope }: LetterInScope, { studentId, guardianshipId }: Entry) {
  const student = new Types.ObjectId(studentId)
  const isListed = await SheetModel.exists({
    _id: sheetId(String(letter._id), scope.unitId),
    roster: student,
  })
  const [found] = isListed ? await findStudents([studentId]) : []
  if (!found) throw new Refusal('not_found', '签收单上没有这个孩子')
  if (!guardianshipId) return { student: found, guardianKey: studentId, relation: '家长', personId: null }
  const bond = (await guardiansOf([student])).find((it) => String(it._id) === guardianshipId)
  if (!bond) throw new Refusal('not_found', '没有找到这位家长')
  const personId = bond.personId ?? null
  return { student: found, guardianKey: String(personId ?? bond._id), relation: bond.relation, personId }
}

async function tickOff(
  { letter, scope }: LetterInScope,
  { studentId, guardianKey }: { studentId: string; guardianKey: string },
  hand: ByHand,
  { now, isObjection }: { now: Date; isObjection: boolean },
) {
  const student = new Types.ObjectId(studentId)
  const rule = await ruleFor(letter, studentId)
  if (rule.kind === 'once' && !letter.form)
    await refuseSecond(letter._id, scope.unitId, { studentId, guardianKey })
  const deeds = ['read', ...(letter.confirmation === 'read' ? [] : [ASKED[letter.confirmation]])] as const
  await SheetModel.updateOne(
    { _id: sheetId(String(letter._id), scope.unitId) },
    [
      ...(isObjection
        ? objecting(student, guardianKey, now, rule)
        : marking(student, guardianKey, deeds, now, rule)),
      noting(studentId, guardianKey, hand),
    ] as never,
    { updatePipeline: true },
  )
}

/** Where one answer a child stands, an entry is no second one. */
async function refuseSecond(
  letterId: Types.ObjectId,
  classId: string,
  { studentId, guardianKey }: { studentId: string; guardianKey: string },
) {
  const sheet = await findSheet(letterId, classId)
  const { agreed, objecting } = opinionsOf(sheet ?? {}, studentId)
  if ([...agreed, ...objecting].some((it) => it !== guardianKey))
    throw new Refusal('conflict', '这家已经交过回执了，一个孩子只交一份')
}

async function ruleFor({ receiptRule }: LetterInScope['letter'], studentId: string): Promise<Rule> {
  if (receiptRule === 'each') return { kind: 'each', needed: await neededOf(studentId) }
  return receiptRule === 'once' ? { kind: 'once' } : ANY
}

/**
 * Several families at once that handed in the paper: each as one entry for the whole family. Those who have answered are left
 * alone, so that a second press enters nobody twice.
 */
export async function enterMany(
  inScope: LetterInScope<'seeFamilies'>,
  { studentIds, ...entry }: Omit<Entry, 'studentId' | 'guardianshipId' | 'papers'> & { studentIds: string[] },
  actor: StaffActor,
  now: Date,
  deps: Pick<Deps, 'fields'>,
) {
  const asked = [...new Set(studentIds)]
  const silent = await silentAmong(inScope, asked)
  for (const studentId of silent) await enter(inScope, { ...entry, studentId }, actor, now, deps)
  return { entered: silent, skipped: asked.length - silent.length }
}

type Row = Pick<Entry, 'studentId' | 'answers' | 'papers'>

/** The same where each family answered something else: a row that cannot be entered says why, and keeps none of the others back. */
export async function enterRows(
  inScope: LetterInScope<'seeFamilies'>,
  { way, rows }: { way: Entry['way']; rows: Row[] },
  actor: StaffActor,
  now: Date,
  deps: Pick<Deps, 'fields'>,
) {
  const byStudent = new Map(rows.map((it) => [it.studentId, it]))
  const silent = await silentAmong(inScope, [...byStudent.keys()])
  const entered: string[] = []
  const problems: { studentId: string; problem: string }[] = []
  for (const studentId of silent) {
    const row = byStudent.get(studentId)
    if (!row) continue
    try {
      await enter(inScope, { ...row, way }, actor, now, deps)
      entered.push(studentId)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      problems.push({ studentId, problem: error.message })
    }
  }
  return { entered, skipped: byStudent.size - silent.length, problems }
}

/** Those of some families that have neither done what the letter asks nor filled in its form. */
async function silentAmong({ letter, scope }: LetterInScope, asked: readonly string[]) {
  const sheet = await findSheet(letter._id, scope.unitId)
  if (!sheet) throw new Refusal('not_found', '这封信没有发给这个班')
  const roster = new Set(sheet.roster.map(String))
  const waiting = new Set(open(sheet, [...roster], letter.confirmation))
  if (asked.some((it) => !roster.has(it))) throw new Refusal('not_found', '签收单上没有这个孩子')
  return asked.filter((it) => waiting.has(it) && Object.keys(sheet.answeredBy?.[it] ?? {}).length === 0)
}

/** The sheet of a class, whole. */
export const findSheet = (letterId: Types.ObjectId, classId: string) =>
  SheetModel.findById(sheetId(String(letterId), classId)).lean<SheetRecord>()
