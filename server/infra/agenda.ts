import { MongoBackend } from '@agendajs/mongo-backend'
import { Agenda } from 'agenda'
import type { Connection } from 'mongoose'
import type { Logger } from 'pino'

/** The scheduler, on the database connection that the models use: an alarm clock, never a conveyor. */
export async function openAgenda(connection: Connection, log: Logger) {
  const db = connection.db
  if (!db) throw new Error('Open the database before the scheduler')

  // The library's own upsert is not a lock: servers that boot together would each write the same schedule.
  await db
    .collection('agendaJobs')
    .createIndex(
      { name: 1, type: 1 },
      { name: 'oneSchedulePerName', unique: true, partialFilterExpression: { type: 'single' } },
    )

  const agenda = new Agenda({ backend: new MongoBackend({ mongo: db }), processEvery: '5 seconds' })
  agenda.on('error', (error) => log.error({ err: error }, 'scheduler'))
  agenda.on('fail', (error, job) => log.error({ err: error, job: job.attrs.name }, 'job failed'))
  await agenda.ready
  return agenda
}
