/** Shows what went wrong on the phone itself, in red, so that nobody can overlook it; tests fail on it. */
export function reportFailure(message: string) {
  console.error(message)
  let banner = document.querySelector<HTMLElement>('.mp-failure')
  if (!banner) {
    banner = document.createElement('div')
    banner.className = 'mp-failure'
    banner.addEventListener('click', () => banner?.remove())
    document.body.append(banner)
  }
  const line = document.createElement('p')
  line.textContent = message
  banner.append(line)
}

/** What nobody caught is a failure of the app. */
export function watchUncaught() {
  addEventListener('error', ({ message, error }) => {
    // Resize observers warn through the same event; nothing is lost when they skip a frame.
    if (!message.startsWith('ResizeObserver')) reportFailure(describe(error ?? message))
  })
  addEventListener('unhandledrejection', ({ reason }) => reportFailure(describe(reason)))
}

export function describe(reason: unknown) {
  if (reason instanceof Error) return reason.stack ?? reason.message
  const said = reason as { errMsg?: string } | null | undefined
  return said?.errMsg ?? String(reason)
}
