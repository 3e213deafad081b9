import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type Router from '@koa/router'
import type { RouterContext } from '@koa/router'
import * as api from '#contract/files'
import { Refusal } from '../../http/errors.ts'
import { sendFile } from '../../http/files.ts'
import { openLink, sendDownload, signLink } from '../../http/links.ts'
import { DONE, serve } from '../../http/serve.ts'
import type { Deps } from '../../infra/deps.ts'
import type { AssetRecord } from './model.ts'
import { fileScope, ownAsset } from './policy.ts'
import { presentAsset } from './present.ts'
import { lease, work } from './processing/service.ts'
import { TICKET_MINUTES } from './rules.ts'
import * as files from './service.ts'
import { isOpen, openUpload, tusServer } from './uploads/service.ts'

const YEAR_SECONDS = 365 * 86_400

export function fileRoutes(router: Router, deps: Deps) {
  const { clock, env } = deps

  serve(router, api.beginUpload, async ({ actor, unitId, kind, name, bytes, isForLetter }) => {
    const scope = await fileScope(actor, unitId)
    return ticket(await files.begin(scope, { kind, name, bytes, isForLetter }, deps), actor.personId)
  })

  serve(router, api.resumeUpload, async ({ actor, assetId }) => {
    const { asset } = await ownAsset(actor, assetId)
    if (asset.status !== 'uploading') throw new Refusal('conflict', '这个文件已经传完了')
    return ticket(asset, actor.personId)
  })

  serve(router, api.listAssets, async ({ actor, unitId, kind, after }) => {
    const scope = await fileScope(actor, unitId)
    const [page, usedBytes] = await Promise.all([
      files.assetsOf(scope, kind, after),
      files.usedBytes(scope.unitId),
    ])
    return {
      assets: page.assets.map(presentAsset),
      next: page.next,
      usedBytes,
      quotaBytes: env.FILES_QUOTA_GB * 1024 ** 3,
    }
  })

  serve(router, api.readAsset, async ({ actor, assetId }) => {
    const { asset } = await ownAsset(actor, assetId)
    const hasOriginal = asset.status === 'ready' && asset.kind !== 'image'
    return {
      asset: presentAsset(asset),
      originalPath: hasOriginal
        ? signLink(`/assets/${assetId}/original`, actor.personId, clock.now(), env)
        : null,
    }
  })

  serve(router, api.saveCaptions, async ({ actor, assetId, text }) => ({
    asset: presentAsset(await files.saveCaptions(await ownAsset(actor, assetId), text)),
  }))

  serve(router, api.removeAsset, async ({ actor, assetId }) => {
    await files.remove(await ownAsset(actor, assetId), deps)
    return DONE
  })

  uploadRoutes(router, deps)

  async function ticket(asset: AssetRecord, personId: string) {
    await openUpload(asset, deps)
    const path = `/uploads/${String(asset._id)}` as const
    return {
      asset: presentAsset(asset),
      uploadPath: `/api${signLink(path, personId, clock.now(), env, TICKET_MINUTES)}`,
    }
  }
}

/** Bytes go beside the contract: tus speaks HTTP itself, and originals are streams. */
function uploadRoutes(router: Router, deps: Deps) {
  const { clock, env } = deps
  const tus = tusServer(deps, async (assetId) => {
    // What is quickly looked at is ready when its last byte has arrived; films wait for a worker.
    const asset = await files.findAsset(assetId)
    if (!asset || !['image', 'pdf', 'document'].includes(asset.kind)) return
    const leased = await lease(clock.now(), assetId)
    if (leased) await work(leased, deps)
  })

  router.register('/uploads/:assetId', ['head', 'patch', 'options'], async (ctx: RouterContext) => {
    openLink(ctx, clock.now(), env)
    if (ctx.method === 'PATCH' && !(await isOpen(ctx.params.assetId ?? ''))) {
      throw new Refusal('not_found', '这个文件已经传完，或者已经删除了')
    }
    // The signed method is the method: nothing may ask for another one in a header.
    delete ctx.req.headers['x-http-method-override']
    ctx.respond = false
    await tus.handle(ctx.req, ctx.res)
  })

  router.get('/assets/:assetId/original', async (ctx) => {
    openLink(ctx, clock.now(), env)
    const asset = await files.findAsset(ctx.params.assetId ?? '')
    const path = files.originalOf(String(asset?._id), deps)
    const info = asset ? await stat(path).catch(() => null) : null
    if (!asset || !info) throw new Refusal('not_found', '没有这个文件')
    sendDownload(ctx, { bytes: createReadStream(path), type: 'application/octet-stream', name: asset.name })
    ctx.length = info.size
  })
}

/** What was made of a file, under a name nobody guesses; a phone and a cache on the way may keep it for ever. */
export function assetPages(site: Router, deps: Pick<Deps, 'env'>) {
  site.get('/media/a/:key/{*rest}', async (ctx) => {
    const { key = '', rest = '' } = ctx.params as { key?: string; rest?: string }
    if (!/^[0-9a-f]{32}$/.test(key)) throw new Refusal('not_found', '没有这个地址')
    await sendFile(ctx, files.madeDir(deps), `${key}/${rest}`, YEAR_SECONDS)
  })
}
