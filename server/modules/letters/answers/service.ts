import { Types } from 'mongoose'
import { type AnswerItem, type LetterForm, problemsIn, valuesOf, keptOf } from '#contract/letter-form'
import { Refusal } from '../../../http/errors.ts'
import type { Deps } from '../../../infra/deps.ts'
import { joinedGuardiansOf } from '../../org/audiences/service.ts'
import type { LetterRecord } from '../model.ts'
import type { ChildsLetter } from '../policy.ts'
import { OPEN, refuseClosed, superseded } from '../sheets/closing/service.ts'
import { SheetModel, type SheetRecord } from '../sheets/model.ts'
import { sheetId } from '../sheets/rules.ts'
import { record } from '../sheets/service.ts'
import { refuseHarmful, watchPictures } from '../../safety/service.ts'
import { tellAuthor } from '../opinions/service.ts'
import { usePictures } from '../pictures/service.ts'
import { findSignature } from '../signatures/service.ts'
import { AnswerModel, type AnswerRecord, SettlementModel, type SettlementRecord } from './model.ts'
import { picturesIn } from './present.ts'
import * as rules from './rules.ts'

export const answersOf = (letterId: Types.ObjectId, studentId: string) =>
  AnswerModel.find({ letterId, studentId: new Types.ObjectId(studentId) }).lean<AnswerRecord[]>()

/** The answers of a class's families. */
export const answersOn = (letterId: Types.ObjectId, roster: Types.ObjectId[]) =>
  AnswerModel.find({ letterId, studentId: { $in: roster } })
    .sort({ answeredAt: 1 })
    .lean<AnswerRecord[]>()

/** What of an answer is sealed, readable again. */
const apartOf = ({ sealedPhones }: Pick<AnswerRecord, 'sealedPhones'>, { fields }: Pick<Deps, 'fields'>) =>
  sealedPhones ? (JSON.parse(fields.open(sealedPhones)) as AnswerItem[]) : []

/** Everything that was answered, what is sealed too. */
export const allOf = (answer: Pick<AnswerRecord, 'items' | 'sealedPhones'>, deps: Pick<Deps, 'fields'>) => [
  ...answer.items,
  ...apartOf(answer, deps),
]

/** A letter with a form is confirmed or signed by who has answered it. */
export async function refuseUnanswered({ letter, child }: ChildsLetter) {
  if (!letter.form) return
  const answers = await answersOf(letter._id, child.studentId)
  const mine =
    letter.form.answeredBy === 'each' ? answers.filter((it) => it.guardianKey === child.personId) : answers
  if (mine.length === 0) throw new Refusal('conflict', '请先填好信末的表，再完成这一步')
}

/** The form of a letter that can still be answered. */
export function openForm({ form, status, supersededBy }: LetterRecord): LetterForm {
  if (!form) throw new Refusal('conflict', '这封信没有要填的表')
  if (status !== 'sent') throw new Refusal('conflict', '只有已发出的信可以填表')
  if (supersededBy) throw superseded()
  return form
}

/** What is kept of what was sent; refused in the words of the first thing that is missing or wrong. */
export function checked(form: LetterForm, items: readonly AnswerItem[]): AnswerItem[] {
  const values = valuesOf(items)
  const [problem] = problemsIn(form, values).values()
  if (problem) throw new Refusal('invalid', problem)
  return keptOf(form, values)
}

/** A guardian answers, or changes the answer while that is possible. Sent twice, it is one answer. */
export async function answer(
  proof: ChildsLetter,
  items: AnswerItem[],
  now: Date,
  deps: Pick<Deps, 'fields' | 'wechat' | 'log' | 'clock' | 'env' | 'redis'>,
) {
  const { letter, child } = proof
  const form = openForm(letter)
  // Under large buttons a tap answers and confirms.
  const deeds = form.isPlain && letter.confirmation === 'confirm' ? CONFIRMED : READ
  const guardianKey = child.personId
  const there = await findAnswer(form, letter, child.studentId, guardianKey)
  const mine = there?.guardianKey === guardianKey ? there : undefined
  const kept = checked(form, withSignature(form, items, mine && allOf(mine, deps)))
  if (mine && rules.isSame(keptOf(form, valuesOf(allOf(mine, deps))), kept)) return record(proof, deeds, now)
  const slot = form.answeredBy === 'each' && letter.receiptRule === 'each' ? child.personId : undefined
  const signature = await findSignature(letter._id, child.studentId, slot)
  const isSigned =
    signature !== null && (form.answeredBy === 'once' || String(signature.personId) === child.personId)
  const no = rules.objection({ form, dueOn: letter.dueOn, there, guardianKey, isSigned }, now)
  if (no) throw new Refusal('conflict', no)

  await refuseHarmful(
    { personId: child.personId, scene: 'answer', texts: textsOf(form, kept) },
    deps,
    '写的话里有不合适的内容，请改一改再提交',
  )
  await record(proof, READ, now)
  const who = {
    childName: child.studentName,
    relation: child.relation,
    personId: new Types.ObjectId(child.personId),
  }
  const place = { studentId: child.studentId, classId: proof.classId, path: proof.path, guardianKey }
  const by = { ...who, way: 'app' as const, enteredBy: null, enteredById: null }
  const pictures = picturesIn(kept)
  await keep({ letter, form, place, by, kept, there }, now, deps, () =>
    usePictures(pictures, { letterId: letter._id, studentId: child.studentId }),
  )
  await watchPictures(
    {
      ...{ shelf: 'answers', ids: pictures, isAlwaysSeen: true },
      ...{ personId: child.personId, who: `${child.studentName}${child.relation}`, path: proof.path },
      about: {
        title: letter.title,
        page: `packages/letter/letter/letter?id=${String(letter._id)}&child=${child.studentId}`,
      },
    },
    deps,
  )
  return record(proof, deeds, now)
}

const READ = ['read'] as const
const CONFIRMED = ['read', 'confirmed'] as const

/** What somebody wrote in their own words. */
export const textsOf = (form: LetterForm, kept: readonly AnswerItem[]) =>
  kept.flatMap(({ code, value }) =>
    typeof value === 'string' && form.fields.some((it) => it.code === code && it.type === 'text')
      ? [value]
      : [],
  )

/** A hand that was given before need not write again when another answer changes. */
function withSignature(form: LetterForm, items: AnswerItem[], mine: readonly AnswerItem[] = []) {
  const before = mine.filter(
    (it) =>
      form.fields.some((one) => one.code === it.code && one.type === 'signature') &&
      !items.some((one) => one.code === it.code),
  )
  return [...items, ...before]
}

export async function findAnswer(
  form: LetterForm,
  letter: Pick<LetterRecord, '_id'>,
  studentId: string,
  guardianKey: string,
) {
  const id = rules.answerId(form, String(letter._id), studentId, guardianKey)
  return (await AnswerModel.findById(id).lean<AnswerRecord>()) ?? undefined
}

export interface Given {
  letter: LetterRecord
  form: LetterForm
  place: { studentId: string; classId: string; path: string; guardianKey: string }
  by: Pick<AnswerRecord, 'childName' | 'relation' | 'personId' | 'way' | 'enteredBy' | 'enteredById'>
  kept: AnswerItem[]
  /** What stands there now: nobody may have changed it meanwhile. */
  there: AnswerRecord | undefined
}

/**
 * Writes an answer together with the sheet's mark. Both transactions of two guardians touch the sheet, so the later one
 * begins anew and sees what the earlier one said.
 */
export async function keep(
  given: Given,
  now: Date,
  deps: Pick<Deps, 'fields'>,
  also?: () => Promise<unknown>,
) {
  const { letter, form, place } = given
  try {
    await AnswerModel.db.transaction(async () => {
      await write(given, now, deps)
      if (await mark(letter._id, form, place, now)) await tellAuthor(letter, 'conflict', now)
      await also?.()
    })
  } catch (error) {
    if ((error as { code?: number }).code !== 11000) throw error
    const other = await findAnswer(form, letter, place.studentId, place.guardianKey)
    const isMine = other?.guardianKey === place.guardianKey
    if (!isMine)
      throw new Refusal('conflict', `${other?.childName ?? ''}${other?.relation ?? ''}刚刚填好了，不用再填`)
  }
}

async function write(
  { letter, form, place, by, kept, there }: Given,
  now: Date,
  { fields }: Pick<Deps, 'fields'>,
) {
  const { items, apart } = rules.parted(form, kept)
  const _id = rules.answerId(form, String(letter._id), place.studentId, place.guardianKey)
  const said = {
    ...by,
    guardianKey: place.guardianKey,
    items,
    sealedPhones: apart.length > 0 ? fields.seal(JSON.stringify(apart)) : '',
    decision: rules.decisionIn(form, kept),
    version: letter.version,
    changedAt: now,
  }
  if (!there) {
    const { classId, path, studentId } = place
    const at = {
      letterId: letter._id,
      studentId: new Types.ObjectId(studentId),
      classId: new Types.ObjectId(classId),
    }
    await AnswerModel.create([{ _id, ...at, path, ...said, speaks: true, answeredAt: now, earlier: [] }])
    return
  }
  const before = rules.earlierOf(there)
  const { matchedCount } = await AnswerModel.updateOne(
    { _id, changedAt: there.changedAt },
    { $set: said, $push: { earlier: { $each: [before], $slice: -rules.MOST_EARLIER } } },
  )
  if (matchedCount === 0) throw new Refusal('conflict', '刚刚有人改过这份答复，请刷新看看')
}

/** Brings the sheet and the counted answers of one family to what its guardians have said; whether they differ since now. */
async function mark(letterId: Types.ObjectId, form: LetterForm, place: Given['place'], now: Date) {
  const { studentId, classId, guardianKey } = place
  const student = new Types.ObjectId(studentId)
  const [family, settlement] = await familyOf(letterId, student)
  const { isConflict, speaking } = rules.familyStanding(form, family, settlement)
  await speak(family, speaking)
  const needed =
    form.answeredBy === 'each' ? (await joinedGuardiansOf([student])).map((it) => String(it.personId)) : []
  const isWhole = needed.every((it) => family.some((one) => one.guardianKey === it))
  const _id = sheetId(String(letterId), classId)
  const before = await SheetModel.findOneAndUpdate(
    { _id, ...OPEN },
    rules.answerMark({ student, studentId, guardianKey, isConflict, isWhole }, now),
    { updatePipeline: true, projection: { conflictIds: 1 } },
  ).lean<Pick<SheetRecord, 'conflictIds'>>()
  if (!before) await refuseClosed(_id)
  return isConflict && !before?.conflictIds?.some((it) => it.equals(student))
}

/** One after the other: a transaction has one session. */
export async function familyOf(letterId: Types.ObjectId, student: Types.ObjectId) {
  const answers = await AnswerModel.find({ letterId, studentId: student }).lean<AnswerRecord[]>()
  const settlement = await SettlementModel.findById(
    `${String(letterId)}:${String(student)}`,
  ).lean<SettlementRecord>()
  return [answers, settlement] as const
}

export async function speak(family: readonly AnswerRecord[], speaking: readonly string[]) {
  for (const it of family) {
    const speaks = speaking.includes(it._id)
    if (it.speaks !== speaks) await AnswerModel.updateOne({ _id: it._id }, { $set: { speaks } })
  }
}
