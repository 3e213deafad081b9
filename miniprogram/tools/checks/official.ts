import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdtempSync } from 'node:fs'
import { createRequire } from 'node:module'
import { arch, platform, tmpdir } from 'node:os'
import path from 'node:path'
import { TmplGroup } from 'glass-easel-template-compiler'
import { filesIn, readText } from '../files.ts'
import { at, type Problem } from './problem.ts'

/** WeChat's own wcc and wcsc come for this machine only. */
export const hasOfficialCompilers = platform() === 'linux' && arch() === 'x64'

/** WXML and WXSS of the built app through WeChat's own compilers; elsewhere WXML through glass-easel's. */
export function checkWithCompilers(folder: string): Problem[] {
  const files = filesIn(folder)
  const templates = files.filter((name) => /\.(wxml|wxs)$/.test(name))
  if (!hasOfficialCompilers) return checkWithGlassEasel(folder, templates)
  const styles = files.filter((name) => name.endsWith('.wxss'))
  return [
    ...run(folder, 'wcc', ['-d', '-cc', '0', ...templates, '-gn', '$gwx'], /^(.+?):(\d+):(\d+): (.+)$/),
    ...run(folder, 'wcsc', ['-db', '-pc', '0', ...styles], /^ERR: (.+?)\((\d+):(\d+)\): (.+)$/),
  ]
}

function run(folder: string, compiler: 'wcc' | 'wcsc', args: string[], pattern: RegExp): Problem[] {
  const { status, stderr, error } = spawnSync(executable(compiler), args, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if (error) throw error
  if (status === 0) return []
  const lines = stderr.split('\n').flatMap((line) => {
    const [, file, row, column, message] = pattern.exec(line.trim()) ?? []
    return file && message ? [at(file, message, Number(row), Number(column))] : []
  })
  // An error that cannot be read is still an error.
  return lines.length > 0 ? lines : [at(compiler, stderr.trim() || `exit ${status}`)]
}

/** The package does not mark its binaries as executable, and its folder may not be ours to change. */
function executable(compiler: 'wcc' | 'wcsc') {
  const root = path.dirname(createRequire(import.meta.url).resolve('miniprogram-compiler/package.json'))
  const shipped = path.join(root, 'bin/linux', compiler)
  try {
    chmodSync(shipped, 0o755)
    return shipped
  } catch {
    const copy = path.join(mkdtempSync(path.join(tmpdir(), 'wxml-')), compiler)
    copyFileSync(shipped, copy)
    chmodSync(copy, 0o755)
    return copy
  }
}

function checkWithGlassEasel(folder: string, templates: string[]): Problem[] {
  const group = new TmplGroup()
  return templates
    .filter((name) => name.endsWith('.wxml'))
    .flatMap((name) => group.addTmpl(name.slice(0, -5), readText(path.join(folder, name))) as Finding[])
    .filter((it) => it.isError)
    .map((it) => at(it.path, it.message, it.startLine + 1, it.startColumn + 1))
}

interface Finding {
  isError: boolean
  message: string
  path: string
  startLine: number
  startColumn: number
}
