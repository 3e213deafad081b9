import { beforeEach, describe, expect, it } from 'vitest'
import { listMyMessages } from '#contract/notify'
import { askForTransfer, decideTransfer, listTransfers, proposeTransfer } from '#contract/transfers'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { TransferModel } from '../../server/modules/org/transfers/model.ts'
import { tendTransfers } from '../../server/modules/org/transfers/waiting/service.ts'
import { buildStudent } from '../support/build.ts'
import { buildDistrict, buildSchool } from '../support/schools.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2026-11-23T01:00:00Z'))
const DAY_MS = 86_400_000

async function scene() {
  const district = await buildDistrict(world)
  const giving = await buildSchool(world, district, { grades: [7] })
  const receiving = await buildSchool(world, district, { grades: [7] })
  const student = await buildStudent(giving.classOf('七年级2班'), { name: '张三', number: '20260001' })
  const studentId = String(student._id)
  const toSchoolId = String(receiving.school._id)
  // Signed in anew each time: a month passes here, which no session outlives.
  const give = () => world.as(giving.admin, 'staff')
  const receive = () => world.as(receiving.admin, 'staff')
  const propose = async () => (await give())(proposeTransfer, { studentId, toSchoolId })
  return { giving, receiving, give, receive, studentId, toSchoolId, propose }
}

const heard = async (personId: string) =>
  (await (await world.as(personId, 'staff'))(listMyMessages, {})).messages.map((it) => it.title)
const tick = () => tendTransfers(world.deps())
const after = async (days: number) => {
  world.pass(days * DAY_MS)
  await Promise.all([tick(), tick()])
  await tick()
}

describe('a transfer that waits', () => {
  it('is told to the school that has to answer, which is reminded after a week and after three', async () => {
    const { receiving, giving, propose } = await scene()
    await propose()
    await propose()
    expect(await heard(receiving.admin)).toEqual(['有一名学生等本校接收'])
    await after(6.9)
    expect(await heard(receiving.admin)).toHaveLength(1)
    await after(0.2)
    expect((await heard(receiving.admin))[0]).toBe('有一次转学还在等本校答复')
    await after(7)
    expect(await heard(receiving.admin)).toHaveLength(2)
    await after(8)
    expect(await heard(receiving.admin)).toHaveLength(3)
    expect(await heard(giving.admin)).toEqual([])
  })

  it('ends after thirty days, which the old school hears once, and may be proposed again', async () => {
    const { giving, receiving, receive, toSchoolId, propose } = await scene()
    const { id } = await propose()
    await after(29.9)
    expect((await TransferModel.findById(id))?.status).toBe('proposed')
    await after(0.2)
    const { transfers } = await (await receive())(listTransfers, { unitId: toSchoolId, box: 'in' })
    expect(transfers).toMatchObject([
      {
        status: 'expired',
        reason: '30天没有等到答复，自动结束',
        abilities: { confirm: false, withdraw: false },
      },
    ])
    expect(await heard(giving.admin)).toEqual(['一次转学到期结束了'])
    const classId = String(receiving.classOf('七年级1班')._id)
    await expect(
      (await receive())(decideTransfer, { transferId: id, accept: true, classId }),
    ).rejects.toMatchObject({ status: 409 })
    expect((await propose()).id).not.toBe(id)
  })

  it('tells of an end also when a process died between the two', async () => {
    const { giving, propose } = await scene()
    await propose()
    await after(30)
    await OutboxModel.deleteMany({})
    await tick()
    expect(await heard(giving.admin)).toEqual(['一次转学到期结束了'])
  })

  it('counts anew when the giving school has agreed, and tells the asking one when it does not answer', async () => {
    const { giving, receiving, give, receive, toSchoolId } = await scene()
    const ask = async () =>
      (await receive())(askForTransfer, {
        unitId: toSchoolId,
        fromSchoolId: String(giving.school._id),
        number: '20260001',
        studentName: '张三',
      })
    const { id } = await ask()
    expect(await heard(giving.admin)).toEqual(['有学校请本校转出一名学生'])
    await after(29)
    await (
      await give()
    )(decideTransfer, { transferId: id, accept: true })
    await after(20)
    expect((await TransferModel.findById(id))?.status).toBe('proposed')
    await after(10)
    expect((await TransferModel.findById(id))?.status).toBe('expired')
    expect((await heard(giving.admin))[0]).toBe('一次转学到期结束了')

    const again = await ask()
    await after(30)
    expect((await TransferModel.findById(again.id))?.status).toBe('expired')
    expect((await heard(receiving.admin))[0]).toBe('一次转学到期结束了')
  })

  it('is answered to who waited, with the reason', async () => {
    const { give, receive, propose } = await scene()
    const { id } = await propose()
    await (
      await receive()
    )(decideTransfer, { transferId: id, accept: false, reason: '班额已满' })
    const { messages } = await (await give())(listMyMessages, {})
    expect(messages).toMatchObject([{ title: '对方没有同意转学' }])
    expect(messages[0]?.text).toContain('对方说：班额已满')
  })
})
