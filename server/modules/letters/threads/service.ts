import { Types } from 'mongoose'
import { readDangerWords } from '../../../../content/schema.ts'
import type { Danger } from '../../../../content/shapes.ts'
import type { LetterRecord } from '../model.ts'
import { editionsBefore } from '../editions/service.ts'
import { LineModel, type LineRecord, ThreadModel, type ThreadRecord } from './model.ts'

export const findThread = (threadId: string) => ThreadModel.findById(threadId).lean<ThreadRecord>()

/** The thread of a whole family, or of the one guardian named. */
export const threadOf = (letterId: Types.ObjectId, studentId: string, privateTo: string | null) =>
  ThreadModel.findOne({
    letterId,
    studentId: new Types.ObjectId(studentId),
    privateTo: privateTo && new Types.ObjectId(privateTo),
  }).lean<ThreadRecord>()

/** The first edition of a letter; most letters are their own. */
export const rootOf = async (letter: LetterRecord): Promise<LetterRecord> =>
  (await editionsBefore(letter)).at(-1) ?? letter

let words: Danger | undefined
/** The list of `content/danger`, read once. */
export const dangerWords = () => (words ??= readDangerWords())

export const findLine = (lineId: string) => LineModel.findById(lineId).lean<LineRecord>()

/** The line that a request wrote, if it was here before. */
export const lineBy = (personId: string, requestId: string) =>
  LineModel.findOne({ personId: new Types.ObjectId(personId), requestId }).lean<LineRecord>()
