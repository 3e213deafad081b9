// A worker of its own that promotes and has the letters follow, until nothing is left: started by a test with its environment, and killed by it.
import { setTimeout as sleep } from 'node:timers/promises'
import { readEnv } from '../../server/env.ts'
import { openDeps } from '../../server/infra/open.ts'
import { letterTick } from '../../server/modules/letters/jobs.ts'
import { LateComerModel } from '../../server/modules/letters/latecomers/model.ts'
import { workThroughPromotions } from '../../server/modules/org/promotion/jobs.ts'
import { PromotionModel } from '../../server/modules/org/promotion/model.ts'

const deps = await openDeps(readEnv(process.env))
for (;;) {
  await workThroughPromotions(deps)
  // Short slices, as with much to do: what is noted is followed while more is being noted.
  await letterTick({ ...deps, sliceMs: 200 })
  const isUnderWay = await PromotionModel.exists({ status: { $in: ['applying', 'undoing'] } })
  if (!isUnderWay && (await LateComerModel.countDocuments()) === 0) break
  await sleep(50)
}
await deps.close()
