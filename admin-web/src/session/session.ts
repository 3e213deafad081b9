import type { Me } from '#contract/accounts'
import { readMe, signInAsDemo, signInWithPassword, signOut } from '#contract/accounts'
import { call } from '../api/call'
import { queryClient, useAsk } from '../api/queries'
import { device, forget, remember } from './token'

/** Who is signed in: name, posts and what they may use. */
export const useMe = () => useAsk(readMe, () => ({}), { staleTime: 5 * 60_000 })

export async function enterWithPassword(said: { loginName: string; password: string; totp?: string }) {
  const reply = await call(signInWithPassword, { ...said, deviceToken: device.token() })
  device.remember(reply.deviceToken)
  enter(reply)
}

/** What a scanned code brought: the same as a password does. */
export function enterByScan(reply: { token: string; me: Me; deviceToken: string }) {
  device.remember(reply.deviceToken)
  enter(reply)
}

export async function enterAsDemo(as: string) {
  enter(await call(signInAsDemo, { as }))
}

/** Ends the session on the server and here. A server that cannot be reached must not keep anybody signed in here. */
export async function leave() {
  await call(signOut, {}).catch(() => null)
  forget()
  queryClient.clear()
}

function enter({ token, me }: { token: string; me: Me }) {
  queryClient.clear()
  remember(token)
  queryClient.setQueryData([readMe.path, {}], me)
}
