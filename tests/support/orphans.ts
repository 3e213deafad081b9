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
