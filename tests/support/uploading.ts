import { type Asset, type AssetKind, beginUpload, readAsset } from '#contract/files'
import { workThroughAssets } from '../../server/modules/files/jobs.ts'
import type { Call } from './learning.ts'
import type { World } from './world.ts'

const TUS = { 'tus-resumable': '1.0.0' }

/** One piece of an upload, as tus says it. */
export const patch = (world: World, uploadPath: string, offset: number, bytes: Buffer) =>
  fetch(`${world.origin()}${uploadPath}`, {
    method: 'PATCH',
    headers: { ...TUS, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' },
    body: new Uint8Array(bytes),
  })

/** How far an upload is. */
export async function offsetOf(world: World, uploadPath: string) {
  const response = await fetch(`${world.origin()}${uploadPath}`, { method: 'HEAD', headers: TUS })
  return { status: response.status, offset: Number(response.headers.get('upload-offset')) }
}

/** Sends a whole file and gives its state afterwards; a film waits then for a worker. */
export async function upload(
  world: World,
  call: Call,
  unitId: string,
  file: { kind: AssetKind; name: string; bytes: Buffer; isForLetter?: boolean },
) {
  const { asset, uploadPath } = await call(beginUpload, { unitId, ...file, bytes: file.bytes.length })
  const sent = await patch(world, uploadPath, 0, file.bytes)
  if (sent.status !== 204) throw new Error(`upload: ${sent.status} ${await sent.text()}`)
  return (await call(readAsset, { assetId: asset.id })).asset
}

/** Sends a film or a recording and lets a worker make it playable. */
export async function uploadMade(
  world: World,
  call: Call,
  unitId: string,
  file: { kind: AssetKind; name: string; bytes: Buffer },
): Promise<Asset> {
  const { id } = await upload(world, call, unitId, file)
  await workThroughAssets(world.deps())
  return (await call(readAsset, { assetId: id })).asset
}
