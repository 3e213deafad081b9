import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import {
  type Blame,
  post,
  type SmsProvider,
  SmsRefused,
  type SmsSecrets,
  type TextMessage,
} from './provider.ts'
import { hashOf, signAcs3, sortedQuery } from './signing.ts'

const HOST = 'dysmsapi.aliyuncs.com'
const VERSION = '2017-05-25'

/** What its codes mean for us; whatever begins with `isp.` is the provider's own trouble. */
const BLAMES: Record<string, Blame> = {
  'isv.MOBILE_NUMBER_ILLEGAL': 'number',
  'isv.MOBILE_IN_BLACK': 'optedOut',
  'isv.BUSINESS_LIMIT_CONTROL': 'limit',
  'isv.DAY_LIMIT_CONTROL': 'limit',
  'isv.MONTH_LIMIT_CONTROL': 'limit',
  'isv.AMOUNT_NOT_ENOUGH': 'balance',
  'isv.OUT_OF_SERVICE': 'balance',
  'isv.SMS_TEMPLATE_ILLEGAL': 'template',
  'isv.SMS_SIGNATURE_ILLEGAL': 'template',
  'isv.TEMPLATE_MISSING_PARAMETERS': 'template',
  'isv.INVALID_JSON_PARAM': 'template',
  'isv.PARAM_LENGTH_LIMIT': 'template',
  'isv.BLACK_KEY_CONTROL_LIMIT': 'template',
}

export const blameOf = (code: string): Blame =>
  BLAMES[code] ?? (code.startsWith('isp.') || code.startsWith('Throttling') ? 'busy' : 'other')

/** Alibaba Cloud SMS: one call for one number. */
export function aliyunSms(secrets: SmsSecrets, clock: Clock): SmsProvider {
  const { keyId, keySecret, baseUrl } = secrets
  return {
    async send(message: TextMessage) {
      const query = sortedQuery(queryOf(message))
      const headers = {
        host: baseUrl ? new URL(baseUrl).host : HOST,
        'x-acs-action': 'SendSms',
        'x-acs-version': VERSION,
        'x-acs-date': clock
          .now()
          .toISOString()
          .replace(/\.\d+Z$/, 'Z'),
        'x-acs-signature-nonce': randomUUID(),
        'x-acs-content-sha256': hashOf(''),
      }
      const authorization = signAcs3(
        { method: 'POST', query, body: '', headers },
        { id: keyId, secret: keySecret },
      )
      const { host: _, ...sent } = headers
      const answer = (await post(
        `${baseUrl ?? `https://${HOST}`}/?${query}`,
        { ...sent, authorization },
        '',
      )) as { Code?: string; BizId?: string }
      if (answer.Code === 'OK') return { providerId: answer.BizId ?? '' }
      const code = answer.Code ?? 'unknown'
      throw new SmsRefused(code, blameOf(code))
    },
  }
}

const queryOf = ({ phone, signName, template, params, serial }: TextMessage) => ({
  PhoneNumbers: phone,
  SignName: signName,
  TemplateCode: template,
  TemplateParam: JSON.stringify(Object.fromEntries(params.map((it) => [it.name, it.value]))),
  OutId: serial,
})
