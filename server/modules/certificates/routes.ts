import type Router from '@koa/router'
import * as api from '#contract/certificates'
import { Refusal } from '../../http/errors.ts'
import { openLink, sendDownload, signLink } from '../../http/links.ts'
import { serve } from '../../http/serve.ts'
import type { Deps } from '../../infra/deps.ts'
import { findApproval } from '../audit/approvals/service.ts'
import * as audit from '../audit/service.ts'
import { unitScope } from '../org/policy.ts'
import { badgeOf } from './badges/service.ts'
import { freezeIfMissing } from './copies/service.ts'
import type { CertificateRecord } from './model.ts'
import { classOf, holder } from './policy.ts'
import { presentHolder, presentMine, presentRow, presentVerified } from './present.ts'
import * as register from './register/service.ts'
import * as certificates from './service.ts'
import { badgeLink, countCheck, findForHolder, findOriginal } from './verify/service.ts'

export function certificateRoutes(router: Router, deps: Deps) {
  const { clock, env, redis, files } = deps
  const link = (certificateId: unknown, copy: 'pdf' | 'picture', personId: string) =>
    signLink(`/certificates/${String(certificateId)}/copies/${copy}`, personId, clock.now(), env)
  const linksTo = (it: CertificateRecord, personId: string) => ({
    pdf: it.pdf ? link(it._id, 'pdf', personId) : null,
    picture: it.picture ? link(it._id, 'picture', personId) : null,
  })

  serve(router, api.listMyCertificates, async ({ actor }) => {
    const mine = await certificates.certificatesOf(actor.personId)
    return { certificates: mine.map((it) => presentMine(it, clock.now())) }
  })

  serve(router, api.readMyCertificate, async ({ actor, certificateId }) => {
    const mine = await certificates.findOwn(holder(actor), certificateId)
    return {
      certificate: presentMine(mine, clock.now()),
      // The copies name the child, as they did on the day of issue.
      copies: mine.isChildHidden ? { pdf: null, picture: null } : linksTo(mine, actor.personId),
      verifyAddress: `${env.ORIGIN}/verify/${mine.number}`,
      badge: badgeLink(mine, deps, actor.personId),
    }
  })

  serve(router, api.verifyHolder, async ({ number, holder: name, caller }) => {
    const found = await findForHolder(number, name, caller.ip, redis)
    return presentHolder(found, badgeLink(found, deps), clock.now())
  })

  serve(router, api.verifyCopy, async ({ sha256, caller }) => {
    await countCheck(caller.ip, redis)
    const found = await findOriginal(sha256)
    if (!found) throw new Refusal('not_found', '这不是平台发出的原件，或者内容被改动过')
    return presentVerified(found, clock.now())
  })

  serve(router, api.verifyCertificate, async ({ number, caller }) => {
    await countCheck(caller.ip, redis)
    const found = await certificates.findByNumber(number)
    if (!found) throw new Refusal('not_found', '没有查到这个编号的绿证，请检查每一位数字')
    return presentVerified(found, clock.now())
  })

  serve(router, api.listCertificates, async ({ actor, unitId, ...wanted }) => {
    const scope = await unitScope(actor, unitId, 'seeFigures')
    const [page, counts] = await Promise.all([
      register.certificatesIn(scope, wanted, clock.now()),
      register.countStates(scope, clock.now()),
    ])
    // Who sees figures only, or has no approval for the names (条例 36), reads them masked.
    const seesFamilies =
      scope.may('seeFamilies') && (await findApproval(scope, 'names', clock.now())) !== null
    const isByName = wanted.search !== undefined && scope.may('seeFamilies')
    if (seesFamilies || isByName) await audit.namesSeen('certificates.listed', scope, clock.now())
    const reader = { seesFamilies, mayRevoke: scope.may('revokeCertificates') }
    return {
      certificates: page.certificates.map((it) => presentRow(it, reader, clock.now())),
      next: page.next,
      counts,
      abilities: { searchNames: seesFamilies },
    }
  })

  serve(router, api.readCertificateCopies, async ({ actor, certificateId }) => {
    const found = await certificates.findCertificate(certificateId)
    const scope = await classOf(actor, found, 'seeFamilies')
    const studentIds = found?.families.map((it) => String(it.studentId))
    const detail = `绿证 ${found?.number ?? ''}`
    await audit.record('certificate.opened', { unit: scope, studentIds, detail }, clock.now())
    return found ? linksTo(found, actor.personId) : { pdf: null, picture: null }
  })

  serve(router, api.revokeCertificate, async ({ actor, certificateId, reason }) => {
    const scope = await classOf(
      actor,
      await certificates.findCertificate(certificateId),
      'revokeCertificates',
    )
    const revoked = await register.revoke(scope, certificateId, reason, clock.now())
    return {
      id: certificateId,
      state: 'revoked' as const,
      revokedAt: (revoked.revokedAt ?? clock.now()).toISOString(),
    }
  })

  serve(router, api.replaceCertificate, async ({ actor, certificateId, caller: _, ...correction }) => {
    const old = await certificates.findCertificate(certificateId)
    const scope = await classOf(actor, old, 'revokeCertificates')
    if (!scope.may('seeFamilies')) throw new Refusal('forbidden', '您的岗位看不到姓名，不能更正')
    const replaced = await register.replace(scope, certificateId, correction, clock.now())
    const studentIds = replaced.families.map((it) => String(it.studentId))
    const detail = `绿证 ${old?.number ?? ''} 换成 ${replaced.number}`
    await audit.record('certificate.replaced', { unit: scope, studentIds, detail }, clock.now())
    await freezeIfMissing(replaced, deps)
    return { id: String(replaced._id), number: replaced.number }
  })

  router.get('/certificates/:certificateId/badge', async (ctx) => {
    openLink(ctx, clock.now(), env)
    const found = await certificates.findCertificate(ctx.params.certificateId ?? '')
    if (found?.status !== 'valid') throw new Refusal('not_found', '没有这份文件')
    sendDownload(ctx, {
      bytes: await badgeOf(found, env),
      type: 'application/json',
      name: `家庭教育绿证_电子凭证_${found.number}.json`,
    })
  })

  router.get('/certificates/:certificateId/copies/:copy', async (ctx) => {
    const { personId } = openLink(ctx, clock.now(), env)
    const { certificateId = '', copy } = ctx.params
    const found = /^[0-9a-f]{24}$/.test(certificateId)
      ? await certificates.findCertificate(certificateId)
      : null
    const sha256 = copy === 'pdf' ? found?.pdf : copy === 'picture' ? found?.picture : null
    const isKept = found?.isChildHidden && String(found.personId) === personId
    if (!found || !sha256 || isKept) throw new Refusal('not_found', '没有这份文件')
    sendDownload(ctx, {
      bytes: await files.get(sha256),
      type: copy === 'pdf' ? 'application/pdf' : 'image/png',
      name: `家庭教育绿证_${found.holder}_${found.number}.${copy === 'pdf' ? 'pdf' : 'png'}`,
      inline: true,
    })
  })
}
