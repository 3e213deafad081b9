import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { readEnv } from '../env.ts'
import { ensureIndexes } from '../infra/mongo.ts'
import { openDeps } from '../infra/open.ts'
import { ensureStaff, findByLoginName } from '../modules/accounts/service.ts'
import { hashPassword } from '../modules/accounts/sign-in/service.ts'
import { ensureUnit } from '../modules/org/tree/service.ts'

const USAGE = `用法：npm run make-admin -- --city 云溪市 --name 周敏 --login city

建立城市（已有则沿用）和它的第一位市管理员，并打印一次性显示的初始密码。`

/** The first administrator of a city: everybody after that is given a post by somebody above. */
async function main() {
  const { values } = parseArgs({
    options: { city: { type: 'string' }, name: { type: 'string' }, login: { type: 'string' } },
  })
  const { city: cityName, name, login: loginName } = values
  if (!cityName || !name || !loginName || !/^[\w.-]{2,40}$/.test(loginName)) {
    console.error(USAGE)
    return 1
  }
  const deps = await openDeps(readEnv(process.env))
  try {
    await ensureIndexes()
    if (await findByLoginName(loginName)) {
      console.error(`账号 ${loginName} 已经有人用了，请换一个。`)
      return 1
    }
    const city = await ensureUnit({ kind: 'city', name: cityName, code: cityName, parent: null })
    const password = randomBytes(12).toString('base64url')
    await ensureStaff(
      {
        name,
        loginName,
        passwordHash: await hashPassword(password),
        posts: [{ post: 'city_admin', unitId: city._id, path: city.path }],
      },
      deps.clock.now(),
      deps,
    )
    console.log(
      `已建立：${cityName}管理员 ${name}\n账号：${loginName}\n初始密码（只显示这一次，请登录后修改）：${password}`,
    )
    return 0
  } finally {
    await deps.close()
  }
}

process.exit(await main())
