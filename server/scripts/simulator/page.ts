import type { Delivered } from './world.ts'

interface PageFacts {
  appName: string
  /** Whose phone is looked at; everybody's, if empty. */
  as: string
  people: string[]
  total: number
  /** Newest first. */
  messages: Delivered[]
}

const STYLE = `
  * { box-sizing: border-box }
  body { margin: 0; background: #ededed; color: #191919;
    font: 16px/1.5 -apple-system, 'PingFang SC', 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif }
  header { position: sticky; top: 0; padding: 14px 16px 12px; background: #ededed; text-align: center;
    border-bottom: 1px solid #d9d9d9 }
  h1 { margin: 0; font-size: 17px; font-weight: 600 }
  header p { margin: 2px 0 10px; font-size: 13px; color: #6b6b6b }
  form { display: flex; justify-content: center; gap: 8px }
  select, button { min-height: 44px; padding: 4px 12px; border: 1px solid #d0d0d0; border-radius: 6px; background: #fff;
    font: inherit; max-width: 60vw }
  button { background: #07803f; border-color: #07803f; color: #fff }
  main { max-width: 420px; margin: 0 auto; padding: 4px 14px 40px }
  time { display: block; margin: 16px 0 8px; text-align: center; font-size: 12px; color: #636363 }
  article { background: #fff; border-radius: 8px; overflow: hidden }
  .app { display: flex; align-items: center; gap: 8px; padding: 12px 16px 0; font-size: 13px; color: #6b6b6b }
  .app b { width: 20px; height: 20px; border-radius: 50%; background: #07803f; color: #fff; font-size: 11px;
    line-height: 20px; text-align: center }
  .app span:last-child { margin-left: auto }
  h2 { margin: 8px 16px 12px; font-size: 18px; font-weight: 600 }
  dl { margin: 0; padding: 0 16px 14px; display: grid; grid-template-columns: max-content 1fr; gap: 6px 14px }
  dt { color: #6b6b6b }
  dd { margin: 0; overflow-wrap: anywhere }
  footer { padding: 11px 16px; border-top: 1px solid #f0f0f0; font-size: 14px; color: #6b6b6b }
  .empty { margin-top: 80px; text-align: center; color: #636363 }`

/** What would have arrived on the phones, drawn as WeChat draws it. No script: it renews itself and works anywhere. */
export const simulatorPage = ({ appName, as, people, total, messages }: PageFacts) => `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="10">
<title>服务通知 · 微信模拟器</title>
<style>${STYLE}</style>
</head>
<body>
<header>
  <h1>服务通知</h1>
  <p>${count(total, messages.length)}</p>
  <form><select name="as" aria-label="看谁的手机"><option value="">所有人的手机</option>${people
    .map((it) => `<option${it === as ? ' selected' : ''}>${escape(it)}</option>`)
    .join('')}</select><button>查看</button></form>
</header>
<main>${messages.length > 0 ? messages.map((it) => card(appName, it)).join('') : '<p class="empty">还没有消息</p>'}</main>
</body>
</html>
`

function count(total: number, shown: number) {
  if (total === 0) return '模拟微信送到手机上的消息，每 10 秒更新'
  return `一共送达 ${total} 条${total > shown ? `，显示最近 ${shown} 条` : ''}`
}

const card = (appName: string, { at, as, title, fields, page }: Delivered) => `
<time datetime="${at}">${clock.format(new Date(at))}</time>
<article>
  <div class="app"><b>${escape(appName.slice(0, 1))}</b><span>${escape(appName)}</span><span>给 ${escape(as)}</span></div>
  <h2>${escape(title)}</h2>
  <dl>${fields.map(({ label, value }) => `<dt>${escape(label)}</dt><dd>${escape(value)}</dd>`).join('')}</dl>
  <footer title="${escape(page)}">${page ? '进入小程序查看' : '这条消息不打开页面'}</footer>
</article>`

const clock = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai',
  month: 'long',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escape = (text: string) => text.replace(/[&<>"']/g, (it) => ENTITIES[it] ?? it)
