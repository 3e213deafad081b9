import { keepTemp, readTemp } from '../temp-files.ts'
import { api, type Callbacks, news, Refused } from './api.ts'

type Header = Record<string, string>
type RequestOption = Pick<
  WechatMiniprogram.RequestOption,
  'url' | 'data' | 'method' | 'timeout' | 'dataType' | 'responseType'
> & { header?: Header }

/** What wx.request can send; PATCH it cannot. */
const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT']

export function networkApi() {
  const status = news<{ isConnected: boolean; networkType: string }>()
  const weak = news<{ weakNet: boolean; networkType: string }>()
  const tell = () => status.tell({ isConnected: navigator.onLine, networkType: networkType() })
  addEventListener('online', tell)
  addEventListener('offline', tell)

  return {
    request: task('request', request),
    uploadFile: task('uploadFile', uploadFile),
    downloadFile: task('downloadFile', downloadFile),
    getNetworkType: api('getNetworkType', () => ({ networkType: networkType() })),
    onNetworkStatusChange: status.on,
    offNetworkStatusChange: status.off,
    onNetworkWeakChange: weak.on,
    offNetworkWeakChange: weak.off,
  }
}

const networkType = () => (navigator.onLine ? 'wifi' : 'none')

/** A wx.* function that returns a task which can be aborted. */
function task<O extends { url: string; timeout?: number }>(
  name: string,
  run: (options: O, signal: AbortSignal) => Promise<object>,
) {
  return (options: O & Callbacks) => {
    const control = new AbortController()
    const signal = AbortSignal.any([control.signal, AbortSignal.timeout(options.timeout ?? 60_000)])
    const start = api<O, object>(name, async (given) => {
      try {
        return await run({ ...given, url: absolute(given.url) }, signal)
      } catch (error) {
        // What fetch throws is the network's; anything else is a mistake and must be seen.
        if (!(error instanceof TypeError) && !(error instanceof DOMException)) throw error
        if (control.signal.aborted) throw new Refused('abort')
        throw new Refused(signal.aborted ? 'timeout' : 'net::ERR_CONNECTION')
      }
    })
    // A task is no promise: without callbacks there is nobody to tell.
    void start({ complete: () => undefined, ...options })
    return Object.assign(
      { abort: () => control.abort() },
      ...['onProgressUpdate', 'offProgressUpdate', 'onHeadersReceived', 'offHeadersReceived'].map((it) => ({
        [it]: () => {},
      })),
    ) as object
  }
}

function absolute(url: string) {
  if (!/^(https?:\/\/|\/(?!\/))/.test(url)) throw new Refused('invalid url')
  return url
}

async function request(
  { url, data, method = 'GET', header, dataType = 'json', responseType }: RequestOption,
  signal: AbortSignal,
) {
  if (!METHODS.includes(method)) throw new Error(`wx.request cannot send ${method as string}`)
  const isQuery = method === 'GET' && typeof data === 'object'
  const address = isQuery ? withQuery(url, data as Record<string, unknown>) : url
  const headers = new Headers({ 'content-type': 'application/json', ...header })
  const body = isQuery || data === undefined ? null : bodyOf(data, headers)
  const response = await fetch(address, { method, headers, body, signal })
  const answer =
    responseType === 'arraybuffer' ? await response.arrayBuffer() : parsed(await response.text(), dataType)
  return {
    statusCode: response.status,
    data: answer,
    header: Object.fromEntries(response.headers),
    cookies: [],
  }
}

function bodyOf(data: unknown, headers: Headers): BodyInit {
  if (typeof data === 'string' || data instanceof ArrayBuffer) return data
  if (headers.get('content-type')?.startsWith('application/x-www-form-urlencoded')) {
    return new URLSearchParams(Object.entries(data as Record<string, string>))
  }
  return JSON.stringify(data)
}

function parsed(text: string, dataType: string): unknown {
  if (dataType !== 'json') return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function withQuery(url: string, data: Record<string, unknown>) {
  const query = new URLSearchParams(
    Object.entries(data).map(([name, value]) => [name, String(value)]),
  ).toString()
  return query ? `${url}${url.includes('?') ? '&' : '?'}${query}` : url
}

type UploadOption = WechatMiniprogram.UploadFileOption & {
  header?: Header
  formData?: Record<string, unknown>
}

async function uploadFile({ url, filePath, name, formData = {}, header }: UploadOption, signal: AbortSignal) {
  const file = readTemp(filePath)
  if (!file) throw new Refused(`file not found: ${filePath}`)
  const body = new FormData()
  for (const [key, value] of Object.entries(formData)) body.append(key, String(value))
  body.append(name, file, filePath.split('/').at(-1))
  const response = await fetch(url, { method: 'POST', body, headers: header ?? {}, signal })
  return { statusCode: response.status, data: await response.text() }
}

async function downloadFile({ url, header }: { url: string; header?: Header }, signal: AbortSignal) {
  const response = await fetch(url, { headers: header ?? {}, signal })
  return { statusCode: response.status, tempFilePath: keepTemp(await response.blob()), dataLength: 0 }
}
