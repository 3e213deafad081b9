import path from 'node:path'
import { type AppConfig, type ComponentConfig, pagesOf, subPackagesOf } from '../app-config.ts'
import { BUILT_IN } from '../built-in.ts'
import { filesIn, isFile, readJson, readText } from '../files.ts'
import { readApp, resolveComponent } from '../read-app.ts'
import { at, type Problem } from './problem.ts'
import { tagsOf } from './wxml.ts'

const SYNTAX = new Set(['block', 'template', 'import', 'include', 'slot', 'wxs'])

/** What must be where, in the built app: pages, components, tabs, tags; and nothing from someone's CDN. */
export function checkStructure(folder: string, origin: string): Problem[] {
  const app = readApp(folder)
  const files = filesIn(folder)
  const own = files.filter((name) => !name.startsWith('miniprogram_npm/'))
  return [
    ...checkPages(folder, app),
    ...own.filter((name) => name.endsWith('.json')).flatMap((name) => checkComponents(folder, name)),
    ...own.filter((name) => name.endsWith('.wxml')).flatMap((name) => checkTags(folder, name, app)),
    ...own.filter((name) => name.endsWith('.wxss')).flatMap((name) => checkStyle(folder, name)),
    ...files
      .filter((name) => /\.(wxml|wxss|js|json)$/.test(name))
      .flatMap((name) => checkAddresses(folder, name, origin)),
  ]
}

function checkPages(folder: string, app: AppConfig): Problem[] {
  const missing = pagesOf(app).flatMap((page) =>
    ['js', 'json', 'wxml']
      .filter((extension) => !isFile(path.join(folder, `${page}.${extension}`)))
      .map((extension) => at('app.json', `page ${page} has no .${extension}`)),
  )
  const roots = subPackagesOf(app).map(({ root }) => `${root}/`)
  const tabs = (app.tabBar?.list ?? []).flatMap(({ pagePath, iconPath, selectedIconPath }) => [
    ...(app.pages.includes(pagePath) && !roots.some((root) => pagePath.startsWith(root))
      ? []
      : [at('app.json', `tab ${pagePath} must be a page of the main package`)]),
    ...[iconPath, selectedIconPath]
      .filter((icon) => icon !== undefined && !isFile(path.join(folder, icon)))
      .map((icon) => at('app.json', `tab ${pagePath} has no icon ${icon}`)),
  ])
  const style =
    app.style === 'v2'
      ? [at('app.json', '"style": "v2" must go: its native button breaks the buttons of TDesign')]
      : []
  return [...missing, ...tabs, ...style]
}

function checkComponents(folder: string, name: string): Problem[] {
  const { usingComponents = {} } = readJson<ComponentConfig>(path.join(folder, name))
  const from = name.replace(/\.json$/, '')
  return Object.entries(usingComponents)
    .filter(([, spec]) => resolveComponent(folder, spec, from) === null)
    .map(([tag, spec]) => at(name, `<${tag}> leads to "${spec}", which is not there`))
}

function checkTags(folder: string, name: string, app: AppConfig): Problem[] {
  const json = path.join(folder, name.replace(/wxml$/, 'json'))
  // A template that others include uses their components.
  if (!isFile(json)) return []
  const { usingComponents, componentGenerics } = readJson<ComponentConfig>(json)
  const known = new Set(Object.keys({ ...app.usingComponents, ...usingComponents, ...componentGenerics }))
  return tagsOf(readText(path.join(folder, name)))
    .filter((tag) => !BUILT_IN.has(tag.name) && !SYNTAX.has(tag.name) && !known.has(tag.name))
    .map((tag) =>
      at(
        name,
        `<${tag.name}> is neither in usingComponents nor a built-in of the preview`,
        tag.line,
        tag.column,
      ),
    )
}

function checkStyle(folder: string, name: string): Problem[] {
  return readText(path.join(folder, name))
    .split('\n')
    .flatMap((line, index) =>
      /^[^:{}]*#[a-z][\w-]*\s*[^;}]*\{/i.test(line)
        ? [at(name, 'select by class: components and the preview know no #id', index + 1)]
        : [],
    )
}

/** Names of standards look like addresses, but nobody fetches them. */
const NAMES_ONLY = /^https?:\/\/(www\.w3\.org|json-schema\.org)\b/

function checkAddresses(folder: string, name: string, origin: string): Problem[] {
  return [...readText(path.join(folder, name)).matchAll(/https?:\/\/[\w.-]+[^\s"'`)\\]*/g)]
    .filter(([address]) => !address.startsWith(origin) && !NAMES_ONLY.test(address))
    .map(([address]) =>
      at(name, `${address} is fetched from elsewhere: ship it, or serve it from our own origin`),
    )
}
