import { expect, it } from 'vitest'
import { writeToMyThread } from '#contract/threads'
import { moveStudent } from '#contract/transfers'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { ThreadModel } from '../../server/modules/letters/threads/model.ts'
import { ensureUnit } from '../../server/modules/org/tree/service.ts'
import { shot } from '../support/browser.ts'
import { buildGuardian } from '../support/build.ts'
import { tick } from '../support/letters.ts'
import type { Phone } from '../support/miniprogram.ts'
import { useStage } from './stage.ts'
import { threadScenes } from './thread-scenes.ts'

const stage = useStage()
const { world } = stage
const { scene, openConsole, teachersPhone } = threadScenes(stage)

/** At the width of a small phone as well. */
async function narrow(phone: Phone, name: string) {
  await phone.screenshot(name)
  await phone.page.setViewportSize({ width: 320, height: 640 })
  await phone.screenshot(`${name}-320`)
  await phone.page.setViewportSize({ width: 390, height: 844 })
}

it(
  'keeps what a mother tells in confidence between her and the teacher, who sees that it is',
  async () => {
    const { letter, zhang, father } = await scene()
    const page = `packages/letter/thread/thread?id=${letter.id}&child=${String(zhang._id)}`
    const mother = await stage.phone('张三妈妈', page)
    await mother.see('全家都看得到')
    await mother.tap('悄悄说')
    await mother.see('只有您和老师看得到。家里其他人看不到，也不会收到提醒。')
    await narrow(mother, 'private/01-empty')
    const box = mother.page.getByLabel('悄悄写给老师').filter({ visible: true }).last()
    await box.fill('我和孩子爸爸在分开，请您多留意孩子。')
    // The page is closed before it is sent: the words are there again.
    await stage.openPage(mother, '张三妈妈', `${page}&seenBy=me`)
    await expect.poll(() => box.inputValue()).toBe('我和孩子爸爸在分开，请您多留意孩子。')
    await mother.tap('发送')
    await mother.see('已送到')
    await narrow(mother, 'private/02-sent')
    await mother.tap('全家都看得到')
    await mother.see('有不清楚的地方、要请假、有话想说，都写在这里。')
    await stage.openPage(mother, '张三妈妈', 'packages/letter/threads/threads')
    await mother.see(/悄悄说，家里其他人看不到/)
    await narrow(mother, 'private/03-list')
    await mother.close()

    const him = await world.as(father, 'guardian')
    const said = { studentId: String(zhang._id), letterId: letter.id, requestId: crypto.randomUUID() }
    await him(writeToMyThread, { ...said, text: '几点集合？', fileIds: [] })
    const teacher = await teachersPhone()
    await teacher.tap('有2家等您回复')
    await teacher.see('悄悄说，只有张三妈妈和您看得到')
    await narrow(teacher, 'private/04-inbox')
    await teacher.tap('悄悄说，只有张三妈妈和您看得到')
    await teacher.see(/请不要跟孩子的其他家长提起/)
    await narrow(teacher, 'private/05-open')
    await teacher.close()

    const { page: console, errors } = await openConsole('liwen')
    await console.getByRole('link', { name: /回复/ }).first().click()
    await console.getByRole('button', { name: /悄悄说/ }).click()
    await console.getByText(/请不要跟孩子的其他家长提起/).waitFor()
    await shot(console, 'private/console-1-open')
    await console.setViewportSize({ width: 1024, height: 800 })
    await shot(console, 'private/console-2-open-1024')
    expect(errors).toEqual([])
    await console.context().close()
  },
  3 * 60_000,
)

it(
  'brings what nobody answers before the head of the school on the phone, who asks for it and takes it over',
  async () => {
    const { letter, zhang, mother } = await scene()
    const call = await world.as(mother, 'guardian')
    const said = { studentId: String(zhang._id), letterId: letter.id, requestId: crypto.randomUUID() }
    await call(writeToMyThread, { ...said, text: '春游要带多少钱？', fileIds: [] })
    world.pass(8 * 86_400_000)
    const head = await teachersPhone('陈校长')
    await narrow(head, 'heads/01-home')
    await head.tap('有1家超过五天没有人回复')
    await head.see(/由班主任 李文老师回复/)
    await narrow(head, 'heads/02-list')
    await head.tap('提醒回复')
    await head.see(/提醒过/)
    await narrow(head, 'heads/03-asked')
    await head.tap('接过来')
    await head.see('接过来由您回复？')
    await head.screenshot('heads/04-taking')
    await head.tap(head.page.getByText('接过来', { exact: true }).filter({ visible: true }).last())
    await head.see('春游要带多少钱？')
    await narrow(head, 'heads/05-taken')
    await head.close()
  },
  3 * 60_000,
)

it(
  'says to the teacher what to do first when a family’s words speak of danger, on phone and console',
  async () => {
    const { letter, zhang, mother } = await scene()
    const call = await world.as(mother, 'guardian')
    const said = { studentId: String(zhang._id), letterId: letter.id, requestId: crypto.randomUUID() }
    await call(writeToMyThread, { ...said, text: '孩子昨晚说不想活了，我很害怕', fileIds: [] })
    world.pass(61 * 60_000)
    await tick(world)
    const head = await teachersPhone('陈校长')
    await head.tap('有1家写来的话，请尽快看')
    await head.tap('张三 · ')
    await head.see('先给家长打电话，问清孩子在哪里、身边有没有人。')
    await narrow(head, 'urgent/01-head')
    await head.close()

    const { page, errors } = await openConsole('liwen')
    await page.getByRole('link', { name: /回复/ }).first().click()
    await page.getByRole('button', { name: /张三/ }).click()
    await page.getByText('先给家长打电话，问清孩子在哪里、身边有没有人。').waitFor()
    await shot(page, 'urgent/console-1')
    await page.setViewportSize({ width: 1024, height: 800 })
    await shot(page, 'urgent/console-2-1024')
    expect(errors).toEqual([])
    await page.context().close()
  },
  3 * 60_000,
)

it(
  'lets a teacher of several classes look at one of them, and find a child by name',
  async () => {
    const { letter, zhang, li, mother, grade, teacher, office } = await scene()
    const liMother = await world.as(await buildGuardian(world, li), 'guardian')
    const second = await ensureUnit({ kind: 'class', name: '2班', code: 'E2', parent: grade, grade: 7 })
    const post = { unitId: second._id, path: second.path, post: 'class_teacher', from: new Date(0), to: null }
    await PersonModel.updateOne({ _id: teacher }, { $push: { posts: post } })
    const say = (call: typeof liMother, studentId: string, text: string) =>
      call(writeToMyThread, {
        ...{ studentId, letterId: letter.id, requestId: crypto.randomUUID(), text, fileIds: [] },
      })
    await say(await world.as(mother, 'guardian'), String(zhang._id), '几点集合？')
    await say(liMother, String(li._id), '要带午饭吗？')
    const asOffice = await world.as(office, 'staff')
    await asOffice(moveStudent, { studentId: String(li._id), classId: String(second._id) })
    // The thread goes along some seconds later.
    await expect
      .poll(async () => (await ThreadModel.findOne({ studentId: li._id }).lean())?.path)
      .toBe(second.path)

    const phone = await teachersPhone()
    await phone.tap('有2家等您回复')
    await phone.see('几点集合？')
    await phone.see('要带午饭吗？')
    await narrow(phone, 'classes/01-all')
    await phone.tap('全部班级')
    await phone.tap(phone.page.locator('.mp-picker').getByText(/2班/))
    await phone.screenshot('classes/02-choosing')
    await phone.tap(phone.page.locator('.mp-picker').getByText('确定'))
    await expect.poll(() => phone.page.getByText('几点集合？').filter({ visible: true }).count()).toBe(0)
    await phone.see('要带午饭吗？')
    await narrow(phone, 'classes/03-one')
    await phone.page.getByLabel('按孩子姓名或信的标题找').filter({ visible: true }).last().fill('张三')
    await phone.see('没有找到')
    await phone.close()
  },
  3 * 60_000,
)
