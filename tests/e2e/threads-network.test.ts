import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { LineModel } from '../../server/modules/letters/threads/model.ts'
import { makePhoto, ownFolder } from '../support/films.ts'
import { useStage } from './stage.ts'
import { look } from './sweep.ts'
import { threadScenes } from './thread-scenes.ts'

const stage = useStage()
const { world } = stage
const { scene, teachersPhone } = threadScenes(stage)
const SMALL = { width: 320, height: 640 }

it('a line whose answer is lost appears once, and a file goes on when its page is left', async () => {
  const { letter, zhang } = await scene()
  const child = String(zhang._id)
  const mother = await stage.phone('张三妈妈', `packages/letter/letter/letter?id=${letter.id}&child=${child}`)
  const { page } = mother
  await page.setViewportSize(SMALL)
  await mother.tap('写给老师')
  const box = page.getByLabel('写给老师').filter({ visible: true }).last()
  await box.fill('春游那天孩子要复诊，可以晚到一小时吗？')

  // The server has it, and the network is cut before the phone hears so.
  let cut = true
  await page.route('**/thread', async (route) => {
    if (!cut || route.request().method() !== 'POST') return route.continue()
    await route.fetch()
    await route.abort()
  })
  await mother.tap('发送')
  await mother.see('已保存在手机里，网络好了会自动送达')
  const lines = () => LineModel.countDocuments({ side: 'family' })
  expect(await lines()).toBe(1)
  expect(await box.inputValue()).toBe('')
  await mother.screenshot('threads-network/held-320')
  cut = false
  await mother.tap('重试')
  await mother.see('已送到')
  expect(await page.getByText('春游那天孩子要复诊').count()).toBe(1)
  expect(await lines()).toBe(1)

  // A photo on its way, and a parent who turns back to the letter meanwhile.
  const photo = join(ownFolder(), '假条.jpg')
  writeFileSync(photo, await makePhoto())
  let letGo: () => void = () => undefined
  const held = new Promise<void>((resolve) => (letGo = resolve))
  await page.route('**/thread-files?*', async (route) => {
    await held
    await route.continue()
  })
  await mother.tap(page.getByLabel('带图片或文件').filter({ visible: true }))
  await mother.tap('拍照或选图片')
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), mother.tap('同意并继续')])
  await chooser.setFiles(photo)
  await mother.see('正在传…')
  await box.fill('假条在这里')
  await page.goBack()
  await mother.tap('写给老师')
  await mother.see('正在传…')
  letGo()
  await mother.see('传好了')
  expect(await page.getByLabel('写给老师').filter({ visible: true }).last().inputValue()).toBe('假条在这里')
  await mother.screenshot('threads-network/file-320')
  await Promise.all([mother.tap('发送'), mother.tap('发送').catch(() => undefined)])
  await expect.poll(lines).toBe(2)
  await mother.see('假条在这里')
  await mother.screenshot('threads-network/sent-320')
  expect(await look(page)).toEqual([])
  await mother.close()

  for (const font of [1, 1.44]) {
    const large = await stage.phone('张三妈妈')
    await large.page.setViewportSize(SMALL)
    await large.page.goto('about:blank')
    await large.page.goto(
      `${world.origin()}/preview/?as=${encodeURIComponent('张三妈妈')}&font=${font}#/packages/letter/thread/thread?id=${letter.id}&child=${child}`,
    )
    await large.see('假条在这里')
    await large.screenshot(`threads-network/family-${font}`)
    expect(await look(large.page)).toEqual([])
    await large.page.mouse.wheel(0, -5000)
    await large.screenshot(`threads-network/family-${font}-top`)
    await large.close()
  }

  const teacher = await teachersPhone()
  await teacher.page.setViewportSize(SMALL)
  await teacher.tap('有1家等您回复')
  await teacher.tap('张三 · ')
  await teacher.see('假条在这里')
  await teacher.screenshot('threads-network/teacher-1')
  const address = teacher.page.url().replace('/preview/?', '/preview/?font=1.44&')
  await teacher.page.goto('about:blank')
  await teacher.page.goto(address)
  await teacher.see('假条在这里')
  await teacher.screenshot('threads-network/teacher-1.44')
  expect(await look(teacher.page)).toEqual([])
  await teacher.tap(teacher.page.getByLabel('常用语').filter({ visible: true }))
  await teacher.screenshot('threads-network/teacher-1.44-phrases')
  // A longer answer has the whole width, and a mistyped word in the middle can still be seen.
  await teacher.tap('好的，我了解一下，今天放学前回复您。')
  const words = teacher.page.getByLabel('回复家长').filter({ visible: true }).last()
  expect((await words.boundingBox())?.width).toBeGreaterThan(250)
  await teacher.screenshot('threads-network/teacher-1.44-long')
  expect(await look(teacher.page)).toEqual([])
  await teacher.close()
}, 180_000)
