import { join } from 'node:path'
import type Router from '@koa/router'
import type { Env } from '../env.ts'
import { sendFile } from './files.ts'
import { page } from './page.ts'

const DIST = join(import.meta.dirname, '../../dist')
const HOUR = 3600

/** The console under `/admin/`, the phone preview under `/preview/` (demo only), and the start page with their links. */
export function siteRoutes(router: Router, { env }: { env: Env }) {
  router.get('/', (ctx) => {
    ctx.type = 'html'
    ctx.body = page('家长学校平台', start(env))
  })

  router.get('/admin{/*rest}', async (ctx) => {
    const name = restOf(ctx.path, '/admin')
    if (ctx.path === '/admin') return ctx.redirect('/admin/')
    const isAsset = name.startsWith('assets/')
    // Every other address belongs to the console's own router.
    await sendFile(ctx, join(DIST, 'admin'), isAsset ? name : 'index.html', isAsset ? 24 * HOUR : 0)
  })

  if (!env.DEMO) return
  router.get('/preview{/*rest}', async (ctx) => {
    if (ctx.path === '/preview') return ctx.redirect('/preview/')
    await sendFile(ctx, join(DIST, 'preview'), restOf(ctx.path, '/preview') || 'index.html', 0)
  })
}

const restOf = (path: string, base: string) => decodeURIComponent(path.slice(base.length)).replace(/^\/+/, '')

const start = (env: Env) => `
  <h1>家长学校平台</h1>
  <p>家庭教育绿证、家长信与回执、家校通话预约。</p>
  <ul class="links">
    <li><a href="/admin/"><b>管理控制台</b>市、区县和学校管理员，校长、班主任</a></li>
    ${env.DEMO ? '<li><a href="/preview/"><b>家长手机</b>选一位家长或老师，打开小程序</a></li>' : ''}
    ${env.DEMO ? '<li><a href="/demo/wx/messages"><b>微信消息</b>看看微信会送达哪些提醒</a></li>' : ''}
    <li><a href="/verify"><b>查验绿证</b>输入证书编号，核对真伪</a></li>
    <li><a href="/api/docs"><b>接口说明</b>供对接的工程师阅读</a></li>
  </ul>`
