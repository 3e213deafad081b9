import { Types } from 'mongoose'
import { isReflected } from '../lessons/rules.ts'
import {
  type AskedQuestion,
  LessonModel,
  type LessonRecord,
  type Module,
  ProgrammeModel,
  type ProgrammeRecord,
  QuestionModel,
} from '../model.ts'

/** The version that whoever begins today gets. */
export const findLatest = (code: string) =>
  ProgrammeModel.findOne({ code }).sort({ version: -1 }).lean<ProgrammeRecord>()

type NewLesson = Omit<LessonRecord, 'programmeId' | 'video'> & {
  video?: LessonRecord['video'] | undefined
  hours?: number
}
type NewQuestion = Omit<AskedQuestion, 'kind'> & {
  kind: AskedQuestion['kind'] | 'case'
  parts?: AskedQuestion[]
  code: string
  difficulty: number
  lessonId: Types.ObjectId | undefined
}

/** Everything a version is made of; lessons come with the ids they will have. */
export interface NewVersion {
  about: Pick<
    ProgrammeRecord,
    'code' | 'title' | 'stage' | 'forGrades' | 'summary' | 'hours' | 'hoursNote'
  > & {
    validity: object
    exam: object
  } & Partial<
      Pick<
        ProgrammeRecord,
        | 'unitId'
        | 'unitName'
        | 'source'
        | 'audience'
        | 'isOptional'
        | 'isForClassTeachers'
        | 'givesCertificate'
        | 'certificate'
      >
    >
  /** The lowest number the version may get. */
  least: number
  lessons: NewLesson[]
  modules: Module[]
  bank: NewQuestion[]
  /** SHA-256 of everything that is read in it, without the ids it gets. */
  written: string
}

/**
 * Puts out a version of a programme. The same content twice changes nothing; changed content becomes a new version
 * beside the old one, on which everybody stays who has begun it.
 */
export async function putOut(version: NewVersion, now: Date) {
  try {
    await ProgrammeModel.db.transaction(() => writeVersion(version, now))
  } catch (error) {
    // Two servers that boot together publish the same version; the first one's stands.
    if ((error as { code?: number }).code !== 11000) throw error
  }
  return findLatest(version.about.code)
}

/** The same inside a transaction of the caller's, which holds what the version is made of. Gives its number and day. */
export async function writeVersion({ about, least, lessons, bank, ...rest }: NewVersion, now: Date) {
  const latest = await findLatest(about.code)
  if (latest?.hash === rest.written) {
    // The same again after a withdrawal opens it again.
    if (latest.withdrawnAt) await ProgrammeModel.updateOne({ _id: latest._id }, { withdrawnAt: null })
    return { version: latest.version, at: latest.publishedAt }
  }
  const programmeId = new Types.ObjectId()
  const version = Math.max(least, (latest?.version ?? 0) + 1)
  await ProgrammeModel.create({
    ...about,
    _id: programmeId,
    version,
    outline: lessons.map(outlineOf),
    modules: rest.modules,
    questions: bank.length,
    hash: rest.written,
    publishedAt: now,
  })
  await LessonModel.insertMany(lessons.map(({ hours: _, ...it }) => ({ ...it, programmeId })))
  await QuestionModel.insertMany(bank.map((it) => ({ ...it, programmeId })))
  return { version, at: now }
}

const outlineOf = ({ _id, hours, quiz, ...it }: NewLesson) => ({
  lessonId: _id,
  code: it.code,
  title: it.title,
  kind: it.kind,
  theme: it.theme,
  summary: it.summary,
  minutes: it.minutes,
  seconds: it.seconds,
  poster: it.poster,
  hours: hours ?? 1,
  // A task is done by ticking it, a discussion by writing: they count as a quiz does.
  hasQuiz: quiz.length > 0 || isReflected(it.kind),
})
