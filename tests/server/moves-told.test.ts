import { beforeEach, describe, expect, it } from 'vitest'
import { listMyMessages } from '#contract/notify'
import { applyPromotion, beginPromotion, undoPromotion } from '#contract/promotion'
import { decideTransfer, moveStudent, proposeTransfer } from '#contract/transfers'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { GuardianshipModel, StudentModel } from '../../server/modules/org/families/model.ts'
import { HOLD_MS } from '../../server/modules/org/families/moves/service.ts'
import { workThroughPromotions } from '../../server/modules/org/promotion/jobs.ts'
import { MoveModel, PromotionModel } from '../../server/modules/org/promotion/model.ts'
import { tellMoved } from '../../server/modules/org/promotion/telling/service.ts'
import { buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { buildDistrict, buildSchool } from '../support/schools.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2027-07-20T02:00:00Z'))

async function scene() {
  const office = await buildDistrict(world)
  const school = await buildSchool(world, office, { grades: [7, 9] })
  const next = await buildSchool(world, office, { grades: [7] })
  const student = await buildStudent(school.classOf('七年级2班'), { name: '张三' })
  await buildStaff(school.classOf('七年级1班'), 'class_teacher', { name: '李文' })
  const motherId = await buildGuardian(world, student)
  const fatherId = await buildGuardian(world, student, { relation: '爸爸' })
  return { ...office, ...school, next, student, studentId: String(student._id), motherId, fatherId }
}

/** What a parent finds in the list of messages now, the newest first. */
async function heardBy(personId: string) {
  const { messages } = await (await world.as(personId, 'guardian'))(listMyMessages, {})
  return messages.filter((it) => it.kind === 'childMoved').map((it) => it.text)
}

describe('a child that is moved by hand', () => {
  it('has each guardian told once, of the class and its 班主任', async () => {
    const { office, classOf, studentId, motherId, fatherId, school } = await scene()
    const classId = String(classOf('七年级1班')._id)
    await Promise.allSettled([
      office(moveStudent, { studentId, classId }),
      office(moveStudent, { studentId, classId }),
    ])
    const said = `张三现在在${school.fullName}七年级1班，班主任：李文老师。以前的信和回执都在，不用再加入。`
    expect(await heardBy(motherId)).toEqual([said])
    expect(await heardBy(fatherId)).toEqual([said])
  })

  it('says nothing to who took the consent back, is barred, or has not joined', async () => {
    const { office, classOf, student, studentId, motherId, fatherId } = await scene()
    await PersonModel.updateOne(
      { _id: motherId },
      { consent: { version: 1, isGiven: false, at: world.now() } },
    )
    await GuardianshipModel.updateOne({ personId: fatherId }, { to: world.now(), endedBecause: 'barred' })
    await GuardianshipModel.create({
      studentId: student._id,
      classId: student.classId,
      path: student.path,
      name: '奶奶',
      relation: '奶奶',
      from: world.now(),
    })
    await office(moveStudent, { studentId, classId: String(classOf('七年级1班')._id) })
    expect(await OutboxModel.countDocuments({ kind: 'childMoved' })).toBe(0)
  })

  it('tells of the new school when it has confirmed, and not before', async () => {
    const { office, next, studentId, motherId } = await scene()
    const transfer = await office(proposeTransfer, { studentId, toSchoolId: String(next.school._id) })
    expect(await heardBy(motherId)).toEqual([])
    const classId = String(next.classOf('七年级1班')._id)
    await next.office(decideTransfer, { transferId: transfer.id, accept: true, classId })
    expect(await heardBy(motherId)).toEqual([
      `张三现在在${next.school.fullName}七年级1班，班主任：还没有定，定了会显示在首页。欢迎来到新学校！账号、绿证和学过的课都跟着您，不用再加入。`,
    ])
  })
})

describe('a promotion', () => {
  async function promoted() {
    const built = await scene()
    const graduate = await buildStudent(built.classOf('九年级1班'), { name: '王五' })
    const graduatesId = await buildGuardian(world, graduate)
    const promote = async () => {
      const { id } = await built.call(beginPromotion, { unitId: String(built.district._id) })
      await built.call(applyPromotion, { promotionId: id })
      await settled(id, 'applied')
      return id
    }
    const undo = async (promotionId: string) => {
      await built.call(undoPromotion, { promotionId })
      await settled(promotionId, 'undone')
    }
    return { ...built, graduatesId, promote, undo, promotionId: await promote() }
  }

  async function settled(id: string, status: string) {
    await expect
      .poll(async () => (await PromotionModel.findById(id))?.status, { timeout: 20_000, interval: 50 })
      .toBe(status)
    await workThroughPromotions(world.deps())
    expect(await MoveModel.countDocuments({ news: 'due' })).toBe(0)
  }

  it('is told an hour later, once, however often the tick comes by', async () => {
    const { motherId, graduatesId, school } = await promoted()
    expect(await heardBy(motherId)).toEqual([])
    world.pass(HOLD_MS)
    await MoveModel.updateMany({ news: 'told' }, { news: 'due' })
    await tellMoved(world.deps())
    expect(await heardBy(motherId)).toEqual([
      `张三现在在${school.fullName}八年级2班，班主任：还没有定，定了会显示在首页。新学年好！以前的信和回执都在，不用再加入。`,
    ])
    expect(await heardBy(graduatesId)).toEqual([
      `王五从${school.fullName}九年级1班毕业了，祝贺！账号、绿证和学过的课都为您留着。`,
    ])
  })

  it('that is undone within the hour reaches nobody, and the right one after it is told once', async () => {
    const { motherId, graduatesId, promotionId, undo, promote } = await promoted()
    world.pass(HOLD_MS / 2)
    await undo(promotionId)
    world.pass(HOLD_MS)
    expect(await heardBy(motherId)).toEqual([])
    expect(await heardBy(graduatesId)).toEqual([])
    await promote()
    world.pass(HOLD_MS)
    expect(await heardBy(motherId)).toHaveLength(1)
  })

  it('that is undone later is corrected, to those who have heard and are back', async () => {
    const { motherId, graduatesId, promotionId, undo, school, office, studentId } = await promoted()
    world.pass(HOLD_MS)
    // One child was given another class by hand since then; its family knows, and the undo leaves it there.
    const moved = await StudentModel.findById(studentId).lean()
    const parallel = await StudentModel.db
      .collection('units')
      .findOne({ kind: 'class', grade: 8, closedAt: null, _id: { $ne: moved?.classId } })
    world.pass(1000)
    await office(moveStudent, { studentId, classId: String(parallel?._id) })
    world.pass(1000)
    await undo(promotionId)
    expect(await heardBy(motherId)).toHaveLength(2)
    expect((await heardBy(graduatesId))[0]).toBe(
      `学年升级先撤回了，王五还在${school.fullName}九年级1班，班主任：还没有定，定了会显示在首页。先前说的新班级请不用理会，定好了会再告诉您。`,
    )
    expect(await heardBy(graduatesId)).toHaveLength(2)
  })

  it('is not spoken of any more to a family whose child was moved on within the hour', async () => {
    const { motherId, office, studentId, school } = await promoted()
    const moved = await StudentModel.findById(studentId).lean()
    const parallel = await StudentModel.db
      .collection('units')
      .findOne({ kind: 'class', grade: 8, closedAt: null, _id: { $ne: moved?.classId } })
    await office(moveStudent, { studentId, classId: String(parallel?._id) })
    world.pass(HOLD_MS)
    const heard = await heardBy(motherId)
    expect(heard).toHaveLength(1)
    expect(heard[0]).toContain(`${school.fullName}八年级1班`)
  })
})
