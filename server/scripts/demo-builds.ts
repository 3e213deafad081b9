import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startBeside } from '../infra/engines/process.ts'
import { SetupError } from '../infra/engines/setup.ts'

export interface Build {
  name: string
  /** What it makes. */
  to: string
  /** npm scripts, one after the other. */
  scripts: string[]
  /** Files and folders that it is made from. */
  from: string[]
}

export const BUILDS: Build[] = [
  {
    name: '构建控制台',
    to: 'dist/admin',
    scripts: ['build:console'],
    from: ['admin-web', 'server/contract', 'package-lock.json'],
  },
  {
    name: '构建小程序预览',
    to: 'dist/preview',
    scripts: ['build:miniprogram', 'build:preview'],
    from: ['miniprogram', 'server/contract', 'package-lock.json'],
  },
]

/** Builds it when it is missing or made from other sources; answers whether there was anything to do. */
export async function buildIfStale({ name, to, scripts, from }: Build): Promise<boolean> {
  const stamp = `${to}.stamp`
  const wanted = await digest(from)
  const made = await readFile(stamp, 'utf8').catch(() => null)
  if (made === wanted && existsSync(to)) return false

  await rm(stamp, { force: true })
  for (const script of scripts) {
    const child = await startBeside('npm', ['run', '--silent', script])
    if ((await child.ended) !== 0) throw failure(name, child.output())
  }
  await writeFile(stamp, wanted)
  return true
}

function failure(name: string, output: string) {
  if (/ENOSPC|no space left/i.test(output)) return new SetupError('构建时磁盘已满，请清理后重试。')
  return new SetupError(`${name}没有成功：\n${output.trim().split('\n').slice(-15).join('\n')}`)
}

/** Contents, not times: a fresh clone or a switched branch gives every file a new time. */
export async function digest(paths: string[]) {
  const hash = createHash('sha256')
  for (const path of paths) {
    for (const file of await filesBelow(path)) hash.update(file).update(await readFile(file))
  }
  return hash.digest('hex')
}

async function filesBelow(path: string) {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => null)
  if (!entries) return [path]
  const files = entries.filter((entry) => entry.isFile())
  return files.map((entry) => join(entry.parentPath, entry.name)).sort()
}
