import { describe, expect, it } from 'vitest'
import { isAddressCheck, openPush, PushRejected, signPush } from '../../server/infra/wechat/push.ts'
import { encryptedPart, readPush } from '../../server/infra/wechat/push-events.ts'

// WeChat's own examples.
const secrets = { token: 'AAAAA', aesKey: 'A'.repeat(43), appId: 'wxba5fad812f8e6fb9' }
const encrypted =
  '+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04='
const signed = {
  timestamp: '1714112445',
  nonce: '415670741',
  msg_signature: '046e02f8204d34f8ba5fa3b1db94908f3df2e9b3',
}

describe('the address check', () => {
  const query = { timestamp: '1714036504', nonce: '1514711492' }

  it('accepts WeChat’s signature', () => {
    expect(isAddressCheck(secrets, { ...query, signature: 'f464b24fc39322e44b38aa78f5edd27bd1441696' })).toBe(
      true,
    )
  })

  it.each([undefined, '', 'f464b24fc39322e44b38aa78f5edd27bd1441697'])('refuses %o', (signature) => {
    expect(isAddressCheck(secrets, { ...query, signature })).toBe(false)
  })
})

describe('an encrypted push', () => {
  it('opens as WeChat’s example does', () => {
    const message = openPush(secrets, signed, encrypted)
    expect(Buffer.byteLength(message)).toBe(167)
    expect(readPush(message)).toEqual({ kind: 'other', name: 'debug_demo' })
  })

  const sign = (text: string) => ({
    ...signed,
    msg_signature: signPush([secrets.token, signed.timestamp, signed.nonce, text]),
  })

  it.each([
    ['no signature', secrets, { ...signed, msg_signature: undefined }, encrypted],
    ['a changed message', secrets, signed, encrypted.replace('qdx1', 'qdx2')],
    ['another token', { ...secrets, token: 'BBBBB' }, signed, encrypted],
    ['another app', { ...secrets, appId: 'wx0000000000000000' }, signed, encrypted],
    ['half a block', secrets, sign(encrypted.slice(0, 30)), encrypted.slice(0, 30)],
    ['one block of noise', secrets, sign('AAAAAAAAAAAAAAAAAAAAAA=='), 'AAAAAAAAAAAAAAAAAAAAAA=='],
    ['nothing', secrets, sign(''), ''],
  ])('is refused with %s', (_, its, query, text) => {
    expect(() => openPush(its, query, text)).toThrow(PushRejected)
  })
})

describe('what a push says', () => {
  const head = { ToUserName: 'gh_1', FromUserName: 'oA', CreateTime: '1700000000', MsgType: 'event' }
  const item = { TemplateId: 'T1', SubscribeStatusString: 'accept', PopupScene: '0' }
  const consent = {
    kind: 'consent',
    key: 'oA:1700000000:subscribe_msg_popup_event',
    openId: 'oA',
    at: new Date(1_700_000_000_000),
    answers: [{ templateId: 'T1', isAccepted: true, source: 'popup' }],
  }
  const Event = 'subscribe_msg_popup_event'
  const cdata = (text: string) => `<![CDATA[${text}]]>`
  const xmlHead = `<ToUserName>${cdata('gh_1')}</ToUserName><FromUserName>${cdata('oA')}</FromUserName>
    <CreateTime>1700000000</CreateTime><MsgType>${cdata('event')}</MsgType><Event>${cdata(Event)}</Event>`
  const xmlItem = (id: string) =>
    `<List><TemplateId>${cdata(id)}</TemplateId><SubscribeStatusString>${cdata('accept')}</SubscribeStatusString></List>`

  it.each([
    ['an object', JSON.stringify({ ...head, Event, List: item })],
    ['an array', JSON.stringify({ ...head, Event, List: [item] })],
    ['a nested list', JSON.stringify({ ...head, Event, SubscribeMsgPopupEvent: { List: [item] } })],
    ['a bare nested array', JSON.stringify({ ...head, Event, SubscribeMsgPopupEvent: [item] })],
    ['XML', `<xml>${xmlHead}<SubscribeMsgPopupEvent>${xmlItem('T1')}</SubscribeMsgPopupEvent></xml>`],
  ])('is the same from %s', (_, message) => {
    expect(readPush(message)).toEqual(consent)
  })

  it('reads several answers from XML', () => {
    const list = `<SubscribeMsgPopupEvent>${xmlItem('T1')}${xmlItem('T2')}</SubscribeMsgPopupEvent>`
    expect(readPush(`<xml>${xmlHead}${list}</xml>`)).toMatchObject({
      answers: [{ templateId: 'T1' }, { templateId: 'T2' }],
    })
  })

  it('takes a no from the settings page', () => {
    const message = JSON.stringify({
      ...head,
      Event: 'subscribe_msg_change_event',
      List: { TemplateId: 'T1', SubscribeStatusString: 'reject' },
    })
    expect(readPush(message)).toMatchObject({
      kind: 'consent',
      answers: [{ templateId: 'T1', isAccepted: false, source: 'settings' }],
    })
  })

  it('takes the outcome of a delivery', () => {
    const List = { TemplateId: 'T1', MsgID: '186409', ErrorCode: '20005', ErrorStatus: 'blocked' }
    const message = JSON.stringify({ ...head, Event: 'subscribe_msg_sent_event', List })
    expect(readPush(message)).toMatchObject({
      kind: 'delivery',
      outcomes: [{ templateId: 'T1', messageId: '186409', errcode: 20005, status: 'blocked' }],
    })
  })

  it('reads XML with its head and with space between the tags', () => {
    const message = `<?xml version="1.0" encoding="UTF-8"?>\n<xml>\n  ${xmlHead}\n  <SubscribeMsgPopupEvent>\n ${xmlItem('T1')}\n</SubscribeMsgPopupEvent>\n</xml>\n`
    expect(readPush(message)).toEqual(consent)
  })

  it('lets a text in CDATA look like a tag', () => {
    const message = `<xml><Event>${cdata('<List>wxa</List>')}</Event></xml>`
    expect(readPush(message)).toEqual({ kind: 'other', name: '<List>wxa</List>' })
  })

  const entities = `<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Event>&a;</Event></xml>`
  it.each([
    ['an entity', entities],
    ['a tag that another one closes', `<xml><Event>debug</MsgType></xml>`],
    ['a tag that never ends', `<xml><Event>debug</Event><xml`],
    ['words in CDATA that never end', `<xml><Event><![CDATA[debug</Event></xml>`],
    ['attributes', `<xml><Event a="b">debug</Event></xml>`],
    ['a closing tag alone', `</xml>`],
    ['tags in tags in tags', `${'<a>'.repeat(30)}debug${'</a>'.repeat(30)}`],
  ])('makes nothing of XML with %s', (_, message) => {
    expect(readPush(message)).toEqual({ kind: 'other', name: '' })
  })

  it.each(['', 'nonsense', '[]', 'null', '<xml>', '{"Event":{"$ne":1}}'])(
    'makes nothing of %o',
    (message) => {
      expect(readPush(message)).toMatchObject({ kind: 'other' })
    },
  )

  it.each([
    ['JSON', '{"ToUserName":"gh_1","Encrypt":"abc"}', 'abc'],
    ['XML', '<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[abc]]></Encrypt></xml>', 'abc'],
    ['an object where text belongs', '{"Encrypt":{"$ne":null}}', null],
    ['nothing', '', null],
  ])('finds the encrypted part in %s', (_, body, part) => {
    expect(encryptedPart(body)).toBe(part)
  })

  // Before the signature is looked at anybody may have written it: the first two once took half a second of the one thread.
  it.each([
    ['tags that nobody closes', '<a>'],
    ['tags with other tags in them', '<a><b>'],
    ['CDATA that nobody closes', '<a><![CDATA['],
    ['angle brackets', '<'],
    ['spaces after tags', '<a>        '],
  ])('reads %s as quickly as anything', (_, piece) => {
    const body = piece.repeat(Math.floor((64 * 1024) / piece.length))
    // The processor's time: what else the machine does is no fault of ours.
    const before = process.cpuUsage()
    expect(encryptedPart(body)).toBeNull()
    const { user } = process.cpuUsage(before)
    expect(user / 1000).toBeLessThan(100)
  })
})
