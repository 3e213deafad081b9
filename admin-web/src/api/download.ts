import { authorised } from './call'

/** Fetches a file of our own server as the signed-in person and hands it to the browser to save. */
export async function download(path: `/${string}`, fallbackName: string) {
  const response = await authorised(`/api${path}`)
  const address = URL.createObjectURL(await response.blob())
  const link = document.createElement('a')
  link.href = address
  link.download = fileName(response.headers.get('content-disposition')) ?? fallbackName
  link.click()
  // The browser reads the address after this function has returned.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}

/** The name the server gave: `filename*` carries Chinese, plain `filename` cannot. */
export function fileName(disposition: string | null): string | null {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? '')?.[1]
  if (encoded) return decodeURIComponent(encoded)
  return /filename="?([^";]+)"?/i.exec(disposition ?? '')?.[1] ?? null
}
