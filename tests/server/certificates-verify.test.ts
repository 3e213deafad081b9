import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import {
  previewCertificate,
  readCertificateLook,
  readMyCertificate,
  removeCertificateSeal,
  revokeCertificate,
  setCertificateDesign,
  verifyCopy,
  verifyHolder,
} from '#contract/certificates'
import { hash } from '../../server/infra/files.ts'
import { CertificateModel } from '../../server/modules/certificates/model.ts'
import { sameName } from '../../server/modules/certificates/rules.ts'
import { buildBranch, buildStaff } from '../support/build.ts'
import { certified } from '../support/certificates.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const stranger = () => world.withToken(null)
const post = (fields: Record<string, string>) =>
  fetch(`${world.origin()}/verify`, { method: 'POST', body: new URLSearchParams(fields) })

describe('who has the number and knows the name', () => {
  it('reads everything that stands on the paper', async () => {
    const { certificate, student } = await certified(world)
    const said = { number: certificate.number, holder: ` ${certificate.holder} ` }

    expect(await stranger()(verifyHolder, said)).toMatchObject({
      holder: certificate.holder,
      studentName: student.name,
      className: certificate.className,
      state: 'valid',
    })
    const page = await (await post(said)).text()
    expect(page).toContain(student.name)
    expect(page).toContain('Open Badges 3.0')
  })

  it('is told the same for a wrong name as for a number that does not exist', async () => {
    const { certificate } = await certified(world)
    const answers = await Promise.all(
      [
        { number: certificate.number, holder: '王小二' },
        { number: 'LZ202600099995', holder: certificate.holder },
      ].map((said) => stranger()(verifyHolder, said).catch((error: { json: unknown }) => error.json)),
    )
    expect(answers[0]).toEqual(answers[1])
    expect(await (await post({ number: certificate.number, holder: '王小二' })).text()).not.toContain(
      '有效期至',
    )
  })

  it('finds no name by trying: ten wrong ones close the number for an hour, for the right one too', async () => {
    const { certificate } = await certified(world)
    const tryName = (holder: string) =>
      stranger()(verifyHolder, { number: certificate.number, holder }).then(
        () => 200,
        (error: { status: number }) => error.status,
      )
    for (let at = 0; at < 10; at++) expect(await tryName(`王${at}`)).toBe(404)
    expect([await tryName('王十一'), await tryName(certificate.holder)]).toEqual([429, 429])
  })

  it.each([
    ['张 伟', '张伟', true],
    ['张伟　', '张伟', true],
    ['买买提·吐尔逊', '买买提吐尔逊', true],
    ['ｌｉ', 'LI', true],
    ['张炜', '张伟', false],
  ])('takes %s for %s: %s', (typed, name, isSame) => expect(sameName(typed, name)).toBe(isSame))

  it('puts a hostile name on the page as text', async () => {
    const page = await post({ number: '"><script>1</script>', holder: '<img src=x onerror=1>' })
    expect(await page.text()).not.toMatch(/<script>1|<img/)
    expect((await post({ number: 'x'.repeat(9000), holder: 'y' })).status).toBe(413)
  })
})

describe('a file somebody was sent', () => {
  it('is known by its hash, byte for byte, as PDF and as picture', async () => {
    const { certificate } = await certified(world)
    const { files } = world.deps()
    for (const sha256 of [certificate.pdf ?? '', certificate.picture ?? '']) {
      expect(await stranger()(verifyCopy, { sha256 })).toMatchObject({
        number: certificate.number,
        maskedHolder: expect.stringMatching(/\*/) as string,
      })
      const altered = Buffer.from(await files.get(sha256))
      altered[altered.length >> 1] = (altered[altered.length >> 1] ?? 0) ^ 1
      await expect(stranger()(verifyCopy, { sha256: hash(altered) })).rejects.toMatchObject({ status: 404 })
    }
  })

  it('is an original still after the certificate was revoked, and says so', async () => {
    const { certificate, school, id } = await certified(world)
    const admin = await world.as(await buildStaff(school, 'school_admin'), 'staff')
    await admin(revokeCertificate, { certificateId: id, reason: '代考' })
    expect((await stranger()(verifyCopy, { sha256: certificate.pdf ?? '' })).state).toBe('revoked')
  })
})

describe('the look of certificates', () => {
  const stamp = (format: 'png' | 'jpeg' = 'png') =>
    sharp({ create: { width: 300, height: 300, channels: 3, background: '#c22222' } })
      [format]()
      .toBuffer()
  const upload = async (token: string, unitId: string, body: Buffer) =>
    fetch(`${world.origin()}/api/units/${unitId}/certificate-seal`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
      body: new Uint8Array(body),
    })

  it('takes the design of the nearest unit, and keeps what was issued as it was', async () => {
    const branch = await buildBranch()
    const first = await certified(world, { branch })
    const city = await world.as(await buildStaff(branch.city, 'city_admin'), 'staff')
    const school = await world.as(await buildStaff(branch.school, 'school_admin'), 'staff')
    await city(setCertificateDesign, { unitId: String(branch.city._id), design: 'dawn' })
    const second = await certified(world, { branch })
    const look = await school(setCertificateDesign, { unitId: String(branch.school._id), design: 'jade' })
    const third = await certified(world, { branch })

    expect([first, second, third].map((it) => it.certificate.design)).toEqual(['leaf', 'dawn', 'jade'])
    expect(look).toMatchObject({ design: 'jade', designInUse: 'jade', seal: 'drawn' })
    const followed = await school(setCertificateDesign, { unitId: String(branch.school._id), design: null })
    expect(followed).toMatchObject({ design: null, designInUse: 'dawn' })
  })

  it('puts the seal a school has uploaded on what is issued from then on', async () => {
    const branch = await buildBranch()
    const unitId = String(branch.school._id)
    const person = await buildStaff(branch.school, 'school_admin')
    const token = await world.tokenOf(person, 'staff')
    const call = await world.as(person, 'staff')
    expect((await upload(token, unitId, await stamp())).status).toBe(200)
    expect(await call(readCertificateLook, { unitId })).toMatchObject({ seal: 'uploaded' })

    const { certificate } = await certified(world, { branch })
    expect(certificate.seal).toMatch(/^[0-9a-f]{64}$/)
    expect(await call(removeCertificateSeal, { unitId })).toMatchObject({ seal: 'drawn' })
    expect((await CertificateModel.findById(certificate._id).lean())?.seal).toBe(certificate.seal)
    const { link } = await call(previewCertificate, { unitId, design: 'dawn' })
    expect((await fetch(`${world.origin()}/api${link}`)).headers.get('content-type')).toBe('image/png')
  })

  it('refuses what is no picture of a stamp, and whoever it is not for', async () => {
    const { school, city } = await buildBranch()
    const { school: elsewhere } = await buildBranch()
    const token = await world.tokenOf(await buildStaff(school, 'school_admin'), 'staff')
    const teacher = await world.tokenOf(await buildStaff(school, 'teacher'), 'staff')
    const above = await world.tokenOf(await buildStaff(city, 'city_admin'), 'staff')
    const svg = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="300"><script/></svg>',
    )
    const wide = await sharp({ create: { width: 900, height: 300, channels: 3, background: '#c22' } })
      .png()
      .toBuffer()
    const cut = (await stamp()).subarray(0, 90)
    const unitId = String(school._id)

    const bad = [svg, wide, cut, Buffer.alloc(0), Buffer.from('GIF89a'), Buffer.from('%PDF-1.7')]
    for (const bytes of bad) expect((await upload(token, unitId, bytes)).status).toBe(415)
    expect((await upload(token, unitId, Buffer.alloc(3_000_000))).status).toBe(413)
    expect((await upload(teacher, unitId, await stamp())).status).toBe(403)
    expect((await upload(token, String(elsewhere._id), await stamp())).status).toBe(404)
    expect((await upload(above, String(city._id), await stamp())).status).toBe(400)
    expect((await upload('nobody', unitId, await stamp())).status).toBe(401)
    expect((await upload(token, unitId, await stamp('jpeg'))).status).toBe(200)
  })
})

describe('the signed credential', () => {
  /** The file as the phone saves it, and the keys as anybody gets them. */
  async function downloaded() {
    const scene = await certified(world)
    const { badge } = await scene.call(readMyCertificate, { certificateId: scene.id })
    const get = async (path: string) => (await fetch(`${world.origin()}${path}`)).json() as Promise<object>
    const file = (await get(`/api${badge ?? ''}`)) as { id: string; type: string }
    return { ...scene, file, jwks: await get('/.well-known/jwks.json') }
  }
  const payloadOf = ({ id }: { id: string }) =>
    JSON.parse(Buffer.from(id.split(',')[1]?.split('.')[1] ?? '', 'base64url').toString()) as {
      credentialStatus: { statusListIndex: string; statusListCredential: string }
      type: string[]
    }
  /** The program a stranger runs, without network and without us. */
  function check(file: object, jwks: object) {
    const folder = mkdtempSync(join(tmpdir(), 'jiaxiao-badge-'))
    writeFileSync(join(folder, 'badge.json'), JSON.stringify(file))
    writeFileSync(join(folder, 'jwks.json'), JSON.stringify(jwks))
    const args = ['server/scripts/verify-badge.ts', join(folder, 'badge.json'), join(folder, 'jwks.json')]
    try {
      return execFileSync(process.execPath, args, { encoding: 'utf8', stdio: 'pipe' })
    } catch (error) {
      return (error as { stdout: string }).stdout
    }
  }

  it('is checked by a stranger offline, and names neither holder nor child', async () => {
    const { file, jwks, certificate, student } = await downloaded()
    expect(check(file, jwks)).toContain(`签名有效\n编号 ${certificate.number}`)
    expect(file.type).toBe('EnvelopedVerifiableCredential')
    const said = JSON.stringify(payloadOf(file))
    expect(payloadOf(file).type).toEqual(['VerifiableCredential', 'OpenBadgeCredential'])
    for (const name of [certificate.holder, student.name, certificate.className]) {
      expect(said).not.toContain(name)
    }
  })

  it('fails with any one byte changed, with another key, and with another algorithm', async () => {
    const { file, jwks } = await downloaded()
    const token = file.id.split(',')[1] ?? ''
    const [head = '', body = '', signature = ''] = token.split('.')
    const swap = (text: string, at: number) =>
      `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    const forged = [
      `${head}.${swap(body, 200)}.${signature}`,
      `${head}.${body}.${swap(signature, 10)}`,
      `${swap(head, 12)}.${body}.${signature}`,
      `${none}.${body}.`,
    ]
    for (const it of forged)
      expect(check({ ...file, id: `data:application/vc+jwt,${it}` }, jwks)).toContain('签名无效')
    const [key] = (jwks as { keys: { x: string }[] }).keys
    const other = { keys: [{ ...key, x: Buffer.alloc(32, 7).toString('base64url') }] }
    expect(check(file, other)).toContain('签名无效')
  })

  it('turns up in the status list when it is revoked', async () => {
    const { file, id, school } = await downloaded()
    const { statusListIndex, statusListCredential } = payloadOf(file).credentialStatus
    const bit = async () => {
      const address = statusListCredential.replace(world.deps().env.ORIGIN, world.origin())
      const answer = await fetch(address)
      expect(answer.headers.get('content-type')).toContain('application/vc+jwt')
      const claims = JSON.parse(
        Buffer.from((await answer.text()).split('.')[1] ?? '', 'base64url').toString(),
      ) as { credentialSubject: { encodedList: string } }
      const { gunzipSync } = await import('node:zlib')
      const bits = gunzipSync(Buffer.from(claims.credentialSubject.encodedList.slice(1), 'base64url'))
      const index = Number(statusListIndex)
      return ((bits[index >> 3] ?? 0) >> (7 - (index & 7))) & 1
    }
    expect(await bit()).toBe(0)
    const admin = await world.as(await buildStaff(school, 'school_admin'), 'staff')
    await admin(revokeCertificate, { certificateId: id, reason: '代考' })
    expect(await bit()).toBe(1)
  })

  it('publishes issuers and keys where credentials point to, and nothing private', async () => {
    const { jwks, school } = await downloaded()
    expect(JSON.stringify(jwks)).not.toContain('"d"')
    const issuer = await fetch(`${world.origin()}/ob/issuers/${String(school._id)}`)
    expect(await issuer.json()).toMatchObject({ name: `${school.name}家长学校`, type: ['Profile'] })
    const [key] = (jwks as { keys: { kid: string }[] }).keys
    const own = await fetch((key?.kid ?? '').replace(world.deps().env.ORIGIN, world.origin()))
    expect(await own.json()).toEqual(key)
    for (const path of ['/ob/issuers/nobody', '/ob/keys/k9', '/ob/status/1999/0', '/ob/status/2026/-1']) {
      expect((await fetch(`${world.origin()}${path}`)).status).toBe(404)
    }
  })
})
