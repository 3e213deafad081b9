import { Types } from 'mongoose'
import { Refusal } from '../../../../http/errors.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { bytesOfPaper, takeInPaper } from '../../../files/intake/service.ts'
import { shownName } from '../../../files/rules.ts'
import * as safety from '../../../safety/service.ts'
import type { LineFile, LineRecord, ThreadRecord } from '../model.ts'
import { deskPage, threadPage } from '../messages/rules.ts'
import { keptFrom } from '../private/service.ts'
import { ThreadFileModel, type ThreadFileRecord } from './model.ts'
import { KEPT_MS } from './rules.ts'

type Tools = Pick<Deps, 'env' | 'files'>

const BATCH = 100

export interface Sent {
  requestId: string
  kind: 'image' | 'pdf'
  name: string
  bytes: Buffer
}

/** Keeps what was sent, looked at and pictures drawn anew; the same request again gives the file it kept the first time. */
export async function takeIn(
  personId: string,
  sent: Sent,
  now: Date,
  deps: Tools,
): Promise<ThreadFileRecord> {
  const key = { personId: new Types.ObjectId(personId), requestId: sent.requestId }
  const there = await ThreadFileModel.findOne(key).lean<ThreadFileRecord>()
  if (there) return there
  const { sha256, bytes } = await takeInPaper(sent, deps)
  const name = sent.kind === 'image' ? '图片.jpg' : shownName(sent.name)
  return ThreadFileModel.create({ ...key, kind: sent.kind, name, bytes, sha256, createdAt: now })
    .then((it) => it.toObject<ThreadFileRecord>())
    .catch(async (error: { code?: number }) => {
      if (error.code !== 11000) throw error
      await deps.files.remove(sha256) // the same request, a moment earlier
      return ThreadFileModel.findOne(key).lean<ThreadFileRecord>().orFail()
    })
}

/** The files a line is to carry: the writer's own, that no other line has. In the order named. */
export async function filesFor(personId: string, fileIds: readonly string[]): Promise<LineFile[]> {
  const ids = [...new Set(fileIds)]
  if (ids.length === 0) return []
  const found = await ThreadFileModel.find({
    _id: { $in: ids },
    personId: new Types.ObjectId(personId),
    lineId: null,
  }).lean<ThreadFileRecord[]>()
  return ids.map((id) => {
    const file = found.find((it) => String(it._id) === id)
    if (!file) throw new Refusal('invalid', '有一个文件没有传好，请删掉它再选一次')
    return { fileId: file._id, kind: file.kind, name: file.name, bytes: file.bytes }
  })
}

/** Binds files to their line, each to one. Inside the transaction that writes it. */
export async function bind(
  files: readonly LineFile[],
  line: { _id: Types.ObjectId; threadId: Types.ObjectId },
) {
  if (files.length === 0) return
  const { matchedCount } = await ThreadFileModel.updateMany(
    { _id: { $in: files.map((it) => it.fileId) }, lineId: null },
    { lineId: line._id, threadId: line.threadId },
  )
  if (matchedCount !== files.length) throw new Refusal('conflict', '有一个文件已经发过了，请重新选一次')
}

export const findFile = (fileId: string) => ThreadFileModel.findById(fileId).lean<ThreadFileRecord>()

export const bytesOf = (file: ThreadFileRecord, deps: Pick<Deps, 'files'>) => bytesOfPaper(file, deps)

/** Forgets the files of some lines, bytes first: begun again after a crash it finds the rest. */
export async function forgetFiles(filter: object, { files }: Pick<Deps, 'files'>) {
  for (;;) {
    const found = await ThreadFileModel.find(filter).limit(BATCH).lean<ThreadFileRecord[]>()
    if (found.length === 0) return
    for (const it of found) await files.remove(it.sha256)
    await safety.takeBackPictures(
      'threads',
      found.map((it) => String(it._id)),
    )
    await ThreadFileModel.deleteMany({ _id: { $in: found.map((it) => it._id) } })
  }
}

export const forgetFilesOf = (lineIds: readonly Types.ObjectId[], deps: Pick<Deps, 'files'>) =>
  lineIds.length === 0 ? undefined : forgetFiles({ lineId: { $in: [...lineIds] } }, deps)

/** What was sent and never written about. */
export const sweepFiles = (now: Date, deps: Pick<Deps, 'files'>) =>
  forgetFiles({ lineId: null, createdAt: { $lt: new Date(now.getTime() - KEPT_MS) } }, deps)

export const picturesOf = (lines: readonly Pick<LineRecord, 'files'>[]) =>
  lines.flatMap(({ files }) => files.filter((it) => it.kind === 'image').map((it) => String(it.fileId)))

/** The pictures of some lines that only their writer may see. */
export const hiddenIn = (lines: readonly Pick<LineRecord, 'files'>[]) =>
  safety.hiddenAmong('threads', picturesOf(lines))

export const isHiddenFrom = async (personId: string, file: ThreadFileRecord) =>
  String(file.personId) !== personId &&
  file.kind === 'image' &&
  (await safety.hiddenAmong('threads', [String(file._id)])).size > 0

/** The pictures of a line are looked at; not those of danger, which a machine would be the first to hide. Harmless twice. */
export async function watchFiles(
  line: LineRecord,
  thread: ThreadRecord,
  personId: string,
  deps: Parameters<typeof safety.watchPictures>[1],
) {
  if (line.isDanger || line.withdrawnAt) return
  const isAlwaysSeen = line.side === 'family'
  const page = isAlwaysSeen ? threadPage(thread) : deskPage(thread)
  const ids = picturesOf([line])
  if (ids.length === 0) return
  const about = {
    ...{ path: thread.path, keptFrom: await keptFrom(thread) },
    about: { title: thread.letterTitle, page },
  }
  await safety.watchPictures({ shelf: 'threads', ids, personId, who: line.by, isAlwaysSeen, ...about }, deps)
}
