import { client, signInWithWechat, switchRole, type Me, type Role } from '../contract'
import { me } from './store'
import { forgetUnsent } from './unsent'
import { Problem, send } from './transport'

interface Kept {
  token: string
  role: Role
}

const KEY = 'session'
/** Set by 退出登录: until the person taps sign-in again, nothing signs them in behind their back. */
const LEFT = 'session.left'

let opening: Promise<string> | null = null

const read = () => wx.getStorageSync<Kept | ''>(KEY) || null

/** The one session of this phone. Opened by `wx.login` when it is first needed, never before. */
export const session = {
  token: () => read()?.token || null,

  /** Signs in; callers at the same moment share one `wx.login`. `asked`: a person tapped for it. */
  open({ asked = false } = {}): Promise<string> {
    if (asked) wx.removeStorageSync(LEFT)
    else if (wx.getStorageSync(LEFT)) return Promise.reject(new Problem(401, '请先登录'))
    opening ??= signIn().finally(() => {
      opening = null
    })
    return opening
  },

  /** Takes over a session the server has just opened: after sign-in, phone binding, role switch. */
  adopt(opened: { token: string; me: Me }) {
    wx.setStorageSync(KEY, { token: opened.token, role: opened.me.role } satisfies Kept)
    me.set(opened.me)
  },

  /** Drops a token the server no longer takes; a newer one that came meanwhile stays. */
  drop(refused: string) {
    if (read()?.token === refused) wx.setStorageSync(KEY, { ...read(), token: '' })
  },

  /** 退出登录. */
  leave() {
    wx.removeStorageSync(KEY)
    wx.setStorageSync(LEFT, true)
    forgetUnsent()
    me.set(null)
  },

  hasLeft: () => Boolean(wx.getStorageSync(LEFT)),
}

async function signIn(): Promise<string> {
  const role = read()?.role
  const { code } = await wx.login().catch(() => {
    throw new Problem(0, '微信登录没有成功，请稍后再试')
  })
  let opened = await client((request) => send(request, null))(signInWithWechat, { code })
  // A teacher whose session ran out while on the teacher's side comes back to that side.
  if (role && role !== opened.me.role && opened.me.canSwitchRole) {
    const { token } = opened
    opened = await client((request) => send(request, token))(switchRole, { role })
  }
  session.adopt(opened)
  return opened.token
}
