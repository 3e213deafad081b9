import { AsyncLocalStorage } from 'node:async_hooks'
import type { Actor } from './actor.ts'
import type { Caller } from './serve.ts'

/** Who is asking, and from where, for as long as one request runs. */
export interface Asking {
  actor: Actor | null
  caller: Caller
}

const store = new AsyncLocalStorage<Asking>()

/** Runs the work of one request; what it leaves in the audit log carries this name and address. */
export const whileAsking = <T>(asking: Asking, work: () => Promise<T>): Promise<T> => store.run(asking, work)

/** Who asks now, or null in a job: then the product acts by itself. */
export const asking = (): Asking | null => store.getStore() ?? null
