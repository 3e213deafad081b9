import { Types } from 'mongoose'
import { type AnswerItem, keptOf, type LetterForm, valuesOf } from '#contract/letter-form'
import { POST_WORDS } from '#contract/posts'
import { Refusal } from '../../../../http/errors.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { self } from '../../../accounts/service.ts'
import { refuseHarmful } from '../../../safety/service.ts'
import { isSame, MOST_EARLIER, parted } from '../../answers/rules.ts'
import { checked, openForm, textsOf } from '../../answers/service.ts'
import { LetterModel, type LetterRecord } from '../../model.ts'
import { sheetId } from '../../sheets/rules.ts'
import { filesNamed, useFiles } from '../files/service.ts'
import type { StaffSheetRecord } from '../model.ts'
import type { HoldersLetter } from '../policy.ts'
import { markSheets, recordOfStaff } from '../service.ts'
import { fittingReceipt } from './carrying/rules.ts'
import { StaffAnswerModel, type StaffAnswerRecord } from './model.ts'
import * as rules from './rules.ts'

type Sealed = Pick<Deps, 'fields'>

/** Everything that was answered, what is sealed too. */
export const allOf = ({ items, sealed }: Pick<StaffAnswerRecord, 'items' | 'sealed'>, { fields }: Sealed) => [
  ...items,
  ...(sealed ? (JSON.parse(fields.open(sealed)) as AnswerItem[]) : []),
]

type Opened = Awaited<ReturnType<typeof recordOfStaff>>
type Slot = Pick<StaffSheetRecord, '_id' | 'unitId' | 'unitName' | 'path'>

/** Where somebody answers: for each unit whose sheet they stand on, or once for themselves. */
const slotsOf = (form: LetterForm, sheets: readonly StaffSheetRecord[]): Slot[] =>
  rules.isOnce(form) ? [...sheets] : sheets.slice(0, 1)

/** What stands in one place; where each answers for themselves theirs, on whatever sheet they stood when they gave it. */
const answerAt = (form: LetterForm, { letter, actor }: HoldersLetter, slot: Slot) =>
  findAnswer(form, letter._id, slot, actor.personId)

const findAnswer = (form: LetterForm, letterId: Types.ObjectId, { unitId }: Slot, personId: string) =>
  StaffAnswerModel.findOne(
    rules.isOnce(form)
      ? { _id: sheetId(String(letterId), String(unitId)) }
      : { personId: new Types.ObjectId(personId), letterId },
  ).lean<StaffAnswerRecord>()

/** What was answered below an edition that asked otherwise, and what of it still fits. */
async function formerAt(form: LetterForm, { letter, actor }: HoldersLetter, slot: Slot, deps: Sealed) {
  if (!letter.supersedes) return null
  const before = await LetterModel.findById(letter.supersedes, { form: 1 }).lean<Pick<LetterRecord, 'form'>>()
  const answer = before?.form && (await findAnswer(before.form, letter.supersedes, slot, actor.personId))
  if (!before?.form || !answer) return null
  return { ...answer, fitting: fittingReceipt(allOf(answer, deps), before.form, form) }
}

/** The forms of a letter for one holder: what stands in them, and what is known already of who fills them in. */
export async function receiptsOf(proof: HoldersLetter, { sheets }: Opened, deps: Sealed) {
  const { letter, actor, posts } = proof
  const { form } = letter
  if (!form) return []
  const person = await self(actor.personId)
  const slots = slotsOf(form, sheets)
  const answers = await Promise.all(slots.map((it) => answerAt(form, proof, it)))
  const items = answers.map((it) => (it ? allOf(it, deps) : []))
  const formers = await Promise.all(
    slots.map(async (it, at) => (answers[at] ? null : formerAt(form, proof, it, deps))),
  )
  const files = await filesNamed(items.flatMap(rules.uploadsIn))
  return slots.map((slot, at) => {
    const post = posts.find((it) => it.path.startsWith(slot.path)) ?? posts[0]
    const known = {
      unit: slot.unitName,
      name: actor.name,
      post: post ? POST_WORDS[post.post] : '',
      mobile: person.phone ? deps.fields.open(person.phone) : '',
    }
    return {
      slot,
      form,
      answer: answers[at] ?? null,
      items: items[at] ?? [],
      files,
      former: formers[at] ?? null,
      prefill: rules.withKnown(formers[at]?.fitting ?? [], rules.prefillOf(form, known)),
    }
  })
}

export interface Said {
  unitId?: string | undefined
  answers: AnswerItem[]
  seen?: string | null | undefined
}

/**
 * A unit's office answers, or changes what a colleague has answered; or each for themselves. Sent twice it is one answer, and nobody
 * overwrites what they have not seen.
 */
export async function answer(
  proof: HoldersLetter,
  { unitId, answers, seen }: Said,
  now: Date,
  deps: Pick<Deps, 'fields' | 'wechat' | 'log'>,
) {
  const { letter, actor } = proof
  const form = openForm(letter)
  const opened = await recordOfStaff(proof, ['read'], now)
  const slot = slotsOf(form, opened.sheets).find((it) => !unitId || String(it.unitId) === unitId)
  if (!slot) throw new Refusal('not_found', '这封信没有发给这个单位')
  const kept = checked(form, answers)
  const there = await answerAt(form, proof, slot)
  if (there && isSame(keptOf(form, valuesOf(allOf(there, deps))), kept)) return opened
  const no = there && rules.objection(there, { dueOn: letter.dueOn, seen }, now)
  if (no) throw new Refusal('conflict', no)
  await refuseHarmful(
    { personId: actor.personId, scene: 'answer', texts: textsOf(form, kept) },
    deps,
    '写的话里有不合适的内容，请改一改再提交',
  )
  const answerId = there?._id ?? rules.answerIdOf(form, slot._id, actor.personId)
  try {
    await StaffAnswerModel.db.transaction(async () => {
      await write({ proof, form, slot, answerId, kept, there }, now, deps)
      await markSheets(rules.isOnce(form) ? [slot._id] : proof.sheetIds, actor.personId, ANSWERED, now)
      const place = { letterId: letter._id, personId: actor.personId, answerId }
      await useFiles(rules.uploadsIn(kept), place)
    })
  } catch (error) {
    if ((error as { code?: number }).code !== 11000) throw error
    // Two at once: a colleague's stands, and one's own second tap is the first.
    const other = await StaffAnswerModel.findById(answerId).lean<StaffAnswerRecord>()
    if (String(other?.personId) !== actor.personId)
      throw new Refusal('conflict', `${other?.by ?? '同事'}刚刚填好了这份回执，请看过再改`)
  }
  return recordOfStaff(proof, ['read'], now)
}

const ANSWERED = ['read', 'confirmed', 'answered'] as const

interface Given {
  proof: HoldersLetter
  form: LetterForm
  slot: Slot
  answerId: string
  kept: AnswerItem[]
  there: StaffAnswerRecord | null
}

async function write({ proof, form, slot, answerId, kept, there }: Given, now: Date, { fields }: Sealed) {
  const { items, apart } = parted(form, kept)
  const { letter, actor } = proof
  const said = {
    personId: new Types.ObjectId(actor.personId),
    by: actor.name,
    items,
    sealed: apart.length > 0 ? fields.seal(JSON.stringify(apart)) : '',
    version: letter.version,
    changedAt: now,
  }
  if (!there) {
    const { unitId, unitName, path } = slot
    const at = { letterId: letter._id, unitId, unitName, path }
    await StaffAnswerModel.create([{ _id: answerId, ...at, ...said, answeredAt: now, earlier: [] }])
    return
  }
  const before = { items: there.items, by: there.by, personId: there.personId, at: there.changedAt }
  const { matchedCount } = await StaffAnswerModel.updateOne(
    { _id: answerId, changedAt: there.changedAt },
    { $set: said, $push: { earlier: { $each: [before], $slice: -MOST_EARLIER } } },
  )
  if (matchedCount === 0) throw new Refusal('conflict', '同事刚刚改过这份回执，请看过再改')
}
