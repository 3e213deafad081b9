import type { Todo } from '#contract/home'
import type { GuardianActor, StaffActor } from '../../../http/actor.ts'
import { instantInWords, shanghaiDay, shanghaiInstant } from '../../../infra/clock.ts'
import type { Deps } from '../../../infra/deps.ts'
import * as courses from '../../courses/service.ts'
import * as letters from '../../letters/mine/service.ts'
import { threadPage } from '../../letters/threads/messages/rules.ts'
import { newAnswersFor } from '../../letters/threads/reading/service.ts'
import * as sheets from '../../letters/sheets/service.ts'
import * as meetings from '../../meetings/service.ts'
import { ASKED } from '../../letters/rules.ts'
import { ownSlots } from '../../meetings/policy.ts'
import * as families from '../../org/families/service.ts'
import * as joins from '../../org/joins/service.ts'
import { type OwnChild, ownChildren, unitScope, type UnitScope } from '../../org/policy.ts'
import * as tree from '../../org/tree/service.ts'
import * as accounts from '../../accounts/service.ts'
import * as lives from '../../courses/live/service.ts'
import { seatsOf } from '../../courses/live/mine/service.ts'
import * as surveys from '../../surveys/mine/service.ts'
import { type Errand, inOrderOfUrgency } from './rules.ts'

const DAY_MS = 86_400_000
const MOST_LETTERS = 5

/** What a family should do now, and how far each child's certificate is. */
export async function homeOf(actor: GuardianActor, { clock }: Pick<Deps, 'clock'>) {
  const now = clock.now()
  const children = await ownChildren(actor)
  const [waiting, letterTodos, courseTodos, callTodos, surveyTodos, liveTodos, replyTodos, progress] =
    await Promise.all([
      matchTodos(actor.personId),
      letterTodosOf(children, now),
      courses.openTasksOf(children, actor.personId, now),
      callTodosOf(actor.personId, now),
      surveyTodosOf(children, now),
      liveTodosOf(children, actor.personId, now),
      replyTodosOf(children, actor.personId),
      courses.progressOf(children, actor.personId, now),
    ])
  return {
    todos: inOrderOfUrgency([
      ...waiting,
      ...letterTodos,
      ...courseTodos,
      ...callTodos,
      ...surveyTodos,
      ...liveTodos,
      ...replyTodos,
    ]),
    children: progress,
  }
}

async function matchTodos(personId: string): Promise<Todo[]> {
  const person = await accounts.findPerson(personId)
  const matches = person?.phoneIndex ? await families.matchesOf(person.phoneIndex, personId) : []
  if (matches.length === 0) return []
  return [
    {
      key: 'match',
      kind: 'match',
      title: '确认您的孩子',
      note: `花名册里有${matches.length}个孩子留了您的手机号`,
      dueOn: null,
      startsAt: null,
      isUrgent: true,
      studentId: null,
      page: '/packages/account/match/match',
    },
  ]
}

const ORDERS = { read: '请阅读', confirm: '请确认', sign: '请签字' } as const

async function letterTodosOf(children: OwnChild[], now: Date): Promise<Errand[]> {
  const tasks = await letters.openTasksOf(children, now)
  return tasks.map((task) => ({
    key: `letter:${task.letterId}:${task.studentId}`,
    kind: 'letter',
    title: `${task.isUrgent ? '紧急，' : ''}${ORDERS[task.confirmation]}：${task.title}`,
    note: task.isToReadAgain ? `${task.from} · 更正过，请再看一遍` : task.from,
    dueOn: task.dueOn,
    startsAt: null,
    isFirst: task.isUrgent,
    isUrgent: task.isUrgent || task.isOverdue || task.dueOn === shanghaiDay(now),
    studentId: task.studentId,
    page: task.page,
  }))
}

/** Calls of the next seven days. */
async function callTodosOf(personId: string, now: Date): Promise<Todo[]> {
  const calls = await meetings.callsOf(personId)
  return calls
    .filter(({ slot, booking }) => !booking.cancelledAt && slot.endAt > now)
    .filter(({ slot }) => slot.startAt.getTime() - now.getTime() < 7 * DAY_MS)
    .map(({ slot, booking }) => ({
      key: `call:${String(booking._id)}`,
      kind: 'call',
      title: `${slot.way === 'visit' ? '到校面谈' : '与老师通话'}：${instantInWords(slot.startAt)}`,
      note: `想聊：${booking.topic}`,
      dueOn: shanghaiDay(slot.startAt),
      startsAt: slot.startAt.toISOString(),
      isUrgent: slot.startAt.getTime() - now.getTime() < DAY_MS,
      studentId: String(booking.studentId),
      page: '/pages/calls/calls',
    }))
}

/** Live classes that are on, and those of the next two days that somebody has registered for. */
async function liveTodosOf(children: OwnChild[], personId: string, now: Date): Promise<Todo[]> {
  const found = await Promise.all(
    children.map(async (child) => ({ child, classes: (await lives.classesFor(child, now)).coming })),
  )
  const seats = await seatsOf(
    personId,
    found.flatMap(({ classes }) => classes.map((it) => it._id)),
  )
  const seen = new Set<string>()
  return found.flatMap(({ child, classes }) =>
    classes.flatMap((live): Todo[] => {
      const id = String(live._id)
      const isOn = live.status === 'live'
      const isNear = live.startAt.getTime() - now.getTime() < 2 * DAY_MS
      if (seen.has(id) || !(isOn || (seats.get(id)?.registeredAt && isNear))) return []
      seen.add(id)
      return [
        {
          key: `live:${id}`,
          kind: 'live',
          title: `${isOn ? '正在上课' : '云课堂'}：${live.title}`,
          note: isOn ? '点开就能进课堂' : `${instantInWords(live.startAt)}，${live.minutes}分钟`,
          dueOn: shanghaiDay(live.startAt),
          startsAt: live.startAt.toISOString(),
          isUrgent: isOn,
          studentId: child.studentId,
          page: `/packages/school/live/live?id=${id}&student=${child.studentId}`,
        },
      ]
    }),
  )
}

/** Answers of a school that nobody has opened on this guardian's phone. */
async function replyTodosOf(children: OwnChild[], personId: string): Promise<Todo[]> {
  const threads = await newAnswersFor(children, personId)
  return threads.map((it) => ({
    key: `reply:${String(it._id)}`,
    kind: 'reply',
    title: `看老师的回复：${it.letterTitle}`,
    note: `${it.childName} · ${instantInWords(it.lastAt)}`,
    dueOn: null,
    startsAt: null,
    isUrgent: false,
    studentId: String(it.studentId),
    page: `/${threadPage(it)}`,
  }))
}

async function surveyTodosOf(children: OwnChild[], now: Date): Promise<Todo[]> {
  const found = await Promise.all(
    children.map(async (child) => ({ child, asked: await surveys.surveysOf(child) })),
  )
  return found.flatMap(({ child, asked }) =>
    asked
      .filter((it) => !it.hasAnswered)
      .map(({ survey }) => ({
        key: `survey:${String(survey._id)}:${child.studentId}`,
        kind: 'survey',
        title: `请您答一个小调查：${survey.title}`,
        note: `${survey.items.length}道题，两分钟，不记名`,
        dueOn: survey.closesOn,
        startsAt: null,
        isUrgent: survey.closesOn === shanghaiDay(now),
        studentId: child.studentId,
        page: `/packages/course/survey/survey?id=${String(survey._id)}&student=${child.studentId}`,
      })),
  )
}

/** A teacher's day: the classes, who has read, who comes today. */
export async function dayOf(actor: StaffActor, { clock }: Pick<Deps, 'clock'>) {
  const now = clock.now()
  const own = actor.posts.filter((it) => it.post === 'class_teacher').map((it) => it.unitId)
  const scopes = await Promise.all(own.map((it) => unitScope(actor, it, 'seeFigures')))
  const [classes, letters, slots] = await Promise.all([
    Promise.all(scopes.map((scope) => classToday(scope.unitId, scope.path))),
    lettersToday(scopes),
    meetings.slotsOf(ownSlots(actor), shanghaiDay(now)),
  ])
  const tomorrow = shanghaiInstant(shanghaiDay(new Date(now.getTime() + DAY_MS)))
  return {
    classes,
    letters,
    visits: slots
      .filter((it) => it.startAt < tomorrow)
      .flatMap(({ startAt, endAt, booking }) =>
        booking
          ? [
              {
                bookingId: String(booking._id),
                startsAt: startAt.toISOString(),
                endsAt: endAt.toISOString(),
                studentName: booking.studentName,
                guardianName: `${booking.studentName}${booking.relation}`,
                topic: booking.topic,
              },
            ]
          : [],
      ),
  }
}

async function lettersToday(scopes: UnitScope<'seeFigures'>[]) {
  const found = await Promise.all(scopes.map((scope) => sheets.latestLettersTo(scope, MOST_LETTERS)))
  return found
    .flat()
    .sort((a, b) => b.letter.sentAt.getTime() - a.letter.sentAt.getTime())
    .slice(0, MOST_LETTERS)
    .map(({ letter, tally }) => ({
      letterId: String(letter._id),
      title: letter.title,
      sentAt: letter.sentAt.toISOString(),
      expected: tally.expected,
      read: tally.read,
      answered: letter.confirmation === 'read' ? null : tally[ASKED[letter.confirmation]],
    }))
}

async function classToday(classId: string, path: string) {
  const [roll, units, joinsWaiting] = await Promise.all([
    families.classRoll(classId),
    tree.unitsOnPath(path),
    joins.countWaitingIn(path),
  ])
  const nameOf = (kind: string) => units.find((it) => it.kind === kind)?.name ?? ''
  return {
    classId,
    className: nameOf('grade') + nameOf('class'),
    schoolName: nameOf('school'),
    students: roll.length,
    joined: roll.filter((it) => it.activatedAt).length,
    joinsWaiting,
  }
}
