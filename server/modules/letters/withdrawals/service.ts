import type { Types } from 'mongoose'
import { Refusal } from '../../../http/errors.ts'
import * as audit from '../../audit/service.ts'
import { withdraw as recall } from '../../notify/service.ts'
import type { OwnChild } from '../../org/policy.ts'
import { LetterModel, type LetterRecord } from '../model.ts'
import type { OwnLetter } from '../policy.ts'
import { transition } from '../service.ts'
import { addressesFor, sheetsFor } from '../placing/service.ts'
import { closeSheets } from '../sheets/closing/service.ts'
import { sheetId } from '../sheets/rules.ts'
import { familySheets } from '../sheets/service.ts'

/** So long a family that had read a letter is shown that it was taken back. */
const SHOWN_MS = 60 * 86_400_000
const MOST_SHOWN = 20

/** Families see it no more, and what has not gone out to WeChat stays here. Who had read it is told why. */
export async function withdrawLetter({ letter, scope }: OwnLetter, reason: string | undefined, now: Date) {
  if (!reason) throw new Refusal('invalid', '请写一句为什么撤回，读过这封信的家长会看到')
  const withdrawn = await transition(
    letter._id,
    'sent',
    {
      status: 'withdrawn',
      areMessagesDue: false,
      areForwardsDue: true,
      withdrawnAt: now,
      withdrawnReason: reason,
    },
    '只有已发出的信可以撤回',
  )
  await closeSheets(letter._id, 'withdrawn')
  await recallMessages(letter._id)
  await audit.record('letter.withdrawn', { unit: scope, detail: `《${letter.title}》` }, now)
  return withdrawn
}

/** Nothing more of a letter leaves: it was taken back, or a new edition took its place. */
export async function recallMessages(letterId: Types.ObjectId) {
  await recall({ kind: 'letter', subject: String(letterId) })
  await recall({ kind: 'letterReminder', subject: String(letterId) })
  await recall({ kind: 'staffMatter', subject: String(letterId) })
}

export type Withdrawn = LetterRecord & { sentAt: Date; withdrawnAt: Date }

/** What a family had read and was taken back since, the newest first: one read of letters, one of sheets. */
export async function withdrawnFrom(child: OwnChild, now: Date): Promise<Withdrawn[]> {
  const to = await addressesFor(child)
  const found = await LetterModel.find(
    {
      'audience.unitId': { $in: to },
      status: 'withdrawn',
      withdrawnAt: { $gte: new Date(now.getTime() - SHOWN_MS) },
    },
    { body: 0 },
  )
    .sort({ withdrawnAt: -1 })
    .limit(MOST_SHOWN)
    .lean<Withdrawn[]>()
  const placed = (await sheetsFor(child, found)).map((it) => it.id)
  const sheets = placed.length > 0 ? await familySheets(child.studentId, placed) : new Map<string, never>()
  return found.filter((it) => hasRead(sheets.get(String(it._id)), child.studentId))
}

const hasRead = (
  sheet: { readBy?: Record<string, unknown> | undefined } | undefined,
  studentId: string,
): boolean => Boolean(sheet?.readBy?.[studentId])

/** What somebody is told who opens a letter that was taken back: the reason is for who had read it. */
export async function sentenceFor(child: OwnChild, letter: LetterRecord, classId: string) {
  const id = sheetId(String(letter._id), classId)
  const sheet = (await familySheets(child.studentId, [id])).get(String(letter._id))
  return letter.withdrawnReason && hasRead(sheet, child.studentId)
    ? `这封信已撤回：${letter.withdrawnReason}`
    : '这封信已经由老师撤回，不用再处理了'
}
