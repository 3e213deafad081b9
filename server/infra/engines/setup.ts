import { spawn, spawnSync } from 'node:child_process'
import { constants } from 'node:fs'
import { access, mkdir } from 'node:fs/promises'
import { homedir, platform } from 'node:os'
import { delimiter, join } from 'node:path'

/** Tells the person at the terminal what is going on, one short line at a time. */
export type Say = (line: string) => void

/** Something the machine lacks. The message is one sentence for the person at the terminal, with what to do. */
export class SetupError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SetupError'
  }
}

/** One way to come by a binary: its path, or null when this way is closed on this machine. */
export type Way = () => Promise<string | null>

/** The first way that leads somewhere. A way that fails is noted, and the next one is tried. */
export async function firstOf(ways: Way[], say: Say): Promise<string | null> {
  for (const way of ways) {
    try {
      const found = await way()
      if (found) return found
    } catch (error) {
      if (lacksSpace(error))
        throw new SetupError('磁盘空间不足，请清理出至少 2 GB 后重试。', { cause: error })
      say(`  这条路不通（${firstLine(error)}），换一种方式……`)
    }
  }
  return null
}

export function lacksSpace(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return (error as NodeJS.ErrnoException).code === 'ENOSPC' || /ENOSPC|no space left/i.test(error.message)
}

function firstLine(error: unknown) {
  return (error instanceof Error ? error.message : String(error)).trim().split('\n')[0]
}

/** Where fetched binaries stay. One folder per person, so that a second clone finds them. */
export async function engineCache(): Promise<string> {
  const own = process.env.JIAXIAO_CACHE
  const system = platform() === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache')
  const wanted = own ?? join(process.env.XDG_CACHE_HOME || system, 'jiaxiao-parent-school')
  try {
    await mkdir(wanted, { recursive: true })
    await access(wanted, constants.W_OK)
    return wanted
  } catch (error) {
    if (own || lacksSpace(error)) throw error
    // A home that cannot be written (containers, service accounts): keep them beside the data.
    const beside = join(process.cwd(), '.data', 'engines')
    await mkdir(beside, { recursive: true })
    return beside
  }
}

/** The full path of the first of these programs that PATH knows. */
export async function onPath(...names: string[]): Promise<string | null> {
  for (const name of names) {
    for (const folder of (process.env.PATH ?? '').split(delimiter).filter(Boolean)) {
      const file = join(folder, name)
      if (await executable(file)) return file
    }
  }
  return null
}

export async function executable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  )
}

/** A binary may be there and yet not run: another processor, a missing library, a snap without snapd. */
export function runs(file: string, ...args: string[]): boolean {
  return spawnSync(file, args, { stdio: 'ignore', timeout: 20_000 }).status === 0
}

/** Runs a program to its end. What it printed is in the error when it fails. */
export async function run(
  file: string,
  args: string[],
  { seconds, env = {} }: { seconds: number; env?: NodeJS.ProcessEnv },
) {
  const child = spawn(file, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: seconds * 1000,
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(lastLines(output) || `${file} 没有成功`)
  return output
}

function lastLines(output: string) {
  return output.trim().split('\n').slice(-3).join(' ').slice(-300)
}

/** Asked before a big download: without this a closed network costs minutes of retries. */
export async function reachable(url: string): Promise<boolean> {
  return fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(4000) }).then(
    () => true,
    () => false,
  )
}
