import type Router from '@koa/router'
import * as api from '#contract/letters'
import { Refusal } from '../../../http/errors.ts'
import { signLink } from '../../../http/links.ts'
import { serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import * as audit from '../../audit/service.ts'
import { childrenOf } from '../../org/tree/service.ts'
import { letterWithin } from '../policy.ts'
import { PAUSE_MS, remind } from '../reminders/service.ts'
import { ringsAt } from '../../notify/reach/service.ts'
import { staffNamesWithin } from '../staff/office/policy.ts'
import { remindStaff } from '../staff/reminders/service.ts'
import { presentVoided } from '../voiding/present.ts'
import { voidedOn } from '../voiding/service.ts'
import { presentRows } from './present.ts'
import * as sheets from './service.ts'

const sumOf = (rows: { objected: number; open: number }[]) => ({
  objected: rows.reduce((sum, it) => sum + it.objected, 0),
  open: rows.reduce((sum, it) => sum + it.open, 0),
})

export function sheetRoutes(router: Router, { clock, env, redis }: Deps) {
  serve(router, api.readLetterFigures, async ({ actor, letterId, unitId }) => {
    const { letter, scope } = await letterWithin(actor, letterId, unitId, 'seeFigures')
    const figures = await sheets.figuresOf(letter, scope, redis, clock.now())
    const units = scope.kind === 'class' ? [] : await childrenOf(unitId)
    return {
      unit: { id: unitId, kind: scope.kind, name: scope.fullName },
      total: figures.total,
      ...sumOf(Object.values(figures.opinions)),
      rows: units.flatMap((it) => {
        const tally = figures.rows[String(it._id)]
        return tally
          ? [
              {
                unitId: String(it._id),
                kind: it.kind,
                name: it.name,
                ...tally,
                ...figures.opinions[String(it._id)],
              },
            ]
          : []
      }),
      countedAt: figures.countedAt,
    }
  })

  serve(router, api.readSheet, async ({ actor, letterId, classId }) => {
    const inScope = await letterWithin(actor, letterId, classId, 'seeFamilies')
    const named = await sheets.namedSheet(inScope)
    await audit.namesSeen('sheet.read', inScope.scope, clock.now(), `《${inScope.letter.title}》`)
    const { className, remindedAt, expected, reached, read, confirmed, signed } = named.sheet
    const again = new Date(remindedAt.getTime() + PAUSE_MS)
    return {
      className,
      confirmation: named.confirmation,
      tally: { expected, reached, read, confirmed, signed },
      rows: presentRows(named, (id) =>
        signLink(`/letter-pictures/${id}?as=staff`, actor.personId, clock.now(), env),
      ),
      voided: presentVoided(await voidedOn(named.sheet)),
      remindAfter: again > clock.now() ? again.toISOString() : null,
    }
  })

  serve(router, api.remindUnread, async ({ actor, letterId, unitId }) => {
    const inScope = await letterWithin(actor, letterId, unitId, 'writeLetters')
    const now = clock.now()
    const rings = { ringsAt: ringsAt(now)?.toISOString() ?? null }
    if (inScope.letter.staff) {
      const names = await staffNamesWithin(actor, letterId, unitId)
      return { ...(await remindStaff(names, now, { env })), ...rings }
    }
    if (!inScope.scope.may('seeFigures')) throw new Refusal('forbidden', '您的岗位不能提醒家长')
    return { ...(await remind(inScope, now, { env })), ...rings }
  })
}
