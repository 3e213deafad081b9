import { afterAll, beforeAll, expect, it } from 'vitest'
import { showNumber } from '#contract/audit'
import { ENDPOINTS } from '#contract/catalogue'
import { openMyLetter } from '#contract/letters'
import { listStudents } from '#contract/org'
import { openLog } from '../../server/infra/log.ts'
import { sealWaiting } from '../../server/modules/audit/chain/service.ts'
import { AuditModel } from '../../server/modules/audit/model.ts'
import { GuardianshipModel } from '../../server/modules/org/families/model.ts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { buildClass, sendLetter, tick } from '../support/letters.ts'
import { sampleInput } from '../support/sample.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld({ DEMO: '1' })
const PHONE = '13812349876'
const ID_NUMBER = '36010119800101123X'
const logged: string[] = []
let restore = () => {}

/** Everything the process says goes past here, on the level a person looks for a fault with. */
beforeAll(() => {
  const log = openLog('trace', { write: (line: string) => void logged.push(line) })
  const { log: before } = world.deps()
  const methods = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
  const kept = methods.map((it) => before[it])
  methods.forEach((it) => (before[it] = log[it].bind(log) as never))
  restore = () => methods.forEach((it, at) => (before[it] = kept[at] as never))
})
afterAll(() => restore())

/** What must never be said aloud: a phone, a document number, a token, where in our code something broke. */
const SECRET = [
  [/(?<!\d)1[3-9]\d{9}(?!\d)/, 'a phone'],
  [/(?<!\d)\d{17}[\dXx](?!\d)/, 'a document number'],
  [/[0-9a-f]{24}\.[\w-]{43}/, 'a token'],
] as const
const STACK = /\n\s+at |node_modules|\.ts:\d+|Mongo|E11000/

const secretsIn = (text: string) => SECRET.flatMap(([pattern, what]) => (pattern.test(text) ? [what] : []))

it('says no phone, document number, token or stack in any answer that refuses, and none of the first three in the log (S13)', async () => {
  const { teacher, mother, office, school, klass, zhang } = await buildClass(world)
  const { fields } = world.deps()
  await GuardianshipModel.updateOne({ studentId: zhang._id }, { phone: fields.seal(PHONE) })
  await PersonModel.updateOne({ _id: mother }, { phone: fields.seal(PHONE), phoneIndex: fields.index(PHONE) })
  const tokens = {
    staff: await world.tokenOf(teacher, 'staff'),
    guardian: await world.tokenOf(mother, 'guardian'),
  }

  // A day's work, so that there is something to leak.
  const letter = await sendLetter(world, office, school)
  await tick(world)
  const staff = world.withToken(tokens.staff)
  await staff(listStudents, { unitId: String(klass._id), search: '张三' })
  const bond = await GuardianshipModel.findOne({ studentId: zhang._id, phone: { $ne: null } }).lean()
  const of = { studentId: String(zhang._id), guardianshipId: String(bond?._id) }
  await staff(showNumber, { ...of, reason: 'check', words: `核对${PHONE}和${ID_NUMBER}` })
  await world.withToken(tokens.guardian)(openMyLetter, { studentId: of.studentId, letterId: letter.id })

  // Every endpoint, with secrets where words belong, right and wrong tokens, and bodies that are none.
  const bodies: string[] = []
  for (const { endpoint, name } of ENDPOINTS.filter(
    (it) => it.name !== 'signOut' && it.name !== 'switchRole',
  )) {
    const input = Object.fromEntries(
      Object.entries(sampleInput(endpoint)).map(([key, value]) => [
        key,
        typeof value === 'string' && /[\u4e00-\u9fff]/.test(value) ? `${PHONE} ${ID_NUMBER}` : value,
      ]),
    )
    const path = `/api${endpoint.path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(String(input[key])))}`
    const hostile = { ...input, phone: PHONE, $where: ID_NUMBER, token: tokens.staff }
    for (const [token, body] of [
      [tokens.staff, input],
      [tokens.guardian, input],
      [tokens.staff, hostile],
      [`${tokens.staff.slice(0, -1)}x`, hostile],
    ] as const) {
      const response = await world.send(
        token,
        endpoint.method,
        path,
        endpoint.method === 'GET' ? undefined : body,
      )
      if (response.status >= 400) bodies.push(`${name} ${response.status} ${await response.text()}`)
      else await response.arrayBuffer()
    }
  }
  expect(bodies.length).toBeGreaterThan(200)
  expect(bodies.filter((it) => secretsIn(it).length > 0 || STACK.test(it))).toEqual([])

  // A fault that quotes what somebody typed, as a driver's message does.
  world
    .deps()
    .log.error({ err: new Error(`dup key: { phone: "${PHONE}", id: "${ID_NUMBER}" }`) }, 'unexpected failure')
  world.deps().log.warn({ person: { phone: PHONE, token: tokens.staff }, idNumber: ID_NUMBER }, 'seen')
  await sealWaiting(world.now(), world.deps().log)
  expect(logged.length).toBeGreaterThan(0)
  expect(logged.filter((it) => secretsIn(it).length > 0)).toEqual([])

  // What the audit log keeps in words is held to the same.
  const details = (await AuditModel.find({}, { detail: 1 }).lean()).map((it) => it.detail)
  expect(details.filter((it) => secretsIn(it).length > 0)).toEqual([])
}, 120_000)
