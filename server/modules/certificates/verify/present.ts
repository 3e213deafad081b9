import type { Verified } from '#contract/certificates'
import { page, text } from '../../../http/page.ts'
import { dayWritten, numberInGroups } from '../rules.ts'

const STATE = {
  valid: { name: '有效', color: '#1f7a54', back: '#e6f2ec', said: '这张绿证真实有效。' },
  expired: { name: '已过期', color: '#8a5a00', back: '#fbf0da', said: '这张绿证是真的，有效期已经过了。' },
  revoked: { name: '已撤销', color: '#b3261e', back: '#fbe9e7', said: '这张绿证已被撤销，不再有效。' },
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
  .note { color: var(--soft); font-size: 14px } .wrong { color: #b3261e; font-weight: 600 }
</style>`

const LEAF = `<svg viewBox="0 0 32 32" aria-hidden="true"><path fill="#1f7a54" d="M27 4C14 4 5 10 5 20c0 2 .4 4 1.300 5.600C8 17 13 12 20 9.500 13 13.500 9.500 19 8.500 28h2.600C11.300 26.500 11.600 25 12 23.700c9 1 15.500-5 15-19.700z"/></svg>`

const frame = (title: string, body: string) =>
  page(title, `${STYLE}<div class="brand">${LEAF}家庭教育绿证查验</div>${body}`)

const form = (typed: string) => `
  <form method="get" action="/verify" class="card">
    <label for="number">证书编号</label>
    <input id="number" name="number" value="${text(typed)}" placeholder="如 LZ 2026 0000001 5" maxlength="40" autocomplete="off" autocapitalize="characters" required>
    <button>查验</button>
    <span class="note">编号印在证书标题下面，也可以直接扫证书上的二维码。</span>
  </form>`

/** The form on which anybody types a number. */
export const verifyForm = () => frame('查验家庭教育绿证', `<h1>查验绿证</h1>${form('')}`)

/** The answer for a number that was never issued, or was mistyped. */
export const verifyMissing = (typed: string) =>
  frame(
    '没有查到这张绿证',
    `<h1>查验绿证</h1>
     <p class="wrong">没有查到编号为“${text(typed)}”的绿证。请对照证书，检查每一位数字。</p>${form(typed)}`,
  )

export const verifyTooOften = () =>
  frame('请稍后再试', `<h1>请稍后再试</h1><p>查验得太频繁了，请一分钟后再试。</p>`)

/** One certificate as the public may see it. */
export function verifyResult(found: Verified) {
  const state = STATE[found.state]
  const rows: [string, string][] = [
    ['持证人', `${found.maskedHolder}（只显示姓氏）`],
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
     <p class="note">请与手中的证书逐项核对。防伪短码应与证书左下方所印的一致。</p>
     <p><a href="/verify">查验另一张</a></p>`,
  )
}
