import { expect, it } from 'vitest'
import * as certificates from '#contract/certificates'
import * as courses from '#contract/courses'
import type { Endpoint } from '#contract/endpoint'
import { CertificateModel } from '../../server/modules/certificates/model.ts'
import { AttemptModel } from '../../server/modules/courses/exams/model.ts'
import { EnrolmentModel } from '../../server/modules/courses/programmes/model.ts'
import { WatchModel } from '../../server/modules/courses/watch/model.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent, newId } from '../support/build.ts'
import { publish } from '../support/learning.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

const endpoints = Object.entries({ ...courses, ...certificates }).flatMap(([name, it]) =>
  typeof it === 'object' && 'access' in it && 'path' in it ? [[name, it as Endpoint] as const] : [],
)

/** Input that the contract takes; every test below breaks one thing of it. */
const GOOD: Record<string, Record<string, unknown>> = {
  beatLesson: { ranges: [], position: 0 },
  answerStop: { at: 60, chosen: [1] },
  answerQuiz: { answers: [[1], [1], [1]] },
  submitExam: { answers: [[0]] },
  revokeCertificate: { reason: '由他人代考' },
  replaceCertificate: { reason: '名字写错了' },
  setCertificateDesign: { design: 'leaf' },
  previewCertificate: { design: 'leaf' },
  beginPrinting: { requestId: 'printing-1', code: 'grade7' },
}

const pathOf = ({ path }: Endpoint, with_: Record<string, string> = {}) =>
  `/api${path.replace(/:(\w+)/g, (_, name: string) => with_[name] ?? (name === 'code' ? 'grade7' : name === 'number' ? 'LZ202600000015' : newId()))}`

/** Of the rubbish below what a key may well be: a reason in any words, no design of one's own, any short name. */
const TAKEN: Record<string, (value: unknown) => boolean> = {
  reason: (value) => typeof value === 'string' && value.length < 200,
  design: (value) => value === null,
  requestId: (value) => value === '__proto__',
  code: (value) => value === '__proto__',
}

const ask = (token: string | null, it: Endpoint, body?: unknown, path = pathOf(it)) =>
  it.method === 'GET'
    ? world.send(token, it.method, withQuery(path, body as Record<string, string>))
    : world.send(token, it.method, path, body)

const withQuery = (path: string, said: Record<string, string> = {}) => {
  const query = new URLSearchParams(said).toString()
  return query ? `${path}?${query}` : path
}

async function people() {
  await publish(world)
  const { klass, school } = await buildBranch()
  const guardian = await buildGuardian(world, await buildStudent(klass))
  const staff = await buildStaff(school, 'school_admin')
  return { guardian: await world.tokenOf(guardian, 'guardian'), staff: await world.tokenOf(staff, 'staff') }
}

async function tokenFor(it: Endpoint) {
  const tokens = await people()
  return it.access === 'staff' ? tokens.staff : it.access === 'public' ? null : tokens.guardian
}

async function refuses(response: Response, statuses: number[]) {
  const json = (await response.json()) as { error?: { message: string } }
  expect(statuses).toContain(response.status)
  expect(json.error?.message).toMatch(/^[\u4e00-\u9fff“《][^{}]*$/)
}

const closed = endpoints.filter(([, it]) => it.access !== 'public')

it.each(closed)('%s asks for a sign-in', async (name, it) => {
  await refuses(await ask(null, it, GOOD[name] ?? {}), [401])
})

it.each(closed.filter(([, it]) => it.access !== 'signedIn'))(
  '%s is closed to the other role',
  async (name, it) => {
    const tokens = await people()
    await refuses(
      await ask(it.access === 'guardian' ? tokens.staff : tokens.guardian, it, GOOD[name] ?? {}),
      [403],
    )
  },
)

it.each(endpoints)('%s refuses an unknown key', async (name, it) => {
  const token = await tokenFor(it)
  await refuses(await ask(token, it, { ...GOOD[name], role: 'admin' }), [400])
})

it.each(endpoints.filter(([, it]) => /:\w+Id/.test(it.path)))(
  '%s refuses an id that is none, and finds nothing under one of nothing',
  async (name, it) => {
    const token = await tokenFor(it)
    const ids = [...it.path.matchAll(/:(\w+Id)/g)].map(([, id = '']) => id)
    const bad = pathOf(it, Object.fromEntries(ids.map((id) => [id, encodeURIComponent('{"$ne":null}')])))
    await refuses(await ask(token, it, GOOD[name] ?? {}, bad), [400])
    await refuses(await ask(token, it, GOOD[name] ?? {}), [404])
  },
)

it.each(endpoints.filter(([, it]) => it.method !== 'GET'))(
  '%s refuses objects, arrays and rubbish where values belong, and changes nothing',
  async (name, it) => {
    const token = await tokenFor(it)
    for (const key of Object.keys(GOOD[name] ?? { studentId: '' })) {
      for (const value of [
        { $ne: null },
        { $gt: '' },
        [{ $where: '1' }],
        null,
        'x'.repeat(300),
        -1,
        1e12,
        '__proto__',
      ]) {
        if (TAKEN[key]?.(value)) continue
        await refuses(await ask(token, it, { ...GOOD[name], [key]: value }), [400])
      }
    }
    await refuses(await ask(token, it, 'not an object'), [400])
    await refuses(await ask(token, it, [1, 2]), [400])
    await refuses(await ask(token, it, { ...GOOD[name], filler: 'x'.repeat(300_000) }), [413])
    expect(
      await Promise.all(
        [WatchModel, AttemptModel, EnrolmentModel, CertificateModel].map((model) => model.countDocuments()),
      ),
    ).toEqual([0, 0, 0, 0])
  },
)

it('refuses a beat with ranges that are no seconds', async () => {
  const { guardian } = await people()
  const call = world.withToken(guardian)
  const [lesson] = (await call(courses.readMyProgramme, { code: 'grade7' })).lessons
  const path = `/api/me/lessons/${lesson?.id}/beats`
  const bad = [
    [{ from: 0.5, to: 2 }],
    [{ from: '0', to: '15' }],
    [{ from: 0, to: { $inc: 1 } }],
    [{ from: 0, to: 15, at: '2030-01-01' }],
    [{ from: -5, to: 10 }],
    [{ from: 0, to: 99_999 }],
    Array.from({ length: 61 }, () => ({ from: 0, to: 1 })),
  ]
  for (const ranges of bad) {
    await refuses(await world.send(guardian, 'POST', path, { ranges, position: 0 }), [400])
  }
  expect(await WatchModel.countDocuments({})).toBe(0)
})

it("refuses another parent's child where a child is named", async () => {
  const { guardian } = await people()
  const stranger = await buildStudent((await buildBranch()).klass)
  for (const path of [
    `/api/me/programmes?studentId=${String(stranger._id)}`,
    `/api/me/programmes/grade7?studentId=${String(stranger._id)}`,
  ]) {
    await refuses(await world.send(guardian, 'GET', path), [404])
  }
})
