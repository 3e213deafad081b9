import type { StaffActor } from '../http/actor.ts'
import { shanghaiDay, shanghaiInstant } from '../infra/clock.ts'
import type { Deps } from '../infra/deps.ts'
import { ensureStaff } from '../modules/accounts/service.ts'
import { dismiss } from '../modules/letters/calendar/dismissing/service.ts'
import { addDays, objectionTo } from '../modules/letters/calendar/rules.ts'
import * as calendar from '../modules/letters/calendar/service.ts'
import { takeUp } from '../modules/letters/calendar/taking/service.ts'
import { walkCity } from '../modules/letters/calendar/walking/service.ts'
import { LetterModel } from '../modules/letters/model.ts'
import { ownLetter } from '../modules/letters/policy.ts'
import { deliverSmall } from '../modules/letters/sending/service.ts'
import * as letters from '../modules/letters/service.ts'
import { unitScope } from '../modules/org/policy.ts'
import type { UnitRecord } from '../modules/org/tree/model.ts'
import { actorOf, familiesOf, need, readLetter, staffActor } from './demo-story.ts'

const DAY_MS = 86_400_000
const BEFORE = '平台启用以前，已经发过纸质的信'

/** What the city has put into its year itself, by the days from today. */
const NODES = {
  lines: {
    title: '求助热线宣传周',
    about: '把本市的求助热线再发给每位家长。',
    in: [-4, 3],
    template: 'help-lines',
  },
  reach: { title: '家长会', about: '开会前一周发通知，附回执。', in: [-24, -20], template: 'parent-meeting' },
  open: { title: '家长开放日', about: '请家长到校听课、看食堂。', in: [9, 9], template: 'notice' },
  visit: {
    title: '家访周',
    about: '去每家坐一坐，看看孩子在家的样子。',
    in: [6, 12],
    template: 'home-visit-notice',
  },
  trip: { title: '研学旅行报名', about: '今年不统一组织，各校自定。', in: [14, 14], template: 'notice' },
} as const
const [OFFICE, TEACHER] = ['school_admin', 'class_teacher'] as const
type NodeName = keyof typeof NODES

/** Those who send letters of the calendar beside the schools that one may play. */
const OFFICES = { 东湖区滨江学校: '何琳', 西山区第一中学: '罗宁', 西山区育才学校: '宋佳' }

const OPEN_DAY = {
  title: '家长开放日，请您来学校看看',
  body: '{{称呼}}：\n\n您好！家长开放日请您到校，和{{孩子}}一起上两节课，再到食堂尝尝午饭。上午八点到校门口签到。\n\n来不了也没关系，班主任会把照片发给您。\n\n{{学校}} {{班级}} {{班主任}}\n\n{{日期}}',
  pledge: '我已看到开放日的安排。',
  confirmation: 'confirm' as const,
  blanks: [],
}

/** The year's calendar around the day on which the demo opens: sent, waiting, coming, moved, switched off, not sent. */
export async function keepDemoCalendar(
  units: Map<string, UnitRecord>,
  deps: Deps,
  say: (line: string) => void,
) {
  const now = deps.clock.now()
  const city = need(units, '')
  const keeper = await staffActor('市管理员', deps)
  const scope = await unitScope(keeper, String(city._id), 'keepTree')
  const { today, current: year } = await calendar.yearsAt(city.path, now)
  const actors = await officesOf(units, deps)
  const earlier = (await calendar.nodesAt(city.path, year)).filter((it) => it.to < today)
  for (const [name, actor] of actors) {
    const school = need(units, name)
    const sent = await LetterModel.distinct('node.code', { unitId: school._id })
    const own = await unitScope(actor, String(school._id), 'writeLetters')
    for (const { code } of earlier.filter((it) => !sent.includes(it.code)))
      await dismiss(own, { year, code, reason: BEFORE }, actor, now)
  }

  const codes = new Map<NodeName, string>()
  for (const [name, { title, about, in: days, template }] of entriesOf(NODES)) {
    const [from, to] = [addDays(today, days[0]), addDays(today, days[1])]
    const said = { from, to, draftDaysBefore: 15, remindDaysBefore: 3 }
    // Around the holidays of summer some of it would lie in the other school year.
    if (objectionTo(said, year)) continue
    const node = {
      ...said,
      title,
      about,
      inCharge: name === 'visit' ? TEACHER : OFFICE,
      templates: [template],
    }
    codes.set(name, (await calendar.add(scope, year, { ...node, requestId: `demo-${name}` })).code)
  }
  await walkCity(city, now)

  const at = (days: number) => new Date(now.getTime() + days * DAY_MS)
  const story = { units, actors, codes, year, deps }
  await sendDraft(story, 'lines', '云溪市实验中学', {
    sentAt: at(-3),
    readers: 24,
    words: { confirmation: 'read', leaveOut: '请您读完后确认。' },
  })
  await sendDraft(story, 'lines', '东湖区滨江学校', { sentAt: at(-2), readers: 16 })
  await sendDraft(story, 'lines', '西山区第一中学', { sentAt: at(-1), readers: 8 })
  await sendDraft(story, 'open', '东湖区滨江学校', { sentAt: at(-1), readers: 12, words: OPEN_DAY })
  const evening = shanghaiInstant(shanghaiDay(at(2)), '18:00')
  await sendDraft(story, 'open', '东湖区第三中学', {
    sentAt: now,
    readers: 0,
    words: OPEN_DAY,
    sendAt: evening,
  })
  await editDraft(story, 'open', '云溪市实验中学', OPEN_DAY)
  await refuse(story, 'open', '西山区育才学校', '本校上个月办过开放日')
  await writeMeeting(story, '西山区第一中学', at(-26))
  await refuse(story, 'reach', '云溪市实验中学', '本校家长会和期中反馈一起开')

  // Two days later, and no trip: what was drafted follows, or is put away.
  const moved = { draftDaysBefore: 15, remindDaysBefore: 3 }
  const [openDay, tripDay] = [addDays(today, 11), addDays(today, 14)]
  const open = codes.get('open')
  const trip = codes.get('trip')
  if (open) await calendar.change(scope, year, open, { ...moved, from: openDay, to: openDay, isOff: false })
  if (trip) await calendar.change(scope, year, trip, { ...moved, from: tripDay, to: tripDay, isOff: true })
  await walkCity(city, now)
  say('演示故事：年度日历里有已发、待发、草稿、停用和没有发的信，开放日刚改过日期')
}

const entriesOf = <K extends string, V>(it: Record<K, V>) => Object.entries(it) as [K, V][]

/** By school, who writes there. */
async function officesOf(units: Map<string, UnitRecord>, deps: Deps): Promise<Map<string, StaffActor>> {
  const now = deps.clock.now()
  const actors = new Map([
    ['云溪市实验中学', await staffActor('实验中学管理员', deps)],
    ['东湖区第三中学', await staffActor('第三中学管理员', deps)],
  ])
  for (const [school, name] of Object.entries(OFFICES)) {
    const { _id: unitId, path } = need(units, school)
    const posts = [{ post: 'school_admin' as const, unitId, path }]
    actors.set(school, actorOf(await ensureStaff({ name, posts }, now, deps), now))
  }
  return actors
}

interface Story {
  units: Map<string, UnitRecord>
  actors: Map<string, StaffActor>
  codes: Map<NodeName, string>
  year: number
  deps: Deps
}

const writerAt = ({ units, actors }: Story, school: string) => {
  const actor = actors.get(school)
  if (!actor) throw new Error(`Nobody writes at ${school}`)
  return { actor, unit: need(units, school) }
}

interface Words extends Partial<
  Pick<letters.Draft, 'title' | 'body' | 'pledge' | 'confirmation' | 'blanks'>
> {
  /** A sentence of the template that does not hold here. */
  leaveOut?: string
}

/** What the calendar has drafted for a school, taken up by its office. */
async function editDraft(story: Story, node: NodeName, school: string, words: Words = {}) {
  const { leaveOut = '', ...own } = words
  const { actor, unit } = writerAt(story, school)
  const draft = await LetterModel.findOne({
    unitId: unit._id,
    'node.code': story.codes.get(node) ?? '',
    status: 'draft',
  }).lean()
  if (!draft) return null
  const theirs = await ownLetter(actor, String(draft._id))
  await takeUp(theirs, actor)
  const { title, body, pledge, confirmation, dueOn = null } = theirs.letter
  const drafted = { title, body: body.replace(leaveOut, ''), pledge, confirmation, dueOn }
  const said = { ...drafted, ...own, audience: [String(unit._id)] }
  return { actor, unit, letter: await letters.updateLetter(theirs, said, actor) }
}

async function sendDraft(
  story: Story,
  node: NodeName,
  school: string,
  {
    sentAt,
    readers,
    words,
    sendAt = null,
  }: { sentAt: Date; readers: number; words?: Words; sendAt?: Date | null },
) {
  const edited = await editDraft(story, node, school, words)
  if (!edited) return
  await send({ ...edited, letterId: String(edited.letter._id) }, { sentAt, readers, sendAt }, story.deps)
}

async function send(
  { actor, unit, letterId }: { actor: StaffActor; unit: UnitRecord; letterId: string },
  { sentAt, readers, sendAt }: { sentAt: Date; readers: number; sendAt: Date | null },
  deps: Deps,
) {
  await deliverSmall(await letters.queueLetter(await ownLetter(actor, letterId), sendAt, sentAt))
  for (const [at, family] of (readers > 0 ? await familiesOf(unit, readers) : []).entries())
    await readLetter(family, letterId, at % 3 !== 2, deps)
}

async function refuse(story: Story, node: NodeName, school: string, reason: string) {
  const code = story.codes.get(node)
  const { actor, unit } = writerAt(story, school)
  if (!code) return
  const scope = await unitScope(actor, String(unit._id), 'writeLetters')
  await dismiss(scope, { year: story.year, code, reason }, actor, story.deps.clock.now())
}

/** One school has invited to its meeting weeks ago. */
async function writeMeeting(story: Story, school: string, sentAt: Date) {
  const code = story.codes.get('reach')
  const { actor, unit } = writerAt(story, school)
  if (!code) return
  const scope = await unitScope(actor, String(unit._id), 'writeLetters')
  const said = {
    ...{ kind: 'notice' as const, requestId: 'demo-meeting', title: '本学期家长会，请您来' },
    body: '{{称呼}}：\n\n您好！本学期家长会在本班教室开，请您来听一听{{孩子}}这段时间的情况。\n\n{{学校}} {{班级}} {{班主任}}\n\n{{日期}}',
    ...{ pledge: '我已看到家长会的安排。', confirmation: 'confirm' as const, dueOn: null },
    audience: [String(unit._id)],
    forNode: await calendar.nodeOfLetter(unit.path, { code, year: story.year }),
  }
  const letter = await letters.createLetter(scope, said, actor)
  await send({ actor, unit, letterId: String(letter._id) }, { sentAt, readers: 16, sendAt: null }, story.deps)
}
