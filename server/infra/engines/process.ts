import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { platform } from 'node:os'

/** A program that runs beside us and ends with us. */
export interface Running {
  pid: number
  /** Resolves to the exit code when the process has ended, by itself or by `stop`; null when a signal ended it. */
  ended: Promise<number | null>
  stop: () => Promise<void>
}

/** A running engine and where to reach it. */
export interface Engine extends Running {
  url: string
}

interface Settings {
  env?: NodeJS.ProcessEnv
  /** Its output goes where ours goes; else it is kept (the last part of it) and given to `listen`. */
  inherit?: boolean
  listen?: (chunk: Buffer) => void
  /** How long it may take to leave before it is killed. */
  patience?: number
}

/**
 * Starts a program in a process group of its own, so that Ctrl-C reaches us first and we decide the order of leaving.
 * Should we be killed without a chance to say goodbye, a waiting shell sees its pipe close and ends the program.
 */
export async function startBeside(
  file: string,
  args: string[],
  { env, inherit = false, listen, patience = 10_000 }: Settings = {},
): Promise<Running & { output: () => string }> {
  const child = spawn(file, args, {
    detached: true,
    env: { ...process.env, ...env },
    stdio: inherit ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const collect = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-20_000)
    listen?.(chunk)
  }
  child.stdout?.on('data', collect)
  child.stderr?.on('data', collect)
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  await once(child, 'spawn')
  const pid = child.pid as number

  const keeper = keepWatch(pid)
  void ended.then(() => keeper.kill())
  return { pid, ended, stop: () => stop(child, ended, patience), output: () => output }
}

function keepWatch(pid: number) {
  const script = 'read -r _; kill -TERM "-$1" 2>/dev/null'
  const keeper = spawn('/bin/sh', ['-c', script, 'keeper', String(pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  keeper.unref()
  return keeper
}

async function stop(child: ChildProcess, ended: Promise<unknown>, patience: number) {
  if (child.exitCode === null && child.signalCode === null) signalGroup(child, 'SIGTERM')
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), patience)
  await ended
  clearTimeout(timer)
}

/** The whole group: `npm run` and the like do not pass signals on to what they started. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals) {
  try {
    process.kill(-(pid as number), signal)
  } catch {
    // It has just left by itself.
  }
}

/** A port on loopback that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address !== 'object' || !address) throw new Error('no port')
  return address.port
}

export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it runs, but belongs to someone else.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  // A container's first process may never collect its dead: they keep their number but are gone.
  return look(pid)?.state !== 'Z'
}

/** Parent, state and command line of a process; null when the system does not tell. */
export function look(pid: number): { parent: number; state: string; command: string } | null {
  if (platform() === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      // pid (name, which may hold anything) state parent …
      const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      return { parent: Number(parent), state, command }
    } catch {
      return null
    }
  }
  const asked = spawnSync('ps', ['-ww', '-o', 'ppid=,state=,args=', '-p', String(pid)], { encoding: 'utf8' })
  const [, parent, state = '', command = ''] = /^\s*(\d+)\s+(\S)\S*\s+(.*)/.exec(asked.stdout ?? '') ?? []
  return parent ? { parent: Number(parent), state, command } : null
}

/** Runs `leave` once, however we are asked to go: Ctrl-C, a closed terminal, `kill`, or the death of who started us. */
export function onLeave(leave: () => Promise<void>) {
  let leaving = false
  const go = () => {
    if (leaving) return
    leaving = true
    void leave()
      .catch((error: unknown) => void process.stderr.write(`${String(error)}\n`))
      .finally(() => process.exit())
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, go)
  process.on('disconnect', go)
  // Listening for the disconnect must not by itself keep us running.
  process.channel?.unref()
}
