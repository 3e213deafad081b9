import path from 'node:path'
import postcss, { type Rule } from 'postcss'
import { BUILT_IN } from '../../tools/built-in.ts'
import { isFile, readText } from '../../tools/files.ts'
import { toContainerUnits } from '../engine/units.ts'

/** Where the rules of one style sheet hold. */
export interface StyleScope {
  /** A page's rules hold on that page only. */
  page?: string
  /** A component's classes carry its prefix. */
  prefix?: string
}

/** One WXSS file, with what it imports, as CSS for the preview. Empty when there is no such file. */
export function compileStyle(folder: string, file: string, scope: StyleScope = {}): string {
  const whole = path.join(folder, file)
  if (!isFile(whole)) return ''
  const root = postcss.parse(withImports(folder, whole), { from: whole })
  root.walkDecls((it) => {
    it.value = toContainerUnits(it.value)
  })
  root.walkRules((rule) => {
    if (!isKeyframe(rule)) rule.selectors = rule.selectors.map((selector) => scoped(selector, scope))
  })
  return root.toString()
}

const isKeyframe = ({ parent }: Rule) =>
  parent?.type === 'atrule' && 'name' in parent && parent.name.endsWith('keyframes')

function withImports(folder: string, file: string, seen = new Set<string>()): string {
  if (seen.has(file)) return ''
  seen.add(file)
  return readText(file).replace(/@import\s*["']([^"']+)["']\s*;?/g, (_, spec: string) =>
    withImports(
      folder,
      spec.startsWith('/') ? path.join(folder, spec) : path.resolve(path.dirname(file), spec),
      seen,
    ),
  )
}

const CLASS = /\.((?:\\.|[\w-]|[^\x00-\x7f])+)/g
const PARTS = /\[[^\]]*\]|:host(?:\(([^)]*)\))?|\.(?:\\.|[\w-]|[^\x00-\x7f])+|(^|[\s>+~,(])([a-z][\w-]*)/g

/** WeChat's selectors as the preview's: host, built-in tags, the page, and classes with their prefix. */
function scoped(selector: string, { page, prefix }: StyleScope) {
  const own = page ? `:where([data-page="${page}"])` : ''
  const withPrefix = (names: string) => (prefix ? names.replace(CLASS, `.${prefix}--$1`) : names)
  const translated = selector.replace(PARTS, (part: string, host?: string, before = '', tag?: string) => {
    if (part.startsWith('[')) return part
    if (part.startsWith(':host')) return `[wx-host="${prefix ?? ''}"]${withPrefix(host ?? '')}`
    if (part.startsWith('.')) return withPrefix(part)
    if (tag === 'page') return `${before}wx-page${own}`
    return tag && BUILT_IN.has(tag) ? `${before}wx-${tag}` : part
  })
  return own && !translated.includes(own) ? `${own} ${translated}` : translated
}
