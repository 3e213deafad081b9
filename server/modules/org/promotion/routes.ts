import type Router from '@koa/router'
import * as api from '#contract/promotion'
import { DONE, serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { findStudents } from '../families/service.ts'
import { unitScope } from '../policy.ts'
import { findUnits } from '../tree/service.ts'
import { workThroughPromotions } from './jobs.ts'
import type { MoveRecord, PromotionRecord } from './model.ts'
import { movesOf, planClass } from './plan/service.ts'
import { ownPromotion } from './policy.ts'
import { presentMove, presentPromotion } from './present.ts'
import * as promotions from './service.ts'

export function promotionRoutes(router: Router, deps: Deps) {
  const { clock } = deps

  serve(router, api.beginPromotion, async ({ actor, unitId }) =>
    shown(await promotions.begin(await unitScope(actor, unitId, 'keepTree'), actor)),
  )

  serve(router, api.listPromotions, async ({ actor, unitId }) => {
    const now = clock.now()
    const found = await promotions.promotionsOf(await unitScope(actor, unitId, 'keepTree'), now)
    return { ...found, promotions: found.promotions.map((it) => presentPromotion(it, now)) }
  })

  serve(router, api.readPromotion, async ({ actor, promotionId }) =>
    shown((await ownPromotion(actor, promotionId)).job),
  )

  serve(router, api.listPromotionMoves, async ({ actor, promotionId, schoolId }) => {
    const { job } = await ownPromotion(actor, promotionId)
    return { moves: await shownMoves(await movesOf(job._id, schoolId)) }
  })

  serve(router, api.planPromotionClass, async ({ actor, promotionId, classId, mergeWith, ...plan }) => {
    const { job } = await ownPromotion(actor, promotionId)
    return { moves: await shownMoves(await planClass(job, classId, { ...plan, mergeWith })) }
  })

  serve(router, api.applyPromotion, async ({ actor, promotionId }) => {
    const { job } = await ownPromotion(actor, promotionId)
    const confirmed = await promotions.confirm(job._id, actor)
    work()
    return shown(confirmed)
  })

  serve(router, api.undoPromotion, async ({ actor, promotionId }) => {
    const { job } = await ownPromotion(actor, promotionId)
    const undoing = await promotions.confirmUndo(job._id, actor, clock.now())
    work()
    return shown(undoing)
  })

  serve(router, api.discardPromotion, async ({ actor, promotionId }) => {
    const { job } = await ownPromotion(actor, promotionId)
    await promotions.discard(job._id)
    return DONE
  })

  /** In the background of this process; whatever it leaves undone, the worker's tick takes up. */
  function work() {
    void workThroughPromotions(deps).catch((error: unknown) =>
      deps.log.error({ err: error }, 'promotion work'),
    )
  }

  async function shown(job: PromotionRecord): Promise<api.Promotion> {
    const rows = await promotions.schoolsOf(job._id)
    const schools = await findUnits(rows.map((it) => String(it._id)))
    const names = new Map(schools.map((it) => [String(it._id), it.name]))
    return {
      ...presentPromotion(job, clock.now()),
      schools: rows.map(({ _id, ...row }) => ({
        schoolId: String(_id),
        name: names.get(String(_id)) ?? '',
        ...row,
      })),
    }
  }
}

async function shownMoves(moves: MoveRecord[]) {
  const kept = await findStudents(moves.flatMap((it) => it.keptIds.map(String)))
  const names = new Map(kept.map((it) => [String(it._id), it.name]))
  return moves.map((it) => presentMove(it, names))
}
