import type { Deps } from '../../../infra/deps.ts'
import { SurveyModel, SurveyResultModel } from '../model.ts'
import { pseudonymOf } from '../mine/service.ts'

const BATCH = 500

/** Forgets a person's results in surveys that were asked before and after a course: they are found by their pseudonym alone. Harmless twice. */
export async function forgetResults(personId: string, { env }: Pick<Deps, 'env'>) {
  const pairs = await SurveyModel.find({ wave: 'before' }, { _id: 1 }).lean()
  for (let at = 0; at < pairs.length; at += BATCH) {
    const mine = pairs
      .slice(at, at + BATCH)
      .flatMap(({ _id }) =>
        (['before', 'after'] as const).map(
          (wave) => `${String(_id)}:${wave}:${pseudonymOf(_id, personId, env)}`,
        ),
      )
    await SurveyResultModel.deleteMany({ _id: { $in: mine } })
  }
}
