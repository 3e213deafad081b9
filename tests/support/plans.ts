import mongoose from 'mongoose'

/** One statement as MongoDB ran it. */
export interface Statement {
  /** `find people`, `findAndModify sheets` */
  name: string
  /** `IXSCAN { path: 1 }`, `IDHACK`; a `COLLSCAN` reads everything there is. Empty for what is only added. */
  plan: string
  docsExamined: number
}

interface Profiled {
  op: string
  ns: string
  planSummary?: string
  docsExamined?: number
  command?: Record<string, unknown>
}

/** What the database was asked while `work` ran, in order, from its own profiler. */
export async function statementsOf(work: () => Promise<unknown>): Promise<Statement[]> {
  const db = mongoose.connection.db
  if (!db) throw new Error('The world is not open yet')
  await db.dropCollection('system.profile').catch(() => false)
  // It keeps the last megabyte otherwise, and a hundred statements may be forgotten.
  await db.createCollection('system.profile', { capped: true, size: 32 * 1024 * 1024 })
  await db.command({ profile: 2 })
  try {
    await work()
  } finally {
    await db.command({ profile: 0 })
  }
  const rows = await db
    .collection<Profiled>('system.profile')
    .find({ ns: { $ne: `${db.databaseName}.system.profile` }, 'command.profile': { $exists: false } })
    .sort({ $natural: 1 })
    .toArray()
  return rows.map(({ op, ns, command, planSummary = '', docsExamined = 0 }) => ({
    name: `${verbOf(op, command)} ${ns.slice(db.databaseName.length + 1)}`,
    plan: planSummary,
    docsExamined,
  }))
}

/** The profiler calls what is neither read nor write a command, and says its name first. */
const verbOf = (op: string, command: Profiled['command']) =>
  op === 'command' || op === 'query' ? (Object.keys(command ?? {})[0] ?? op) : op

/** Those that read a whole collection. */
export const scans = (statements: Statement[]) => statements.filter((it) => it.plan.includes('COLLSCAN'))
