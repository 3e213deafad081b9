import type { Agenda } from 'agenda'
import type { Deps } from './infra/deps.ts'
import { auditJobs } from './modules/audit/jobs.ts'
import { fileJobs } from './modules/files/jobs.ts'
import { hotlineJobs } from './modules/hotlines/jobs.ts'
import { calendarJobs } from './modules/letters/calendar/jobs.ts'
import { letterJobs } from './modules/letters/jobs.ts'
import { unwanted } from './modules/letters/service.ts'
import { certificateJobs } from './modules/certificates/jobs.ts'
import { liveJobs } from './modules/courses/live/jobs.ts'
import { courseJobs } from './modules/courses/jobs.ts'
import { notifyJobs } from './modules/notify/jobs.ts'
import { safetyJobs } from './modules/safety/jobs.ts'
import { surveyJobs } from './modules/surveys/jobs.ts'
import { closingJobs } from './modules/privacy/closing/jobs.ts'
import { sealingJobs } from './modules/privacy/sealing/jobs.ts'
import { audienceJobs } from './modules/org/audiences/kept/jobs.ts'
import { promotionJobs } from './modules/org/promotion/jobs.ts'
import { searchJobs } from './modules/org/families/search/jobs.ts'
import { idNumberJobs } from './modules/org/families/numbers/jobs.ts'
import { joinJobs } from './modules/org/joins/jobs.ts'
import { transferJobs } from './modules/org/transfers/jobs.ts'
import { assignmentJobs } from './modules/org/transfers/assignments/jobs.ts'
import { rosterJobs } from './modules/org/roster/jobs.ts'

interface RoomJobs {
  start: () => Promise<unknown>
  /** Finishes what was begun outside the scheduler. */
  stop?: () => Promise<unknown>
}

/** The jobs of all rooms. */
const ROOMS: ((agenda: Agenda, deps: Deps) => RoomJobs)[] = [
  auditJobs,
  rosterJobs,
  joinJobs,
  audienceJobs,
  searchJobs,
  idNumberJobs,
  promotionJobs,
  assignmentJobs,
  transferJobs,
  (agenda, deps) =>
    notifyJobs(agenda, deps, { unwanted: (messages, also) => unwanted(messages, deps.clock.now(), also) }),
  letterJobs,
  calendarJobs,
  hotlineJobs,
  courseJobs,
  liveJobs,
  certificateJobs,
  fileJobs,
  surveyJobs,
  safetyJobs,
  sealingJobs,
  closingJobs,
]

/** Defines every room's jobs, then lets the alarm clock run. `stop` waits for what they have begun. */
export async function startJobs(agenda: Agenda, deps: Deps) {
  const rooms = ROOMS.map((room) => room(agenda, deps))
  await agenda.start()
  await Promise.all(rooms.map((it) => it.start()))
  return { stop: () => Promise.all(rooms.map(async (it) => it.stop?.())) }
}
