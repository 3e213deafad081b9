import { Types } from 'mongoose'
import type { LessonMedium } from '#contract/lesson-parts'
import { Refusal } from '../../../../../http/errors.ts'
import type { AssetRecord } from '../../../../files/model.ts'
import { addressOf, posterOf } from '../../../../files/rules.ts'
import * as files from '../../../../files/service.ts'
import type { LessonRecord } from '../../../programmes/model.ts'
import { findLessons } from '../../../programmes/service.ts'
import { isReflected, lengthOf } from '../../../programmes/lessons/rules.ts'
import type { LessonDraftRecord } from '../../lessons/model.ts'

type Shown = ReadonlyMap<string, AssetRecord>

/** The kind of file a lesson of each kind is made of. */
const MADE_OF: Partial<Record<LessonMedium, AssetRecord['kind']>> = {
  video: 'video',
  audio: 'audio',
  slides: 'image',
  pdf: 'pdf',
}

/** The files of some lessons, held from now on; refused, in words, while one is missing, unfit, or still being worked on. */
export async function shownIn(lessons: readonly LessonDraftRecord[]): Promise<Shown> {
  const ids = lessons.flatMap((it) => it.assetIds)
  const keys = lessons.flatMap(keysIn)
  const [found, pictures] = await Promise.all([files.findAssets(ids), files.holdByKey(keys)])
  const byId = new Map(found.map((it) => [String(it._id), it]))
  for (const lesson of lessons) {
    const wanted = MADE_OF[lesson.kind]
    for (const id of wanted ? lesson.assetIds : []) {
      const asset = byId.get(String(id))
      if (!asset || asset.kind !== wanted)
        throw new Refusal('invalid', `《${lesson.title}》的文件不见了，请重新上传`)
      if (asset.status === 'failed')
        throw new Refusal('invalid', `《${lesson.title}》的文件不能用：${asset.problem ?? ''}`)
      if (asset.status !== 'ready')
        throw new Refusal('conflict', `《${lesson.title}》的文件还在处理，好了再发布`)
    }
  }
  if (pictures < new Set(keys).size) throw new Refusal('invalid', '正文或封面里有图片已经删除，请重新上传')
  await files.holdInUse(ids)
  return byId
}

/** Pictures of the text and the cover, by the folder they lie in. */
const keysIn = ({ blocks, poster }: LessonDraftRecord) =>
  [poster, ...blocks.map((it) => it.picture?.address ?? '')].flatMap(
    (it) => /^\/media\/a\/([0-9a-f]{32})\//.exec(it)?.[1] ?? [],
  )

type Borrowed = ReadonlyMap<string, LessonRecord>

/** The published lessons whose files some adapted ones still show. */
export async function lendersOf(lessons: readonly LessonDraftRecord[]): Promise<Borrowed> {
  const ids = lessons.flatMap((it) => (it.assetIds.length === 0 ? (it.mediaFrom ?? []) : []))
  return ids.length > 0 ? findLessons(ids) : new Map()
}

/** One lesson of a version. Its length is the server's: probed, or counted from text and pages. */
export function lessonFrom(it: LessonDraftRecord, number: number, shown: Shown, borrowed: Borrowed) {
  const assets = MADE_OF[it.kind] ? it.assetIds.flatMap((id) => shown.get(String(id)) ?? []) : []
  const [first] = assets
  const played = first && { address: addressOf(first), captions: first.captions }
  const lender = it.assetIds.length === 0 ? borrowed.get(String(it.mediaFrom)) : undefined
  const counted = lengthOf({
    kind: it.kind,
    blocks: it.blocks,
    playedSeconds: first?.seconds ?? 0,
    slides: assets.length,
    pages: first?.pages ?? 0,
  })
  const seconds = lender && MADE_OF[it.kind] ? lender.seconds : counted
  return {
    _id: new Types.ObjectId(),
    code: String(it._id),
    number,
    title: it.title,
    kind: it.kind,
    theme: it.theme,
    summary: it.summary,
    minutes: it.kind === 'video' || it.kind === 'audio' ? Math.max(1, Math.round(seconds / 60)) : it.minutes,
    seconds,
    hours: it.hours,
    poster: it.poster || ((first && posterOf(first)) ?? ''),
    video: it.kind === 'video' ? (played ?? lender?.video ?? null) : null,
    sound: it.kind === 'audio' ? (played ?? lender?.sound ?? null) : null,
    slides:
      it.kind === 'slides' && lender
        ? (lender.slides ?? [])
        : it.kind === 'slides'
          ? assets.map((one) => ({ address: addressOf(one), width: one.width ?? 0, height: one.height ?? 0 }))
          : [],
    paper:
      it.kind === 'pdf' && first
        ? { address: addressOf(first), pages: first.pages ?? 0, name: first.name }
        : it.kind === 'pdf'
          ? (lender?.paper ?? null)
          : null,
    prompt: it.prompt ?? '',
    stops:
      it.kind === 'video'
        ? (it.stops ?? []).filter((one) => one.at < seconds).sort((a, b) => a.at - b.at)
        : [],
    blocks: it.blocks,
    sources: it.sources,
    quiz: isReflected(it.kind) ? [] : it.quiz,
  }
}
