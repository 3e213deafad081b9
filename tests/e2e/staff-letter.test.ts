import { expect, it } from 'vitest'
import { createLetter, queueLetter } from '#contract/letters'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { StaffSheetModel } from '../../server/modules/letters/staff/model.ts'
import { buildStaff } from '../support/build.ts'
import { buildClass, DRAFT, newRequest, tick } from '../support/letters.ts'
import { useStage } from './stage.ts'

const stage = useStage()
const { world } = stage

it('is opened and confirmed by a teacher on the phone, from the home page and from its message', async () => {
  const { teacher, district } = await buildClass(world)
  const { fields } = world.deps()
  const phone = { phone: fields.seal('13900000097'), phoneIndex: fields.index('13900000097') }
  await PersonModel.updateOne({ _id: teacher }, { demoAs: '李老师', name: '李文', ...phone })
  const write = await world.as(await buildStaff(district, 'district_admin', { name: '陈立' }), 'staff')
  const draft = await write(createLetter, {
    ...DRAFT,
    title: '关于开展防溺水教育的通知',
    body: '{{称呼}}：\n\n请在本周五前，用一节班会课讲清“六不”要求。',
    unitId: String(district._id),
    requestId: newRequest(),
    audience: [],
    staff: { posts: ['class_teacher'], unitIds: [String(district._id)] },
  })
  await write(queueLetter, { letterId: draft.id, sendAt: null })
  await tick(world)
  const message = await OutboxModel.findOne({ kind: 'staffMatter', subject: draft.id }).lean()
  expect(message?.page).toBe(`packages/letter/staff-letter/staff-letter?id=${draft.id}`)

  const at = await stage.phone('李老师')
  await at.tap('加入孩子的班级')
  await at.tap('微信手机号登录')
  await at.see('教师端')
  await at.see('有1封写给您的信等您看')
  await at.screenshot('staff-letter/1-home')
  await at.tap('有1封写给您的信等您看')
  await at.tap('关于开展防溺水教育的通知')
  await at.see(/用一节班会课/)
  await at.screenshot('staff-letter/2-open')
  await at.tap('我已阅读并确认')
  await at.see(/您在.*确认了/)
  await at.screenshot('staff-letter/3-confirmed')
  expect((await StaffSheetModel.findOne().lean())?.confirmed).toBe(1)

  await stage.openPage(at, '李老师', message?.page ?? '')
  await at.see(/您在.*确认了/)
  await stage.openPage(at, '李老师', 'packages/letter/staff-letters/staff-letters')
  await at.see('信都看完了')
  await at.screenshot('staff-letter/4-done')
  await at.tap('全部')
  await at.see('关于开展防溺水教育的通知')
  await at.screenshot('staff-letter/5-all')
  await at.close()
}, 180_000)
