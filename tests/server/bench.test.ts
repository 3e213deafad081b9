import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readMyProgramme } from '#contract/courses'
import { openSlots } from '#contract/meetings'
import { startServer } from '../bench/stage.ts'
import { buildStaff } from '../support/build.ts'
import { testMongoUrl } from '../support/engines.ts'
import { publish } from '../support/learning.ts'
import { buildClass, sendLetter } from '../support/letters.ts'
import { statementsOf } from '../support/plans.ts'
import { useWorld } from '../support/world.ts'

// A ratio means something only while both sides ask the database the same. When this fails, the product has changed what
// a tap costs: change tests/bench/bare.ts and the table in docs/decisions/0006-bench.md with it.
const world = useWorld()
let bare: Awaited<ReturnType<typeof startServer>> | undefined
beforeAll(async () => {
  bare = await startServer(['tests/bench/bare.ts'], { MONGO_URL: testMongoUrl() })
})
afterAll(() => bare?.stop())
beforeEach(() => world.goTo(new Date().toISOString()))

type Server = 'product' | 'bare'

/** The statements of one request, by name: the same two at once have no order. */
async function costs(server: Server, token: string, method: string, path: string, body?: object) {
  const origin = server === 'product' ? world.origin() : (bare?.origin ?? '')
  const statements = await statementsOf(async () => {
    const response = await fetch(`${origin}/api${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    expect([path, response.status]).toEqual([path, 200])
  })
  return statements.map((it) => it.name).sort()
}

async function scene() {
  const built = await buildClass(world)
  // One parent for each server, so that neither finds done what it is asked to do.
  const tokens = {
    product: await world.tokenOf(built.mother, 'guardian'),
    bare: await world.tokenOf(built.father, 'guardian'),
  }
  return { ...built, tokens, studentId: String(built.zhang._id) }
}

describe('the bare server asks the database what the product asks', () => {
  it.each(['opening', 'confirmation'])('for the %s of a letter', async (deed) => {
    const { tokens, studentId, office, school } = await scene()
    const path = async () =>
      `/me/children/${studentId}/letters/${(await sendLetter(world, office, school)).id}/${deed}`

    const ours = await costs('product', tokens.product, 'POST', await path(), {})
    const theirs = await costs('bare', tokens.bare, 'POST', await path(), {})

    expect(theirs).toEqual(ours)
  })

  it('for a beat', async () => {
    const { tokens } = await scene()
    await publish(world)
    const [lesson] = (await world.withToken(tokens.product)(readMyProgramme, { code: 'grade7' })).lessons
    const path = `/me/lessons/${lesson?.id}/beats`
    const opened = { ranges: [], position: 0 }
    await costs('product', tokens.product, 'POST', path, opened)
    await costs('product', tokens.bare, 'POST', path, opened)
    world.pass(15_000)
    const played = { ranges: [{ from: 0, to: 15 }], position: 15 }

    const ours = await costs('product', tokens.product, 'POST', path, played)
    const theirs = await costs('bare', tokens.bare, 'POST', path, played)

    expect(theirs).toEqual(ours)
  })

  it('for a booking', async () => {
    const { tokens, studentId, teacher, klass } = await scene()
    const inThreeDays = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10)
    const asTeacher = await world.as(teacher, 'staff')
    const { slots } = await asTeacher(openSlots, {
      unitId: String(klass._id),
      days: [inThreeDays],
      from: '16:00',
      until: '17:00',
      lengthMinutes: 15,
      gapMinutes: 5,
      way: 'phone',
    })
    const path = (at: number) => `/children/${studentId}/slots/${slots[at]?.id}/booking`

    const ours = await costs('product', tokens.product, 'POST', path(0), { topic: '睡眠' })
    const theirs = await costs('bare', tokens.bare, 'POST', path(1), { topic: '睡眠' })

    expect(theirs).toEqual(ours)
  })

  it('for a dashboard', async () => {
    const { office, school, city } = await scene()
    await publish(world)
    await sendLetter(world, office, school)
    const token = await world.tokenOf(await buildStaff(city, 'city_admin'), 'staff')
    const path = `/units/${String(city._id)}/dashboard`

    const ours = await costs('product', token, 'GET', path)
    const theirs = await costs('bare', token, 'GET', path)

    expect(theirs).toEqual(ours)
  })
})
