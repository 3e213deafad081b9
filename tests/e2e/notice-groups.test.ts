import { expect, it } from 'vitest'
import { addToGroup, createGroup } from '#contract/groups'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { buildClass, newRequest } from '../support/letters.ts'
import { useStage } from './stage.ts'

const stage = useStage()
const { world } = stage
const TEACHER = '李老师'

it('writes on the phone to a group of the class by one tap more, and to some families by name', async () => {
  const here = await buildClass(world)
  const call = await world.as(here.teacher, 'staff')
  const unitId = String(here.klass._id)
  const group = await call(createGroup, {
    ...{ unitId, requestId: newRequest(), name: '校车一号线', isSensitive: false, endsWithYear: false },
  })
  await call(addToGroup, { groupId: group.id, studentIds: [String(here.zhang._id)] })
  const phone = await teacherPhone(here.teacher)
  const { page } = phone
  const written = async (words: string) => {
    await stage.openPage(phone, TEACHER, `packages/teacher/notice/notice?unit=${unitId}`)
    await page.locator('textarea').filter({ visible: true }).first().fill(words)
  }
  const send = async () => {
    await phone.tap('发出')
    await phone.see(/发给.*的家长？/)
  }

  await written('明天校车晚到十分钟，请在站台等。')
  await phone.tap('校车一号线')
  await phone.screenshot('notice-groups/1-group-390')
  await send()
  await phone.see('发给校车一号线的家长？')
  await phone.tap(page.getByText('发出', { exact: true }).filter({ visible: true }).last())
  await phone.see(/秒后发出/)
  const sent = await LetterModel.findOne({ title: /校车晚到/ }).lean()
  expect(sent?.audience).toMatchObject([{ part: 'group', name: '校车一号线' }])

  await written('请带齐补交的材料。')
  await phone.tap('只给几家')
  await phone.tap('全选')
  await phone.see('选了2家')
  await phone.screenshot('notice-groups/2-all-390')
  await phone.tap('清空')
  await phone.tap('发出')
  await phone.see('请选择写给哪几家')
  await phone.tap('李四')
  await page.setViewportSize({ width: 320, height: 640 })
  await phone.screenshot('notice-groups/3-one-320')
  await send()
  await phone.see('发给李四的家长？')
  await phone.close()
}, 120_000)

/** The teacher's WeChat, already known to the installation. */
async function teacherPhone(personId: string) {
  const { fields } = world.deps()
  const number = '13900000099'
  await PersonModel.updateOne(
    { _id: personId },
    { demoAs: TEACHER, phone: fields.seal(number), phoneIndex: fields.index(number) },
  )
  const phone = await stage.phone(TEACHER)
  await phone.tap('加入孩子的班级')
  await phone.tap('微信手机号登录')
  await phone.see('写通知')
  return phone
}
