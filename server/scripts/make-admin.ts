import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { readEnv } from '../env.ts'
import { ensureIndexes } from '../infra/mongo.ts'
import { openDeps } from '../infra/open.ts'
import { ensureStaff, findByLoginName } from '../modules/accounts/service.ts'
import { hashPassword } from '../modules/accounts/sign-in/service.ts'
import { ensureUnit } from '../modules/org/tree/service.ts'

const USAGE = `用法：npm run make-admin -- --city 云溪市 --name 周敏 --login city
      npm run make-admin -- --city 云溪市 --district 东湖区 --name 陈立 --login donghu

建立城市（已有则沿用）和它的第一位市管理员；加上 --district 则建立区县和它的管理员。初始密码只打印这一次。`

/** The first administrator of a city or of a district: everybody after that is given a post by somebody above. */
async function main() {
  const { values } = parseArgs({
    options: {
      city: { type: 'string' },
      district: { type: 'string' },
      name: { type: 'string' },
      login: { type: 'string' },
    },
  })
  const { city: cityName, district: districtName, name, login: loginName } = values
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
    const district = districtName
      ? await ensureUnit({ kind: 'district', name: districtName, code: districtName, parent: city })
      : null
    const unit = district ?? city
    const password = randomBytes(12).toString('base64url')
    await ensureStaff(
      {
        name,
        loginName,
        passwordHash: await hashPassword(password),
        posts: [{ post: district ? 'district_admin' : 'city_admin', unitId: unit._id, path: unit.path }],
      },
      deps.clock.now(),
      deps,
    )
    console.log(
      `已建立：${unit.name}管理员 ${name}\n账号：${loginName}\n初始密码（只显示这一次，请登录后修改）：${password}`,
    )
    return 0
  } finally {
    await deps.close()
  }
}

process.exit(await main())
