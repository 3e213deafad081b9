import { expect, it } from 'vitest'
import { createLetter, queueLetter } from '#contract/letters'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { makePhoto } from '../support/films.ts'
import { DRAFT, newRequest, tick } from '../support/letters.ts'
import { shot } from '../support/browser.ts'
import { upload } from '../support/uploading.ts'
import { PASSWORD, useStage } from './stage.ts'
import { threadScenes } from './thread-scenes.ts'

const stage = useStage()
const { world } = stage
const { scene, openConsole } = threadScenes(stage)

it(
  'shows a picture of a letter to a colleague, takes it back from families, and tells the author why and what to do',
  async () => {
    const { office, school, klass, zhang } = await scene()
    await PersonModel.updateOne(
      { _id: office },
      { loginName: 'xujing', passwordHash: await hashPassword(PASSWORD) },
    )
    const call = await world.as(office, 'staff')
    const unitId = String(school._id)
    const picture = await upload(world, call, unitId, {
      ...{ kind: 'image', name: '操场.jpg', bytes: await makePhoto() },
    })
    const letter = await call(createLetter, {
      ...DRAFT,
      ...{ unitId, requestId: newRequest(), audience: [String(klass._id)], title: '运动会告知书' },
      body: `请看：\n![操场](${picture.address} 400x300)\n谢谢`,
    })
    await call(queueLetter, { letterId: letter.id, sendAt: null })
    await tick(world)

    const author = await openConsole('xujing')
    const page = `${world.origin()}/admin/letters/${letter.id}?unitId=${unitId}`
    await author.page.goto(page)
    await author.page.getByText(/不用等：信照常发/).waitFor()
    await shot(author.page, 'looks/console-1-waiting')

    const head = await openConsole('chenmin')
    await head.page.goto(`${world.origin()}/admin/contents?unitId=${unitId}`)
    await head.page.getByText('留言、答复和图片').click()
    await head.page.getByRole('button', { name: '退回' }).first().waitFor()
    await head.page.locator('article img').first().waitFor()
    await shot(head.page, 'looks/console-2-queue')
    await head.page.getByRole('button', { name: '退回' }).first().click()
    await head.page.getByRole('textbox').last().fill('看得到别班孩子的脸')
    await shot(head.page, 'looks/console-3-returning')
    await head.page.getByRole('dialog').getByRole('button', { name: /退回/ }).click()
    await head.page.getByText('都看过了').waitFor()
    expect(head.errors).toEqual([])
    await head.page.context().close()

    await author.page.reload()
    await author.page.getByText(/看得到别班孩子的脸/).waitFor()
    await shot(author.page, 'looks/console-4-returned')
    await author.page.setViewportSize({ width: 1024, height: 800 })
    await shot(author.page, 'looks/console-5-returned-1024')
    await author.page.getByRole('button', { name: '换一张图片，更正后再发' }).click()
    await author.page.getByText('加附件').waitFor()
    await author.page.getByText(/看得到别班孩子的脸/).waitFor()
    await shot(author.page, 'looks/console-6-correcting')
    expect(author.errors).toEqual([])
    await author.page.context().close()

    const mother = await stage.phone(
      '张三妈妈',
      `packages/letter/letter/letter?id=${letter.id}&child=${String(zhang._id)}`,
    )
    await mother.see('（这张图片审核未通过，已不再显示）')
    await mother.screenshot('looks/phone-1')
    await mother.close()
  },
  3 * 60_000,
)
