import type Router from '@koa/router'
import * as api from '#contract/org'
import { serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { unitScope } from '../policy.ts'
import { presentUnit } from './present.ts'
import { BELOW, DEPTH, isWithin } from './rules.ts'
import * as tree from './service.ts'

export function treeRoutes(router: Router, { redis }: Deps) {
  serve(router, api.readUnit, async ({ actor, unitId }) => {
    // An auditor walks the tree too, to choose whose log to read; how many children there are is not theirs to know.
    const scope = await unitScope(actor, unitId, 'look', 'seeAudit')
    const counted = scope.may('look')
    const below = BELOW[scope.kind]
    const [onPath, children, counts, own] = await Promise.all([
      tree.unitsOnPath(scope.path),
      tree.childrenOf(unitId),
      counted ? tree.studentCounts(scope.path, below, redis) : new Map<string, number>(),
      counted ? tree.studentCounts(scope.path, scope.kind, redis) : new Map<string, number>(),
    ])
    const unit = onPath.at(-1)
    if (!unit) throw new Error('A proven unit is on its own path')
    // Above one's posts a name is shown, a figure is not.
    const reach = (path: string) => actor.posts.some((it) => isWithin(path, it.path))
    return {
      unit: presentUnit(unit, own.get(unitId) ?? 0),
      ancestors: onPath
        .slice(0, DEPTH[scope.kind])
        .filter((it) => reach(it.path))
        .map((it) => presentUnit(it, 0)),
      children: children.map((it) => presentUnit(it, counts.get(String(it._id)) ?? 0)),
      campuses: unit.campuses,
    }
  })
}
