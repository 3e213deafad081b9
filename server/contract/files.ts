import * as z from 'zod/mini'
import { done, endpoint, instant, objectId, words } from './endpoint.ts'

/** What may be uploaded; known by its first bytes, not by its name. */
export const assetKind = z.enum(['video', 'audio', 'image', 'pdf', 'document'])
export type AssetKind = z.infer<typeof assetKind>
/** What lessons are made of. */
export type LessonFileKind = Exclude<AssetKind, 'document'>

/** A document beside a letter: a phone on a slow line fetches no more in a minute. */
export const MOST_LETTER_BYTES = 20 * 1024 ** 2

/** 2 GB, the largest film of a lesson. */
export const MOST_BYTES: Record<AssetKind, number> = {
  video: 2 * 1024 ** 3,
  audio: 300 * 1024 ** 2,
  image: 30 * 1024 ** 2,
  pdf: 60 * 1024 ** 2,
  document: MOST_LETTER_BYTES,
}

/** What a `document` is by its content. */
export const OFFICE = ['docx', 'xlsx', 'pptx'] as const
export type OfficeFormat = (typeof OFFICE)[number]

/** A line of speech, with the seconds it stands. */
export const caption = z.object({ from: z.number(), to: z.number(), text: z.string() })

/** A file of a unit and what was made of it. */
export const asset = z.object({
  id: objectId,
  kind: assetKind,
  name: z.string(),
  bytes: z.number(),
  /** `waiting` for a worker; a reader that does not know a later state takes it for work. */
  status: z.catch(z.enum(['uploading', 'checking', 'waiting', 'working', 'ready', 'failed']), 'working'),
  /** 0–100 of the work a film or a recording takes. */
  progress: z.int(),
  /** Why it cannot be used, in one sentence. */
  problem: z.nullable(z.string()),
  /** Length, found by the server. */
  seconds: z.nullable(z.int()),
  pages: z.nullable(z.int()),
  width: z.nullable(z.int()),
  height: z.nullable(z.int()),
  /** Where to play, see or read it; null until it is ready. */
  address: z.nullable(z.string()),
  poster: z.nullable(z.string()),
  captions: z.array(caption),
  /** A published lesson shows it. */
  isInUse: z.boolean(),
  createdAt: instant,
  abilities: z.object({ remove: z.boolean(), resume: z.boolean() }),
})
export type Asset = z.infer<typeof asset>

const upload = z.object({
  asset,
  /** Where to send the bytes by tus; it stands for one day and for this file alone. Beside `/api`. */
  uploadPath: z.string(),
})

export const beginUpload = endpoint({
  access: 'staff',
  summary: '准备上传一个文件（视频、音频、图片、PDF；写信时还有 Word、Excel、PPT），返回断点续传的地址',
  method: 'POST',
  path: '/units/:unitId/uploads',
  input: z.strictObject({
    unitId: objectId,
    kind: assetKind,
    name: words('文件名', 200),
    bytes: z.int('文件的大小不对').check(z.gte(1, '文件是空的，请重新选择')),
    /** For a letter: it does not stand among the unit's files, and a paper gets no open address. A `document` is for letters alone. */
    isForLetter: z.optional(z.boolean()),
  }),
  reply: upload,
})

export const resumeUpload = endpoint({
  access: 'staff',
  summary: '接着上传没有传完的文件：换一个新的地址',
  method: 'POST',
  path: '/assets/:assetId/resumption',
  input: z.strictObject({ assetId: objectId }),
  reply: upload,
})

export const listAssets = endpoint({
  access: 'staff',
  summary: '本单位的文件，新的在前；以及用了多少空间',
  method: 'GET',
  path: '/units/:unitId/assets',
  input: z.strictObject({ unitId: objectId, kind: z.optional(assetKind), after: z.optional(objectId) }),
  reply: z.object({
    assets: z.array(asset),
    next: z.nullable(objectId),
    usedBytes: z.number(),
    quotaBytes: z.number(),
  }),
})

export const readAsset = endpoint({
  access: 'staff',
  summary: '一个文件处理到哪里了，以及下载原件的链接',
  method: 'GET',
  path: '/assets/:assetId',
  input: z.strictObject({ assetId: objectId }),
  reply: z.object({ asset, originalPath: z.nullable(z.string()) }),
})

export const saveCaptions = endpoint({
  access: 'staff',
  summary: '给视频或音频配字幕：贴上 WebVTT 或 SRT 的全文；空的表示去掉',
  method: 'PUT',
  path: '/assets/:assetId/captions',
  input: z.strictObject({ assetId: objectId, text: z.string().check(z.maxLength(200_000, '字幕太长了')) }),
  reply: z.object({ asset }),
})

export const removeAsset = endpoint({
  access: 'staff',
  summary: '删除一个没有用在课里的文件，或者取消上传',
  method: 'DELETE',
  path: '/assets/:assetId',
  input: z.strictObject({ assetId: objectId }),
  reply: done,
})
