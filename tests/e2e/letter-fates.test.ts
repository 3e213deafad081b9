import { expect, it } from 'vitest'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { buildStaff } from '../support/build.ts'
import { buildClass } from '../support/letters.ts'
import { lettersOfEveryFate } from './letter-places.ts'
import { useStage } from './stage.ts'

const stage = useStage()
const { world } = stage
const TITLE = '秋季社会实践活动告知书'

/** A mother who has read what was then put right, and what was taken back. */
async function scene() {
  const it = await buildClass(world)
  const principal = await buildStaff(it.school, 'principal', { name: '顾远' })
  const { openId } = world.simulator().control.identity({ as: '张三妈妈' })
  const consent = { version: 1, isGiven: true, at: world.now() }
  await PersonModel.updateOne({ _id: it.mother }, { demoAs: '张三妈妈', wxOpenId: openId, consent })
  const fates = await lettersOfEveryFate(world, it, { principal, title: TITLE })
  return { ...fates, district: it.district.name, child: String(it.zhang._id) }
}

it('a family sees what was put right, from whom a letter comes, and why one was taken back', async () => {
  const { correctedId, forwardId, withdrawnId, district, child } = await scene()
  const open = (id: string) =>
    stage.phone('张三妈妈', `packages/letter/letter/letter?id=${id}&child=${child}`)

  const list = await stage.phone('张三妈妈', 'pages/letters/letters')
  await list.see('更正')
  await list.see('您家读过旧的一版，请再看一遍')
  await list.screenshot('letter-to-read-again')
  await list.close()

  const corrected = await open(correctedId)
  await corrected.see('更正说明：集合时间改为9点')
  expect(await corrected.page.getByText('有改动', { exact: true }).count()).toBe(2)
  await corrected.see('原来：集合时间：8点')
  await corrected.see('删去了')
  await corrected.see('请自备雨伞。')
  await corrected.close()

  const passedOn = await open(forwardId)
  await passedOn.see(`转发自${district}`)
  await passedOn.close()

  const gone = await open(withdrawnId)
  await gone.see('这封信已撤回：发错了范围，稍后重发')
  expect(await gone.page.getByText('重试').count()).toBe(0)
  await gone.screenshot('letter-gone')
  await gone.tap('看别的信')
  await gone.tap('全部')
  await gone.see('已撤回')
  await gone.close()
}, 120_000)
