import { statSync } from 'node:fs'
import path from 'node:path'
import { subPackagesOf } from './app-config.ts'
import { filesIn } from './files.ts'
import { readApp } from './read-app.ts'

/** WeChat refuses a package above 2 MB, and an app above 30 MB. */
export const PACKAGE_LIMIT = 2 * 1024 * 1024
const APP_LIMIT = 30 * 1024 * 1024

export interface PackageSize {
  /** `main`, or the sub-package's root. */
  name: string
  bytes: number
}

export function packageSizes(to: string): PackageSize[] {
  const roots = subPackagesOf(readApp(to)).map(({ root }) => root)
  const sizes = new Map<string, number>(['main', ...roots].map((name) => [name, 0]))
  for (const file of filesIn(to)) {
    const name = roots.find((root) => file.startsWith(`${root}/`)) ?? 'main'
    sizes.set(name, (sizes.get(name) ?? 0) + statSync(path.join(to, file)).size)
  }
  return [...sizes].map(([name, bytes]) => ({ name, bytes }))
}

/** Throws a sentence that names the package and its size. */
export function checkSizes(sizes: PackageSize[], limit = PACKAGE_LIMIT) {
  const tooBig = sizes.filter(({ bytes }) => bytes >= limit)
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
  if (total >= APP_LIMIT) tooBig.push({ name: 'the whole app', bytes: total })
  if (tooBig.length === 0) return
  const named = tooBig.map(({ name, bytes }) => `${name} is ${inKiB(bytes)}`).join(', ')
  throw new Error(`WeChat takes packages below ${inKiB(limit)}: ${named}`)
}

export const inKiB = (bytes: number) => `${Math.ceil(bytes / 1024)} KiB`
