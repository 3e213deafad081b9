import { expect, it } from 'vitest'
import { ENDPOINTS, type Named } from '#contract/catalogue'
import { inputShape, sampleInput } from '../../support/sample.ts'
import { useWorld } from '../../support/world.ts'
import { type Ids, KNOW_FAMILIES, type Row, ROWS } from './rows.ts'
import { buildScene, type Persona, remember, SECRETS } from './scene.ts'

const world = useWorld({ DEMO: '1' })
const DEPTH = ['city', 'district', 'school', 'grade', 'class'] as const

/** What somebody is told: an answer, who they are not, that they may not, or that there is no such thing. */
type Verdict = 'answer' | 401 | 403 | 404 | 'answer or 404'

function expected({ endpoint: { access } }: Named, row: Row, who: Persona): Verdict {
  if (access === 'public') return 'answer or 404'
  if (who.role === 'nobody') return 401
  if (access !== 'signedIn' && access !== who.role) return 403
  if (row.guardianIs && who.role === 'guardian') return row.guardianIs
  if (row.only) return (row.only === 'mother' ? who.isMother : who.isTeacher) ? 'answer' : 404
  if (row.own) return 'answer or 404'
  if (access === 'guardian') return who.isMother ? 'answer' : 404
  if (!who.post || who.depth > DEPTH.indexOf(row.at ?? 'class')) return 404
  if (row.may?.includes(who.post)) return 'answer'
  return row.isHidden && !row.told?.includes(who.post) ? 404 : 403
}

/** Sends what an honest client would, with the ids of the family. */
async function send({ endpoint }: Named, row: Row, ids: Ids, token: string | null) {
  const place = ids[`${row.at ?? 'class'}Id`] ?? ''
  const known: Ids = { ...ids, unitId: place }
  const names = Object.keys(inputShape(endpoint).properties ?? {})
  const input: Record<string, unknown> = {
    ...sampleInput(endpoint),
    ...Object.fromEntries(
      names.flatMap((it) => (known[it] && endpoint.path.includes(`:${it}`) ? [[it, known[it]]] : [])),
    ),
    ...(names.includes('unitId') && { unitId: place }),
    ...row.say?.(known),
  }
  const path = endpoint.path.replace(/:(\w+)/g, (_, name: string) => {
    const value = String(input[name])
    delete input[name]
    return encodeURIComponent(value)
  })
  if (endpoint.method !== 'GET') return world.send(token, endpoint.method, `/api${path}`, input)
  const query = new URLSearchParams(
    Object.entries(input).map(([key, it]): [string, string] => [key, String(it)]),
  )
  return world.send(token, 'GET', `/api${path}?${query.toString()}`)
}

function isAs(verdict: Verdict, status: number) {
  if (status >= 500) return false
  if (verdict === 'answer') return ![401, 403, 404].includes(status)
  if (verdict === 'answer or 404') return status !== 403
  return status === verdict
}

/** The mother, and those posts that see the families of their unit. Everybody else learns no name, number or word of theirs. */
const knowsFamily = (who: Persona, { alsoNamed = [] }: Row) =>
  who.isMother || (who.post !== null && [...KNOW_FAMILIES, ...alsoNamed].includes(who.post))

it('has a row for every endpoint of the contract, and for nothing else', () => {
  expect(Object.keys(ROWS).sort()).toEqual(ENDPOINTS.map(({ name }) => name).sort())
})

it('lets each post, parent and stranger do just what the rows say (S1)', { timeout: 300_000 }, async () => {
  const { ids, personas } = await buildScene(world)
  const goBack = await remember()
  const wrong: string[] = []
  let tried = 0
  const look = async (named: Named, row: Row, who: Persona) => {
    const verdict = expected(named, row, who)
    const response = await send(named, row, ids, who.token)
    const text = await response.text()
    const leaks = !knowsFamily(who, row) && SECRETS.some((it) => text.includes(it))
    tried++
    if (!isAs(verdict, response.status) || leaks) {
      const found = `${response.status}${leaks ? ' with a secret' : ''} ${text.slice(0, 100)}`
      wrong.push(`${named.name} as ${who.name}: ${String(verdict)} expected, ${found}`)
    }
    return response.status < 300 && named.endpoint.method !== 'GET'
  }
  const isLast = ({ name }: Named) => ROWS[name]?.goesOn ?? 0
  for (const named of [...ENDPOINTS].sort((a, b) => isLast(a) - isLast(b))) {
    const row = ROWS[named.name] ?? {}
    const mayAct = (who: Persona) => String(expected(named, row, who)).startsWith('answer')
    // Whoever is refused changes nothing and may come with all the others; after an answer everything is put back.
    const changed = await Promise.all(
      personas.filter((it) => !mayAct(it)).map((who) => look(named, row, who)),
    )
    if (changed.includes(true)) await goBack()
    for (const who of personas.filter(mayAct)) {
      if (await look(named, row, who)) await Promise.all([goBack(), world.emptyRedis()])
    }
  }
  process.stdout.write(`access matrix: ${tried} cells tried, ${wrong.length} cells wrong\n`)
  expect(wrong).toEqual([])
})
