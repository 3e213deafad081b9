import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkSignedCopy, verifySignedCopy } from '#contract/letter-receipts'
import { readMySignedCopy, signMyLetter } from '#contract/letters'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { SignatureModel } from '../../server/modules/letters/signatures/model.ts'
import { checkCopies } from '../../server/modules/letters/verifying/service.ts'
import { buildStaff } from '../support/build.ts'
import { buildClass, INK, sendLetter, tick } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

async function scene() {
  const built = await buildClass(world)
  const letter = await sendLetter(world, built.office, built.school, { confirmation: 'sign' })
  const her = await world.as(built.mother, 'guardian')
  const said = { studentId: String(built.zhang._id), letterId: letter.id }
  await her(signMyLetter, { ...said, ...INK })
  await tick(world)
  const { link } = await her(readMySignedCopy, said)
  const copy = Buffer.from(await (await fetch(`${world.origin()}/api${link}`)).arrayBuffer())
  return { ...built, letter, copy, sha256: hashOf(copy), unitId: String(built.school._id) }
}

const ask = async (sha256: string) => {
  const answer = await world.send(null, 'GET', `/api${checkSignedCopy.path.replace(':sha256', sha256)}`)
  return (await answer.json()) as { isKept: boolean }
}

describe('a signed copy', () => {
  it('is the one that is kept, and one altered byte, wherever it is, is not', async () => {
    const { copy, sha256, unitId, teacher } = await scene()
    expect(await ask(sha256)).toEqual({ isKept: true })
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
    expect(Object.keys(await ask(sha256))).toEqual(['isKept'])
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
