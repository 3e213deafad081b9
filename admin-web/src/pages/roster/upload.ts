import * as z from 'zod/mini'
import { Problem } from '../../api/call'
import { forget, token } from '../../session/token'

const refusal = z.object({ error: z.object({ code: z.string(), message: z.string() }) })

/**
 * Puts a file where the server said, telling how much has gone: `fetch` cannot say that, so it is the older way.
 * Called off by `signal`.
 */
export function upload(path: string, file: File, onPart: (share: number) => void, signal: AbortSignal) {
  return new Promise<void>((resolve, reject) => {
    const request = new XMLHttpRequest()
    const proof = token.value
    request.open('PUT', `/api${path}`)
    request.setRequestHeader('content-type', 'application/octet-stream')
    if (proof) request.setRequestHeader('authorization', `Bearer ${proof}`)
    request.upload.onprogress = (it) => onPart(it.lengthComputable ? it.loaded / it.total : 0)
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) return resolve()
      const problem = problemOf(request)
      if (problem.code === 'unauthenticated' && proof === token.value) forget('登录已失效，请重新登录')
      reject(problem)
    }
    request.onerror = () => reject(new Problem('offline', '网络断了，文件没有传完，请再试一次', 0))
    request.onabort = () => reject(new Problem('aborted', '已停止上传', 0))
    signal.addEventListener('abort', () => request.abort())
    request.send(file)
  })
}

function problemOf({ status, responseText }: XMLHttpRequest): Problem {
  const said = z.safeParse(refusal, parsed(responseText))
  if (said.success) return new Problem(said.data.error.code, said.data.error.message, status)
  return new Problem('internal', '服务器没有收下文件，请稍后再试', status)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
