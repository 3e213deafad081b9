import type { GuardianActor, StaffActor } from '../http/actor.ts'
import { shanghaiDay } from '../infra/clock.ts'
import type { Deps } from '../infra/deps.ts'
import type { PersonRecord } from '../modules/accounts/model.ts'
import { demoPeople, findDemoPerson, postsNow } from '../modules/accounts/service.ts'
import { certify } from '../modules/courses/certifying/service.ts'
import * as exams from '../modules/courses/exams/service.ts'
import { learner } from '../modules/courses/policy.ts'
import * as programmes from '../modules/courses/programmes/service.ts'
import { nodeOfLetter, nodesAt, yearsAt } from '../modules/letters/calendar/service.ts'
import * as letters from '../modules/letters/service.ts'
import * as mine from '../modules/letters/mine/service.ts'
import { letterForChild, ownLetter } from '../modules/letters/policy.ts'
import { deliverSmall } from '../modules/letters/sending/service.ts'
import { callScope } from '../modules/meetings/policy.ts'
import * as meetings from '../modules/meetings/service.ts'
import { GuardianshipModel } from '../modules/org/families/model.ts'
import { ownChildren, unitScope } from '../modules/org/policy.ts'
import { tellReplies } from './demo-replies.ts'
import type { UnitRecord } from '../modules/org/tree/model.ts'
import { within } from '../modules/org/tree/rules.ts'

const DAY_MS = 86_400_000

/** What has happened in the demo city so far. Everything goes through the rooms' own doors, as people would. */
export async function tellDemoStory(units: Map<string, UnitRecord>, deps: Deps, say: (line: string) => void) {
  const school = need(units, '云溪市实验中学')
  const letterId = await sendTermStart(school, deps)
  const readers = await familiesOf(school, 140)
  for (const [at, actor] of readers.entries()) await readLetter(actor, letterId, at % 4 !== 3, deps)
  say(`演示故事：一封开学信，${readers.length} 个家庭打开过`)

  const ofClass = await familiesOf(need(units, '云溪市实验中学七年级2班'), 6)
  await tellReplies(ofClass, letterId, await staffActor('李老师', deps), deps)
  say('演示故事：三家在信下面写给班主任，一家有了回复')

  const passed = (await familiesOf(need(units, '云溪市实验中学七年级1班'), 9)).slice(0, 9)
  for (const actor of passed) await passExam(actor, deps)
  say(`演示故事：${passed.length} 位家长拿到绿证`)

  await openCalls(need(units, '云溪市实验中学七年级2班'), deps)
}

export function need(units: Map<string, UnitRecord>, name: string) {
  const unit = units.get(name)
  if (!unit) throw new Error(`The demo city has no ${name}`)
  return unit
}

export async function staffActor(demoAs: string, { clock }: Pick<Deps, 'clock'>): Promise<StaffActor> {
  const person = await findDemoPerson(demoAs)
  if (!person) throw new Error(`The demo city has no ${demoAs}`)
  return actorOf(person, clock.now())
}

export const actorOf = (person: PersonRecord, now: Date): StaffActor => ({
  role: 'staff',
  personId: String(person._id),
  sessionId: '',
  name: person.name,
  loginName: person.loginName ?? null,
  posts: postsNow(person, now),
})

async function sendTermStart(school: UnitRecord, deps: Deps) {
  const now = new Date(deps.clock.now().getTime() - 3 * DAY_MS)
  const actor = await staffActor('实验中学管理员', deps)
  const template = letters.letterTemplates().find((it) => it.code === 'term-start')
  if (!template) throw new Error('content/letters has no term-start')
  const scope = await unitScope(actor, String(school._id), 'writeLetters')
  const { title, body, pledge, confirmation } = template
  const draft = await letters.createLetter(
    scope,
    {
      kind: 'letter',
      requestId: 'demo-term-start',
      title,
      body,
      pledge: pledge ?? '',
      confirmation,
      dueOn: shanghaiDay(new Date(now.getTime() + 10 * DAY_MS)),
      audience: [String(school._id)],
      forNode: await startOfTerm(school, now),
    },
    actor,
  )
  const proof = await ownLetter(actor, String(draft._id))
  await deliverSmall(await letters.queueLetter(proof, null, now))
  return String(draft._id)
}

/** The node of the year's calendar that the letter is for: the start of this term. */
async function startOfTerm({ path }: UnitRecord, now: Date) {
  const { today, current: year } = await yearsAt(path, now)
  const nodes = await nodesAt(path, year)
  const begun = nodes.filter((it) => /^(autumn|spring)-start$/.test(it.code) && it.from <= today)
  const code = begun.at(-1)?.code
  return code ? nodeOfLetter(path, { code, year }, 'term-start') : undefined
}

/** Guardians who have joined below a unit; the families one may play are left for the player, with their letters unread. */
export async function familiesOf(unit: UnitRecord, most: number): Promise<GuardianActor[]> {
  const players = (await demoPeople()).flatMap((it) => it.phoneIndex ?? [])
  const bonds = await GuardianshipModel.find({
    path: within(unit.path),
    to: null,
    personId: { $type: 'objectId' },
    studentId: { $nin: await GuardianshipModel.distinct('studentId', { phoneIndex: { $in: players } }) },
  })
    .sort({ _id: 1 })
    .limit(most)
    .lean()
  return bonds.map((it) => ({
    role: 'guardian',
    personId: String(it.personId),
    sessionId: '',
    name: it.name,
    loginName: null,
  }))
}

export async function readLetter(
  actor: GuardianActor,
  letterId: string,
  alsoConfirms: boolean,
  { clock }: Deps,
) {
  for (const child of await ownChildren(actor)) {
    const proof = await letterForChild(child, letterId)
    await mine.open(proof, clock.now())
    if (alsoConfirms && proof.letter.confirmation === 'confirm') await mine.confirm(proof, clock.now())
  }
}

/** Sits the exam with the right answers: the story needs families who have the certificate already. */
async function passExam(actor: GuardianActor, deps: Deps) {
  const { clock } = deps
  const [child] = await ownChildren(actor)
  const programme = await programmes.findLatest('grade7')
  if (!child || !programme) throw new Error('The exam of the demo story has no child or no programme')
  const started = await exams.start(learner(actor), child, programme, clock.now(), {
    renews: null,
    since: null,
  })
  const answers = (await exams.askedIn(started)).map(({ question, order }) =>
    exams.shownCorrect(question, order),
  )
  await certify(await exams.submit(learner(actor), String(started._id), answers, clock.now()), deps)
}

/** The 班主任 is there on the next three weekday afternoons. */
async function openCalls(klass: UnitRecord, deps: Deps) {
  const actor = await staffActor('李老师', deps)
  const now = deps.clock.now()
  const days = [1, 2, 3, 4, 5, 6, 7]
    .map((it) => shanghaiDay(new Date(now.getTime() + it * DAY_MS)))
    .filter((day) => ![0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay()))
    .slice(0, 3)
  await meetings.open(
    await callScope(actor, String(klass._id)),
    { days, from: '16:00', until: '18:00', lengthMinutes: 15, gapMinutes: 5, way: 'phone' },
    now,
  )
}
