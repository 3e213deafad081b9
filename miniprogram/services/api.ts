import { client, type Endpoint, type Request, type Transport } from '../contract'
import { session } from './session'
import { Problem, send } from './transport'

export { Problem } from './transport'

/** Sends as the signed-in person; a session that ran out is renewed once, unseen. */
export const signedTransport: Transport = async (request: Request) => {
  const token = session.token() ?? (await session.open())
  try {
    return await send(request, token)
  } catch (error) {
    if (!(error instanceof Problem && error.status === 401)) throw error
    session.drop(token)
    return send(request, session.token() ?? (await session.open()))
  }
}

const signedCall = client(signedTransport)
const publicCall = client((request) => send(request, null))
const personalCall = client((request) => send(request, session.token()))

/**
 * Asks the server, typed by the contract: `await call(readMe, {})`.
 * @throws Problem with a sentence for people; show it by `explain`.
 */
export const call: typeof signedCall = async (endpoint, input) => {
  check(endpoint, input)
  if (endpoint.access !== 'public') return signedCall(endpoint, input)
  return endpoint.isPersonal ? personalCall(endpoint, input) : publicCall(endpoint, input)
}

/** What was typed is looked at before it is sent, so that the field's own sentence is what people see. */
export function check(endpoint: Endpoint, input: unknown) {
  const said = endpoint.input.safeParse(input)
  if (said.success) return
  const message = said.error.issues[0]?.message ?? ''
  throw new Problem(400, /[\u4e00-\u9fff]/.test(message) ? message : '填写的内容不对，请检查')
}

/** The sentence for the screen. */
export function explain(error: unknown) {
  return error instanceof Problem ? error.message : '读不懂服务器的回答，请更新小程序后再试'
}

/** Tells what went wrong after a tap, without leaving the page. */
export function tell(error: unknown) {
  void wx.showToast({ title: explain(error), icon: 'none', duration: 3000 })
}
