import path from 'node:path'
import { type AppConfig, type ComponentConfig, pagesOf } from '../../tools/app-config.ts'
import { isFile } from '../../tools/files.ts'
import { readComponent, resolveComponent } from '../../tools/read-app.ts'

/** One page or component of the built app, ready to be registered. */
export interface Unit {
  /** Path in the app, without extension. */
  name: string
  config: ComponentConfig
  isPage: boolean
  /** Prefix of its class names; undefined when it shares the app's styles. */
  scope: string | undefined
}

/** Every page and what it uses, components before their users. */
export function unitsOf(folder: string, app: AppConfig): Unit[] {
  const pages = pagesOf(app)
  const seen = new Set<string>()
  const units: Unit[] = []

  const resolve = (spec: string, from: string) => {
    const found = resolveComponent(folder, spec, from)
    if (found === null) throw new Error(`${from}.json: component "${spec}" is not there`)
    visit(found)
    return `/${found}`
  }

  function visit(name: string) {
    if (seen.has(name)) return
    seen.add(name)
    const config = readComponent(folder, name)
    const own = config.usingComponents ?? {}
    const usingComponents: Record<string, string> = {}
    for (const [tag, spec] of Object.entries({ ...app.usingComponents, ...own })) {
      usingComponents[tag] = resolve(spec, tag in own ? name : 'app')
    }
    const componentGenerics = { ...config.componentGenerics }
    for (const [generic, value] of Object.entries(componentGenerics)) {
      if (typeof value === 'object' && value.default)
        componentGenerics[generic] = { default: resolve(value.default, name) }
    }
    const isPage = pages.includes(name)
    const complete = { ...config, usingComponents, ...(config.componentGenerics && { componentGenerics }) }
    units.push({
      name,
      config: complete,
      isPage,
      scope: sharesStyles(complete, isPage) ? undefined : `c${seen.size}`,
    })
  }

  const missing = pages.filter((page) => !isFile(path.join(folder, `${page}.js`)))
  if (missing.length > 0) throw new Error(`app.json names pages that are not there: ${missing.join(', ')}`)
  for (const page of pages) visit(page)
  return units
}

function sharesStyles({ styleIsolation, component }: ComponentConfig, isPage: boolean) {
  if (styleIsolation) return styleIsolation === 'shared' || styleIsolation === 'page-shared'
  return isPage || !component
}
