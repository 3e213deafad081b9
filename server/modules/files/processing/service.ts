import { copyFile, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Types } from 'mongoose'
import type { Deps } from '../../../infra/deps.ts'
import { hash } from '../../../infra/files.ts'
import { redraw } from '../../../infra/inspect/image.ts'
import { checkKind, FileRefused } from '../../../infra/inspect/kind.ts'
import { inspectOffice } from '../../../infra/inspect/office.ts'
import { inspectPdf } from '../../../infra/inspect/pdf.ts'
import { openScan } from '../../../infra/inspect/scan.ts'
import { toAudio, toHls } from '../../../infra/video/encode.ts'
import { probe } from '../../../infra/video/probe.ts'
import { MediaRefused, MediaStopped } from '../../../infra/video/run.ts'
import { AssetModel, type AssetRecord } from '../model.ts'
import { LEASE_MS, MADE, MOST_ATTEMPTS } from '../rules.ts'
import { madeDir, makeFolders, originalOf, removeBytes } from '../service.ts'

type Tools = Pick<Deps, 'env' | 'clock' | 'log'>
type Made = Partial<Pick<AssetRecord, 'seconds' | 'pages' | 'width' | 'height' | 'sha256' | 'format'>>

/** Whoever is at a file renews its lease this often, and notes how far the work is. */
const RENEWAL_MS = 5_000
const GAVE_UP = '处理了几次都没有成功，请换一个文件再试'

/** Takes the file that has waited longest, or the one that is named; a worker that died leaves its own after a minute. */
export function lease(now: Date, assetId?: string) {
  return AssetModel.findOneAndUpdate(
    {
      ...(assetId && { _id: assetId }),
      status: { $in: ['checking', 'waiting', 'working'] },
      leaseUntil: { $lte: now },
    },
    {
      $set: { leaseId: new Types.ObjectId(), leaseUntil: new Date(now.getTime() + LEASE_MS) },
      $inc: { attempts: 1 },
    },
    { sort: { leaseUntil: 1 }, returnDocument: 'after' },
  ).lean<AssetRecord>()
}

/**
 * Looks at a leased file and makes of it what phones can use: into a folder of its own that gets its name only when all
 * is there. Begun again after a crash it starts over; whoever has lost the lease stops.
 */
export async function work(asset: AssetRecord, deps: Tools, calledOff?: AbortSignal) {
  const held = holdLease(asset, deps, calledOff)
  const folder = join(madeDir(deps), `.work-${String(asset._id)}-${String(asset.leaseId)}`)
  try {
    if (asset.attempts > MOST_ATTEMPTS) throw new FileRefused(GAVE_UP)
    await makeFolders(deps)
    await sweepWork(asset, deps)
    const source = originalOf(String(asset._id), deps)
    if (asset.kind !== 'document') await checkKind(source, asset.kind)
    await openScan(deps.env.CLAMD_URL)(source)
    await held.note({ status: 'working' })
    await mkdir(folder)
    const made = await make(asset, source, folder, held)
    await publish(folder, join(madeDir(deps), asset.key))
    // A picture as it came says where it was taken: it is not kept.
    if (asset.kind === 'image') await rm(source, { force: true })
    await held.note({ status: 'ready', progress: 100, ...made, leaseId: null })
  } catch (error) {
    await fail(asset, error, held, deps)
  } finally {
    held.end()
    await rm(folder, { recursive: true, force: true })
  }
}

type Held = ReturnType<typeof holdLease>

async function make(asset: AssetRecord, source: string, folder: string, held: Held): Promise<Made> {
  if (asset.kind === 'document') return inspectOffice(source)
  const target = join(folder, MADE[asset.kind])
  if (asset.kind === 'image') {
    const size = await redraw(source, target)
    return { ...size, sha256: hash(await readFile(target)) }
  }
  if (asset.kind === 'pdf') {
    const { pages } = await inspectPdf(source)
    // An attachment of a letter is nobody's but its readers': it gets no open address.
    if (!asset.isForLetter) await copyFile(source, target)
    return { pages }
  }
  const found = await probe(source, asset.kind, held.signal)
  const watching = {
    signal: held.signal,
    onSeconds: (seconds: number) => held.progress(Math.min(99, Math.floor((seconds * 100) / found.seconds))),
  }
  if (asset.kind === 'audio')
    return { seconds: Math.floor((await toAudio(source, folder, found, watching)).seconds) }
  const { seconds, sizes } = await toHls(source, folder, found, watching)
  return { seconds: Math.floor(seconds), ...sizes.at(-1) }
}

async function publish(folder: string, target: string) {
  // Whoever was here before died between this and the note in the database.
  await rm(target, { recursive: true, force: true })
  await rename(folder, target)
}

/** What earlier tries at the same file left behind. */
async function sweepWork({ _id, leaseId }: AssetRecord, deps: Tools) {
  const names = await readdir(madeDir(deps))
  const old = names.filter((it) => it.startsWith(`.work-${String(_id)}-`) && !it.endsWith(String(leaseId)))
  await Promise.all(old.map((it) => rm(join(madeDir(deps), it), { recursive: true, force: true })))
}

/** Keeps the lease while the work goes on. Every note holds only as long as the lease is ours. */
function holdLease({ _id, leaseId }: AssetRecord, { clock }: Tools, calledOff?: AbortSignal) {
  const lost = new AbortController()
  const signal = calledOff ? AbortSignal.any([lost.signal, calledOff]) : lost.signal
  let progress = 0
  const note = async (change: Partial<AssetRecord>) => {
    const leaseUntil = new Date(clock.now().getTime() + LEASE_MS)
    const { matchedCount } = await AssetModel.updateOne({ _id, leaseId }, { leaseUntil, progress, ...change })
    if (matchedCount === 0) lost.abort()
    if (lost.signal.aborted) throw new MediaStopped()
  }
  const renewal = setInterval(() => void note({}).catch(() => undefined), RENEWAL_MS)
  return {
    signal,
    note,
    progress: (percent: number) => {
      progress = percent
    },
    end: () => clearInterval(renewal),
  }
}

async function fail(asset: AssetRecord, error: unknown, held: Held, deps: Tools) {
  const free = { leaseId: null, leaseUntil: deps.clock.now() }
  if (error instanceof FileRefused || error instanceof MediaRefused) {
    await held.note({ status: 'failed', problem: error.message, leaseId: null }).catch(() => undefined)
    await removeBytes(asset, deps)
    return
  }
  if (error instanceof MediaStopped) {
    // Called off, not failed: the next one begins at once, and it does not count.
    await AssetModel.updateOne(
      { _id: asset._id, leaseId: asset.leaseId },
      { $set: { ...free, status: 'waiting' }, $inc: { attempts: -1 } },
    )
    return
  }
  // It stays in the queue; when the lease has run out, somebody tries again.
  deps.log.error({ err: error, assetId: String(asset._id) }, 'file not processed')
}
