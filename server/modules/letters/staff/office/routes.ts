import { Readable } from 'node:stream'
import type Router from '@koa/router'
import type { RouterContext } from '@koa/router'
import * as api from '#contract/staff-answers'
import { whileAsking } from '../../../../http/asking.ts'
import { openLink, sendDownload, signLink } from '../../../../http/links.ts'
import { callerOf, serve } from '../../../../http/serve.ts'
import { shanghaiDay } from '../../../../infra/clock.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { watermarkOf } from '../../../../infra/sheets/cells.ts'
import { zipped } from '../../../../infra/zipping.ts'
import { staffActor } from '../../../accounts/service.ts'
import { requireFew } from '../../../audit/numbers/service.ts'
import { whyInWords } from '../../../audit/numbers/rules.ts'
import * as audit from '../../../audit/service.ts'
import { exportName } from '../../exports/rules.ts'
import { linkForOffice } from '../files/routes.ts'
import { staffNamesWithin, type StaffNames } from './policy.ts'
import { presentAnswerRow, presentStaffWorkbook } from './present.ts'
import * as office from './service.ts'

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/** What the office that wrote a letter to staff, and whoever answers for a school's posts, see of its answers. */
export function staffOfficeRoutes(router: Router, deps: Deps) {
  const { clock, env, fields } = deps
  const seen = ({ letter, scope }: StaffNames) =>
    audit.view('staffAnswers.read', scope, { detail: `《${letter.title}》` }, clock.now())

  serve(router, api.readStaffAnswers, async ({ actor, letterId, unitId, after }) => {
    const names = await staffNamesWithin(actor, letterId, unitId)
    const { form } = names.letter
    if (!form || !names.letter.staff) return { form: null, counts: [], rows: [], next: null, files: 0 }
    await seen(names)
    const { answers, files, next } = await office.answersBelow(names, after)
    const linkOf = linkForOffice(unitId, actor.personId, clock.now(), env)
    return {
      form,
      counts: after ? [] : await office.optionsBelow(names, form),
      rows: answers.map((it) => presentAnswerRow(it, { form, files, linkOf, fields })),
      next,
      files: after ? 0 : await office.countPapers(names),
    }
  })

  serve(router, api.listStaffMissing, async ({ actor, letterId, unitId, after }) =>
    office.missingBelow(await staffNamesWithin(actor, letterId, unitId), after),
  )

  serve(router, api.showStaffNumber, async ({ actor, letterId, unitId, answerId, code, reason, words }) => {
    const now = clock.now()
    const names = await staffNamesWithin(actor, letterId, unitId)
    const answer = await office.answerBelow(names, answerId)
    const { form, title } = names.letter
    const phone = form ? await office.phoneIn(answer, form, code, deps) : null
    if (phone === null) return { phone }
    await requireFew(actor.personId, now)
    const detail = whyInWords(`${answer.unitName}在《${title}》回执里留的手机号`, reason, words)
    // Written before the number leaves: what is not in the log was not shown.
    await audit.record('phone.shown', { unit: names.scope, personId: String(answer.personId), detail }, now)
    return { phone }
  })

  serve(router, api.exportStaffSheet, async ({ actor, letterId, unitId }) => {
    const names = await staffNamesWithin(actor, letterId, unitId)
    await office.sheetsForExport(names)
    const path = `/staff-exports/${letterId}?unit=${unitId}` as const
    return { link: signLink(path, actor.personId, clock.now(), env), name: nameOf(names) }
  })

  serve(router, api.exportStaffFiles, async ({ actor, letterId, unitId }) => {
    const names = await staffNamesWithin(actor, letterId, unitId)
    await office.papersBelow(names, deps)
    const path = `/staff-archives/${letterId}?unit=${unitId}` as const
    return { link: signLink(path, actor.personId, clock.now(), env), name: archiveOf(names) }
  })

  router.get('/staff-exports/:letterId', async (ctx: RouterContext) => {
    const { actor, names } = await behind(ctx)
    const now = clock.now()
    await taken(ctx, actor, names, '教职工签收单')
    const sheets = await office.sheetsForExport(names)
    const [units, answers] = await Promise.all([
      office.peopleOn(names, sheets),
      office.answersForExport(names),
    ])
    const watermark = watermarkOf({ name: actor.name, unit: names.scope }, now)
    const bytes = await presentStaffWorkbook(names.letter, { units, answers }, { watermark, fields })
    sendDownload(ctx, { bytes, type: XLSX, name: nameOf(names) })
  })

  router.get('/staff-archives/:letterId', async (ctx: RouterContext) => {
    const { actor, names } = await behind(ctx)
    const papers = await office.papersBelow(names, deps)
    await taken(ctx, actor, names, '回执的文件')
    sendDownload(ctx, {
      bytes: Readable.from(zipped(papers)),
      type: 'application/zip',
      name: archiveOf(names),
    })
  })

  /** The person a link was made for, and what they may see at this moment. */
  async function behind(ctx: RouterContext) {
    const actor = await staffActor(openLink(ctx, clock.now(), env).personId, clock.now())
    const unitId = String(ctx.query.unit ?? '')
    return { actor, names: await staffNamesWithin(actor, ctx.params.letterId ?? '', unitId) }
  }

  const taken = (
    ctx: RouterContext,
    actor: Awaited<ReturnType<typeof staffActor>>,
    { letter, scope }: StaffNames,
    what: string,
  ) =>
    whileAsking({ actor, caller: callerOf(ctx) }, () =>
      audit.record(
        'staffAnswers.exported',
        { unit: scope, detail: `${what}《${letter.title}》` },
        clock.now(),
      ),
    )
}

const stemOf = ({ letter, scope }: StaffNames) => [
  ...[scope.name, letter.title, shanghaiDay(letter.sentAt ?? letter.createdAt)],
]
const nameOf = (names: StaffNames) =>
  exportName([...stemOf(names).slice(0, 2), '教职工签收单', stemOf(names)[2] ?? ''])
const archiveOf = (names: StaffNames) => `${stemOf(names).join('_')}_文件.zip`
