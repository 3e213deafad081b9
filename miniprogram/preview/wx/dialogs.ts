import { screen } from '../screen.ts'
import { api, Refused } from './api.ts'
import { ask, button, element } from './overlay.ts'

interface Toast {
  title: string
  icon?: 'success' | 'error' | 'loading' | 'none'
  image?: string
  duration?: number
  mask?: boolean
}

const SIGNS = {
  success:
    '<svg viewBox="0 0 40 40"><path d="M8 21l8 8 17-18" fill="none" stroke="#fff" stroke-width="3"/></svg>',
  error:
    '<svg viewBox="0 0 40 40"><path d="M20 8v17M20 30v3" fill="none" stroke="#fff" stroke-width="3.5"/></svg>',
  loading: '<i class="mp-spin"></i>',
}

let shown: HTMLElement | undefined

export function showToast({ title, icon = 'success', duration = 1500, mask = false }: Toast) {
  shown?.remove()
  const toast = element('div', `mp-toast ${icon === 'none' ? 'plain' : ''} ${mask ? 'masked' : ''}`)
  if (icon !== 'none') toast.innerHTML = SIGNS[icon]
  toast.append(element('p', '', title))
  toast.role = 'status'
  shown = toast
  screen.append(toast)
  if (icon !== 'loading') setTimeout(() => toast.remove(), duration)
}

const hideToast = () => shown?.remove()

export function showModal(options: Partial<WechatMiniprogram.ShowModalOption>) {
  const { title = '', content = '', showCancel = true, editable = false, placeholderText = '' } = options
  const field = Object.assign(document.createElement('input'), {
    placeholder: placeholderText,
    value: editable ? content : '',
  })
  return ask<{ confirm: boolean; cancel: boolean; content: string | null }>((answer) => {
    const modal = element('div', 'mp-modal')
    modal.role = 'dialog'
    if (title) modal.append(element('h3', '', title))
    modal.append(editable ? field : element('p', title ? '' : 'alone', content))
    const buttons = element('footer', '')
    const say = (confirm: boolean) => () =>
      answer({ confirm, cancel: !confirm, content: editable && confirm ? field.value : null })
    const cancel = button(options.cancelText ?? '取消', say(false))
    const confirm = button(options.confirmText ?? '确定', say(true), 'main')
    cancel.style.color = options.cancelColor ?? ''
    confirm.style.color = options.confirmColor ?? ''
    if (showCancel) buttons.append(cancel)
    buttons.append(confirm)
    modal.append(buttons)
    return modal
  })
}

async function showActionSheet({
  itemList,
  alertText,
  itemColor = '',
}: WechatMiniprogram.ShowActionSheetOption) {
  const tapIndex = await ask<number>((answer) => {
    const sheet = element('div', 'mp-sheet')
    sheet.role = 'dialog'
    if (alertText) sheet.append(element('p', '', alertText))
    for (const [index, text] of itemList.entries()) {
      const item = button(text, () => answer(index))
      item.style.color = itemColor
      sheet.append(item)
    }
    sheet.append(button('取消', () => answer(-1), 'cancel'))
    return sheet
  }, -1)
  if (tapIndex < 0) throw new Refused('cancel')
  return { tapIndex }
}

export const dialogsApi = () => ({
  showToast: api('showToast', showToast),
  hideToast: api('hideToast', hideToast),
  showLoading: api('showLoading', (it: Toast) => showToast({ ...it, icon: 'loading' })),
  hideLoading: api('hideLoading', hideToast),
  showModal: api('showModal', showModal),
  showActionSheet: api('showActionSheet', showActionSheet),
})
