/** Text made safe inside HTML. */
export const text = (value: string) =>
  value.replace(
    /[&<>"']/g,
    (it) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[it] ?? it,
  )

const STYLE = `
  :root { --green: #1f7a54; --ink: #1f2a24; --soft: #5c6b63; --paper: #f6f7f4; --line: #e1e6e0 }
  * { box-sizing: border-box }
  body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.7 "PingFang SC", "Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", sans-serif }
  main { max-width: 960px; margin: 0 auto; padding: 32px 20px 64px }
  h1 { font-size: 28px; margin: 0 0 8px } h2 { font-size: 20px; margin: 32px 0 8px }
  a { color: var(--green) } small { color: var(--soft) }
  table { width: 100%; border-collapse: collapse; background: #fff; border-radius: 12px; overflow: hidden }
  td, th { padding: 10px 14px; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top }
  code { font-family: ui-monospace, monospace; font-size: 14px }
  .card { background: #fff; border: 1px solid var(--line); border-radius: 16px; padding: 24px; margin: 16px 0 }
  .links { display: grid; grid-template-columns: repeat(auto-fit, minmax(210px, 1fr)); gap: 16px; padding: 0; list-style: none }
  .links a { display: block; height: 100%; padding: 20px; background: #fff; border: 1px solid var(--line); border-radius: 16px; text-decoration: none; color: inherit }
  .links a:hover, .links a:focus-visible { border-color: var(--green); outline: 2px solid var(--green) }
  .links b { display: block; margin-bottom: 4px; color: var(--green); font-size: 18px }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: 8px 20px; margin: 0 } dt { color: var(--soft) } dd { margin: 0 }
`

/** A small page that the server writes itself: no script, works on any phone. `body` is HTML already made safe. */
export const page = (title: string, body: string) => `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(title)}</title><link rel="icon" href="data:,"><style>${STYLE}</style></head><body><main>${body}</main></body></html>`
