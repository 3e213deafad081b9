import { rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { FileStore } from '@tus/file-store'
import { Server, Upload } from '@tus/server'
import type { Deps } from '../../../infra/deps.ts'
import { redisLocker } from '../../../infra/redis-locker.ts'
import { AssetModel, type AssetRecord } from '../model.ts'
import { KEPT_MS } from '../rules.ts'
import { findAsset, makeFolders, originalOf, removeBytes, uploadsDir } from '../service.ts'

type Tools = Pick<Deps, 'env' | 'clock' | 'redis'>

const BATCH = 100
/** A client that has sent the last byte is heard at once; what is still there after this came from a process that died. */
const STRAY_MS = 60_000

const storeIn = (deps: Pick<Deps, 'env'>) => new FileStore({ directory: uploadsDir(deps) })

/** Makes room on disk for an upload that was begun; harmless twice. */
export async function openUpload(
  { _id, bytes }: Pick<AssetRecord, '_id' | 'bytes'>,
  deps: Pick<Deps, 'env'>,
) {
  await makeFolders(deps)
  const id = String(_id)
  const isThere = await stat(join(uploadsDir(deps), id)).then(
    () => true,
    () => false,
  )
  if (!isThere) await storeIn(deps).create(new Upload({ id, size: bytes, offset: 0 }))
}

/** The tus protocol for files that were begun by `openUpload`; `onArrived` is told when the last byte is there. */
export function tusServer(deps: Tools, onArrived: (assetId: string) => Promise<void>) {
  return new Server({
    path: '/api/uploads',
    datastore: storeIn(deps),
    locker: redisLocker(deps.redis),
    // The size was agreed on beforehand and stands in the store; nothing can be created here.
    maxSize: 2 * 1024 ** 3,
    getFileIdFromRequest: ({ url }) => /\/uploads\/([0-9a-f]{24})\?/.exec(url)?.[1],
    async onUploadFinish(_request, { id }) {
      await arrive(id, deps)
      await onArrived(id)
      return {}
    },
  })
}

/** Takes a whole file out of the uploads and puts it in the queue. Harmless twice and after a crash in between. */
export async function arrive(assetId: string, deps: Pick<Deps, 'env' | 'clock'>) {
  const from = join(uploadsDir(deps), assetId)
  await rename(from, originalOf(assetId, deps)).catch((error: { code?: string }) => {
    if (error.code !== 'ENOENT') throw error // moved by whoever was here before
  })
  await rm(`${from}.json`, { force: true })
  await AssetModel.updateOne(
    { _id: assetId, status: 'uploading' },
    { status: 'checking', leaseUntil: deps.clock.now() },
  )
}

/** Whole uploads whose process died before it could say so are taken up; those nobody came back to are thrown away. */
export async function sweepUploads(deps: Pick<Deps, 'env' | 'clock'>) {
  const now = deps.clock.now().getTime()
  const open = await AssetModel.find({ status: 'uploading', leaseUntil: { $lt: new Date(now - STRAY_MS) } })
    .sort({ leaseUntil: 1 })
    .limit(BATCH)
    .lean<AssetRecord[]>()
  for (const asset of open) {
    const assetId = String(asset._id)
    const there = await stat(join(uploadsDir(deps), assetId)).catch(() => null)
    const moved = there ? null : await stat(originalOf(assetId, deps)).catch(() => null)
    if ((there ?? moved)?.size === asset.bytes) await arrive(assetId, deps)
    else if (asset.createdAt.getTime() < now - KEPT_MS) {
      await AssetModel.deleteOne({ _id: asset._id, status: 'uploading' })
      await removeBytes(asset, deps)
    } else await AssetModel.updateOne({ _id: asset._id, status: 'uploading' }, { leaseUntil: new Date(now) })
  }
}

/** Whether bytes may still be sent for a file. */
export const isOpen = async (assetId: string) => (await findAsset(assetId))?.status === 'uploading'
