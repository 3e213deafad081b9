/** What a pushed message says, in one shape whatever shape it came in. */
export type PushEvent =
  | { kind: 'consent'; key: string; openId: string; at: Date; answers: ConsentAnswer[] }
  | { kind: 'delivery'; key: string; openId: string; at: Date; outcomes: DeliveryOutcome[] }
  | { kind: 'picture'; traceId: string; verdict: 'pass' | 'review' | 'risky' }
  | { kind: 'other'; name: string }

/** A person's yes or no to one template. From the settings page only a no arrives. */
export interface ConsentAnswer {
  templateId: string
  isAccepted: boolean
  source: 'popup' | 'settings'
}

/** What became of a message that WeChat had taken on. */
export interface DeliveryOutcome {
  templateId: string
  messageId: string
  errcode: number
  status: string
}

type Fields = { [name: string]: Value | undefined }
type Value = string | number | boolean | null | Fields | Value[]

/** Where each event keeps its list when it is nested, as in XML and in some JSON. */
const WRAPPERS: Record<string, string> = {
  subscribe_msg_popup_event: 'SubscribeMsgPopupEvent',
  subscribe_msg_change_event: 'SubscribeMsgChangeEvent',
  subscribe_msg_sent_event: 'SubscribeMsgSentEvent',
}

/** The encrypted part of a push body, JSON or XML; null when there is none. */
export function encryptedPart(body: string): string | null {
  const { Encrypt } = readMessage(body)
  return typeof Encrypt === 'string' ? Encrypt : null
}

/** Reads the decrypted message. A list of one arrives as an object, of many as an array: always a list here. */
export function readPush(message: string): PushEvent {
  const fields = readMessage(message)
  const name = text(fields.Event)
  if (name === 'wxa_media_check') return pictureWord(fields)
  const wrapper = WRAPPERS[name]
  if (!wrapper) return { kind: 'other', name: name || text(fields.MsgType) }

  const openId = text(fields.FromUserName)
  const seconds = Number(text(fields.CreateTime))
  // WeChat repeats a push that was not answered in time; the key is the same then.
  const common = { key: `${openId}:${seconds}:${name}`, openId, at: new Date(seconds * 1000) }
  const items = listOf(fields, wrapper)
  if (name === 'subscribe_msg_sent_event')
    return { kind: 'delivery', ...common, outcomes: items.map(outcome) }
  const source = name === 'subscribe_msg_popup_event' ? 'popup' : 'settings'
  return { kind: 'consent', ...common, answers: items.map((item) => answer(item, source)) }
}

/**
 * WeChat's word on a picture comes in two shapes: `result.suggest` of version 2, `isrisky` of version 1. One that could not be
 * looked at (`errcode`, `status_code`) is left to a person.
 */
function pictureWord(fields: Fields): PushEvent {
  const traceId = text(fields.trace_id)
  const result = isFields(fields.result) ? fields.result : {}
  const failed = Number(text(fields.errcode) || 0) !== 0 || Number(text(fields.status_code) || 0) !== 0
  const suggest = text(result.suggest) || ({ '0': 'pass', '1': 'risky' }[text(fields.isrisky)] ?? '')
  const verdict = !failed && (suggest === 'pass' || suggest === 'risky') ? suggest : 'review'
  return { kind: 'picture', traceId, verdict }
}

function answer(item: Fields, source: ConsentAnswer['source']): ConsentAnswer {
  const status = text(item.SubscribeStatusString)
  return { templateId: text(item.TemplateId), isAccepted: status === 'accept', source }
}

function outcome(item: Fields): DeliveryOutcome {
  return {
    templateId: text(item.TemplateId),
    messageId: text(item.MsgID),
    errcode: Number(text(item.ErrorCode) || 0),
    status: text(item.ErrorStatus),
  }
}

function listOf(fields: Fields, wrapper: string): Fields[] {
  const nested = fields[wrapper]
  const holder = isFields(nested) ? nested : Array.isArray(nested) ? { List: nested } : fields
  const { List } = holder
  return (Array.isArray(List) ? List : [List]).filter(isFields)
}

function isFields(value: Value | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function text(value: Value | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function readMessage(message: string): Fields {
  if (message.trimStart().startsWith('<')) {
    const { xml } = readXml(message)
    return isFields(xml) ? xml : {}
  }
  try {
    const json = JSON.parse(message) as Value
    return isFields(json) ? json : {}
  } catch {
    return {}
  }
}

/** Nothing WeChat says lies deeper. */
const DEEPEST = 8
const CDATA = { from: '<![CDATA[', to: ']]>' }

interface Open {
  name: string
  fields: Fields
  text: string
}

/**
 * WeChat's XML: tags without attributes, texts in CDATA, a tag that stands twice is a list. Read once from the beginning to the end, as
 * whoever knows the address may send it anything: what is not of this shape, a document type with its entities among it, says nothing.
 */
function readXml(xml: string): Fields {
  const nothing: Fields = {}
  const open: Open[] = [opened('')]
  for (let at = 0; at < xml.length;) {
    const here = open.at(-1)
    if (!here) return nothing
    const isQuoted = xml.startsWith(CDATA.from, at)
    const isTag = !isQuoted && xml[at] === '<'
    const end = isQuoted ? xml.indexOf(CDATA.to, at) : xml.indexOf(isTag ? '>' : '<', at + 1)
    if (end < 0 && (isQuoted || isTag)) return nothing
    if (isQuoted) here.text += xml.slice(at + CDATA.from.length, end)
    else if (!isTag) here.text += xml.slice(at, end < 0 ? undefined : end).trim()
    else if (!isUnderstood(xml.slice(at + 1, end), open)) return nothing
    at = isQuoted ? end + CDATA.to.length : isTag ? end + 1 : end < 0 ? xml.length : end
  }
  return open.length === 1 ? (open[0]?.fields ?? nothing) : nothing
}

const opened = (name: string): Open => ({ name, fields: Object.create(null) as Fields, text: '' })

/** Opens or closes a tag; false where that makes no sense. */
function isUnderstood(tag: string, open: Open[]): boolean {
  if (/^\w+$/.test(tag)) {
    open.push(opened(tag))
    return open.length <= DEEPEST
  }
  const here = open.at(-1)
  const around = open.at(-2)
  if (!here || !around) return /^\?xml [^<>]*\?$/.test(tag)
  if (tag !== `/${here.name}`) return false
  open.pop()
  const value: Value = Object.keys(here.fields).length > 0 ? here.fields : here.text
  const before = around.fields[here.name]
  around.fields[here.name] =
    before === undefined ? value : Array.isArray(before) ? [...before, value] : [before, value]
  return true
}
