import type Router from '@koa/router'
import * as api from '#contract/certificates'
import type { StaffActor } from '../../../http/actor.ts'
import { readBytes } from '../../../http/bytes.ts'
import { Refusal } from '../../../http/errors.ts'
import { openLink, sendDownload, signLink } from '../../../http/links.ts'
import { DONE, admit } from '../../../http/serve.ts'
import { serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import * as audit from '../../audit/service.ts'
import type { UnitScope } from '../../org/policy.ts'
import { unitScope } from '../../org/policy.ts'
import * as tree from '../../org/tree/service.ts'
import { samplePicture } from '../copies/service.ts'
import { presentLook } from './present.ts'
import { SEAL_BYTES } from './rules.ts'
import { readLook, removeSeal, setDesign, setSeal } from './service.ts'

/** Design and seal of a unit's certificates; what was issued keeps what it was issued with. */
export function lookRoutes(router: Router, deps: Deps) {
  const { clock, env } = deps
  const shown = async (scope: UnitScope) => presentLook(await readLook(scope), scope)

  serve(router, api.readCertificateLook, async ({ actor, unitId }) =>
    shown(await unitScope(actor, unitId, 'seeFigures')),
  )

  serve(router, api.setCertificateDesign, async ({ actor, unitId, design }) => {
    const scope = await unitScope(actor, unitId, 'keepTree')
    if (scope.kind === 'grade' || scope.kind === 'class') {
      throw new Refusal('invalid', '样式由市、区县或学校选择')
    }
    await setDesign(scope, design)
    await audit.record('certificate.look', { unit: scope, detail: '绿证样式' }, clock.now())
    return shown(scope)
  })

  serve(router, api.removeCertificateSeal, async ({ actor, unitId }) => {
    const scope = await schoolScope(actor, unitId)
    await removeSeal(scope, clock.now())
    await audit.record('certificate.look', { unit: scope, detail: '改用系统画的电子章' }, clock.now())
    return shown(scope)
  })

  serve(router, api.previewCertificate, async ({ actor, unitId, design }) => {
    const scope = await unitScope(actor, unitId, 'seeFigures')
    const path = `/certificate-samples/${scope.unitId}?design=${design}` as const
    return { link: signLink(path, actor.personId, clock.now(), env) }
  })

  router.post('/units/:unitId/certificate-seal', async (ctx) => {
    admit(api.readCertificateLook, ctx.state.actor as StaffActor | null)
    const scope = await schoolScope(ctx.state.actor as StaffActor, ctx.params.unitId ?? '')
    const bytes = await readBytes(ctx, SEAL_BYTES, '章的图片最大2 MB，请压缩后再上传')
    await setSeal(scope, bytes, clock.now(), deps)
    await audit.record('certificate.look', { unit: scope, detail: '上传电子章' }, clock.now())
    ctx.body = DONE
  })

  router.get('/certificate-samples/:unitId', async (ctx) => {
    openLink(ctx, clock.now(), env)
    const units = await tree.unitsOnPath((await tree.findUnit(ctx.params.unitId ?? ''))?.path ?? '')
    const bytes = await samplePicture(units, String(ctx.query.design), deps)
    sendDownload(ctx, { bytes, type: 'image/png', name: '绿证样张.png', inline: true })
  })
}

async function schoolScope(actor: StaffActor, unitId: string) {
  if (!/^[0-9a-f]{24}$/.test(unitId)) throw new Refusal('not_found', '没有这个单位，或它不在您的管理范围内')
  const scope = await unitScope(actor, unitId, 'keepTree')
  if (scope.kind !== 'school') throw new Refusal('invalid', '电子章是学校的，请先选择一所学校')
  return scope
}
