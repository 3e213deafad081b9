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

interface Options {
  data: object
  lifetimes: { attached?: () => void; detached?: () => void }
  pageLifetimes?: { show?: () => void }
  methods: object
}

/** Puts a component on a page as WeChat would; `comeBack` shows its page again, `leave` takes it off. */
export async function openComponent<C>(path: string): Promise<C> {
  const made: Options[] = []
  vi.stubGlobal('Component', (options: Options) => void made.push(options))
  await import(new URL(`../../miniprogram/${path}.ts`, import.meta.url).pathname)
  const [options] = made
  if (!options) throw new Error(`${path} registered no component`)
  const { data, lifetimes, pageLifetimes, methods } = options
  const component = {
    ...methods,
    data: structuredClone(data),
    setData(change: object) {
      Object.assign(this.data, change)
    },
    comeBack: () => pageLifetimes?.show?.call(component),
    leave: () => lifetimes.detached?.call(component),
  }
  lifetimes.attached?.call(component)
  return component as C
}

export const tapOn = (dataset: object) => ({ currentTarget: { dataset } })
export const typed = (value: string, dataset: object = {}) => ({ ...tapOn(dataset), detail: { value } })
