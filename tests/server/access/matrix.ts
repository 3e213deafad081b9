import { expect } from 'vitest'
import { ENDPOINTS, type Named } from '#contract/catalogue'
import { inputShape, sampleInput } from '../../support/sample.ts'
import type { World } from '../../support/world.ts'
import { remember } from './remember.ts'
import { type Ids, KNOW_FAMILIES, type Row, ROWS } from './rows.ts'
import { buildScene, type Persona, SECRETS } from './scene.ts'

/** Parts of the table that are tried side by side, each in a file of its own: `matrix-1.test.ts` and so on. */
export const PARTS = 3

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
async function send(world: World, { endpoint }: Named, row: Row, ids: Ids, token: string | null) {
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

/** Every caller at every endpoint of one part, on a scene of its own. */
export async function tryPart(world: World, part: number) {
  const { ids, personas } = await buildScene(world)
  const goBack = await remember()
  const wrong: string[] = []
  let tried = 0
  const look = async (named: Named, row: Row, who: Persona) => {
    const verdict = expected(named, row, who)
    const response = await send(world, named, row, ids, who.token)
    const text = await response.text()
    const leaks = !knowsFamily(who, row) && SECRETS.some((it) => text.includes(it))
    tried++
    if (!isAs(verdict, response.status) || leaks) {
      const found = `${response.status}${leaks ? ' with a secret' : ''} ${text.slice(0, 100)}`
      wrong.push(`${named.name} as ${who.name}: ${String(verdict)} expected, ${found}`)
    }
  }
  const backToTheStart = () => Promise.all([goBack(), world.emptyRedis()])
  for (const named of endpointsOf(part)) {
    const row = ROWS[named.name] ?? {}
    const mayChange = (who: Persona) =>
      named.endpoint.method !== 'GET' && String(expected(named, row, who)).startsWith('answer')
    // Whoever reads or is refused changes nothing for the others and may come with all of them.
    await Promise.all(personas.filter((it) => !mayChange(it)).map((who) => look(named, row, who)))
    // Names that were read count as well: whoever has read many is asked for a reason.
    await backToTheStart()
    for (const who of personas.filter(mayChange)) {
      await look(named, row, who)
      await backToTheStart()
    }
  }
  process.stdout.write(
    `access matrix, part ${part} of ${PARTS}: ${tried} cells tried, ${wrong.length} cells wrong\n`,
  )
  expect(wrong).toEqual([])
}

function endpointsOf(part: number) {
  const isLast = ({ name }: Named) => ROWS[name]?.goesOn ?? 0
  return ENDPOINTS.filter((_, at) => at % PARTS === part - 1).sort((a, b) => isLast(a) - isLast(b))
}
