import type { Deps } from '../../../infra/deps.ts'
import * as closings from '../../accounts/closing/service.ts'
import * as audit from '../../audit/service.ts'
import { forgetHolder } from '../../certificates/personal/service.ts'
import { forgetStudies } from '../../courses/personal/service.ts'
import { forgetAttendance } from '../../courses/live/personal/service.ts'
import { forgetRatings } from '../../courses/schools/ratings/service.ts'
import { forgetWords } from '../../letters/threads/personal/service.ts'
import { forgetAnswers } from '../../letters/personal/service.ts'
import { forgetStaffAnswers } from '../../letters/staff/personal/service.ts'
import { forgetPictures } from '../../letters/pictures/service.ts'
import { forgetCaller } from '../../meetings/personal/service.ts'
import { blankMessages, forgetMessages } from '../../notify/personal/service.ts'
import { forgetGuardian } from '../../org/families/personal/service.ts'
import { forgetContents } from '../../safety/personal/service.ts'
import { forgetResults } from '../../surveys/personal/service.ts'
import { GRACE_DAYS } from '../rules.ts'

const DAY_MS = 86_400_000
const BATCH = 20

/** Asks for the account to be closed in seven days; answers when. Asked twice, the first time counts. */
export async function ask(personId: string, now: Date): Promise<Date> {
  const dueAt = await closings.noteClosing(personId, {
    askedAt: now,
    dueAt: new Date(now.getTime() + GRACE_DAYS * DAY_MS),
  })
  await audit.record('account.closing', { personId }, now)
  return dueAt
}

export async function keep(personId: string, now: Date) {
  if (await closings.dropClosing(personId)) await audit.record('account.kept', { personId }, now)
}

/**
 * Closes the accounts that are due. Every step may run twice and the account itself goes last, so that a crash half-way
 * is finished by the next tick.
 */
export async function closeDue(deps: Pick<Deps, 'env' | 'fields' | 'files' | 'log' | 'clock'>) {
  const now = deps.clock.now()
  for (const person of await closings.dueForClosing(now, BATCH)) {
    try {
      await close(person, now, deps)
    } catch (error) {
      // One account that cannot be closed does not keep the others waiting.
      deps.log.error({ err: error, personId: String(person._id) }, 'an account could not be closed')
    }
  }
}

type Due = Awaited<ReturnType<typeof closings.dueForClosing>>[number]

async function close(person: Due, now: Date, deps: Pick<Deps, 'env' | 'fields' | 'files'>) {
  const personId = String(person._id)
  await forgetAnswers(personId)
  await forgetStaffAnswers(personId)
  await forgetWords(personId, deps)
  await forgetPictures(personId, deps)
  await forgetGuardian(personId, now, deps)
  const bookings = await forgetCaller(personId)
  await blankMessages(bookings.map((it) => `call-${it}`))
  await forgetStudies(personId, deps)
  await forgetResults(personId, deps)
  await forgetRatings(personId)
  await forgetAttendance(personId)
  await forgetContents(personId)
  await forgetHolder(personId, now, deps)
  await forgetMessages(personId, person.wxOpenId ?? null)
  await audit.record('account.closed', { personId }, now)
  await closings.removePerson(person)
}
