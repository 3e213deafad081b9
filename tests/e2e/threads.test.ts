import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { writeToMyThread } from '#contract/threads'
import { LineModel } from '../../server/modules/letters/threads/model.ts'
import { makePhoto, ownFolder } from '../support/films.ts'
import { shot } from '../support/browser.ts'
import { useStage } from './stage.ts'
import { threadScenes } from './thread-scenes.ts'

const stage = useStage()
const { world } = stage
const { scene, openConsole, teachersPhone } = threadScenes(stage)

it(
  'carries a question and a picture from the phone to the teacher, and the answer back, both ways read',
  async () => {
    const { letter, zhang } = await scene()
    const photo = join(ownFolder(), '假条.jpg')
    writeFileSync(photo, await makePhoto())

    const mother = await stage.phone('张三妈妈')
    await mother.tap('信件')
    await mother.tap('春游告知书')
    await mother.tap('写给老师')
    await mother.see(/现在由班主任 李文老师回复/)
    await mother.screenshot('threads/01-empty')
    await mother.page
      .getByLabel('写给老师')
      .filter({ visible: true })
      .last()
      .fill('春游那天孩子要复诊，可以晚到一小时吗？')
    await mother.tap(mother.page.getByLabel('带图片或文件').filter({ visible: true }))
    await mother.tap('拍照或选图片')
    const [chooser] = await Promise.all([mother.page.waitForEvent('filechooser'), mother.tap('同意并继续')])
    await chooser.setFiles(photo)
    await mother.see('传好了')
    await mother.screenshot('threads/02-written')
    await mother.tap('发送')
    await mother.see('已送到')
    await mother.screenshot('threads/03-sent')

    const teacher = await teachersPhone()
    await teacher.see('有1家等您回复')
    await teacher.screenshot('threads/04-teacher-home')
    await teacher.tap('有1家等您回复')
    await teacher.see('张三 · ')
    await teacher.screenshot('threads/05-inbox')
    await teacher.tap('张三 · ')
    await teacher.see('春游那天孩子要复诊，可以晚到一小时吗？')
    await teacher.tap(teacher.page.getByLabel('常用语').filter({ visible: true }))
    await teacher.tap('收到，谢谢您告诉我。')
    await teacher.screenshot('threads/06-answering')
    await teacher.tap('发送')
    await teacher.see('已送到')
    await teacher.screenshot('threads/07-answered')
    await teacher.close()

    await stage.openPage(mother, '张三妈妈', 'pages/letters/letters')
    await mother.see('老师有1处新回复')
    await mother.screenshot('threads/08-letters')
    await mother.tap('老师有1处新回复')
    await mother.see('新回复')
    await mother.screenshot('threads/09-list')
    await mother.tap('春游告知书')
    await mother.see('收到，谢谢您告诉我。')
    await mother.see('已读')
    await mother.screenshot('threads/10-read')

    // In the lift: what is written waits on the phone, and goes out when the network is back.
    await mother.page.context().setOffline(true)
    await mother.page.getByLabel('写给老师').filter({ visible: true }).last().fill('那我们九点到。')
    await mother.tap('发送')
    await mother.see('已保存在手机里，网络好了会自动送达')
    await mother.screenshot('threads/10-held')
    await mother.tap('重试')
    await mother.see('网络还是不通，先留在手机里')
    // Nobody need press again: it goes by itself.
    await mother.page.context().setOffline(false)
    const sent = () => LineModel.countDocuments({ side: 'family' })
    await expect.poll(sent, { timeout: 20_000 }).toBe(2)
    await mother.close()
    expect(String(zhang._id)).toHaveLength(24)
    expect(letter.status).toBe('sent')
  },
  3 * 60_000,
)

it(
  'is answered from the console too, handed on and taken over',
  async () => {
    const { letter, zhang, mother, school } = await scene()
    const call = await world.as(mother, 'guardian')
    const said = { studentId: String(zhang._id), letterId: letter.id }
    const write = (text: string) =>
      call(writeToMyThread, { ...said, requestId: crypto.randomUUID(), text, fileIds: [] })
    await write('春游要带多少钱？')
    await write('还有，几点集合？')

    const { page, errors } = await openConsole('liwen')
    await page.getByRole('link', { name: /回复/ }).first().click()
    await page.getByText('张三', { exact: true }).first().waitFor()
    await shot(page, 'threads/console-1-list')
    await page.getByRole('button', { name: /张三/ }).click()
    await page.getByText('春游要带多少钱？').last().waitFor()
    await shot(page, 'threads/console-2-open')
    await page.getByRole('textbox', { name: '回复家长' }).fill('不用带钱，早上8点在校门口集合。')
    await page.getByRole('button', { name: '发送' }).click()
    await page.getByText('没有等您回复的').waitFor()
    await page.getByText('已回复').first().click()
    await page.getByRole('button', { name: /张三/ }).click()
    await page.getByText('班主任 李文老师').first().waitFor()
    await shot(page, 'threads/console-3-answered')
    await page.getByRole('button', { name: '转给别的岗位' }).click()
    await page
      .getByText(/心理教师/)
      .first()
      .waitFor()
    await shot(page, 'threads/console-4-forward')
    await page
      .getByText(/心理教师/)
      .first()
      .click()
    await page.getByRole('button', { name: '转过去' }).click()
    await page.getByText('转过去了').waitFor()
    expect(errors).toEqual([])
    await page.context().close()

    await write('谢谢老师')
    world.pass(8 * 86_400_000)
    const head = await openConsole('chenmin')
    await head.page.goto(`${world.origin()}/admin/replies?unitId=${String(school._id)}&tab=overdue`)
    await head.page.getByText('心理教师 赵静老师').waitFor()
    await shot(head.page, 'threads/console-5-overdue')
    await head.page.getByRole('button', { name: '接过来回复' }).click()
    await head.page.getByRole('button', { name: '接过来', exact: true }).click()
    await head.page.getByRole('button', { name: /张三/ }).click()
    await head.page.getByText('学校接过来回复').waitFor()
    await shot(head.page, 'threads/console-6-taken')
    await head.page.getByRole('button', { name: '回复时间' }).click()
    await head.page.getByText('本校回复家长的时间').waitFor()
    await shot(head.page, 'threads/console-7-hours')
    expect(head.errors).toEqual([])
    await head.page.context().close()
  },
  3 * 60_000,
)

it(
  'shows the help lines at once to who writes of danger, and the teacher what has to be seen soon',
  async () => {
    const { letter, zhang } = await scene()
    world.goTo('2026-11-28T14:00:00Z')
    const mother = await stage.phone(
      '张三妈妈',
      `packages/letter/thread/thread?id=${letter.id}&child=${String(zhang._id)}`,
    )
    await mother.see('老师一般在工作日8:00–17:30回复，急事请打求助热线')
    await mother.screenshot('threads/11-evening')
    await mother.page
      .getByLabel('写给老师')
      .filter({ visible: true })
      .last()
      .fill('孩子昨晚说不想活了，我很害怕')
    await mother.tap('发送')
    await mother.see('您写的话已经送到。孩子的安全要紧，现在就可以打：')
    await mother.screenshot('threads/12-danger')
    await mother.close()

    const teacher = await teachersPhone()
    await teacher.tap('有1家写来的话，请尽快看')
    await teacher.see('请尽快看')
    await teacher.screenshot('threads/13-urgent')
    await teacher.tap('张三 · ')
    await teacher.see('由我跟进')
    await teacher.screenshot('threads/14-urgent-open')
    await teacher.tap('转给别的岗位')
    await teacher.see('心理教师')
    await teacher.screenshot('threads/15-forward')
    await teacher.tap('返回')
    await teacher.tap('由我跟进')
    await teacher.see(/李文老师在跟进/)
    await teacher.close()
  },
  3 * 60_000,
)
