import type { Logger } from 'pino'
import { shanghaiDay } from '../../../infra/clock.ts'
import { nearestHolders } from '../../accounts/holders/service.ts'
import { enqueue } from '../../notify/service.ts'
import type { UnitScope } from '../../org/policy.ts'
import { findUnit, unitsWithin } from '../../org/tree/service.ts'
import { isCheckDue } from '../rules.ts'

type City = NonNullable<Awaited<ReturnType<typeof findUnit>>>

const isLate = (city: Pick<City, 'helpLinesCheckedOn'>, today: string) =>
  isCheckDue(city.helpLinesCheckedOn ?? null, today)

/** Whether the help lines of a city wait for whoever looks at it to ring them up (B8). */
export async function countLate(scope: UnitScope, now: Date): Promise<number> {
  if (scope.kind !== 'city') return 0
  const city = await findUnit(scope.unitId)
  return city && isLate(city, shanghaiDay(now)) ? 1 : 0
}

/** Asks the administrators of each city whose lines nobody has rung up for a year; once a month, until somebody has. */
export async function remindOfCheck(now: Date, log: Logger) {
  const today = shanghaiDay(now)
  for (const city of await unitsWithin('/', 'city')) {
    if (!isLate(city, today)) continue
    await ask(city, today, now).catch((error: unknown) =>
      log.error({ err: error, cityId: String(city._id) }, 'check of help lines not asked for'),
    )
  }
}

async function ask(city: City, today: string, now: Date) {
  const people = await nearestHolders(city.path, ['city_admin'], { now })
  const values = {
    title: '求助热线该核对了',
    who: '一年一次',
    unit: city.fullName,
    note: '请逐个打过电话，改好接听时间，再在控制台“单位”里记下核对的日子。',
  }
  await enqueue(
    people.map((personId) => ({
      kind: 'staffMatter' as const,
      subject: `help-lines-${String(city._id)}`,
      step: today.slice(0, 7),
      personId,
      values,
      page: '/pages/home/home',
      path: city.path,
    })),
    now,
  )
}
