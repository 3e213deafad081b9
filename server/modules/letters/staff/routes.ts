import type Router from '@koa/router'
import { answerMyStaffLetter } from '#contract/staff-answers'
import * as api from '#contract/staff-letters'
import { serve } from '../../../http/serve.ts'
import { shanghaiDay } from '../../../infra/clock.ts'
import type { Deps } from '../../../infra/deps.ts'
import { childrenOf, fullNamesOf } from '../../org/tree/service.ts'
import { hiddenWithin } from '../looks/service.ts'
import { letterWithin } from '../policy.ts'
import { maySeeNames, mayRemind, staffNamesWithin } from './office/policy.ts'
import { presentReceipt } from './answers/present.ts'
import { answer, receiptsOf } from './answers/service.ts'
import { correctionForStaff } from './editions/service.ts'
import { type HoldersLetter, letterForStaff } from './policy.ts'
import { presentStaffLetter, presentStaffLine, presentStaffRows } from './present.ts'
import { NO_STAFF } from './rules.ts'
import * as staff from './service.ts'

export function staffLetterRoutes(router: Router, deps: Deps) {
  const { clock } = deps
  serve(router, api.listMyStaffLetters, async ({ actor, only, after }) => {
    const now = clock.now()
    if (only === 'todo') {
      return { letters: (await staff.openLettersToStaff(actor, now)).map(presentStaffLine), next: null }
    }
    const { lines, next } = await staff.lettersToStaff(actor, after, now)
    return { letters: lines.map(presentStaffLine), next }
  })

  serve(router, api.openMyStaffLetter, async ({ actor, letterId }) => {
    const proof = await letterForStaff(actor, letterId)
    return shown(proof, await staff.recordOfStaff(proof, ['read'], clock.now()))
  })

  serve(router, api.confirmMyStaffLetter, async ({ actor, letterId }) => {
    const proof = await letterForStaff(actor, letterId)
    return shown(proof, await staff.recordOfStaff(proof, ['read', 'confirmed'], clock.now()))
  })

  serve(router, answerMyStaffLetter, async ({ actor, letterId, ...said }) => {
    const proof = await letterForStaff(actor, letterId)
    return shown(proof, await answer(proof, said, clock.now(), deps))
  })

  async function shown(proof: HoldersLetter, opened: Awaited<ReturnType<typeof staff.recordOfStaff>>) {
    const { letter, actor } = proof
    const mayAnswer = letter.status === 'sent' && !letter.supersededBy
    const isOver = Boolean(letter.dueOn && letter.dueOn < shanghaiDay(clock.now()))
    const receipts = await receiptsOf(proof, opened, deps)
    const correction = await correctionForStaff(proof, opened.schoolName)
    const reader = { personId: actor.personId, mayAnswer, isOver }
    return presentStaffLetter(
      opened,
      await hiddenWithin(letter),
      receipts.map((it) => presentReceipt(it, reader)),
      correction,
    )
  }

  serve(router, api.readStaffFigures, async ({ actor, letterId, unitId }) => {
    const inScope = await letterWithin(actor, letterId, unitId, 'seeFigures')
    const { letter, scope } = inScope
    const found = new Map((await staff.staffFigures(inScope)).map((it) => [it.unitId, it]))
    const here = {
      _id: unitId,
      kind: scope.kind,
      name: scope.kind === 'school' ? scope.name : `${scope.name}本级`,
    }
    const units = [...(scope.kind === 'school' ? [] : await childrenOf(unitId)), here]
    const rows = units.flatMap((it) => {
      const tally = found.get(String(it._id))
      return tally ? [{ ...tally, unitId: String(it._id), kind: it.kind, name: it.name }] : []
    })
    const total = rows.reduce(
      (sum, it) => ({
        expected: sum.expected + it.expected,
        read: sum.read + it.read,
        confirmed: sum.confirmed + it.confirmed,
        ...(letter.form && {
          answered: (sum.answered ?? 0) + (it.answered ?? 0),
          asked: (sum.asked ?? 0) + (it.asked ?? 0),
        }),
      }),
      NO_STAFF,
    )
    const unit = { id: unitId, kind: scope.kind, name: scope.fullName }
    return { unit, total, rows, abilities: { seeNames: maySeeNames(inScope), remind: mayRemind(inScope) } }
  })

  serve(router, api.readStaffSheet, async ({ actor, letterId, unitId }) => {
    const named = await staff.namedStaffSheet(await staffNamesWithin(actor, letterId, unitId))
    const units = await fullNamesOf(named.people.flatMap((it) => it.posts.map((one) => String(one.unitId))))
    const { expected, read, confirmed } = named.sheet ?? NO_STAFF
    const { unitName } = named
    return { unitName, tally: { expected, read, confirmed }, rows: presentStaffRows(named, units) }
  })
}
