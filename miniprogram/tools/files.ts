import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** Every file below a folder as a path relative to it, with forward slashes, in a stable order. */
export function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .sort()
}

export const isFile = (name: string) => existsSync(name) && statSync(name).isFile()

export const readText = (name: string) => readFileSync(name, 'utf8')

export function writeText(name: string, text: string) {
  mkdirSync(path.dirname(name), { recursive: true })
  writeFileSync(name, text)
}

/** Reads JSON and names the file when it cannot be read. */
export function readJson<T>(name: string): T {
  try {
    return JSON.parse(readText(name)) as T
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}
