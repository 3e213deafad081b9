import { textOf } from '../elements/element.ts'
import type { Router } from '../router.ts'
import { addressOf } from '../temp-files.ts'
import { api, type Phone } from './api.ts'
import { showToast } from './dialogs.ts'
import { ask, button, element } from './overlay.ts'

interface ShareCard {
  title?: string
  path?: string
  imageUrl?: string
  promise?: Promise<ShareCard>
}

/** Asks the page for its share card and shows what the other person would see. */
export async function share(router: Router, from: 'menu' | 'button', target?: object) {
  const { top } = router
  const said = (top.call('onShareAppMessage', { from, target }) ?? {}) as ShareCard
  const card = { ...said, ...(await said.promise) }
  const title = card.title ?? textOf(top.config.navigationBarTitleText)
  const path = card.path ?? top.path
  const isSent = await ask<boolean>((answer) => {
    const sheet = element('div', 'mp-consent')
    sheet.role = 'dialog'
    const preview = element('div', 'mp-card', element('b', '', title))
    if (card.imageUrl)
      preview.append(Object.assign(document.createElement('img'), { src: addressOf(card.imageUrl), alt: '' }))
    const copy = button('复制链接', () => {
      void navigator.clipboard
        ?.writeText(`${location.origin}${location.pathname}#/${path.replace(/^\//, '')}`)
        .catch(() => undefined)
      showToast({ title: '链接已复制' })
    })
    sheet.append(
      element('h3', '', '发送给朋友'),
      preview,
      element(
        'footer',
        '',
        copy,
        button('发送', () => answer(true), 'main'),
      ),
    )
    return sheet
  }, false)
  if (isSent) showToast({ title: '已发送' })
}

/** The three dots of the capsule. */
export async function openCapsuleMenu(router: Router) {
  const canShare = typeof router.top.instance.onShareAppMessage === 'function'
  const choice = await ask<'share' | 'reload' | ''>((answer) => {
    const sheet = element('div', 'mp-sheet')
    sheet.role = 'dialog'
    if (canShare) sheet.append(button('发送给朋友', () => answer('share')))
    sheet.append(
      button('重新进入小程序', () => answer('reload')),
      button('取消', () => answer(''), 'cancel'),
    )
    return sheet
  }, '')
  if (choice === 'share') await share(router, 'menu')
  if (choice === 'reload') location.reload()
}

export const shareApi = ({ router }: Phone) => ({
  shareAppMessage: api('shareAppMessage', () => share(router, 'menu')),
  showShareMenu: api('showShareMenu', () => {}),
  hideShareMenu: api('hideShareMenu', () => {}),
})
