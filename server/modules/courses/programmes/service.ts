import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { Types } from 'mongoose'
import { type Lesson, type Programme, THEMES } from '../../../../content/schema.ts'
import type { Deps } from '../../../infra/deps.ts'
import { hash } from '../../../infra/files.ts'
import { latestOf } from '../offers/rules.ts'
import { putOut } from './versions/service.ts'
import {
  EnrolmentModel,
  type EnrolmentRecord,
  LessonModel,
  type LessonRecord,
  ProgrammeModel,
  type ProgrammeRecord,
  QuestionModel,
  type QuestionRecord,
} from './model.ts'
import { blocksOf, captionsOf, readingSeconds, sourceInWords } from './rules.ts'

export { findLatest } from './versions/service.ts'

/** Where published media lie; `/media/<sha256>.mp4` is served from here. */
export const mediaDir = ({ env }: Pick<Deps, 'env'>) => join(env.DATA_DIR, 'media')

/**
 * Publishes a programme as its content files say. The same content twice changes nothing; changed content becomes a new
 * version beside the old one, on which everybody stays who has begun it.
 */
export async function publishProgramme(content: Programme, deps: Pick<Deps, 'clock' | 'env'>) {
  const lessons = await Promise.all(content.lessons.map((it, at) => lessonFrom(it, at + 1, deps)))
  const { dir: _dir, lessons: _lessons, bank, version, ...about } = content
  const idOf = new Map(lessons.map((it) => [it.code, it._id]))
  return putOut(
    {
      about,
      least: version,
      lessons,
      modules: [],
      written: hash(JSON.stringify([about, lessons.map(({ _id, ...it }) => it), bank])),
      bank: bank.map(({ lesson, ...it }) => ({ ...it, lessonId: idOf.get(lesson) })),
    },
    deps.clock.now(),
  )
}

async function lessonFrom(lesson: Lesson, number: number, deps: Pick<Deps, 'env'>) {
  const blocks = blocksOf(lesson.body)
  const { video } = lesson
  return {
    _id: new Types.ObjectId(),
    code: lesson.code,
    number,
    title: lesson.title,
    kind: lesson.kind,
    theme: THEMES[lesson.theme],
    summary: lesson.summary,
    minutes: lesson.minutes,
    seconds: video?.seconds ?? readingSeconds(blocks),
    poster: await keepMedia(join(lesson.dir, lesson.poster), deps),
    video: video && {
      address: await keepMedia(join(lesson.dir, video.file), deps),
      captions: captionsOf(await readFile(join(lesson.dir, video.captions), 'utf8')),
    },
    blocks,
    sources: lesson.sources.map(sourceInWords),
    quiz: lesson.quiz.map(({ code: _code, ...it }) => it),
  }
}

/** Copies a file to where it is served from, under the name of its content; harmless twice and at once. */
async function keepMedia(path: string, deps: Pick<Deps, 'env'>) {
  const bytes = await readFile(path)
  const name = hash(bytes) + extname(path)
  const draft = join(mediaDir(deps), `${name}.${String(new Types.ObjectId())}`)
  await mkdir(mediaDir(deps), { recursive: true })
  await writeFile(draft, bytes)
  await rename(draft, join(mediaDir(deps), name))
  return `/media/${name}`
}

/** Every version of a programme, the latest first: people are still on older ones. */
export const versionsOf = (code: string) =>
  ProgrammeModel.find({ code }).sort({ version: -1 }).limit(50).lean<ProgrammeRecord[]>()

/** The latest version of each of some programmes, withdrawn or not. */
export const latestByCode = async (codes: readonly string[]) =>
  latestOf(
    await ProgrammeModel.find({ code: { $in: [...new Set(codes)] } })
      .limit(1000)
      .lean<ProgrammeRecord[]>(),
  )

/** Every programme that was ever asked of the parents of one of these grades of a stage; what is offered beside it is another thing. */
export const codesFor = (stage: ProgrammeRecord['stage'], grades: readonly string[]): Promise<string[]> =>
  ProgrammeModel.distinct('code', {
    stage,
    forGrades: { $in: [...grades] },
    audience: { $ne: 'staff' },
    isOptional: { $ne: true },
    givesCertificate: { $ne: false },
  })

export const findProgramme = (programmeId: string | Types.ObjectId) =>
  ProgrammeModel.findById(programmeId).lean<ProgrammeRecord>()

export const findLesson = (lessonId: string) => LessonModel.findById(lessonId).lean<LessonRecord>()

/** Some lessons by id, of any version. */
export async function findLessons(ids: readonly Types.ObjectId[]) {
  const found = await LessonModel.find({ _id: { $in: [...ids] } }).lean<LessonRecord[]>()
  return new Map(found.map((it) => [String(it._id), it]))
}

/** The titles of some versions. */
export async function titlesOf(ids: readonly Types.ObjectId[]) {
  const found = await ProgrammeModel.find({ _id: { $in: [...ids] } }, { title: 1 }).lean<ProgrammeRecord[]>()
  return new Map(found.map((it) => [String(it._id), it.title]))
}

/** What a beat needs to know of a lesson; of its quiz only how many questions there are. */
export type LessonLength = Pick<LessonRecord, '_id' | 'programmeId' | 'seconds' | 'kind' | 'stops' | 'quiz'>

export const findLessonLength = (lessonId: string) =>
  LessonModel.findById(lessonId, {
    programmeId: 1,
    seconds: 1,
    kind: 1,
    'stops.at': 1,
    'quiz.kind': 1,
  }).lean<LessonLength>()

export const lessonsOf = (programmeId: Types.ObjectId) =>
  LessonModel.find({ programmeId }).sort({ number: 1 }).lean<LessonRecord[]>()

/** The whole bank of one version. */
export const bankOf = (programmeId: Types.ObjectId) =>
  QuestionModel.find({ programmeId }).sort({ code: 1 }).lean<QuestionRecord[]>()

/** What a person has begun of a programme; null: nothing. */
export const enrolmentOf = (personId: string, programmeCode: string) =>
  EnrolmentModel.findOne({
    personId: new Types.ObjectId(personId),
    programmeCode,
  }).lean<EnrolmentRecord>()

/** Puts a person on a version, unless one was begun before. Gives the version that holds. */
export async function enrol(personId: string, programme: Pick<ProgrammeRecord, '_id' | 'code'>, now: Date) {
  const key = { personId: new Types.ObjectId(personId), programmeCode: programme.code }
  const enrolment = await EnrolmentModel.findOneAndUpdate(
    key,
    { $setOnInsert: { programmeId: programme._id, startedAt: now } },
    { upsert: true, returnDocument: 'after' },
  )
    .lean<EnrolmentRecord>()
    .catch(async (error: { code?: number }) => {
      if (error.code !== 11000) throw error
      return EnrolmentModel.findOne(key).lean<EnrolmentRecord>()
    })
  return enrolment?.programmeId ?? programme._id
}
