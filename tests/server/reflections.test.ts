import { expect, it } from 'vitest'
import { readLesson, readMyProgramme } from '#contract/courses'
import {
  listReflectionsToReview,
  listSharedReflections,
  removeMyReflection,
  reviewReflection,
  saveReflection,
} from '#contract/reflections'
import { readMyData } from '#contract/privacy'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { ReflectionModel } from '../../server/modules/courses/reflections/model.ts'
import { forgetStudies } from '../../server/modules/courses/personal/service.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { watchLesson } from '../support/learning.ts'
import { beginCourse, putOut, writeLesson } from '../support/writing.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

async function scene() {
  const branch = await buildBranch()
  const office = await world.as(await buildStaff(branch.school, 'school_admin'), 'staff')
  const draft = await beginCourse(office, String(branch.school._id))
  await writeLesson(office, draft.id, 'discussion', { prompt: '孩子不想说话时，您怎么办？' })
  await putOut(office, draft.id)
  const parent = async () => {
    const personId = await buildGuardian(world, await buildStudent(branch.klass))
    const call = await world.as(personId, 'guardian')
    const lessonId = (await call(readMyProgramme, { code: draft.code })).lessons[0]?.id ?? ''
    await watchLesson(world, call, lessonId)
    return { personId, call, lessonId }
  }
  return { ...branch, office, unitId: String(branch.school._id), parent }
}

const waiting = (at: Awaited<ReturnType<typeof scene>>) =>
  at.office(listReflectionsToReview, { unitId: at.unitId, status: 'waiting' })

it('shows an answer to other parents of the city once somebody has looked at it, without a name', async () => {
  const at = await scene()
  const zhang = await at.parent()
  const wang = await at.parent()
  const said = { lessonId: zhang.lessonId, text: '先坐下来陪他一会儿，不急着问。', isShared: false }
  expect((await zhang.call(saveReflection, said)).reflection).toMatchObject({
    status: 'waiting',
    isShared: true,
  })
  await expect(wang.call(listSharedReflections, { lessonId: wang.lessonId })).rejects.toMatchObject({
    status: 409,
  })
  await wang.call(saveReflection, { ...said, text: '我先给他倒杯水，等他开口。' })
  expect((await wang.call(listSharedReflections, { lessonId: wang.lessonId })).reflections).toEqual([])

  const queue = await waiting(at)
  expect([queue.waiting, queue.reflections[1]?.prompt]).toEqual([2, '孩子不想说话时，您怎么办？'])
  expect(JSON.stringify(queue)).not.toMatch(/personId|学生|家长\d/)
  const [, first] = queue.reflections
  await at.office(reviewReflection, {
    reflectionId: first?.id ?? '',
    savedAt: first?.savedAt ?? '',
    show: true,
  })
  const { reflections } = await wang.call(listSharedReflections, { lessonId: wang.lessonId })
  expect(reflections.map((it) => Object.keys(it).sort())).toEqual([['id', 'savedAt', 'text']])
  expect(reflections[0]?.text).toBe('先坐下来陪他一会儿，不急着问。')
})

it('decides about the text that was read, says why not, and looks again after a change', async () => {
  const at = await scene()
  const { call, lessonId } = await at.parent()
  await call(saveReflection, { lessonId, text: '这段话写得太冲了些。', isShared: true })
  const [old] = (await waiting(at)).reflections
  world.pass(1_000)
  await call(saveReflection, { lessonId, text: '我重新写了一段话。', isShared: true })
  const decide = (it: typeof old, show: boolean, reason?: string) =>
    at.office(reviewReflection, {
      reflectionId: it?.id ?? '',
      savedAt: it?.savedAt ?? '',
      show,
      ...(reason && { reason }),
    })

  await expect(decide(old, true)).rejects.toMatchObject({ status: 409 })
  const [fresh] = (await waiting(at)).reflections
  await expect(decide(fresh, false)).rejects.toMatchObject({ status: 400 })
  await decide(fresh, false, '提到了别人家的孩子')
  expect((await call(readLesson, { lessonId })).reflection).toMatchObject({
    status: 'refused',
    reason: '提到了别人家的孩子',
  })
})

it('refuses what WeChat calls harmful, and numbers to be called at', async () => {
  const at = await scene()
  const { call, lessonId, personId } = await at.parent()
  // Who has just opened the mini-program: of others WeChat says nothing, and a person alone decides.
  const { control } = world.simulator()
  const code = control.loginCode({ as: '爱说话的家长' })
  const { openId } = await world.deps().wechat.code2Session(code)
  await PersonModel.updateOne({ _id: personId }, { wxOpenId: openId })
  const say = (words: string) => call(saveReflection, { lessonId, text: words, isShared: true })

  await expect(say('这里有违规内容测试几个字')).rejects.toMatchObject({ status: 400 })
  await expect(say('加我微信号 wx13900000000 聊')).rejects.toMatchObject({ status: 400 })
  await expect(say('好的')).rejects.toMatchObject({ status: 400 })
  expect(await ReflectionModel.countDocuments({})).toBe(0)
})

it('keeps reviewing to those who answer for the family’s school', async () => {
  const at = await scene()
  const other = await buildBranch()
  const stranger = await world.as(await buildStaff(other.school, 'principal'), 'staff')
  const lecturer = await world.as(await buildStaff(at.school, 'lecturer'), 'staff')
  const { call, lessonId } = await at.parent()
  await call(saveReflection, { lessonId, text: '先坐下来陪他一会儿。', isShared: true })
  const [it] = (await waiting(at)).reflections
  const order = { reflectionId: it?.id ?? '', savedAt: it?.savedAt ?? '', show: true }

  await expect(stranger(reviewReflection, order)).rejects.toMatchObject({ status: 404 })
  await expect(lecturer(reviewReflection, order)).rejects.toMatchObject({ status: 403 })
  await expect(
    stranger(listReflectionsToReview, { unitId: at.unitId, status: 'waiting' }),
  ).rejects.toMatchObject({ status: 404 })
})

it('is sealed in the database, among my data, and goes with me', async () => {
  const at = await scene()
  const { call, lessonId, personId } = await at.parent()
  await call(saveReflection, { lessonId, text: '他夜里常常哭醒。', isShared: true })

  expect(JSON.stringify(await ReflectionModel.find().lean())).not.toContain('哭醒')
  expect(JSON.stringify(await call(readMyData, {}))).toContain('他夜里常常哭醒。')
  await call(removeMyReflection, { lessonId })
  await call(removeMyReflection, { lessonId })
  expect((await call(readLesson, { lessonId })).reflection).toBeNull()
  await call(saveReflection, { lessonId, text: '他夜里常常哭醒。', isShared: true })
  await forgetStudies(personId, world.deps())
  expect(await ReflectionModel.countDocuments({})).toBe(0)
})
