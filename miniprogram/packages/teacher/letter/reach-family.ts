import { showNumber, type UnreachedFamily } from '../../../contract'
import { call, tell } from '../../../services/api'
import { go } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { stepsFor } from './present'

/** Offers these steps and does the chosen one. A number leaves the server for its reason alone, which stands in the log and which the parent reads. */
export async function reachFamily(family: UnreachedFamily, title: string, classId: string) {
  const steps = stepsFor(family)
  const tapped = await wx.showActionSheet({ itemList: steps.map((it) => it.text) }).catch(() => null)
  const step = tapped && steps[tapped.tapIndex]
  if (!step) return
  const { guardianshipId } = step
  if (!guardianshipId) return go(`${pages.teacherClass}?id=${classId}`)
  try {
    const words = `信没有读到：${title}`.slice(0, 60)
    const { phone } = await call(showNumber, {
      ...{ studentId: family.studentId, guardianshipId, reason: 'talk', words },
    })
    // Hanging up before it rings is no failure.
    if (phone) await wx.makePhoneCall({ phoneNumber: phone }).catch(() => undefined)
    else void wx.showToast({ title: '这位家长没有留下电话', icon: 'none' })
  } catch (error) {
    tell(error)
  }
}
