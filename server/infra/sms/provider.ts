/** One text message in the words of an approved template. */
export interface TextMessage {
  /** Eleven digits, in the open for the length of the call. */
  phone: string
  signName: string
  template: string
  /** In the order of the template. */
  params: readonly { name: string; value: string }[]
  /** Our own number for it; reports of the delivery name it again. */
  serial: string
}

export interface SmsProvider {
  send(message: TextMessage): Promise<{ providerId: string }>
}

/** Why a provider did not take a message on. */
export type Blame = 'number' | 'optedOut' | 'limit' | 'balance' | 'template' | 'busy' | 'other'

/** The provider said no: nothing was sent, and nothing is charged. */
export class SmsRefused extends Error {
  readonly code: string
  readonly blame: Blame

  constructor(code: string, blame: Blame) {
    super(`sms refused: ${code}`)
    this.name = 'SmsRefused'
    this.code = code
    this.blame = blame
  }
}

/** No answer. What may have been received is never sent again. */
export class SmsUnreachable extends Error {
  readonly maybeReceived: boolean

  constructor(maybeReceived: boolean) {
    super('sms provider not reached')
    this.name = 'SmsUnreachable'
    this.maybeReceived = maybeReceived
  }
}

export interface SmsSecrets {
  keyId: string
  keySecret: string
  /** Of Tencent Cloud: the application the templates belong to. */
  appId: string
  region: string
  /** A simulator on loopback; the provider's own address, if left out. */
  baseUrl?: string | undefined
}

const TIMEOUT_MS = 10_000

/** Posts one signed request; the answer is JSON whatever its status. */
export async function post(url: string, headers: Record<string, string>, body: string): Promise<unknown> {
  let response: Response
  try {
    response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(TIMEOUT_MS) })
  } catch (error) {
    const { code } = ((error as { cause?: unknown }).cause ?? {}) as { code?: string }
    // Without a connection nothing was sent; anything else may have arrived.
    throw new SmsUnreachable(!['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(code ?? ''))
  }
  const text = await response.text().catch(() => '')
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new SmsUnreachable(true)
  }
}
