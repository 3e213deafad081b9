import { MongoBackend } from '@agendajs/mongo-backend'
import { Agenda, type Job } from 'agenda'
import type { Connection } from 'mongoose'
import type { Logger } from 'pino'

/** The scheduler, on the database connection that the models use: an alarm clock, never a conveyor. */
export async function openAgenda(connection: Connection, log: Logger, { processEvery = '5 seconds' } = {}) {
  const db = connection.db
  if (!db) throw new Error('Open the database before the scheduler')

  // The library's own upsert is not a lock: servers that boot together would each write the same schedule.
  await db
    .collection('agendaJobs')
    .createIndex(
      { name: 1, type: 1 },
      { name: 'oneSchedulePerName', unique: true, partialFilterExpression: { type: 'single' } },
    )

  const agenda = new Agenda({ backend: new MongoBackend({ mongo: db }), processEvery })
  agenda.on('error', (error) => log.error({ err: error }, 'scheduler'))
  agenda.on('fail', (error, job) => log.error({ err: error, job: job.attrs.name }, 'job failed'))
  await agenda.ready
  return agenda
}

/**
 * Renews the lock of a job, from within its work, often enough for a lock of `lockMs`: what a killed worker leaves locked is soon free, and a
 * living one keeps it however long it works. Not with each call, which would be a write of its own.
 */
export function renewing(job: Pick<Job, 'touch'>, lockMs: number) {
  let renewedAt = performance.now()
  return async () => {
    if (performance.now() - renewedAt < lockMs / 4) return
    renewedAt = performance.now()
    await job.touch()
  }
}
