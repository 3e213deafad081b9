import mongoose from 'mongoose'
import { expect, it } from 'vitest'
import { signInWithPassword, signInWithWechat } from '#contract/accounts'
import { readClassByCode } from '#contract/org'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { hashPassword } from '../../server/modules/accounts/sign-in/service.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { scans, statementsOf } from '../support/plans.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
const PASSWORD = '一个很长的密码 2026'

it('finds who signs in, and the class of a code, by an index among everybody of a city', async () => {
  const { klass, district } = await buildBranch()
  await buildGuardian(world, await buildStudent(klass))
  const passwordHash = await hashPassword(PASSWORD)
  await PersonModel.updateOne(
    { _id: await buildStaff(district, 'district_admin') },
    { loginName: 'donghu', passwordHash },
  )
  const stranger = world.withToken(null)

  const statements = await statementsOf(async () => {
    await stranger(signInWithPassword, { loginName: 'donghu', password: PASSWORD })
    const { token } = await stranger(signInWithWechat, {
      code: world.simulator().control.loginCode({ as: '张三妈妈' }),
    })
    await world.withToken(token)(readClassByCode, { code: klass.joinCode ?? '' })
  })

  expect(statements.filter((it) => it.name === 'find people').length).toBeGreaterThanOrEqual(2)
  expect(scans(statements)).toEqual([])
})

// MongoDB 6 takes an index that is partial by type for nothing but a filter that says the type (infra/partial-indexes.ts).
it('has no index that is partial by the type of a text', () => {
  const byType = Object.values(mongoose.models).flatMap((model) =>
    model.schema
      .indexes()
      .filter(([, options]) =>
        /"\$type":"string"/.test(JSON.stringify(options.partialFilterExpression ?? {})),
      )
      .filter(
        ([, options]) => !options.unique || Object.keys(options.partialFilterExpression ?? {}).length === 1,
      )
      .map(([keys]) => `${model.modelName} ${Object.keys(keys).join()}`),
  )
  expect(byType).toEqual([])
})
