import type { AnswerItem } from '#contract/letter-form'
import type { Deps } from '../../../../infra/deps.ts'
import { type AnswerRecord, AnswerModel, VoidedAnswerModel } from '../model.ts'
import { allOf } from '../service.ts'

const isDrawn = ({ value }: AnswerItem) => typeof value === 'object' && 'strokes' in value

/**
 * Seals handwriting that stood open among the answers of a form, and in their earlier versions, which keep none. Asks for
 * the answer it has read: one that is changed meanwhile has been sealed by that.
 */
export async function sealOldHands(deps: Pick<Deps, 'fields'>): Promise<number> {
  let sealed = 0
  for (const model of [AnswerModel, VoidedAnswerModel]) {
    const open = model.collection.find<AnswerRecord>({
      $or: [
        { 'items.value.strokes': { $exists: true } },
        { 'earlier.items.value.strokes': { $exists: true } },
      ],
    })
    for await (const it of open) {
      const apart = allOf(it, deps).filter((one) => isDrawn(one) || !it.items.includes(one))
      const { modifiedCount } = await model.collection.updateOne(
        { _id: it._id as never, changedAt: it.changedAt },
        {
          $set: {
            items: it.items.filter((one) => !isDrawn(one)),
            sealedPhones: apart.length > 0 ? deps.fields.seal(JSON.stringify(apart)) : '',
            earlier: it.earlier.map((was) => ({ ...was, items: was.items.filter((one) => !isDrawn(one)) })),
          },
        },
      )
      sealed += modifiedCount
    }
  }
  return sealed
}
