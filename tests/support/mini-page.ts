import { vi } from 'vitest'

/** Opens a page as WeChat would: `Page()` registers it, `onLoad` gets the query, `setData` changes `data`. */
export async function openPage<P>(path: string, query: Record<string, string> = {}): Promise<P> {
  let page: Record<string, unknown> | undefined
  vi.stubGlobal('Page', (options: Record<string, unknown>) => {
    page = {
      ...options,
      data: structuredClone(options.data),
      setData(this: { data: object }, change: object) {
        Object.assign(this.data, change)
      },
    }
  })
  await import(new URL(`../../miniprogram/${path}.ts`, import.meta.url).pathname)
  if (!page) throw new Error(`${path} registered no page`)
  const { onLoad } = page as { onLoad?: (query: object) => void }
  onLoad?.call(page, query)
  return page as P
}

export const tapOn = (dataset: object) => ({ currentTarget: { dataset } })
export const typed = (value: string, dataset: object = {}) => ({ ...tapOn(dataset), detail: { value } })
