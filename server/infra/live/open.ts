import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Env } from '../../env.ts'
import { builtinLive } from './builtin.ts'
import { noLive } from './none.ts'
import type { LiveProvider } from './provider.ts'
import { remoteLive } from './remote.ts'

/** Where the built-in service keeps its streams. */
export const liveDir = (env: Pick<Env, 'DATA_DIR'>) => join(env.DATA_DIR, 'live')

/** A film of the repository for the demo's classes. */
const DEMO_FILM = join(import.meta.dirname, '../../../content/courses/grade1/01-first-month/video.mp4')

/** The live service of this installation: the one that is named, the demo's own, or none. */
export function openLive(env: Env, log: Logger): LiveProvider & { close?: () => Promise<void> } {
  if (env.LIVE_URL && env.LIVE_KEY) return remoteLive({ baseUrl: env.LIVE_URL, key: env.LIVE_KEY, log })
  if (!env.DEMO) return noLive()
  return builtinLive({ film: DEMO_FILM, dir: liveDir(env), path: '/live-media', secret: env.INDEX_KEY })
}
