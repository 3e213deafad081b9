import { expect, it } from 'vitest'
import { ENDPOINTS, type Named } from '#contract/catalogue'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { inputShape, sampleInput } from '../support/sample.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld({ DEMO: '1', NODE_ENV: 'test' })

interface Answer {
  status: number
  error: { code: string; message: string } | undefined
}

/** Sends an input past the contract's client, as an attacker would. */
async function send(
  { endpoint }: Named,
  input: Record<string, unknown>,
  token: string | null,
): Promise<Answer> {
  const rest = { ...input }
  const path = endpoint.path.replace(/:(\w+)/g, (_, key: string) => {
    const value = rest[key]
    delete rest[key]
    return encodeURIComponent(typeof value === 'string' ? value : JSON.stringify(value))
  })
  const response =
    endpoint.method === 'GET'
      ? await world.send(token, 'GET', `/api${path}${queryOf(rest)}`)
      : await world.send(token, endpoint.method, `/api${path}`, rest)
  const json = (await response.json()) as { error?: Answer['error'] }
  return { status: response.status, error: json.error }
}

function queryOf(values: Record<string, unknown>) {
  const pairs = Object.entries(values).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).map(([inner, it]) => `${key}[${inner}]=${String(it)}`)
      : [`${key}=${encodeURIComponent(String(value))}`],
  )
  return pairs.length > 0 ? `?${pairs.join('&')}` : ''
}

/** Somebody of each role, in a branch of their own. */
async function people() {
  const { klass, school } = await buildBranch()
  const student = await buildStudent(klass)
  return {
    guardian: await world.tokenOf(await buildGuardian(world, student), 'guardian'),
    staff: await world.tokenOf(await buildStaff(school, 'school_admin'), 'staff'),
  }
}

type Tokens = Awaited<ReturnType<typeof people>>

const tokenFor = ({ endpoint: { access } }: Named, tokens: Tokens) =>
  access === 'public' ? null : access === 'staff' ? tokens.staff : tokens.guardian

const isChinese = (text: string | undefined) =>
  /[\u4e00-\u9fff]/.test(text ?? '') && !/[A-Za-z]{4,}/.test(text ?? '')

/** Signing out ends the session the other cases need. */
const LAST = ['signOut', 'switchRole', 'bindPhone']
const rooms = [...ENDPOINTS].sort((a, b) => LAST.indexOf(a.name) - LAST.indexOf(b.name))

const HOSTILE = [{ $ne: null }, { $gt: '' }, { $regex: '.*' }, { $where: '1' }, [{ $ne: null }], { 'a.b': 1 }]

it('asks everybody to sign in first, everywhere but at the public doors', async () => {
  const wrong = []
  for (const named of rooms.filter((it) => it.endpoint.access !== 'public')) {
    const { status, error } = await send(named, sampleInput(named.endpoint), null)
    if (status !== 401 || !isChinese(error?.message)) wrong.push([named.name, status, error])
  }
  expect(wrong).toEqual([])
})

it('keeps guardians out of what is for staff, and staff out of what is for guardians', async () => {
  const tokens = await people()
  const wrong = []
  for (const named of rooms) {
    const { access } = named.endpoint
    if (access !== 'guardian' && access !== 'staff') continue
    const { status, error } = await send(
      named,
      sampleInput(named.endpoint),
      access === 'staff' ? tokens.guardian : tokens.staff,
    )
    if (status !== 403 || !isChinese(error?.message)) wrong.push([named.name, status, error])
  }
  expect(wrong).toEqual([])
})

it('refuses an object, an operator or an array wherever a word belongs (S2)', async () => {
  const tokens = await people()
  const wrong: unknown[][] = []
  let tried = 0
  for (const named of rooms) {
    const { properties = {} } = inputShape(named.endpoint)
    for (const [key, shape] of Object.entries(properties)) {
      if (shape.type === 'array' || shape.type === 'object') continue
      const look = async (hostile: unknown) => {
        tried++
        const input = { ...sampleInput(named.endpoint), [key]: hostile }
        const { status, error } = await send(named, input, tokenFor(named, tokens))
        // A path segment is a word whatever it says: a number typed by hand may simply not exist.
        const isRefused = status === 400 || (status === 404 && named.endpoint.path.includes(`:${key}`))
        if (!isRefused || !isChinese(error?.message)) wrong.push([named.name, key, hostile, status, error])
      }
      await Promise.all(HOSTILE.map(look))
    }
  }
  expect(wrong).toEqual([])
  expect(tried).toBeGreaterThan(200)
}, 180_000)

const STRANGE = ['role', 'org', 'readAt', 'k', '__proto__x', 'posts', 'sessions']

it('refuses keys it does not know, also those that would change a role or a counter (S3)', async () => {
  const tokens = await people()
  const wrong: unknown[][] = []
  // The body of a DELETE is not read at all.
  for (const named of rooms.filter((it) => it.endpoint.method !== 'DELETE')) {
    const known = inputShape(named.endpoint).properties ?? {}
    const look = async (key: string) => {
      const input = { ...sampleInput(named.endpoint), [key]: 'admin' }
      const { status, error } = await send(named, input, tokenFor(named, tokens))
      if (status !== 400) wrong.push([named.name, key, status, error])
    }
    await Promise.all(STRANGE.filter((it) => !(it in known)).map(look))
  }
  expect(wrong).toEqual([])
}, 180_000)

it('answers ids of nothing with a sentence and never with a failure', async () => {
  const tokens = await people()
  const wrong = []
  for (const named of rooms.filter((it) => !LAST.includes(it.name))) {
    const { status, error } = await send(named, sampleInput(named.endpoint), tokenFor(named, tokens))
    if (status >= 500 || (status >= 400 && !isChinese(error?.message)))
      wrong.push([named.name, status, error])
    // Whoever asks makes up the number of a request: that nothing came of it is an answer.
    const namesSomething = /:(?!requestId\b)\w+Id/.test(named.endpoint.path)
    if (namesSomething && status < 400) wrong.push([named.name, status, 'found something'])
  }
  expect(wrong).toEqual([])
}, 180_000)

it('refuses a body that is no JSON, is a list, or is too large, in one sentence each', async () => {
  const tokens = await people()
  const wrong = []
  for (const named of rooms.filter((it) => it.endpoint.method === 'POST')) {
    const path = `/api${named.endpoint.path.replace(/:\w+/g, '64b0c0ffee64b0c0ffee64b0')}`
    for (const [body, expected] of [
      ['{"a":', [400]],
      ['[1,2]', [400]],
      ['"text"', [400]],
      [JSON.stringify({ a: 'x'.repeat(300_000) }), [413]],
    ] as const) {
      const token = tokenFor(named, tokens)
      const response = await fetch(`${world.origin()}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
        body,
      })
      const { error } = (await response.json()) as { error?: Answer['error'] }
      if (!(expected as readonly number[]).includes(response.status) || !isChinese(error?.message)) {
        wrong.push([named.name, body.slice(0, 10), response.status, error])
      }
    }
  }
  expect(wrong).toEqual([])
}, 180_000)
