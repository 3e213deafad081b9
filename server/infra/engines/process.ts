import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { type Say } from './setup.ts'

/** A program that runs beside us and ends with us. */
export interface Running {
  pid: number
  /** Resolves when the process has ended, by itself or by `stop`. */
  ended: Promise<void>
  stop: () => Promise<void>
}

/** A running engine and where to reach it. */
export interface Engine extends Running {
  url: string
}

/**
 * Starts a program in a process group of its own, so that Ctrl-C reaches us first and we decide the order of leaving.
 * Should we be killed without a chance to say goodbye, a waiting shell sees its pipe close and ends the program.
 */
export async function startBeside(
  file: string,
  args: string[],
  { say, patience = 10_000 }: { say?: Say; patience?: number } = {},
): Promise<Running & { output: () => string }> {
  const child = spawn(file, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const listen = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-8000)
    say?.(chunk.toString())
  }
  child.stdout.on('data', listen)
  child.stderr.on('data', listen)
  await once(child, 'spawn')
  const pid = child.pid as number

  const keeper = keepWatch(pid)
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  void ended.then(() => keeper.kill())
  return { pid, ended, stop: () => stop(child, ended, patience), output: () => output }
}

function keepWatch(pid: number) {
  const script = 'read -r _; kill -TERM "$1" 2>/dev/null'
  const keeper = spawn('/bin/sh', ['-c', script, 'keeper', String(pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  keeper.unref()
  return keeper
}

async function stop(child: ChildProcess, ended: Promise<void>, patience: number) {
  if (child.exitCode !== null || child.signalCode !== null) return ended
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), patience)
  await ended
  clearTimeout(timer)
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
    return true
  } catch (error) {
    // EPERM: it runs, but belongs to someone else.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
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
