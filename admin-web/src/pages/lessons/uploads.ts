import {
  type Asset,
  type AssetKind,
  beginUpload,
  readAsset,
  removeAsset,
  resumeUpload,
} from '#contract/files'
import { Upload } from 'tus-js-client'
import { reactive } from 'vue'
import { call, explain } from '../../api/call'

const CHUNK_BYTES = 8 * 1024 ** 2
/** A dropped line comes back in a while; after that a button goes on. */
const PATIENCE_MS = [0, 1_000, 3_000, 5_000, 10_000, 20_000]
const LOOK_MS = 2_000

export interface Sending {
  name: string
  percent: number
  /** `stopped`: the line is gone, 继续 goes on where it stopped. */
  state: 'sending' | 'stopped' | 'working' | 'ready' | 'failed'
  problem: string
  asset: Asset | null
  goOn: () => void
  cancel: () => Promise<void>
}

/**
 * Sends a file piece by piece, then follows the work on it until it can be used. `unfinished`: an upload to go on with; `isForLetter`: it does
 * not stand among the unit's files.
 */
export async function send(
  unitId: string,
  kind: AssetKind,
  file: File,
  { unfinished, isForLetter }: { unfinished?: Asset | undefined; isForLetter?: boolean } = {},
): Promise<Sending> {
  const { asset, uploadPath } = unfinished
    ? await call(resumeUpload, { assetId: unfinished.id })
    : await call(beginUpload, {
        ...{ unitId, kind, name: file.name, bytes: file.size },
        ...(isForLetter && { isForLetter }),
      })
  let isCalledOff = false
  const sending = reactive<Sending>({
    name: file.name,
    percent: 0,
    state: 'sending',
    problem: '',
    asset,
    goOn() {
      sending.state = 'sending'
      upload.start()
    },
    async cancel() {
      isCalledOff = true
      await upload.abort()
      await call(removeAsset, { assetId: asset.id })
    },
  })
  const upload = new Upload(file, {
    uploadUrl: uploadPath,
    chunkSize: CHUNK_BYTES,
    retryDelays: PATIENCE_MS,
    onProgress: (sent, total) => (sending.percent = Math.floor((sent * 100) / total)),
    onError: () => {
      if (!isCalledOff) sending.state = 'stopped'
    },
    onSuccess: () => void follow(),
  })
  upload.start()
  return sending

  async function follow(): Promise<void> {
    sending.state = 'working'
    try {
      const { asset: now } = await call(readAsset, { assetId: asset.id })
      sending.asset = now
      sending.percent = now.progress
      if (now.status === 'failed') sending.problem = now.problem ?? ''
      if (now.status === 'ready' || now.status === 'failed') {
        sending.state = now.status
        return
      }
    } catch (error) {
      sending.problem = explain(error)
    }
    if (!isCalledOff) setTimeout(() => void follow(), LOOK_MS)
  }
}

const GB = 1024 ** 3
const MB = 1024 ** 2

/** 1.2GB, 35MB, 800KB */
export function sizeOf(bytes: number) {
  if (bytes >= GB) return `${(bytes / GB).toFixed(1)}GB`
  return bytes >= MB ? `${Math.round(bytes / MB)}MB` : `${Math.max(1, Math.round(bytes / 1024))}KB`
}

export const ACCEPT: Record<AssetKind, string> = {
  video: 'video/*,.mkv,.mov',
  audio: 'audio/*',
  image: 'image/jpeg,image/png,image/webp',
  pdf: 'application/pdf',
  document: '.docx,.xlsx,.pptx',
}
