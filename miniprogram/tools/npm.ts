import { existsSync } from 'node:fs'
import path from 'node:path'
import { buildSync, transformSync } from 'esbuild'
import { compilerOptions } from './compiler-options.ts'
import { filesIn, isFile, readJson, readText, writeText } from './files.ts'
import { type Reference, referencesOf } from './references.ts'

interface NpmPackage {
  name: string
  /** Folder whose files a mini-program may use as they are; null for an ordinary JavaScript package. */
  root: string | null
}

const SUFFIXES: Record<Reference['kind'], string[]> = {
  component: ['.js', '.json', '.wxml', '.wxss'],
  module: ['', '.js', '/index.js'],
  file: [''],
}

/**
 * Fills `to/miniprogram_npm` with what the compiled app in `to` reaches, and nothing else: TDesign whole would
 * be 1.2 MB of the 2 MB a package may have. Ordinary JavaScript packages are bundled, one file each.
 */
export function copyNpm(to: string, nodeModules = 'node_modules') {
  const reached = new Map<string, NpmPackage>()
  const bundled = new Set<string>()
  const waiting: string[] = []

  for (const file of filesIn(to)) {
    for (const reference of referencesOf(file, readText(path.join(to, file)))) {
      if (isBare(reference.spec) && !isBeside(to, file, reference)) fromPackage(reference, file)
    }
  }
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    const owner = reached.get(file)
    if (owner) for (const reference of packageReferences(file)) follow(reference, file, owner)
  }
  for (const [file, { name, root }] of reached) {
    const target = path.join(to, 'miniprogram_npm', name, path.relative(root ?? '', file))
    writeText(
      target,
      file.endsWith('.js') ? transformSync(readText(file), compilerOptions).code : readText(file),
    )
  }

  function fromPackage(reference: Reference, from: string) {
    const found = packageOf(reference.spec, nodeModules)
    if (!found)
      throw new Error(`${from}: "${reference.spec}" is neither a file of the app nor an installed package`)
    if (found.root === null) bundle(reference.spec, found.name)
    else reach(path.join(found.root, reference.spec.slice(found.name.length)), reference, found)
  }

  function follow(reference: Reference, from: string, owner: NpmPackage) {
    const beside = path.resolve(path.dirname(from), reference.spec)
    if (!isBare(reference.spec) || SUFFIXES[reference.kind].some((suffix) => isFile(beside + suffix))) {
      return reach(beside, reference, owner)
    }
    const inner = path.join(owner.root ?? '', 'miniprogram_npm', reference.spec)
    if (isFile(`${inner}.js`) || existsSync(inner)) return reach(inner, reference, owner)
    fromPackage(reference, from)
  }

  function reach(base: string, { kind }: Reference, owner: NpmPackage) {
    for (const file of SUFFIXES[kind].map((suffix) => base + suffix)) {
      if (reached.has(file) || !isFile(file)) continue
      reached.set(file, owner)
      waiting.push(file)
    }
  }

  function bundle(spec: string, name: string) {
    if (bundled.has(spec)) return
    bundled.add(spec)
    const outfile = path.join(
      to,
      'miniprogram_npm',
      spec === name ? `${name}/index.js` : `${spec.replace(/\.js$/, '')}.js`,
    )
    buildSync({
      ...compilerOptions,
      stdin: undefined,
      entryPoints: [spec],
      bundle: true,
      outfile,
      logLevel: 'error',
    })
  }
}

const isBare = (spec: string) => !/^[./]/.test(spec)

function isBeside(to: string, from: string, { spec, kind }: Reference) {
  const base = path.join(to, path.dirname(from), spec)
  return SUFFIXES[kind].some((suffix) => isFile(base + suffix))
}

function packageOf(spec: string, nodeModules: string): NpmPackage | null {
  const name = spec.split('/', spec.startsWith('@') ? 2 : 1).join('/')
  const manifest = path.join(nodeModules, name, 'package.json')
  if (!isFile(manifest)) return null
  const { miniprogram } = readJson<{ miniprogram?: string }>(manifest)
  return { name, root: miniprogram ? path.resolve(nodeModules, name, miniprogram) : null }
}

function packageReferences(file: string) {
  const text = readText(file)
  // A package may ship ES modules; its references are read from the CommonJS that we make of it.
  return referencesOf(file, file.endsWith('.js') ? transformSync(text, compilerOptions).code : text)
}
