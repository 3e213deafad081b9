import { Types } from 'mongoose'
import {
  addLessonDraft,
  createProgrammeDraft,
  type LessonDraft,
  publishProgrammeDraft,
  readProgrammeDraft,
  saveLessonDraft,
  saveProgrammeDraft,
} from '#contract/drafts'
import type * as z from 'zod/mini'
import type { LessonMedium } from '#contract/lesson-parts'
import { AssetModel } from '../../server/modules/files/model.ts'
import type { UnitRecord } from '../../server/modules/org/tree/model.ts'
import type { Call } from './learning.ts'

let serial = 0
const request = () => `request-${++serial}-${String(new Types.ObjectId())}`

export const text = (words: string): LessonDraft['blocks'] => [
  { kind: 'paragraph', lines: [[{ text: words, isBold: false }]] },
]
export const question = (stem = '孩子说“不想上了”，先说哪一句？') => ({
  kind: 'single' as const,
  stem,
  options: ['听上去今天很不容易。', '别人怎么都行？'],
  correct: [0],
  explanation: '先接住，再问事。',
})

/** A file that is ready, without the hours of a real one. */
export async function readyAsset(
  unit: UnitRecord,
  over: { kind: 'video' | 'audio' | 'image' | 'pdf'; seconds?: number; pages?: number },
) {
  const asset = await AssetModel.create({
    unitId: unit._id,
    path: unit.path,
    personId: new Types.ObjectId(),
    name: '文件',
    bytes: 1_000,
    status: 'ready',
    key: String(new Types.ObjectId()).padEnd(32, '0'),
    width: 800,
    height: 600,
    leaseUntil: new Date(),
    createdAt: new Date(),
    ...over,
  })
  return { id: String(asset._id), key: asset.key }
}

export async function beginCourse(call: Call, unitId: string) {
  return call(createProgrammeDraft, {
    unitId,
    requestId: request(),
    title: '七年级新生家长课',
    audience: 'guardian',
    stage: '初中',
  })
}

/** Adds a lesson with what is said of it; the rest is there already. */
export async function writeLesson(
  call: Call,
  programmeDraftId: string,
  kind: LessonMedium,
  said: Partial<Omit<z.input<(typeof saveLessonDraft)['input']>, 'lessonDraftId' | 'revision'>> = {},
) {
  const { lesson } = await call(addLessonDraft, {
    programmeDraftId,
    requestId: request(),
    moduleAt: 0,
    title: `一课${kind}`,
    kind,
  })
  return call(saveLessonDraft, {
    ...contentOf(lesson),
    summary: '先接住他。',
    blocks: text('话。'.repeat(100)),
    ...said,
  })
}

/** What of a lesson may be sent back. */
export function contentOf({
  id,
  revision,
  kind,
  title,
  theme,
  summary,
  minutes,
  hours,
  poster,
  assetIds,
  blocks,
  sources,
  quiz,
  prompt,
  stops,
}: LessonDraft) {
  return {
    ...{ lessonDraftId: id, revision, kind, title, theme, summary, minutes, hours, poster, assetIds },
    ...{ blocks: blocks as never, sources, quiz, prompt, stops },
  }
}

/** Gives a course its rules and puts it before the families of 七年级. */
export async function putOut(call: Call, programmeDraftId: string) {
  const draft = await call(readProgrammeDraft, { programmeDraftId })
  const { title, audience, stage, hours, hoursNote, modules, isForClassTeachers, isOptional, certificate } =
    draft
  const saved = await call(saveProgrammeDraft, {
    ...{ programmeDraftId, revision: draft.revision, title, audience, stage, hours, hoursNote, modules },
    ...{
      isForClassTeachers,
      isOptional,
      certificate,
      forGrades: ['七年级'],
      summary: '讲的都是家里会遇到的事。',
      exam: null,
    },
  })
  return call(publishProgrammeDraft, { programmeDraftId, revision: saved.revision })
}
