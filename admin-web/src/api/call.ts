import { client, type Request } from '#contract/call'
import type { Endpoint } from '#contract/endpoint'
import * as z from 'zod/mini'
import { forget, token } from '../session/token'

// Whatever the contract does not say in its own words is said in Chinese.
z.config(z.locales.zhCN())

/** How long a person waits before being told that nothing comes. */
const PATIENCE_MS = 20_000

/** A failure in words a person can read. `code` is for programs: the server's own, or one of ours. */
export class Problem extends Error {
  readonly code: string
  readonly status: number

  constructor(code: string, message: string, status: number) {
    super(message)
    this.name = 'Problem'
    this.code = code
    this.status = status
  }
}

/** Asks the server, in contract. `signal` calls the question off when nobody waits for the answer any more. */
export async function call<E extends Endpoint>(
  endpoint: E,
  input: z.input<E['input']>,
  { signal }: { signal?: AbortSignal } = {},
): Promise<z.output<E['reply']>> {
  const said = z.safeParse(endpoint.input, input)
  if (!said.success) throw new Problem('invalid', said.error.issues[0]?.message ?? '填写的内容不对', 0)
  try {
    return await client((request) => send(request, signal))(endpoint, input)
  } catch (error) {
    if (error instanceof z.core.$ZodError)
      throw new Problem('unreadable', '读不懂服务器的回答，请刷新页面后再试', 0)
    throw error
  }
}

async function send({ method, path, body }: Request, signal?: AbortSignal): Promise<unknown> {
  const response = await authorised(`/api${path}`, signal, {
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  })
  return (await response.json().catch(() => {
    throw new Problem('unreadable', '读不懂服务器的回答，请刷新页面后再试', response.status)
  })) as unknown
}

/** `fetch` as the signed-in person. Answers that are no success are thrown as a Problem. */
export async function authorised(
  url: string,
  signal?: AbortSignal,
  init: RequestInit = {},
): Promise<Response> {
  const proof = token.value
  // AbortSignal.any would say this in a word, but Chromium has it only from 116 on.
  const ending = new AbortController()
  const patience = setTimeout(() => ending.abort(), PATIENCE_MS)
  const callOff = () => ending.abort()
  signal?.addEventListener('abort', callOff)
  const response = await fetch(url, {
    ...init,
    headers: { ...init.headers, ...(proof && { authorization: `Bearer ${proof}` }) },
    signal: ending.signal,
  })
    .catch((cause: unknown) => {
      if (signal?.aborted) throw cause
      if (ending.signal.aborted) throw new Problem('timeout', '服务器很久没有回答，请稍后再试', 0)
      throw new Problem('offline', '网络不通，请检查后再试', 0)
    })
    .finally(() => clearTimeout(patience))
  if (response.ok) return response

  const problem = await problemOf(response)
  // Only a session that was in force when we asked can have ended; a missing code is a 401 as well.
  if (problem.code === 'unauthenticated' && proof && proof === token.value) forget('登录已失效，请重新登录')
  throw problem
}

const refusal = z.object({ error: z.object({ code: z.string(), message: z.string() }) })

async function problemOf(response: Response): Promise<Problem> {
  const said = z.safeParse(refusal, await response.json().catch(() => null))
  if (said.success) return new Problem(said.data.error.code, said.data.error.message, response.status)
  return new Problem('internal', '服务器暂时没有响应，请稍后再试', response.status)
}

/** What to tell a person about any failure. */
export const explain = (error: unknown) =>
  error instanceof Problem ? error.message : '出了点问题，请刷新页面后再试'
