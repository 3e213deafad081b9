import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkSignedCopy, verifySignedCopy } from '#contract/letter-receipts'
import {
  queueLetter,
  readMySignedCopy,
  reviseLetter,
  signMyLetter,
  updateLetter,
  withdrawLetter,
} from '#contract/letters'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { SignatureModel } from '../../server/modules/letters/signatures/model.ts'
import { voidReceipts } from '../../server/modules/letters/voiding/service.ts'
import { checkCopies } from '../../server/modules/letters/verifying/service.ts'
import { buildStaff } from '../support/build.ts'
import { buildClass, DRAFT, INK, newRequest, sendLetter, tick } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

const { kind: _, ...WRITTEN } = DRAFT
/** More than a page. */
const LONG = Array.from({ length: 60 }, (__, at) => `第${at + 1}条：按时到校，注意安全。`).join('\n\n')

async function scene(over: { body?: string } = {}) {
  const built = await buildClass(world)
  const letter = await sendLetter(world, built.office, built.school, { confirmation: 'sign', ...over })
  const her = await world.as(built.mother, 'guardian')
  const sender = await world.as(built.office, 'staff')
  const said = { studentId: String(built.zhang._id), letterId: letter.id }
  return {
    ...built,
    letter,
    her,
    sender,
    said,
    ...(await signedCopy(her, said)),
    unitId: String(built.school._id),
  }
}

/** Signs a letter and waits until its copy is kept. */
async function signedCopy(
  her: Awaited<ReturnType<typeof world.as>>,
  said: { studentId: string; letterId: string },
) {
  await her(signMyLetter, { ...said, ...INK })
  await tick(world)
  const { link } = await her(readMySignedCopy, said)
  const copy = Buffer.from(await (await fetch(`${world.origin()}/api${link}`)).arrayBuffer())
  return { copy, sha256: hashOf(copy) }
}

const KIDS = /\/Kids \[(\d+ 0 R) (\d+ 0 R)/
const DATE = /\(D:(\d{4})/
const TITLE = /\/Title (\d+) 0 R/

/** A PDF in which something was put in the place of something else; byte for byte the rest stays. */
function rewritten(copy: Buffer, what: RegExp, by: (...found: string[]) => string) {
  const text = copy.toString('latin1')
  expect(text).toMatch(what)
  return Buffer.from(text.replace(what, by), 'latin1')
}

const ask = async (sha256: string) => {
  const answer = await world.send(null, 'GET', `/api${checkSignedCopy.path.replace(':sha256', sha256)}`)
  return (await answer.json()) as { isKept: boolean; standing?: string }
}

describe('a signed copy', () => {
  it('is the one that is kept, and one altered byte, wherever it is, is not', async () => {
    const { copy, sha256, unitId, teacher } = await scene()
    expect(await ask(sha256)).toEqual({ isKept: true, standing: 'stands' })
    const staff = await world.as(teacher, 'staff')
    for (let round = 0; round < 24; round++) {
      const altered = Buffer.from(copy)
      const at = Math.floor(Math.random() * altered.length)
      altered[at] = ((altered[at] ?? 0) + 1 + Math.floor(Math.random() * 255)) % 256
      expect([at, await ask(hashOf(altered))]).toEqual([at, { isKept: false }])
    }
    const one = {
      unitId: String((await LetterModel.findOne().lean())?.unitId ?? unitId),
      sha256: 'f'.repeat(64),
    }
    await expect(staff(verifySignedCopy, one)).rejects.toMatchObject({ status: 404 })
  })

  it.each<[what: string, alter: (copy: Buffer) => Buffer]>([
    ['two pages have changed places', (copy) => rewritten(copy, KIDS, (_, a, b) => `/Kids [${b} ${a}`)],
    ['one page is named twice', (copy) => rewritten(copy, KIDS, (_, a) => `/Kids [${a} ${a}`)],
    [
      'the date in its properties is another',
      (copy) => rewritten(copy, DATE, (_, year) => `(D:${Number(year) - 1}`),
    ],
    [
      'the title in its properties is another',
      (copy) => rewritten(copy, TITLE, (_, at) => `/Title ${Number(at) + 1} 0 R`),
    ],
    ['a byte stands behind its end', (copy) => Buffer.concat([copy, Buffer.from('\n')])],
    ['a remark stands behind its end', (copy) => Buffer.concat([copy, Buffer.from('% 已阅\n%%EOF\n')])],
    ['its last byte is missing', (copy) => copy.subarray(0, -1)],
    ['another file stands before it', (copy) => Buffer.concat([copy, copy])],
  ])('is not the one that is kept when %s', async (_, alter) => {
    const { copy, unitId, office } = await scene({ body: LONG })
    const altered = alter(copy)
    expect(altered.equals(copy)).toBe(false)
    const sha256 = hashOf(altered)
    expect(await ask(sha256)).toEqual({ isKept: false })
    const staff = await world.as(office, 'staff')
    expect(await staff(verifySignedCopy, { unitId, sha256 })).toEqual({ isKept: false, copy: null })
  })

  it('says that the letter was put right since, and tells the copies of both editions apart', async () => {
    const { sha256, her, said, sender, school, letter, unitId, office } = await scene()
    const draft = await sender(reviseLetter, { letterId: letter.id, requestId: newRequest() })
    const words = { ...WRITTEN, confirmation: 'sign' as const, audience: [String(school._id)] }
    await sender(updateLetter, { letterId: draft.id, ...words, correction: '改了时间' })
    await sender(queueLetter, { letterId: draft.id, sendAt: null })
    const next = await signedCopy(her, { ...said, letterId: draft.id })

    expect(next.sha256).not.toBe(sha256)
    expect(await ask(sha256)).toEqual({ isKept: true, standing: 'corrected' })
    expect(await ask(next.sha256)).toEqual({ isKept: true, standing: 'stands' })
    const staff = await world.as(office, 'staff')
    const known = async (it: string) => (await staff(verifySignedCopy, { unitId, sha256: it })).copy
    expect(await known(sha256)).toMatchObject({ version: 1, standing: 'corrected', isTextIntact: true })
    expect(await known(next.sha256)).toMatchObject({ version: 2, standing: 'stands', isTextIntact: true })
  })

  it('says that the letter was withdrawn since, or that who signed was not of the family', async () => {
    const gone = await scene()
    await gone.sender(withdrawLetter, { letterId: gone.letter.id, reason: '发错了' })
    expect(await ask(gone.sha256)).toEqual({ isKept: true, standing: 'withdrawn' })

    const { sha256, zhang, mother, klass, teacher } = await scene()
    const stranger = {
      studentId: String(zhang._id),
      personId: mother,
      paths: [klass.path],
      isLeftAlone: false,
    }
    await SignatureModel.db.transaction(async () => {
      await voidReceipts(stranger, world.now())
    })
    expect(await ask(sha256)).toEqual({ isKept: true, standing: 'voided' })
    const staff = await world.as(teacher, 'staff')
    const { copy } = await staff(verifySignedCopy, { unitId: String(klass._id), sha256 })
    expect(copy).toMatchObject({ isVoided: true, standing: 'voided' })
  })

  it('is named to who may see the family, by its letter to who may not, and not at all to a stranger', async () => {
    const { sha256, klass, city, teacher, school, office } = await scene()
    const of = (unit: { _id: unknown }) => ({ unitId: String(unit._id), sha256 })
    const teachers = await (await world.as(teacher, 'staff'))(verifySignedCopy, of(klass))
    expect(teachers).toMatchObject({
      isKept: true,
      copy: { childName: '张三', by: '张三妈妈', version: 1, isVoided: false, isTextIntact: true },
    })
    const above = await world.as(await buildStaff(city, 'city_admin'), 'staff')
    expect((await above(verifySignedCopy, of(city))).copy).toMatchObject({
      title: expect.stringContaining('家长') as string,
      childName: null,
      by: null,
    })
    const elsewhere = await buildClass(world)
    const stranger = await world.as(elsewhere.office, 'staff')
    expect(await stranger(verifySignedCopy, of(elsewhere.school))).toEqual({ isKept: true, copy: null })
    expect((await (await world.as(office, 'staff'))(verifySignedCopy, of(school))).copy?.className).toContain(
      '班',
    )
    expect(Object.keys(await ask(sha256))).toEqual(['isKept', 'standing'])
  })

  it('shows that the letter was altered in the database, and the check stops at the first broken one', async () => {
    const { sha256, klass, teacher, letter } = await scene()
    const deps = world.deps()
    expect(await checkCopies(deps)).toEqual({ checked: 1, broken: null })
    await LetterModel.collection.updateOne({ title: letter.title }, [
      { $set: { body: { $concat: ['$body', '。'] } } },
    ])

    const staff = await world.as(teacher, 'staff')
    expect((await staff(verifySignedCopy, { unitId: String(klass._id), sha256 })).copy).toMatchObject({
      isTextIntact: false,
    })
    expect(await checkCopies(deps)).toMatchObject({
      checked: 0,
      broken: { because: '信的内容和签字时不一样', title: letter.title },
    })
  })

  it('is found broken when a byte of the kept file was altered, or the file is gone', async () => {
    const { sha256 } = await scene()
    const deps = world.deps()
    const path = join(deps.env.DATA_DIR, 'files', sha256.slice(0, 2), sha256)
    const kept = await readFile(path)
    for (let round = 0; round < 8; round++) {
      const altered = Buffer.from(kept)
      const at = Math.floor(Math.random() * altered.length)
      altered[at] = (altered[at] ?? 0) ^ (1 + Math.floor(Math.random() * 255))
      await writeFile(path, altered)
      expect((await checkCopies(deps)).broken).toMatchObject({ because: '签收单文件被改动过' })
      expect(await ask(sha256)).toEqual({ isKept: false })
    }
    await writeFile(path, kept)
    expect((await checkCopies(deps)).broken).toBeNull()
    await deps.files.remove(sha256)
    expect((await checkCopies(deps)).broken).toMatchObject({ because: '签收单文件不在了' })
    await SignatureModel.updateOne({}, { copySha256: null })
  })

  it('has a page for anybody, which sends no file away', async () => {
    const answer = await fetch(`${world.origin()}/verify-copy`)
    expect(await answer.text()).toContain('文件不会上传')
    expect((await fetch(`${world.origin()}/verify-copy/check.js`)).headers.get('content-type')).toContain(
      'javascript',
    )
  })
})
