import { page } from '../../../http/page.ts'

const STYLE = `<style>
  main { max-width: 520px } h1 { margin: 0 0 12px }
  input[type=file] { position: absolute; width: 1px; height: 1px; opacity: 0 } .pick { display: inline-block; padding: 12px 24px; border: 1px solid var(--green); border-radius: 12px; color: var(--green); font-weight: 600; cursor: pointer }
  input[type=file]:focus-visible + .pick { outline: 3px solid #9fd1b9; outline-offset: 1px }
  .note { color: var(--soft); font-size: 14px } .right { color: #1f7a54; font-weight: 600 } .wrong { color: #b3261e; font-weight: 600 }
</style>`

/** For anybody with a signed copy in hand. The file stays where it lies; only its hash is asked about. */
export const copyPage = () =>
  page(
    '查验签收单',
    `${STYLE}<h1>查验签收单</h1>
  <section class="card">
    <p class="note">选择收到的签收单（PDF），看它和学校保存的是不是一个字节也不差。文件不会上传，也不会显示是谁签的。</p>
    <input type="file" id="file" accept="application/pdf"><label for="file" class="pick">选择文件</label>
    <div role="status" aria-live="polite"><p id="told"></p><p id="since"></p></div>
  </section><script src="/verify-copy/check.js" defer></script>`,
  )

/** Runs on the page; plain enough for every browser a school office has. */
export const COPY_SCRIPT = `'use strict'
const file = document.getElementById('file')
const told = document.getElementById('told')
const since = document.getElementById('since')
const SINCE = {
  corrected: '这封信后来更正过，这份签的是旧版，内容请以新版为准。',
  withdrawn: '这封信后来撤回了，不用再照它办理。',
  voided: '签字的人后来查明不是这家的家长，这份已经作废。',
}
const say = (text, tone, more) => { told.textContent = text; told.className = tone; since.textContent = more || '' }
since.className = 'wrong'
file.addEventListener('change', async () => {
  const chosen = file.files[0]
  if (!chosen) return
  if (!window.crypto || !crypto.subtle) return say('这个浏览器不能核对文件，请用 https 地址打开本页', 'wrong')
  if (chosen.size > 20 * 1024 * 1024) return say('文件太大了，不是平台的签收单', 'wrong')
  say('正在核对…', 'note')
  try {
    const digest = await crypto.subtle.digest('SHA-256', await chosen.arrayBuffer())
    const hex = Array.from(new Uint8Array(digest), (it) => it.toString(16).padStart(2, '0')).join('')
    const answer = await fetch('/api/signed-copies/checks/' + hex)
    const body = await answer.json()
    if (!answer.ok) return say(body.error.message, 'wrong')
    if (!body.isKept) return say('与学校保存的不一致：不是原件，或者内容被改动过。', 'wrong')
    say('与学校保存的一致，一个字节也没有改动。', 'right', SINCE[body.standing])
  } catch (error) {
    say('没有核对成功，请检查网络后再试', 'wrong')
  } finally {
    file.value = ''
  }
})
`
