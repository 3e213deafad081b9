import type Router from '@koa/router'
import * as api from '#contract/org'
import { serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import * as accounts from '../../accounts/service.ts'
import { unitScope } from '../policy.ts'
import { presentUnit } from './present.ts'
import { BELOW, DEPTH, isWithin } from './rules.ts'
import * as tree from './service.ts'

export function treeRoutes(router: Router, { redis, clock }: Deps) {
  serve(router, api.readUnit, async ({ actor, unitId }) => {
    const scope = await unitScope(actor, unitId, 'look')
    const below = BELOW[scope.kind]
    const [onPath, children, counts, own] = await Promise.all([
      tree.unitsOnPath(scope.path),
      tree.childrenOf(unitId),
      tree.studentCounts(scope.path, below, redis),
      tree.studentCounts(scope.path, scope.kind, redis),
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
    }
  })

  serve(router, api.listStaff, async ({ actor, unitId, after }) => {
    const scope = await unitScope(actor, unitId, 'seeFigures')
    const { people, next } = await accounts.staffWithin(scope.path, after)
    const now = clock.now()
    const rows = people.flatMap((person) =>
      accounts
        .postsNow(person, now)
        .filter((it) => isWithin(it.path, scope.path))
        .map((it) => ({ personId: String(person._id), name: person.name, post: it.post, unitId: it.unitId })),
    )
    const names = await tree.fullNamesOf(rows.map((it) => it.unitId))
    return { staff: rows.map((it) => ({ ...it, unitName: names.get(it.unitId) ?? '' })), next }
  })
}
