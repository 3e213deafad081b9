import { describe, expect, it } from 'vitest'
import { readMe } from '#contract/accounts'
import { askToJoin, decideJoin, listJoins, listMyJoins, readClassByCode, withdrawMyJoin } from '#contract/org'
import { listMyMessages } from '#contract/notify'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { JoinModel } from '../../server/modules/org/joins/model.ts'
import { buildBranch, buildStaff, buildStudent } from '../support/build.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

async function scene() {
  const branch = await buildBranch()
  const student = await buildStudent(branch.klass, { name: '张三' })
  const teacher = await world.as(await buildStaff(branch.klass, 'class_teacher', { name: '李文' }), 'staff')
  const person = await PersonModel.create({ wxOpenId: `o-${String(student._id)}` })
  const guardian = await world.as(String(person._id), 'guardian')
  const code = branch.klass.joinCode ?? ''
  const ask = () => guardian(askToJoin, { code, studentName: '张三', guardianName: '刘洋', relation: '妈妈' })
  return { ...branch, student, teacher, guardian, code, ask, unitId: String(branch.klass._id) }
}

describe('joining by class code', () => {
  it('waits for the 班主任, who hears of it, and lets the guardian in', async () => {
    const { guardian, teacher, code, ask, unitId, student, klass } = await scene()
    expect(await guardian(readClassByCode, { code })).toMatchObject({
      className: `七年级${klass.name}`,
      classTeacher: '李文',
    })
    const [first, second] = await Promise.all([ask(), ask()])
    expect(first.id).toBe(second.id)
    expect((await teacher(listMyMessages, {})).messages).toMatchObject([{ title: '有家长申请加入班级' }])

    const { joins } = await teacher(listJoins, { unitId })
    expect(joins).toMatchObject([{ guardianName: '刘洋', candidates: [{ name: '张三' }] }])
    await teacher(decideJoin, { joinId: first.id, approve: true, studentId: String(student._id) })
    expect((await guardian(readMe, {})).children).toMatchObject([{ name: '张三', relation: '妈妈' }])
    expect((await guardian(listMyMessages, {})).messages[0]?.text).toContain('已通过')
  })

  it('decides once when two decide at the same time', async () => {
    const { teacher, ask, student } = await scene()
    const { id: joinId } = await ask()
    const decisions = await Promise.allSettled([
      teacher(decideJoin, { joinId, approve: true, studentId: String(student._id) }),
      teacher(decideJoin, { joinId, approve: false, reason: '请核对姓名' }),
    ])
    expect(decisions.map((it) => it.status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('tells the reason when it is declined, and opens nothing', async () => {
    const { guardian, teacher, ask } = await scene()
    const { id: joinId } = await ask()
    await teacher(decideJoin, { joinId, approve: false, reason: '班里没有这位同学' })
    expect((await guardian(listMyJoins, {})).joins).toMatchObject([
      { status: 'declined', reason: '班里没有这位同学' },
    ])
    expect((await guardian(readMe, {})).children).toEqual([])
  })

  it('refuses a child of another class and a teacher of another class', async () => {
    const { teacher, ask } = await scene()
    const other = await scene()
    const { id: joinId } = await ask()
    await expect(
      teacher(decideJoin, { joinId, approve: true, studentId: String(other.student._id) }),
    ).rejects.toMatchObject({ status: 400 })
    await expect(other.teacher(decideJoin, { joinId, approve: false })).rejects.toMatchObject({ status: 404 })
    expect((await JoinModel.findById(joinId))?.status).toBe('waiting')
  })

  it('can be taken back while it waits', async () => {
    const { guardian, teacher, ask, unitId } = await scene()
    const { id: joinId } = await ask()
    await guardian(withdrawMyJoin, { joinId })
    expect((await teacher(listJoins, { unitId })).joins).toEqual([])
    await expect(guardian(withdrawMyJoin, { joinId })).rejects.toMatchObject({ status: 404 })
  })
})
