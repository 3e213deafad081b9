import type { UnitFigures } from '#contract/figures'
import type { UnitKind } from '#contract/org'
import type { Deps } from '../../../infra/deps.ts'
import { cached } from '../../../infra/redis.ts'
import * as courses from '../../courses/staff/service.ts'
import * as sheets from '../../letters/sheets/service.ts'
import * as families from '../../org/families/service.ts'
import type { UnitScope } from '../../org/policy.ts'
import { BELOW } from '../../org/tree/rules.ts'
import * as tree from '../../org/tree/service.ts'
import { sumOf, type UnitCounts } from './rules.ts'

/** Figures are kept this long: a district meeting looks at one set of numbers, not at a flicker. */
const KEPT_SECONDS = 8
const LETTER_DAYS = 30

interface Dashboard {
  countedAt: string
  total: UnitFigures
  children: UnitFigures[]
}

/** The figures of a unit and of each unit below it, counted on demand over covered indexes. */
export function dashboardOf(
  scope: UnitScope<'seeFigures'>,
  deps: Pick<Deps, 'redis' | 'clock'>,
): Promise<Dashboard> {
  return cached(deps.redis, `figures:dashboard:${scope.unitId}`, KEPT_SECONDS, () => count(scope, deps))
}

async function count(scope: UnitScope<'seeFigures'>, deps: Pick<Deps, 'redis' | 'clock'>) {
  const now = deps.clock.now()
  const kind = scope.kind === 'class' ? 'class' : BELOW[scope.kind]
  const since = new Date(now.getTime() - LETTER_DAYS * 86_400_000)
  const [units, activation, receipts, certified] = await Promise.all([
    scope.kind === 'class' ? tree.findUnits([scope.unitId]) : tree.childrenOf(scope.unitId),
    families.activationBy(scope, kind),
    sheets.readRateBy(scope, kind, { from: since, to: now }),
    certifiedBy(scope, kind, deps),
  ])
  const children = units.map((unit) => {
    const unitId = String(unit._id)
    const counts: UnitCounts = {
      families: activation.get(unitId)?.families ?? 0,
      activated: { done: activation.get(unitId)?.activated ?? 0, of: activation.get(unitId)?.families ?? 0 },
      read: { done: receipts.get(unitId)?.read ?? 0, of: receipts.get(unitId)?.expected ?? 0 },
      certified: certified.get(unitId) ?? { done: 0, of: 0 },
    }
    return { unitId, kind: unit.kind, name: unit.name, ...counts }
  })
  return {
    countedAt: now.toISOString(),
    total: { unitId: scope.unitId, kind: scope.kind, name: scope.fullName, ...sumOf(children) },
    children: scope.kind === 'class' ? [] : children,
  }
}

/** Families with and without the certificate, over all required programmes; a grade has one that it must pass. */
async function certifiedBy(
  scope: UnitScope<'seeFigures'>,
  kind: UnitKind,
  deps: Pick<Deps, 'redis' | 'clock'>,
) {
  const sums = new Map<string, { done: number; of: number }>()
  for (const programme of await courses.certifiedProgrammes(scope)) {
    const { rows, total } = await courses.completionOf(scope, programme, deps)
    for (const row of kind === scope.kind ? [total] : rows) {
      const sum = sums.get(row.unitId) ?? { done: 0, of: 0 }
      sums.set(row.unitId, { done: sum.done + row.completed, of: sum.of + row.families })
    }
  }
  return sums
}
