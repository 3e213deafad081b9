type Listener = (...args: unknown[]) => void

/** The line between a page and the one that opened it. */
export class EventChannel {
  readonly #listeners = new Map<string, Set<Listener>>()

  on(name: string, listener: Listener) {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners.add(listener))
  }

  once(name: string, listener: Listener) {
    const first: Listener = (...args) => {
      this.off(name, first)
      listener(...args)
    }
    this.on(name, first)
  }

  off(name: string, listener?: Listener) {
    if (listener) this.#listeners.get(name)?.delete(listener)
    else this.#listeners.delete(name)
  }

  emit(name: string, ...args: unknown[]) {
    for (const listener of this.#listeners.get(name) ?? []) listener(...args)
  }
}
