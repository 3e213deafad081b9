import type { LessonMedium } from '#contract/lesson-parts'
import { readMyProgramme } from '#contract/courses'
import { listReflectionsToReview, reviewReflection, saveReflection } from '#contract/reflections'
import type { UnitRecord } from '../../server/modules/org/tree/model.ts'
import { buildGuardian, buildStudent } from '../support/build.ts'
import { makeFilm, makePdf, makePhoto, makeSound } from '../support/films.ts'
import { type Call, watchLesson } from '../support/learning.ts'
import { uploadMade } from '../support/uploading.ts'
import type { World } from '../support/world.ts'
import { beginCourse, putOut, question, text, writeLesson } from '../support/writing.ts'

const ANSWERS = [
  '先坐下来陪他一会儿，不急着问。等他自己开口，我只听，不插嘴。',
  '我给他倒杯水，说：“今天不想说也行，饭好了我叫你。”过了半个钟头，他自己出来了，坐在厨房门口，把学校里的事一五一十说给我听。原来不是不想说，是怕我一听就着急。',
]

/** A course with a lesson of every medium, and what parents have said about its discussion. Gives the lessons by medium. */
export async function everyMedium(world: World, office: Call, school: UnitRecord, klass: UnitRecord) {
  const unitId = String(school._id)
  const put = (kind: 'video' | 'audio' | 'image' | 'pdf', name: string, bytes: Buffer) =>
    uploadMade(world, office, unitId, { kind, name, bytes })
  const film = await put('video', '做饭.mp4', await makeFilm({ seconds: 6, size: '640x360' }))
  const sound = await put('audio', '睡前.mp3', await makeSound(9))
  const photo = await put('image', '一.jpg', await makePhoto())
  const paper = await put('pdf', '关于共同遵守家庭手机使用约定的建议.pdf', makePdf({ pages: 4 }))
  const draft = await beginCourse(office, unitId)
  const blocks = text('睡前的十分钟，关了灯，只听他说。')
  const media: [LessonMedium, Parameters<typeof writeLesson>[3]][] = [
    ['video', { title: '孩子说“我不想上学了”的时候，先接住他，再问发生了什么', assetIds: [film.id], blocks }],
    ['audio', { title: '睡前十分钟', assetIds: [sound.id], poster: photo.address ?? '', blocks }],
    ['article', { title: '吵完架以后', blocks: text('话。'.repeat(200)), quiz: [question()] }],
    ['slides', { title: '看图说话', assetIds: [photo.id], blocks }],
    ['pdf', { title: '手机约定', assetIds: [paper.id], blocks }],
    [
      'task',
      { title: '做一顿饭', prompt: '本周和孩子一起做一顿饭，饭桌上不谈学习，只说今天遇到的高兴事', blocks },
    ],
    ['discussion', { title: '孩子不想说话时', prompt: '孩子回到家一句话也不想说，您一般怎么办？', blocks }],
  ]
  for (const [medium, said] of media) await writeLesson(office, draft.id, medium, said)
  await putOut(office, draft.id)
  const parents = await Promise.all(
    ANSWERS.map(async () => world.as(await buildGuardian(world, await buildStudent(klass)), 'guardian')),
  )
  const { lessons } = await (parents[0] as Call)(readMyProgramme, { code: draft.code })
  const ids = Object.fromEntries(media.map(([medium], at) => [medium, lessons[at]?.id ?? ''])) as Record<
    LessonMedium,
    string
  >
  await discussed(world, { office, unitId, parents, lessonId: ids.discussion })
  return { code: draft.code, ids }
}

async function discussed(
  world: World,
  { office, unitId, parents, lessonId }: { office: Call; unitId: string; parents: Call[]; lessonId: string },
) {
  for (const [at, call] of parents.entries()) {
    await watchLesson(world, call, lessonId)
    await call(saveReflection, { lessonId, text: ANSWERS[at] ?? '', isShared: true })
  }
  const { reflections } = await office(listReflectionsToReview, { unitId, status: 'waiting' })
  for (const { id, savedAt } of reflections)
    await office(reviewReflection, { reflectionId: id, savedAt, show: true })
}
