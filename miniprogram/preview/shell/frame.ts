import type { RouteMessage } from '../frame-link.ts'

const [WIDTH, HEIGHT] = [390, 844]

/** The phone in the middle of the desktop page. It runs in a frame of its own, so its window is the phone's. */
export function showFrame(as: string) {
  const main = document.createElement('main')
  main.className = 'stage'
  const phone = emptyPhone()
  const frame = document.createElement('iframe')
  frame.title = '家长的手机'
  frame.allow = 'autoplay; clipboard-write; fullscreen'
  frame.src = `${location.pathname}${location.search}${location.hash}`
  phone.replaceChildren(frame)
  const back = Object.assign(document.createElement('a'), {
    className: 'switch',
    textContent: '以其他人身份打开',
  })
  const hint = Object.assign(document.createElement('p'), {
    className: 'who',
    textContent: '这是小程序在浏览器里的预览，数据来自演示环境。',
  })
  main.append(phone, back, hint)
  document.body.append(main)

  let route = location.hash
  const place = (landscape: boolean) => {
    phone.classList.toggle('landscape', landscape)
    const height = landscape ? WIDTH : HEIGHT
    // A laptop is lower than a phone is high.
    main.style.setProperty('--scale', String(Math.min(1, (innerHeight - 110) / (height + 24))))
    back.href = location.pathname + route
  }
  place(false)
  addEventListener('resize', () => place(phone.classList.contains('landscape')))
  addEventListener('message', ({ source, data }: MessageEvent<RouteMessage>) => {
    if (source !== frame.contentWindow) return
    route = data.route
    history.replaceState(null, '', `?as=${encodeURIComponent(as)}${route}`)
    document.title = frame.contentDocument?.title || document.title
    place(data.landscape)
  })
  addEventListener('hashchange', () => {
    if (location.hash !== route && frame.contentWindow) frame.contentWindow.location.hash = location.hash
  })
}

/** The body of a phone; without a person it shows where the app will be. */
export function emptyPhone() {
  const phone = document.createElement('div')
  phone.className = 'phone'
  phone.innerHTML = '<p class="empty">在左边选一个人，<br>手机就在这里打开</p>'
  return phone
}
