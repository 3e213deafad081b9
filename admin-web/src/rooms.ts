import type { Me } from '#contract/accounts'
import type { AsyncComponentLoader, Component } from 'vue'
import type { RouteRecordRaw } from 'vue-router'

/** One line of the navigation on the left. */
export interface NavEntry {
  label: string
  icon: Component
  /** Name of the route it opens. */
  to: string
  /** From the top; which section it stands in is decided by `SECTIONS`. */
  order: number
  /** Stands beside the label: what waits there. */
  badge?: AsyncComponentLoader
  /** Whether a person with these posts has any use for the room. The server decides what they may really do. */
  visible: (me: Me) => boolean
}

/** What `pages/<room>/routes.ts` exports as default. Paths are absolute; every page loads lazily. */
export interface RoomRoutes {
  pages: RouteRecordRaw[]
  nav?: NavEntry
}

declare module 'vue-router' {
  interface RouteMeta {
    title?: string
    /** Opens without signing in, and without the shell around it. */
    isPublic?: boolean
    /** Belongs to the person, not to a unit: the unit switcher is hidden. */
    isPersonal?: boolean
  }
}

const found = import.meta.glob<RoomRoutes>('./pages/*/routes.ts', { eager: true, import: 'default' })

export const rooms = Object.values(found)

export const navEntries = rooms.flatMap((it) => it.nav ?? []).sort((a, b) => a.order - b.order)
