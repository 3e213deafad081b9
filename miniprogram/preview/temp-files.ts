/** Files that a mini-program holds under a path: chosen, drawn, downloaded or written by itself. */
const blobs = new Map<string, Blob>()
const urls = new Map<string, string>()
let images = new Set<string>()
let count = 0

export const USER_DATA_PATH = 'wxfile://usr'

export function knowImages(names: string[]) {
  images = new Set(names)
}

/** Keeps a blob and returns the path under which WeChat would have put it. */
export function keepTemp(blob: Blob, extension = blob.type.split('/')[1] ?? 'bin') {
  return keepAs(`wxfile://tmp/${Date.now()}-${++count}.${extension.replace('jpeg', 'jpg')}`, blob)
}

export function keepAs(path: string, blob: Blob) {
  forget(path)
  blobs.set(path, blob)
  urls.set(path, URL.createObjectURL(blob))
  return path
}

export const readTemp = (path: string) => blobs.get(path)

export function forget(path: string) {
  const url = urls.get(path)
  if (url) URL.revokeObjectURL(url)
  urls.delete(path)
  return blobs.delete(path)
}

/** A source as a page writes it → an address the browser can load. `owner` is the component that writes it. */
export function addressOf(source: string, owner = '') {
  const temp = urls.get(source)
  if (temp) return temp
  if (/^[a-z][\w+.-]*:|^\/\//i.test(source)) return source
  const inPackage = new URL(source, `http://app/${owner}`).pathname.slice(1)
  return images.has(inPackage) ? inPackage : source
}
