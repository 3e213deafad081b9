import type Router from '@koa/router'
import * as api from '#contract/letter-answers'
import { answerMyLetter } from '#contract/letters'
import { Refusal } from '../../../http/errors.ts'
import { signLink } from '../../../http/links.ts'
import { DONE, serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import * as audit from '../../audit/service.ts'
import { ownChild } from '../../org/policy.ts'
import { childrenOf } from '../../org/tree/service.ts'
import { presentOpened } from '../mine/routes.ts'
import { withNames } from '../mine/service.ts'
import { papersOn } from '../sheets/present.ts'
import { isSender, letterForChild, letterWithin } from '../policy.ts'
import { enter, enterMany, enterRows } from './entries/service.ts'
import { undo } from './entries/undoing/service.ts'
import { settle } from './settling/service.ts'
import { answerFigures, optionCounts } from './figures/service.ts'
import { hiddenPictures } from '../pictures/service.ts'
import { picturesIn, presentRow } from './present.ts'
import { familiesOn } from './reading/service.ts'
import { allOf, answer, openForm } from './service.ts'

export function answerRoutes(router: Router, deps: Deps) {
  const { clock, env, fields, redis } = deps
  const linkFor = (personId: string) => (pictureId: string) =>
    signLink(`/letter-pictures/${pictureId}?as=staff`, personId, clock.now(), env)

  serve(router, answerMyLetter, async ({ actor, studentId, letterId, answers }) => {
    const proof = await letterForChild(await ownChild(actor, studentId), letterId)
    const now = clock.now()
    const sheet = await answer(proof, answers, now, deps)
    return presentOpened(await withNames(proof, sheet), now, deps)
  })

  serve(router, api.readAnswerFigures, async ({ actor, letterId, unitId }) => {
    const { letter, scope } = await letterWithin(actor, letterId, unitId, 'seeFigures')
    const form = letter.form ?? openForm(letter)
    const { rows, counts } = await answerFigures(letter, form, scope, redis)
    const units = scope.kind === 'class' ? [] : await childrenOf(unitId)
    const sum = (of: 'answered' | 'conflicts') => rows.reduce((total, it) => total + it[of], 0)
    return {
      form,
      answered: sum('answered'),
      conflicts: sum('conflicts'),
      counts,
      rows: units.flatMap((it) => {
        const row = rows.find((one) => one.unitId === String(it._id))
        return row ? [{ ...row, kind: it.kind, name: it.name }] : []
      }),
    }
  })

  serve(router, api.readAnswers, async ({ actor, letterId, classId }) => {
    const inScope = await letterWithin(actor, letterId, classId, 'seeFamilies')
    const { letter, scope } = inScope
    const { sheet, families } = await familiesOn(inScope)
    await audit.namesSeen('answers.read', scope, clock.now(), `《${letter.title}》`)
    const { form = null } = letter
    const reading = form && {
      form,
      reader: null,
      itemsOf: (it: Parameters<typeof allOf>[0]) => allOf(it, { fields }),
      seesReasons: isSender(actor, letter),
      pictureOf: linkFor(actor.personId),
      hidden: await hiddenPictures(
        families.flatMap((it) => picturesIn(it.answers.flatMap((one) => one.items))),
      ),
    }
    const isOpen = letter.status === 'sent' && !letter.supersededBy && scope.may('writeLetters')
    return {
      className: sheet.className,
      form,
      rows: families.map((it) => presentRow(it, reading, papersOn(sheet, linkFor(actor.personId)))),
      counts: form ? await optionCounts(letter._id, form, scope.path) : [],
      conflicts: families.filter((it) => it.isConflict).length,
      abilities: { enter: isOpen, settle: isOpen },
    }
  })

  serve(router, api.enterAnswer, async ({ actor, caller: _, letterId, classId, ...entry }) => {
    const inScope = await ofWriter(await letterWithin(actor, letterId, classId, 'seeFamilies'))
    await enter(inScope, entry, actor, clock.now(), { fields })
    const { scope, letter } = inScope
    const studentIds = [entry.studentId]
    await audit.record(
      'answer.entered',
      { unit: scope, studentIds, detail: `《${letter.title}》` },
      clock.now(),
    )
    return DONE
  })

  serve(router, api.enterForMany, async ({ actor, caller: _, letterId, classId, ...entry }) => {
    const inScope = await ofWriter(await letterWithin(actor, letterId, classId, 'seeFamilies'))
    const { entered, skipped } = await enterMany(inScope, entry, actor, clock.now(), { fields })
    const { scope, letter } = inScope
    const detail = `《${letter.title}》${entered.length}家`
    if (entered.length > 0)
      await audit.record('answer.entered', { unit: scope, studentIds: entered, detail }, clock.now())
    return { entered: entered.length, skipped }
  })

  serve(router, api.enterTable, async ({ actor, caller: _, letterId, classId, ...table }) => {
    const inScope = await ofWriter(await letterWithin(actor, letterId, classId, 'seeFamilies'))
    const done = await enterRows(inScope, table, actor, clock.now(), { fields })
    const { scope, letter } = inScope
    const detail = `《${letter.title}》${done.entered.length}家`
    if (done.entered.length > 0)
      await audit.record('answer.entered', { unit: scope, studentIds: done.entered, detail }, clock.now())
    return done
  })

  serve(router, api.undoEntries, async ({ actor, letterId, classId, studentIds }) => {
    const inScope = await ofWriter(await letterWithin(actor, letterId, classId, 'seeFamilies'))
    const undone = await undo(inScope, studentIds, clock.now())
    const { scope, letter } = inScope
    await audit.record(
      'answer.undone',
      { unit: scope, studentIds, detail: `《${letter.title}》` },
      clock.now(),
    )
    return { undone }
  })

  serve(router, api.settleConflict, async ({ actor, caller: _, letterId, classId, ...said }) => {
    const inScope = await ofWriter(await letterWithin(actor, letterId, classId, 'seeFamilies'))
    await settle(inScope, said, actor, clock.now())
    const { scope, letter } = inScope
    const detail = `《${letter.title}》：${said.decision}`
    await audit.record('answer.settled', { unit: scope, studentIds: [said.studentId], detail }, clock.now())
    return DONE
  })
}

/** Who may ask families may also write down what they say. */
async function ofWriter<T extends Awaited<ReturnType<typeof letterWithin<'seeFamilies'>>>>(
  inScope: T,
): Promise<T> {
  if (!inScope.scope.may('writeLetters')) throw new Refusal('forbidden', '您的岗位不能替家长登记')
  return inScope
}
