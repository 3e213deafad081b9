import type { Agenda } from 'agenda'
import type { Deps } from '../../../infra/deps.ts'
import { apply } from './apply/service.ts'
import { check, look } from './check/service.ts'
import { filePath, removeFile, sweepFiles } from './files/service.ts'
import { storedMapping } from './headings/rules.ts'
import type { ImportRecord } from './model.ts'
import { lease, statusOf } from './service.ts'
import { callOffListed, tellListed } from './telling/service.ts'
import { undo } from './undo/service.ts'

const WORK = 'roster.work'
const SWEEP = 'roster.sweep'
const NIGHTLY = '40 3 * * *'

type Tools = Pick<Deps, 'clock' | 'fields' | 'env' | 'log'>

/** Checks, writes and takes back what waits, one import after the other. The document's status is the queue. */
export async function workThroughImports(deps: Tools) {
  for (;;) {
    const job = await lease(deps.clock.now())
    if (!job) break
    const importId = String(job._id)
    try {
      await workOn(job, deps)
    } catch (error) {
      // It stays in its status; when the lease has run out, somebody tries again.
      deps.log.error({ err: error, importId }, 'import did not finish')
      return
    }
    // Nobody needs the file of a list that is written or refused, and it is full of names.
    const status = await statusOf(importId)
    if (status === 'applied' || status === 'refused') await removeFile(importId, deps)
  }
  await tellListed(deps)
  await callOffListed(deps)
}

async function workOn(job: ImportRecord, deps: Tools) {
  if (job.status === 'applying') return apply(job, deps)
  if (job.status === 'undoing') return undo(job, deps)
  const file = filePath(String(job._id), deps)
  const mapping = job.mapping ? storedMapping(job.mapping) : await look(job, file, deps)
  if (mapping) await check(job, mapping, file, deps)
}

/** Agenda is the alarm clock; who has just put a file there asks for work at once with `workThroughImports`. */
export function rosterJobs(agenda: Agenda, deps: Deps) {
  agenda.define(WORK, () => workThroughImports(deps), { concurrency: 1, lockLifetime: 5 * 60_000 })
  agenda.define(SWEEP, () => sweepFiles(deps), { concurrency: 1, lockLifetime: 5 * 60_000 })
  return {
    async start() {
      await agenda.every('5 seconds', WORK)
      await agenda.every(NIGHTLY, SWEEP, undefined, { timezone: 'Asia/Shanghai' })
    },
  }
}
