import * as z from 'zod'

/** What became of one text message, whoever carried it. */
export interface DeliveryReport {
  /** Our number for it, where the provider names it again; else the provider's. */
  serial: string
  providerId: string
  isDelivered: boolean
  code: string
}
/** What somebody answered to a text message. */
export interface TextReply {
  phone: string
  text: string
}

const ofAliyun = z.object({
  success: z.boolean(),
  err_code: z.string().default(''),
  biz_id: z.string().default(''),
  out_id: z.string().default(''),
})
const ofTencent = z.object({
  report_status: z.string(),
  errmsg: z.string().default(''),
  sid: z.string().default(''),
})
const reply = z.object({ mobile: z.string().optional(), phone_number: z.string().optional() })
const words = z.object({ text: z.string().optional(), content: z.string().optional() })

const listOf = (body: unknown): unknown[] => (Array.isArray(body) ? body : [body])

/** Both shapes; what is neither is left out. */
export function readReports(body: unknown): DeliveryReport[] {
  return listOf(body).flatMap((it): DeliveryReport[] => {
    const a = ofAliyun.safeParse(it)
    if (a.success) {
      const { success, err_code: code, biz_id: providerId, out_id: serial } = a.data
      return [{ serial, providerId, isDelivered: success, code }]
    }
    const t = ofTencent.safeParse(it)
    if (!t.success) return []
    const { report_status: status, errmsg: code, sid: providerId } = t.data
    return [{ serial: '', providerId, isDelivered: status === 'SUCCESS', code }]
  })
}

export function readReplies(body: unknown): TextReply[] {
  return listOf(body).flatMap((it) => {
    const who = reply.safeParse(it)
    const said = words.safeParse(it)
    const phone = (who.data?.mobile ?? who.data?.phone_number ?? '').replace(/^\+?86/, '')
    const text = said.data?.text ?? said.data?.content
    return /^1\d{10}$/.test(phone) && text !== undefined ? [{ phone, text }] : []
  })
}
