import mongoose, { type mongo } from 'mongoose'

/**
 * What a killed process had open keeps everybody else from its documents until the database gives it up, half a minute later; here the
 * database is told at once that nobody comes back. `appName` stands in the dead process's MONGO_URL.
 */
export async function endTransactionsOf(appName: string) {
  const admin = mongoose.connection.getClient().db('admin')
  const open = await admin
    .aggregate<{ lsid: { id: mongo.UUID } }>([
      { $currentOp: { idleSessions: true } },
      { $match: { appName, transaction: { $exists: true } } },
      { $project: { 'lsid.id': 1 } },
    ])
    .toArray()
  if (open.length > 0) await admin.command({ killSessions: open.map(({ lsid }) => ({ id: lsid.id })) })
}

/** What a killed process had asked for and still waits for its turn in the database would be done after its death; it is not. */
export async function endWorkOf(appName: string) {
  const admin = mongoose.connection.getClient().db('admin')
  const running = () =>
    admin
      .aggregate<{ opid: number }>([
        { $currentOp: {} },
        { $match: { appName, op: { $in: ['update', 'command'] }, ns: /\.outbox$/ } },
        { $project: { opid: 1 } },
      ])
      .toArray()
  for (let left = await running(); left.length > 0; left = await running())
    for (const { opid } of left) await admin.command({ killOp: 1, op: opid })
}
