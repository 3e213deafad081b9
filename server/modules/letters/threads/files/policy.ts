import { Refusal } from '../../../../http/errors.ts'
import { guardianActor } from '../../../accounts/consents/service.ts'
import { staffActor } from '../../../accounts/service.ts'
import { ownChildren } from '../../../org/policy.ts'
import type { LineRecord } from '../model.ts'
import { isKnownTo } from '../private/rules.ts'
import { urgentThread } from '../policy.ts'
import { findLine, findThread } from '../service.ts'
import type { ThreadFileRecord } from './model.ts'
import { findFile, isHiddenFrom } from './service.ts'

declare const proven: unique symbol

/** A file of a line that its reader may see at this moment, whenever the link was made. */
export type SeenFile = Readonly<{ file: ThreadFileRecord }> & { readonly [proven]: 'SeenFile' }

const noFile = () => new Refusal('not_found', '没有这个文件，或您不能再看了')

async function lineOf(fileId: string) {
  const file = /^[0-9a-f]{24}$/.test(fileId) ? await findFile(fileId) : null
  const line = file?.lineId ? await findLine(String(file.lineId)) : null
  if (!file || !line) throw noFile()
  return { file, line }
}

export async function fileOfFamily(personId: string, fileId: string): Promise<SeenFile> {
  const { file, line } = await lineOf(fileId)
  const thread = await findThread(String(line.threadId))
  const children = await ownChildren(await guardianActor(personId))
  const isTheirs = children.some((it) => it.studentId === String(thread?.studentId))
  if (!thread || !isTheirs || !isKnownTo(thread, personId)) throw noFile()
  if (!isShown(line, personId) || (await isHiddenFrom(personId, file))) throw noFile()
  return { file } as SeenFile
}

const isShown = (line: LineRecord, personId: string) =>
  !line.withdrawnAt && !line.isWithheld && (line.status === 'shown' || String(line.personId) === personId)

export async function fileOfDesk(personId: string, fileId: string, now: Date): Promise<SeenFile> {
  const { file, line } = await lineOf(fileId)
  if (line.status !== 'shown') throw noFile()
  await urgentThread(await staffActor(personId, now), String(line.threadId), now)
  if (await isHiddenFrom(personId, file)) throw noFile()
  return { file } as SeenFile
}
