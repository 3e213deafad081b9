import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SmsSimulatorOptions {
  port: number
  keyId: string
  keySecret: string
  appId: string
  signName: string
  /** Template → the names of its fields, in order. */
  templates: Record<string, string[]>
}

export interface Texted {
  phone: string
  template: string
  params: string[]
  serial: string
  providerId: string
}

const hex = (text: string | Buffer) => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()

/**
 * Both providers of text messages on loopback: it works the signature out by itself from what arrived on the wire, refuses what was
 * altered, and answers with the providers' own codes: numbers that are wrong or blacklisted, too many a day, no money, a template that
 * does not fit.
 */
export async function startSmsSimulator(options: SmsSimulatorOptions) {
  const control = {
    texted: [] as Texted[],
    calls: 0,
    blacklist: new Set<string>(),
    /** So many a day for each number. */
    dailyLimit: 5,
    balance: 10_000,
    /** What the next requests meet: a provider's code, or no answer after it was taken on. */
    troubles: [] as string[],
    /** How long an answer takes. */
    delayMs: 0,
    /** How many requests have waited for an answer at the same time. */
    widest: 0,
  }
  let waiting = 0
  let serial = 0

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    control.calls++
    control.widest = Math.max(control.widest, ++waiting)
    if (control.delayMs > 0) await new Promise((done) => setTimeout(done, control.delayMs))
    waiting--
    const isTencent = (request.headers.authorization ?? '').startsWith('TC3-')
    const reply = isTencent ? tencent(request, body) : aliyun(request, body)
    if (reply === 'silence') return void request.socket.destroy()
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(reply))
  }

  function aliyun(request: IncomingMessage, body: Buffer) {
    const fail = (Code: string) => ({ Code, Message: Code, RequestId: 'r' })
    const problem = aliyunSignature(request, body)
    if (problem) return fail(problem)
    const query = new URL(request.url ?? '', 'http://x').searchParams
    const phone = query.get('PhoneNumbers') ?? ''
    const template = query.get('TemplateCode') ?? ''
    const fields = options.templates[template]
    if (query.get('SignName') !== options.signName) return fail('isv.SMS_SIGNATURE_ILLEGAL')
    if (!fields) return fail('isv.SMS_TEMPLATE_ILLEGAL')
    const params = JSON.parse(query.get('TemplateParam') ?? '{}') as Record<string, string>
    if (fields.some((it) => !params[it])) return fail('isv.TEMPLATE_MISSING_PARAMETERS')
    const values = fields.map((it) => params[it] ?? '')
    const taken = take({ phone, template, params: values, serial: query.get('OutId') ?? '' }, ALIYUN)
    if (taken === 'silence') return taken
    if (typeof taken === 'string') return fail(taken)
    return { Code: 'OK', Message: 'OK', BizId: taken.providerId, RequestId: 'r' }
  }

  function tencent(request: IncomingMessage, body: Buffer) {
    const fail = (Code: string) => ({ Response: { Error: { Code, Message: Code }, RequestId: 'r' } })
    const problem = tencentSignature(request, body)
    if (problem) return fail(problem)
    const said = JSON.parse(body.toString()) as {
      PhoneNumberSet: string[]
      SmsSdkAppId: string
      SignName: string
      TemplateId: string
      TemplateParamSet: string[]
      SessionContext: string
    }
    const status = (Code: string, SerialNo = '') => ({
      Response: { SendStatusSet: [{ Code, Message: Code, SerialNo, Fee: 1 }], RequestId: 'r' },
    })
    const fields = options.templates[said.TemplateId]
    if (said.SmsSdkAppId !== options.appId) return fail('UnauthorizedOperation.SmsSdkAppIdVerifyFail')
    if (said.SignName !== options.signName) return status('FailedOperation.SignatureIncorrectOrUnapproved')
    if (!fields) return status('FailedOperation.TemplateIncorrectOrUnapproved')
    if (fields.length !== said.TemplateParamSet.length)
      return status('FailedOperation.TemplateParamSetNotMatchApprovedTemplate')
    const phone = (said.PhoneNumberSet[0] ?? '').replace(/^\+86/, '')
    const what = {
      phone,
      template: said.TemplateId,
      params: said.TemplateParamSet,
      serial: said.SessionContext,
    }
    const taken = take(what, TENCENT)
    if (taken === 'silence') return taken
    return typeof taken === 'string' ? status(taken) : status('Ok', taken.providerId)
  }

  /** What both have in common, each with its own codes. */
  function take(what: Omit<Texted, 'providerId'>, codes: typeof ALIYUN): Texted | string {
    const trouble = control.troubles.shift()
    if (trouble && trouble !== 'silence') return trouble
    if (!/^1[3-9]\d{9}$/.test(what.phone)) return codes.number
    if (control.blacklist.has(what.phone)) return codes.blacklist
    if (control.balance <= 0) return codes.balance
    const today = control.texted.filter((it) => it.phone === what.phone).length
    if (today >= control.dailyLimit) return codes.limit
    control.balance--
    const text = { ...what, providerId: `biz-${++serial}` }
    control.texted.push(text)
    return trouble === 'silence' ? 'silence' : text
  }

  function aliyunSignature({ headers, method = '', url = '' }: IncomingMessage, body: Buffer): string | null {
    const [, id, names = '', said] =
      /^ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})$/.exec(
        headers.authorization ?? '',
      ) ?? []
    if (id !== options.keyId) return 'InvalidAccessKeyId.NotFound'
    const age = Math.abs(Date.now() - Date.parse(String(headers['x-acs-date'])))
    if (!(age < 15 * 60_000)) return 'InvalidTimeStamp.Expired'
    if (headers['x-acs-content-sha256'] !== hex(body)) return 'SignatureDoesNotMatch'
    const must = ['host', 'x-acs-action', 'x-acs-content-sha256', 'x-acs-date', 'x-acs-signature-nonce']
    if (!must.every((it) => names.split(';').includes(it))) return 'IncompleteSignature'
    // The query as it came over the wire, in the order of its keys.
    const [, query = ''] = url.split('?')
    const sorted = query.split('&').sort().join('&')
    const lines = names.split(';').map((it) => `${it}:${String(headers[it] ?? '')}`)
    const request = `${method}\n/\n${sorted}\n${lines.join('\n')}\n\n${names}\n${hex(body)}`
    const right = hmac(options.keySecret, `ACS3-HMAC-SHA256\n${hex(request)}`).toString('hex')
    return right === said ? null : 'SignatureDoesNotMatch'
  }

  function tencentSignature({ headers, method = '' }: IncomingMessage, body: Buffer): string | null {
    const [, id, day = '', service = '', names = '', said] =
      /^TC3-HMAC-SHA256 Credential=([^/]+)\/([\d-]+)\/(\w+)\/tc3_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
        headers.authorization ?? '',
      ) ?? []
    if (id !== options.keyId) return 'AuthFailure.SecretIdNotFound'
    const stamp = String(headers['x-tc-timestamp'])
    if (Math.abs(Date.now() / 1000 - Number(stamp)) > 300) return 'AuthFailure.SignatureExpire'
    const value = (name: string) => String(headers[name] ?? '').toLowerCase()
    const lines = names.split(';').map((it) => `${it}:${value(it)}\n`)
    const request = `${method}\n/\n\n${lines.join('')}\n${names}\n${hex(body)}`
    const toSign = `TC3-HMAC-SHA256\n${stamp}\n${day}/${service}/tc3_request\n${hex(request)}`
    const key = hmac(hmac(hmac(`TC3${options.keySecret}`, day), service), 'tc3_request')
    return hmac(key, toSign).toString('hex') === said ? null : 'AuthFailure.SignatureFailure'
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((done) => server.listen(options.port, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    control,
    stop: () =>
      new Promise<void>((done) => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  }
}

const ALIYUN = {
  number: 'isv.MOBILE_NUMBER_ILLEGAL',
  blacklist: 'isv.MOBILE_IN_BLACK',
  balance: 'isv.AMOUNT_NOT_ENOUGH',
  limit: 'isv.BUSINESS_LIMIT_CONTROL',
}
const TENCENT: typeof ALIYUN = {
  number: 'InvalidParameterValue.IncorrectPhoneNumber',
  blacklist: 'FailedOperation.PhoneNumberInBlacklist',
  balance: 'FailedOperation.InsufficientBalanceInSmsPackage',
  limit: 'LimitExceeded.PhoneNumberDailyLimit',
}
