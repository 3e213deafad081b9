import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { readEnv } from '../env.ts'
import { ensureIndexes } from '../infra/mongo.ts'
import { openDeps } from '../infra/open.ts'
import { openLink } from '../modules/accounts/resets/service.ts'
import { ensureStaff, findByLoginName, widestUnit } from '../modules/accounts/service.ts'
import { hashPassword } from '../modules/accounts/sign-in/service.ts'
import { record } from '../modules/audit/service.ts'
import { ensureUnit } from '../modules/org/tree/service.ts'

const USAGE = `用法：npm run make-admin -- --city 云溪市 --name 周敏 --login city
      npm run make-admin -- --city 云溪市 --district 东湖区 --name 陈立 --login donghu
      npm run make-admin -- --reset zhoumin

建立城市（已有则沿用）和它的第一位市管理员；加上 --district 则建立区县和它的管理员。初始密码只打印这一次。
--reset 为忘了密码的账号打印一次性链接：市管理员没有上级，只有服务器能帮忙。`

/** The first administrator of a city or of a district: everybody after that is given a post by somebody above. */
async function main() {
  const { values } = parseArgs({
    options: {
      city: { type: 'string' },
      district: { type: 'string' },
      name: { type: 'string' },
      login: { type: 'string' },
      reset: { type: 'string' },
    },
  })
  if (values.reset) return reset(values.reset)
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
        hasFirstPassword: true,
        posts: [{ post: district ? 'district_admin' : 'city_admin', unitId: unit._id, path: unit.path }],
      },
      deps.clock.now(),
      deps,
    )
    console.log(
      `已建立：${unit.name}管理员 ${name}\n账号：${loginName}\n初始密码（只显示这一次，第一次登录时改成自己的密码）：${password}`,
    )
    return 0
  } finally {
    await deps.close()
  }
}

/** A link at which somebody with nobody above sets a new password; every device is signed out. */
async function reset(loginName: string) {
  const deps = await openDeps(readEnv(process.env))
  try {
    const person = await findByLoginName(loginName)
    if (!person) {
      console.error(`没有账号 ${loginName}。`)
      return 1
    }
    const now = deps.clock.now()
    const { link } = await openLink(person, deps)
    const done = { personId: String(person._id), unit: widestUnit(person, now), detail: '在服务器上办理' }
    await record('password.reset', done, now)
    console.log(`请本人打开下面的链接，设置新密码。24小时内有效，只能用一次：\n${link}`)
    return 0
  } finally {
    await deps.close()
  }
}

process.exit(await main())
