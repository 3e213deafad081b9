import type { Clock } from '../clock.ts'
import {
  type Blame,
  post,
  type SmsProvider,
  SmsRefused,
  type SmsSecrets,
  type TextMessage,
} from './provider.ts'
import { signTc3 } from './signing.ts'

const HOST = 'sms.tencentcloudapi.com'

const BLAMES: Record<string, Blame> = {
  'FailedOperation.PhoneNumberInBlacklist': 'optedOut',
  'FailedOperation.InsufficientBalanceInSmsPackage': 'balance',
  'FailedOperation.TemplateIncorrectOrUnapproved': 'template',
  'FailedOperation.SignatureIncorrectOrUnapproved': 'template',
  'FailedOperation.TemplateParamSetNotMatchApprovedTemplate': 'template',
  'InvalidParameterValue.TemplateParameterFormatError': 'template',
  'InvalidParameterValue.TemplateParameterLengthLimit': 'template',
  'InvalidParameterValue.IncorrectPhoneNumber': 'number',
  'FailedOperation.PhoneNumberParseFail': 'number',
  RequestLimitExceeded: 'busy',
}

export function blameOf(code: string): Blame {
  if (BLAMES[code]) return BLAMES[code]
  if (code.startsWith('LimitExceeded.')) return 'limit'
  return code.startsWith('InternalError') ? 'busy' : 'other'
}

interface Answer {
  Response?: {
    Error?: { Code?: string }
    SendStatusSet?: { Code?: string; SerialNo?: string }[]
  }
}

/** Tencent Cloud SMS: one call for one number. */
export function tencentSms(secrets: SmsSecrets, clock: Clock): SmsProvider {
  const { keyId, keySecret, appId, region, baseUrl } = secrets
  return {
    async send({ phone, signName, template, params, serial }: TextMessage) {
      const body = JSON.stringify({
        PhoneNumberSet: [`+86${phone}`],
        SmsSdkAppId: appId,
        SignName: signName,
        TemplateId: template,
        TemplateParamSet: params.map((it) => it.value),
        SessionContext: serial,
      })
      const host = baseUrl ? new URL(baseUrl).host : HOST
      const seconds = Math.floor(clock.now().getTime() / 1000)
      const headers = { 'content-type': 'application/json; charset=utf-8', host, 'x-tc-action': 'sendsms' }
      const authorization = signTc3(
        { method: 'POST', query: '', body, headers },
        { id: keyId, secret: keySecret },
        { service: 'sms', seconds },
      )
      const answer = (await post(
        baseUrl ?? `https://${HOST}`,
        {
          'content-type': headers['content-type'],
          authorization,
          'x-tc-action': 'SendSms',
          'x-tc-version': '2021-01-11',
          'x-tc-timestamp': String(seconds),
          'x-tc-region': region,
        },
        body,
      )) as Answer
      const status = answer.Response?.SendStatusSet?.[0]
      if (status?.Code === 'Ok') return { providerId: status.SerialNo ?? '' }
      const code = answer.Response?.Error?.Code ?? status?.Code ?? 'unknown'
      throw new SmsRefused(code, blameOf(code))
    },
  }
}
