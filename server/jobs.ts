import type { Agenda } from 'agenda'
import type { Deps } from './infra/deps.ts'

interface RoomJobs {
  start: () => Promise<unknown>
}

/** The jobs of all rooms. */
const ROOMS: ((agenda: Agenda, deps: Deps) => RoomJobs)[] = []

/** Defines every room's jobs, then lets the alarm clock run. */
export async function startJobs(agenda: Agenda, deps: Deps) {
  const rooms = ROOMS.map((room) => room(agenda, deps))
  await agenda.start()
  await Promise.all(rooms.map((it) => it.start()))
}
