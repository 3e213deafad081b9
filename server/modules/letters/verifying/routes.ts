import type Router from '@koa/router'
import * as api from '#contract/letter-receipts'
import { serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { unitScope } from '../../org/policy.ts'
import { COPY_SCRIPT, copyPage } from './present.ts'
import { checkCopy, countCheck, readCopy } from './service.ts'

export function copyCheckRoutes(router: Router, deps: Deps) {
  serve(router, api.checkSignedCopy, async ({ caller, sha256 }) => {
    await countCheck(caller.ip, deps.redis)
    return checkCopy(sha256, deps)
  })

  serve(router, api.verifySignedCopy, async ({ actor, unitId, sha256 }) => {
    await unitScope(actor, unitId, 'seeFigures')
    const { isKept } = await checkCopy(sha256, deps)
    return { isKept, copy: await readCopy(actor, sha256, deps) }
  })
}

/** `/verify-copy`: a page for anybody; only the check of a file needs a script. */
export function copyPages(router: Router) {
  router.get('/verify-copy', (ctx) => {
    ctx.type = 'html'
    ctx.body = copyPage()
  })

  router.get('/verify-copy/check.js', (ctx) => {
    ctx.set('cache-control', 'public, max-age=3600')
    ctx.body = COPY_SCRIPT
    ctx.type = 'text/javascript'
  })
}
