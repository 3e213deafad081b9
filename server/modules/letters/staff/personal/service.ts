import { Types } from 'mongoose'
import type { Deps } from '../../../../infra/deps.ts'
import { linesOf } from '../../answers/present.ts'
import { LetterModel, type LetterRecord } from '../../model.ts'
import { StaffAnswerModel, type StaffAnswerRecord } from '../answers/model.ts'
import { allOf } from '../answers/service.ts'

const MOST = 1000

/** What somebody who holds or held a post filled in below letters to it. */
export async function staffReceiptsOf(personId: string, deps: Pick<Deps, 'fields'>) {
  const answers = await StaffAnswerModel.find({ personId: new Types.ObjectId(personId) })
    .sort({ letterId: -1 })
    .limit(MOST)
    .lean<StaffAnswerRecord[]>()
  const letters = await LetterModel.find(
    { _id: { $in: answers.map((it) => it.letterId) } },
    { title: 1, form: 1 },
  ).lean<Pick<LetterRecord, '_id' | 'title' | 'form'>[]>()
  return answers.flatMap((it) => {
    const letter = letters.find((one) => one._id.equals(it.letterId))
    if (!letter?.form) return []
    const lines = linesOf(letter.form, allOf(it, deps), { isOpen: true, seesReasons: true })
    const said = lines.map(({ label, text }) => `${label}：${text}`).join('；')
    return [{ title: letter.title, what: '填表' as const, at: it.changedAt, said }]
  })
}

/** What was chosen, and the papers: not what somebody wrote, nor a number. */
const keptOf = (items: string) => ({
  $filter: {
    input: items,
    cond: {
      $or: [
        { $isArray: '$$this.value' },
        { $isArray: '$$this.value.files' },
        { $isArray: '$$this.value.pictures' },
      ],
    },
  },
})

/**
 * Takes a person's words and numbers out of the receipts they filled in for their office; what was chosen is counted as before, and the
 * stamped papers stay with the office they speak for. Harmless twice.
 */
export async function forgetStaffAnswers(personId: string) {
  const mine = new Types.ObjectId(personId)
  await StaffAnswerModel.collection.updateMany({ personId: mine }, [
    { $set: { items: keptOf('$items'), sealed: '' } },
  ])
  await StaffAnswerModel.collection.updateMany({ 'earlier.personId': mine }, [
    {
      $set: {
        earlier: {
          $map: {
            input: '$earlier',
            as: 'was',
            in: {
              $cond: [
                { $eq: ['$$was.personId', mine] },
                {
                  $mergeObjects: ['$$was', { items: keptOf('$$was.items') }],
                },
                '$$was',
              ],
            },
          },
        },
      },
    },
  ])
}
