import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type Router from '@koa/router'
import * as api from '#contract/certificates'
import { whileAsking } from '../../../http/asking.ts'
import { Refusal } from '../../../http/errors.ts'
import { openLink, sendDownload, signLink } from '../../../http/links.ts'
import { callerOf, serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import * as accounts from '../../accounts/service.ts'
import { approvalFor } from '../../audit/approvals/service.ts'
import * as audit from '../../audit/service.ts'
import { unitScope } from '../../org/policy.ts'
import type { PrintingRecord } from './model.ts'
import * as printing from './service.ts'

/** One PDF for the printer. The names of children leave the house with it: it needs what every export needs (条例 36). */
export function printingRoutes(router: Router, deps: Deps) {
  const { clock, env, log } = deps

  serve(router, api.beginPrinting, async ({ actor, caller: _, unitId, ...said }) => {
    const scope = await unitScope(actor, unitId, 'seeFamilies')
    await approvalFor(scope, 'exports', clock.now())
    const begun = await printing.begin(scope, said, clock.now())
    // The tick would find it within a minute; a class is ready before the person has looked up.
    printing
      .workThrough(deps)
      .catch((error: unknown) => log.error({ err: error }, 'certificates not printed'))
    return present(begun, actor.personId)
  })

  serve(router, api.listPrintings, async ({ actor, unitId }) => {
    const scope = await unitScope(actor, unitId, 'seeFamilies')
    const found = await printing.printingsOf(scope)
    return { printings: found.map((it) => present(it, actor.personId)) }
  })

  router.get('/certificate-printings/:printingId', async (ctx) => {
    const { personId } = openLink(ctx, clock.now(), env)
    const found = await printing.findPrinting(ctx.params.printingId ?? '')
    if (!found?.file) throw new Refusal('not_found', '没有这份文件')
    const actor = await accounts.staffActor(personId, clock.now())
    const scope = await unitScope(actor, String(found.unitId), 'seeFamilies')
    await whileAsking({ actor, caller: callerOf(ctx) }, () =>
      audit.record(
        'certificates.printed',
        { unit: scope, detail: `${found.programmeTitle}，${found.total}张` },
        clock.now(),
      ),
    )
    const path = printing.fileOf(found, deps)
    const info = await stat(path).catch(() => null)
    if (!info) throw new Refusal('not_found', '文件只保留七天，请重新做一份')
    sendDownload(ctx, {
      bytes: createReadStream(path),
      type: 'application/pdf',
      name: `家庭教育绿证_${found.unitName}_${found.total}张.pdf`,
    })
    ctx.length = info.size
  })

  const present = (it: PrintingRecord, personId: string) => ({
    id: String(it._id),
    programmeTitle: it.programmeTitle,
    unitName: it.unitName,
    status: it.status,
    total: it.total,
    done: it.done,
    askedAt: it.askedAt.toISOString(),
    link:
      it.status === 'done'
        ? signLink(`/certificate-printings/${String(it._id)}`, personId, clock.now(), env)
        : null,
  })
}
