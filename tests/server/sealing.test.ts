import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mongoose from 'mongoose'
import { expect, it } from 'vitest'
import { fieldCrypto } from '../../server/infra/field-crypto.ts'
import { diskFiles, hash } from '../../server/infra/files.ts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { GuardianshipModel } from '../../server/modules/org/families/model.ts'
import { ChangeModel } from '../../server/modules/org/roster/model.ts'
import { sealedPathsOf } from '../../server/infra/sealed.ts'
import { resealAll } from '../../server/modules/privacy/sealing/service.ts'
import { buildBranch, buildListedGuardian, buildStudent, newId } from '../support/build.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const PHONES = ['13800000001', '13800000002', '13800000003']

/** Three families under the key of today, and the keys of tomorrow: a new one first, the old one behind it. */
async function scene() {
  const { klass } = await buildBranch()
  for (const phone of PHONES) await buildListedGuardian(world, await buildStudent(klass), phone)
  await PersonModel.create({ phone: world.deps().fields.seal('13800000009'), phoneIndex: 'x' })
  await PersonModel.create({ name: '没有手机号' })
  const { FIELD_KEYS, INDEX_KEY } = world.deps().env
  const key = { id: 'k2', key: randomBytes(32) }
  return { both: fieldCrypto([key, ...FIELD_KEYS], INDEX_KEY), onlyNew: fieldCrypto([key], INDEX_KEY) }
}

it('seals every phone anew, so that the old key can be thrown away', async () => {
  const { both, onlyNew } = await scene()
  const files = diskFiles(mkdtempSync(join(tmpdir(), 'jiaxiao-files-')), both)
  expect(await resealAll({ fields: both, files })).toEqual({ seen: 4, renewed: 4 })
  const bonds = await GuardianshipModel.find().sort({ _id: 1 }).lean()
  expect(bonds.map((it) => onlyNew.open(it.phone ?? ''))).toEqual(PHONES)
  expect(await resealAll({ fields: both, files })).toEqual({ seen: 4, renewed: 0 })
})

it('reaches what stands in the notes of an import, wherever it stands, and changes nothing else of them', async () => {
  const { both, onlyNew } = await scene()
  const { fields } = world.deps()
  const notes = (seal: (text: string) => string) => [
    {
      kind: 'made',
      student: 'K12.张三',
      fields: { name: '张三', sealedNumber: seal('330106201301011234') },
      bonds: [{ kind: 'made', bond: { phone: seal('13700000001'), phoneIndex: 'an.index' } }],
    },
    {
      kind: 'changed',
      before: null,
      bonds: [{ before: { phone: null }, after: { phone: seal('13700000002') } }],
    },
  ]
  const { _id } = await ChangeModel.create({
    importId: newId(),
    seq: 1,
    changes: notes((text) => fields.seal(text)),
    at: new Date(),
  })
  const files = diskFiles(mkdtempSync(join(tmpdir(), 'jiaxiao-files-')), both)
  expect(await resealAll({ fields: both, files })).toEqual({ seen: 7, renewed: 7 })
  const kept = await ChangeModel.findById(_id).lean<{ changes: object }>()
  const opened = JSON.parse(JSON.stringify(kept?.changes), (_, it: unknown) =>
    typeof it === 'string' && it.startsWith('k2.') ? onlyNew.open(it) : it,
  ) as unknown
  expect(opened).toEqual(notes((text) => text))
  expect(await resealAll({ fields: both, files })).toEqual({ seen: 7, renewed: 0 })
})

it('knows every place where a phone is kept', () => {
  const places = Object.values(mongoose.models).flatMap((model) =>
    sealedPathsOf(model.schema).map((path) => `${model.modelName}.${path}`),
  )
  const phones = Object.values(mongoose.models).flatMap((model) =>
    Object.keys(model.schema.paths)
      .filter((path) => /(^|\.)(phone|secret|sealed|said)$/.test(path))
      .map((path) => `${model.modelName}.${path}`)
      // What a meeting's codes come from: nobody's data, and worthless an hour later.
      .filter((it) => it !== 'Gathering.secret'),
  )
  expect(phones.filter((it) => !places.includes(it))).toEqual([])
})

it('seals every file anew, also one from before files were sealed, under the name it has', async () => {
  const { both, onlyNew } = await scene()
  const root = mkdtempSync(join(tmpdir(), 'jiaxiao-files-'))
  const before = diskFiles(root, world.deps().fields)
  const [old, open] = [Buffer.from('签收单'), Buffer.from('%PDF-1.7 open')]
  const names = [await before.put(old), await before.put(open)] as const
  const path = (name: string) => join(root, name.slice(0, 2), name)
  expect(readFileSync(path(names[0])).includes(old)).toBe(false)
  writeFileSync(path(names[1]), open)
  expect((await before.get(names[1])).equals(open)).toBe(true)

  const files = diskFiles(root, both)
  expect(await files.reseal()).toEqual({ seen: 2, renewed: 2 })
  expect(await files.reseal()).toEqual({ seen: 2, renewed: 0 })
  const after = diskFiles(root, onlyNew)
  expect((await after.get(hash(old))).equals(old)).toBe(true)
  expect((await after.get(hash(open))).equals(open)).toBe(true)
  expect(readdirSync(join(root, names[0].slice(0, 2)))).toContain(names[0])

  writeFileSync(path(names[0]), Buffer.concat([readFileSync(path(names[0])), Buffer.from('x')]))
  await expect(after.get(names[0])).rejects.toThrow()
})
