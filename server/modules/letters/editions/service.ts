import { Types } from 'mongoose'
import { blocksOf, type Filling } from '#contract/letter-text'
import type { Correction } from '#contract/letters'
import type { StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import type { OwnChild } from '../../org/policy.ts'
import { LetterModel, type LetterRecord } from '../model.ts'
import type { ChildsLetter, OwnLetter } from '../policy.ts'
import { fillingFor } from '../rules.ts'
import { SheetModel, type SheetRecord } from '../sheets/model.ts'
import { sheetsFor } from '../placing/service.ts'
import { sheetId } from '../sheets/rules.ts'
import { type FamilySheet, familySheets } from '../sheets/service.ts'
import { changedFiles, changesOf, substanceOf } from './rules.ts'

/** A letter that is put right more often than this has another trouble. */
const MOST_EDITIONS = 20

/** The next edition of a sent letter, as a draft. The database allows one. */
export async function reviseLetter(
  { letter }: OwnLetter,
  requestId: string,
  author: StaffActor,
  /** What it says from the beginning instead of what the one before says. */
  instead: Partial<LetterRecord> = {},
) {
  if (letter.status !== 'sent') throw new Refusal('conflict', '只有已发出的信可以更正')
  const authorId = new Types.ObjectId(author.personId)
  const said = {
    authorId,
    requestId,
    authorName: author.name,
    version: letter.version + 1,
    supersedes: letter._id,
  }
  const made = await LetterModel.create({ ...substanceOf(letter), ...instead, ...said }).catch(
    async (error: { code?: number }) => {
      if (error.code !== 11000) throw error
      const mine = await LetterModel.findOne({ authorId, requestId, supersedes: letter._id })
      if (!mine) throw new Refusal('conflict', '这封信已经有一份更正在写，请在草稿里找到它')
      return mine
    },
  )
  return made.toObject() as LetterRecord
}

/** Why a new edition cannot go out yet, or null. */
export const missingCorrection = ({
  supersedes,
  correction,
}: Pick<LetterRecord, 'supersedes' | 'correction'>) =>
  supersedes && !correction?.trim() ? '请写一句更正说明，读过旧版的人会看到改了什么' : null

type Edition = LetterRecord & { sentAt: Date }

/** The editions before one, the newest first. A letter that was never put right costs no read. */
export async function editionsBefore(letter: Pick<LetterRecord, 'supersedes'>): Promise<Edition[]> {
  const before: Edition[] = []
  let id = letter.supersedes
  while (id && before.length < MOST_EDITIONS) {
    const earlier: Edition | null = await LetterModel.findById(id).lean<Edition>()
    if (!earlier) break
    before.push(earlier)
    id = earlier.supersedes
  }
  return before
}

/** Who of some classes has read an edition before: `student:person`. They are told that it was put right. */
export async function readersBefore(editions: readonly Edition[], classIds: readonly Types.ObjectId[]) {
  const ids = editions.flatMap((it) => classIds.map((classId) => sheetId(String(it._id), String(classId))))
  if (ids.length === 0) return new Set<string>()
  const sheets = await SheetModel.find({ _id: { $in: ids } }, { readBy: 1 }).lean<
    Pick<SheetRecord, 'readBy'>[]
  >()
  return new Set(
    sheets.flatMap(({ readBy }) =>
      Object.entries(readBy ?? {}).flatMap(([studentId, marks]) =>
        Object.keys(marks ?? {}).map((personId) => `${studentId}:${personId}`),
      ),
    ),
  )
}

/** What a list needs of an edition: who it was for, and what it put right. */
const FOR_A_LIST = { body: 0, pledge: 0, attachments: 0, form: 0 }

/** Of some letters those of which a child's family has read an edition before: all of them at once, an edition a read. */
export async function readBefore(child: OwnChild, letters: readonly LetterRecord[]): Promise<Set<string>> {
  const latestOf = new Map(
    letters.flatMap((it) => (it.supersedes ? [[String(it.supersedes), String(it._id)] as const] : [])),
  )
  const before: Edition[] = []
  let asked = [...latestOf.keys()]
  for (let round = 0; asked.length > 0 && round < MOST_EDITIONS; round++) {
    const found = await LetterModel.find({ _id: { $in: asked } }, FOR_A_LIST).lean<Edition[]>()
    before.push(...found)
    for (const { _id, supersedes } of found) {
      const latest = latestOf.get(String(_id))
      if (supersedes && latest) latestOf.set(String(supersedes), latest)
    }
    asked = found.flatMap((it) => (it.supersedes ? [String(it.supersedes)] : []))
  }
  const places = (await sheetsFor(child, before)).map((it) => it.id)
  const sheets = await familySheets(child.studentId, places)
  const isRead = (it: Edition) => sheets.get(String(it._id))?.readBy?.[child.studentId] !== undefined
  return new Set(before.filter(isRead).flatMap((it) => latestOf.get(String(it._id)) ?? []))
}

/** What is told of an edition to whoever has read one before it; `filling` is that of the new one: another date is no correction. */
export function correctionFrom(known: Edition, letter: LetterRecord, filling: Filling): Correction {
  const files = changedFiles(known.attachments, letter.attachments)
  return {
    words: letter.correction ?? '',
    from: known.version,
    ...changesOf(blocksOf(known.body, filling), blocksOf(letter.body, filling)),
    ...(files && { files }),
  }
}

/** What a family is shown that has read an edition before; null for everybody else, who only knows the new one. */
export async function correctionFor(
  { letter, child }: Pick<ChildsLetter, 'letter' | 'child'>,
  sheet: FamilySheet,
): Promise<Correction | null> {
  if (!letter.supersedes || !letter.correction) return null
  const before = await editionsBefore(letter)
  const places = (await sheetsFor(child, before)).map((it) => it.id)
  const sheets = await familySheets(child.studentId, places)
  const known = before.find((it) => sheets.get(String(it._id))?.readBy?.[child.studentId])
  if (!known) return null
  return correctionFrom(known, letter, fillingFor(sheet, child))
}
