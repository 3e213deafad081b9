import type { AppConfig, ComponentConfig } from './app-config.ts'

/** Something a file of a mini-program needs: a component by path, a module by `require`, a file by its name. */
export interface Reference {
  spec: string
  kind: 'component' | 'module' | 'file'
}

const PATTERNS: { files: RegExp; pattern: RegExp; kind: Reference['kind'] }[] = [
  { files: /\.js$/, pattern: /\brequire\(["']([^"']+)["']\)/g, kind: 'module' },
  {
    files: /\.(wxml|wxs)$/,
    pattern: /(?:\bsrc\s*=\s*|\brequire\s*\(\s*)["']([^"'{]+\.(?:wxml|wxs))["']/g,
    kind: 'file',
  },
  { files: /\.wxss$/, pattern: /@import\s*["']([^"']+)["']/g, kind: 'file' },
]

/** What one compiled file refers to. */
export function referencesOf(file: string, text: string): Reference[] {
  if (file.endsWith('.json')) return componentsNamedIn(JSON.parse(text) as AppConfig & ComponentConfig)
  return PATTERNS.filter(({ files }) => files.test(file)).flatMap(({ pattern, kind }) =>
    [...text.matchAll(pattern)].map(([, spec = '']) => ({ spec, kind })),
  )
}

function componentsNamedIn({ usingComponents, componentGenerics }: AppConfig & ComponentConfig): Reference[] {
  const defaults = Object.values(componentGenerics ?? {}).map((it) =>
    typeof it === 'object' ? it.default : undefined,
  )
  return [...Object.values(usingComponents ?? {}), ...defaults]
    .filter((spec) => spec !== undefined && !spec.startsWith('plugin'))
    .map((spec) => ({ spec: spec ?? '', kind: 'component' }))
}
