import { isFramed } from './identity.ts'

/** What the phone tells the desktop page around it. */
export interface RouteMessage {
  route: string
  landscape: boolean
}

export function reportRoute(route: string, landscape: boolean) {
  if (isFramed) parent.postMessage({ route, landscape } satisfies RouteMessage, location.origin)
}
