import mongoose, { type mongo } from 'mongoose'

type Document = mongo.Document & { _id: unknown }

/** A line of the log of a replica set; a transaction is one line with all its writes in it. */
interface Line {
  op: string
  ns: string
  o?: { _id?: unknown; applyOps?: Line[] }
  o2?: { _id?: unknown }
}
type StampedLine = Line & { ts: mongo.Timestamp }

/** Ids of documents by collection, each under its key. */
type Ids = Map<string, Map<string, unknown>>

/**
 * Everything the database holds now, and a way back to it. MongoDB's own log says which documents have been written since, whoever wrote
 * them; only those are put back.
 */
export async function remember() {
  const held = new Map<string, Map<string, Document>>()
  for (const { collection } of Object.values(mongoose.models)) {
    const documents = await collection.find().toArray()
    held.set(collection.collectionName, new Map(documents.map((it) => [keyOf(it._id), it])))
  }
  let upTo = await newestLine()
  let late: Ids = new Map()
  return async () => {
    const now = await writtenSince(upTo)
    const written = joined(late, now.written)
    await Promise.all([...written].map(([name, ids]) => putBack(name, ids, held.get(name))))
    // What the server wrote by itself meanwhile is put back the next time.
    const meanwhile = await writtenSince(now.upTo)
    late = without(meanwhile.written, written)
    upTo = meanwhile.upTo
  }
}

async function putBack(name: string, ids: Map<string, unknown>, held: Map<string, Document> | undefined) {
  if (!held) return // no model of ours
  const back = [...ids.keys()].flatMap((key) => held.get(key) ?? [])
  await mongoose.connection.collection(name).bulkWrite([
    // All of them go first: a number that only one document may have could be another's at this moment.
    { deleteMany: { filter: { _id: { $in: [...ids.values()] as never[] } } } },
    ...back.map((it) => ({
      // What the server writes by itself (a tally of the log) may be there again.
      replaceOne: { filter: { _id: it._id as never }, replacement: it, upsert: true },
    })),
  ])
}

const log = () => mongoose.connection.getClient().db('local').collection<StampedLine>('oplog.rs')

async function newestLine() {
  const [line] = await log().find().sort({ $natural: -1 }).limit(1).project<StampedLine>({ ts: 1 }).toArray()
  if (!line) throw new Error('The tests want a MongoDB with a log: a replica set')
  return line.ts
}

async function writtenSince(mark: mongo.Timestamp) {
  const lines = await log()
    .find({ ts: { $gt: mark } })
    .project<StampedLine>({ ts: 1, op: 1, ns: 1, o2: 1, 'o._id': 1, 'o.applyOps': 1 })
    .toArray()
  const ours = `${mongoose.connection.name}.`
  const written: Ids = new Map()
  for (const { ns, o, o2 } of lines.flatMap(writesIn).filter((it) => it.ns.startsWith(ours))) {
    const name = ns.slice(ours.length)
    const id = o2?._id ?? o?._id
    written.set(name, (written.get(name) ?? new Map<string, unknown>()).set(keyOf(id), id))
  }
  return { written, upTo: lines.at(-1)?.ts ?? mark }
}

const writesIn = (line: Line): Line[] =>
  line.o?.applyOps ? line.o.applyOps.flatMap(writesIn) : ['i', 'u', 'd'].includes(line.op) ? [line] : []

const keyOf = (id: unknown) => mongoose.mongo.BSON.EJSON.stringify({ id })

function joined(some: Ids, more: Ids): Ids {
  const names = new Set([...some.keys(), ...more.keys()])
  return new Map([...names].map((it) => [it, new Map([...(some.get(it) ?? []), ...(more.get(it) ?? [])])]))
}

function without(all: Ids, known: Ids): Ids {
  const left = [...all].map(
    ([name, ids]) => [name, new Map([...ids].filter(([key]) => !known.get(name)?.has(key)))] as const,
  )
  return new Map(left.filter(([, ids]) => ids.size > 0))
}
