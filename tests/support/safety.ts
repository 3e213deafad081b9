import { PersonModel } from '../../server/modules/accounts/model.ts'
import type { World } from './world.ts'

/** WeChat says this of a text in the simulator: that it is harmful, that it is in doubt. */
export const HARMFUL = '违规内容测试'
export const DOUBTFUL = '存疑内容测试'

/** Makes WeChat know a person as one who has just opened the mini-program: of others it says nothing about their words. */
export async function onThePhone(world: World, personId: string) {
  const { control } = world.simulator()
  const { openId } = await world.deps().wechat.code2Session(control.loginCode({ as: `phone-${personId}` }))
  await PersonModel.updateOne({ _id: personId }, { wxOpenId: openId })
  return openId
}
