import { randomBytes } from 'node:crypto'
import mongoose from 'mongoose'
import { expect, it } from 'vitest'
import { fieldCrypto } from '../../server/infra/field-crypto.ts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { GuardianshipModel } from '../../server/modules/org/families/model.ts'
import { sealedPathsOf } from '../../server/infra/sealed.ts'
import { resealAll } from '../../server/modules/privacy/sealing/service.ts'
import { buildBranch, buildListedGuardian, buildStudent } from '../support/build.ts'
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
  expect(await resealAll({ fields: both })).toEqual({ seen: 4, renewed: 4 })
  const bonds = await GuardianshipModel.find().sort({ _id: 1 }).lean()
  expect(bonds.map((it) => onlyNew.open(it.phone ?? ''))).toEqual(PHONES)
  expect(await resealAll({ fields: both })).toEqual({ seen: 4, renewed: 0 })
})

it('knows every place where a phone is kept', () => {
  const places = Object.values(mongoose.models).flatMap((model) =>
    sealedPathsOf(model.schema).map((path) => `${model.modelName}.${path}`),
  )
  const phones = Object.values(mongoose.models).flatMap((model) =>
    Object.keys(model.schema.paths)
      .filter((path) => /(^|\.)(phone|secret|sealed|said)$/.test(path))
      .map((path) => `${model.modelName}.${path}`),
  )
  expect(phones.filter((it) => !places.includes(it))).toEqual([])
})
