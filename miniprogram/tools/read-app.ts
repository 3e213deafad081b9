import path from 'node:path'
import type { AppConfig, ComponentConfig } from './app-config.ts'
import { isFile, readJson } from './files.ts'

export const readApp = (folder: string) => readJson<AppConfig>(path.join(folder, 'app.json'))

export function readComponent(folder: string, name: string): ComponentConfig {
  const file = path.join(folder, `${name}.json`)
  return isFile(file) ? readJson<ComponentConfig>(file) : {}
}

/**
 * Where a path of `usingComponents` leads: a component's path without extension inside `folder`, or null.
 * Like WeChat: from the root with a leading slash, else beside the file, else in the nearest miniprogram_npm.
 */
export function resolveComponent(folder: string, spec: string, from: string): string | null {
  const exists = (name: string) =>
    isFile(path.join(folder, `${name}.json`)) && isFile(path.join(folder, `${name}.wxml`))
  const asPath = (...parts: string[]) => path.posix.normalize(path.posix.join(...parts)).replace(/^\//, '')
  if (spec.startsWith('/')) return exists(asPath(spec)) ? asPath(spec) : null
  const beside = asPath(path.posix.dirname(from), spec)
  if (exists(beside)) return beside
  for (let parent = path.posix.dirname(from); ; parent = path.posix.dirname(parent)) {
    const inNpm = asPath(parent, 'miniprogram_npm', spec)
    if (exists(inNpm)) return inNpm
    if (parent === '.') return null
  }
}
