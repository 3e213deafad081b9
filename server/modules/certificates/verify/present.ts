import type { Verified, VerifiedHolder } from '#contract/certificates'
import { page, text } from '../../../http/page.ts'
import { dayWritten, numberInGroups } from '../rules.ts'

const STATE = {
  valid: { name: '有效', color: '#1f7a54', back: '#e6f2ec', said: '这张绿证真实有效。' },
  expired: { name: '已过期', color: '#8a5a00', back: '#fbf0da', said: '这张绿证是真的，有效期已经过了。' },
  revoked: { name: '已撤销', color: '#b3261e', back: '#fbe9e7', said: '这张绿证已被撤销，不再有效。' },
  replaced: {
    name: '已换发',
    color: '#8a5a00',
    back: '#fbf0da',
    said: '这个编号已经换成新证，不再使用。请持证人出示新的绿证。',
  },
} as const

const STYLE = `<style>
  main { max-width: 520px }
  .brand { display: flex; align-items: center; gap: 10px; color: var(--green); font-weight: 600; margin-bottom: 20px }
  .brand svg { width: 28px; height: 28px }
  .state { display: flex; align-items: center; gap: 14px; border-radius: 16px; padding: 20px 24px; margin: 0 0 16px }
  .state b { font-size: 26px; line-height: 1.2; white-space: nowrap } .state span { font-size: 15px }
  .number { margin: 0 0 12px; font-size: 22px; font-weight: 600; letter-spacing: .03em; font-variant-numeric: tabular-nums }
  dl { grid-template-columns: 5em 1fr } dd { overflow-wrap: anywhere }
  form { display: grid; gap: 12px } label { font-weight: 600 }
  input { font: inherit; font-size: 18px; height: 52px; padding: 0 16px; border: 1px solid #c6d0c8; border-radius: 12px; width: 100%; background: #fff }
  input:focus-visible, button:focus-visible { outline: 3px solid #9fd1b9; outline-offset: 1px }
  button { font: inherit; font-size: 17px; font-weight: 600; height: 52px; border: 0; border-radius: 12px; background: var(--green); color: #fff; cursor: pointer }
  h2 { margin: 0 0 4px; font-size: 18px } input[type=file] { position: absolute; width: 1px; height: 1px; opacity: 0 } .pick { display: inline-block; padding: 10px 22px; border: 1px solid var(--green); border-radius: 12px; color: var(--green); cursor: pointer }
  input[type=file]:focus-visible + .pick { outline: 3px solid #9fd1b9; outline-offset: 1px } label small { font-weight: 400; margin-left: 4px }
  .note { color: var(--soft); font-size: 14px } .right { color: #1f7a54; font-weight: 600 } .wrong { color: #b3261e; font-weight: 600 }
</style>`

const LEAF = `<svg viewBox="0 0 32 32" aria-hidden="true"><path fill="#1f7a54" d="M27 4C14 4 5 10 5 20c0 2 .4 4 1.300 5.600C8 17 13 12 20 9.500 13 13.500 9.500 19 8.500 28h2.600C11.300 26.500 11.600 25 12 23.700c9 1 15.500-5 15-19.700z"/></svg>`

const frame = (title: string, body: string) =>
  page(title, `${STYLE}<div class="brand">${LEAF}家庭教育绿证查验</div>${body}`)

const form = (typed: string) => `
  <form method="post" action="/verify" class="card">
    <label for="number">证书编号</label>
    <input id="number" name="number" value="${text(typed)}" placeholder="如 LZ 2026 0000001 5" maxlength="40" autocomplete="off" autocapitalize="characters" required>
    <label for="holder">持证人姓名<small>（可以不填）</small></label>
    <input id="holder" name="holder" placeholder="填了姓名，能看到证书上的全部内容" maxlength="40" autocomplete="off">
    <button>查验</button>
    <span class="note">编号印在证书标题下面，也可以直接扫证书上的二维码。</span>
  </form>`

/** The script computes the hash of a file where it lies; the file itself goes nowhere. */
const fileCheck = `
  <section class="card" id="original">
    <h2>核对PDF或图片原件</h2>
    <p class="note">选择收到的文件，看它是不是发证时的原件、有没有改动过。文件不会上传。</p>
    <input type="file" id="file" accept="application/pdf,image/png"><label for="file" class="pick">选择文件</label>
    <p id="told" role="status"></p>
  </section><script src="/verify/check.js" defer></script>`

/** Runs on the page; plain enough for every browser a school office has. */
export const CHECK_SCRIPT = `'use strict'
const file = document.getElementById('file')
const told = document.getElementById('told')
const say = (text, tone) => { told.textContent = text; told.className = tone }
const STATE = { valid: '证书有效', expired: '证书已过期', revoked: '证书已撤销' }
file.addEventListener('change', async () => {
  const chosen = file.files[0]
  if (!chosen) return
  if (!window.crypto || !crypto.subtle) return say('这个浏览器不能核对文件，请用 https 地址打开本页', 'wrong')
  if (chosen.size > 20 * 1024 * 1024) return say('文件太大了，不是平台发的绿证', 'wrong')
  say('正在核对…', 'note')
  try {
    const digest = await crypto.subtle.digest('SHA-256', await chosen.arrayBuffer())
    const hex = Array.from(new Uint8Array(digest), (it) => it.toString(16).padStart(2, '0')).join('')
    const answer = await fetch('/api/certificates/originals/' + hex)
    const body = await answer.json()
    if (answer.status === 404) return say('这不是平台发出的原件，或者内容被改动过。请让对方从小程序里重新下载。', 'wrong')
    if (!answer.ok) return say(body.error.message, 'wrong')
    const state = body.isReplaced ? '但这个编号已换发新证' : STATE[body.state]
    say('是原件，一个字节也没有改动。编号 ' + body.number + '，持证人 ' + body.maskedHolder + '，' + state + '。', body.state === 'valid' ? 'right' : 'wrong')
  } catch (error) {
    say('没有核对成功，请检查网络后再试', 'wrong')
  }
})
`

/** The form on which anybody types a number. */
export const verifyForm = () => frame('查验家庭教育绿证', `<h1>查验绿证</h1>${form('')}${fileCheck}`)

/** The answer for a number that was never issued, or was mistyped. */
export const verifyMissing = (typed: string, said?: string) =>
  frame(
    '没有查到这张绿证',
    `<h1>查验绿证</h1>
     <p class="wrong">${said ? text(said) : `没有查到编号为“${text(typed)}”的绿证。请对照证书，检查每一位数字。`}</p>${form(typed)}`,
  )

export const verifyTooOften = (said: string) =>
  frame('请稍后再试', `<h1>请稍后再试</h1><p>${text(said)}。</p>`)

/** One certificate as the public may see it; in full for who knew the number and the name. */
export function verifyResult(found: Verified | VerifiedHolder) {
  const state = STATE[found.isReplaced ? 'replaced' : found.state]
  const isFull = 'holder' in found
  const rows: [string, string][] = [
    ['持证人', isFull ? found.holder : `${found.maskedHolder}（只显示姓氏）`],
    ...(isFull && found.studentName
      ? ([['孩子', `${found.studentName}，${found.className}`]] as [string, string][])
      : []),
    ['发证单位', `${found.schoolName}家长学校`],
    ['课程', found.programmeTitle],
    ['学时', `${found.hours}学时`],
    ['发证日期', dayWritten(found.issuedOn)],
    ['有效期至', dayWritten(found.validUntil)],
    ['防伪短码', found.shortCode],
  ]
  return frame(
    `绿证${state.name}`,
    `<div class="state" style="background:${state.back};color:${state.color}"><b>${state.name}</b><span>${state.said}</span></div>
     <div class="card"><p class="number">${text(numberInGroups(found.number))}</p><dl>
       ${rows.map(([name, value]) => `<dt>${name}</dt><dd>${text(value)}</dd>`).join('')}
     </dl></div>
     <p class="note">请与手中的证书逐项核对。防伪短码应与证书所印的一致，有一个字不同就是改动过。</p>
     ${isFull ? badgePart(found.badge) : nameForm(found.number)}${fileCheck}
     <p><a href="/verify">查验另一张</a></p>`,
  )
}

const nameForm = (number: string) => `
  <form method="post" action="/verify" class="card">
    <input type="hidden" name="number" value="${text(number)}">
    <label for="holder">知道持证人姓名？</label>
    <input id="holder" name="holder" placeholder="填上姓名，核对证书上的全部内容" maxlength="40" autocomplete="off" required>
    <button>核对全部内容</button>
  </form>`

const badgePart = (badge: string | null) =>
  badge
    ? `<p class="card"><a href="/api${text(badge)}" download>下载电子凭证（Open Badges 3.0）</a><br><span class="note">带数字签名，不联网也能验证；里面没有孩子的信息，持证人姓名只留校验值。链接十分钟内有效。</span></p>`
    : ''
