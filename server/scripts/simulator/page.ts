/** The page where one sees what would have arrived on the phones. Reads the control door every two seconds. */
export const simulatorPage = (appName: string) => `<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>服务通知 · 微信模拟器</title>
<style>
  * { box-sizing: border-box }
  body { margin: 0; background: #ededed; color: #191919;
    font: 16px/1.5 -apple-system, 'PingFang SC', 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif }
  header { position: sticky; top: 0; z-index: 1; padding: 14px 16px 10px; background: #ededed; text-align: center;
    border-bottom: 1px solid #d9d9d9 }
  h1 { margin: 0; font-size: 17px; font-weight: 600 }
  header p { margin: 2px 0 8px; font-size: 13px; color: #6b6b6b }
  select { min-height: 36px; max-width: 100%; padding: 4px 10px; border: 1px solid #d0d0d0; border-radius: 6px;
    background: #fff; font: inherit; font-size: 15px }
  main { max-width: 420px; margin: 0 auto; padding: 12px 14px 40px }
  time { display: block; margin: 14px 0 8px; text-align: center; font-size: 12px; color: #6b6b6b }
  article { background: #fff; border-radius: 8px; overflow: hidden }
  .app { display: flex; align-items: center; gap: 8px; padding: 12px 16px 0; font-size: 13px; color: #6b6b6b }
  .app i { width: 20px; height: 20px; border-radius: 50%; background: #2b8a5b; color: #fff; font: 600 11px/20px sans-serif;
    text-align: center }
  .app span:last-child { margin-left: auto }
  h2 { margin: 8px 16px 12px; font-size: 18px; font-weight: 600 }
  dl { margin: 0; padding: 0 16px 12px; display: grid; grid-template-columns: max-content 1fr; gap: 6px 14px }
  dt { color: #6b6b6b } dd { margin: 0; overflow-wrap: anywhere }
  footer { padding: 11px 16px; border-top: 1px solid #f0f0f0; font-size: 14px; color: #6b6b6b; overflow-wrap: anywhere }
  footer small { display: block; font-size: 12px; color: #767676 }
  .empty { margin-top: 80px; text-align: center; color: #6b6b6b }
</style>
<header>
  <h1>服务通知</h1>
  <p id="count">正在读取…</p>
  <label>只看 <select id="who"><option value="">所有人</option></select></label>
</header>
<main id="list" aria-live="polite"></main>
<script>
  const appName = ${JSON.stringify(appName).replaceAll('<', '\\u003c')}
  const list = document.getElementById('list')
  const who = document.getElementById('who')
  const count = document.getElementById('count')
  let shown = ''

  const make = (tag, text, ...children) => {
    const element = document.createElement(tag)
    if (text) element.textContent = text
    element.append(...children)
    return element
  }
  const clock = new Intl.DateTimeFormat('zh-CN', { timeZone: 'Asia/Shanghai', month: 'long', day: 'numeric',
    hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })

  function card(message) {
    const app = make('div', '', make('i', appName.slice(0, 1)), make('span', appName), make('span', '给 ' + message.as))
    app.className = 'app'
    const rows = make('dl')
    for (const { label, value } of message.fields) rows.append(make('dt', label), make('dd', value))
    const foot = message.page
      ? make('footer', '进入小程序查看', make('small', message.page))
      : make('footer', '这条消息不打开页面')
    return [make('time', clock.format(new Date(message.at))), make('article', '', app, make('h2', message.title), rows, foot)]
  }

  async function people() {
    const { identities } = await (await fetch('/simulator/identities')).json()
    const known = new Set([...who.options].map((it) => it.value))
    for (const { as } of identities) if (!known.has(as)) who.append(new Option(as, as))
  }

  async function refresh() {
    try {
      await people()
      const answer = await fetch('/simulator/messages?as=' + encodeURIComponent(who.value))
      const { total, messages } = await answer.json()
      const state = who.value + total
      count.textContent = total ? '一共送达 ' + total + ' 条' + (total > messages.length ? '，显示最近 100 条' : '') : '模拟微信送到手机上的消息'
      if (state === shown) return
      shown = state
      list.replaceChildren(...messages.flatMap(card))
      if (!total) list.append(Object.assign(make('p', '还没有消息'), { className: 'empty' }))
    } catch {
      count.textContent = '读不到消息，稍后自动再试'
    }
  }
  who.addEventListener('change', refresh)
  refresh()
  setInterval(refresh, 2000)
</script>
</html>
`
