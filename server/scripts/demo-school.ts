import type { StaffActor } from '../http/actor.ts'
import { shanghaiDay } from '../infra/clock.ts'
import type { Deps } from '../infra/deps.ts'
import { findDemoPerson, postsNow } from '../modules/accounts/service.ts'
import * as lives from '../modules/courses/live/service.ts'
import * as activities from '../modules/courses/schools/activities/service.ts'
import * as charters from '../modules/courses/schools/charters/service.ts'
import * as lecturers from '../modules/courses/schools/lecturers/service.ts'
import { parentSchool } from '../modules/courses/schools/policy.ts'
import { theTemplates } from '../modules/courses/schools/service.ts'
import type { UnitRecord } from '../modules/org/tree/model.ts'
import { open } from '../modules/surveys/opening/service.ts'
import { ownSurvey, surveyUnit } from '../modules/surveys/policy.ts'
import * as surveys from '../modules/surveys/service.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** The parent school of 实验中学 when the demo opens: charter, team, tonight's activity, two live classes, a survey that runs. */
export async function openDemoSchool(school: UnitRecord, deps: Deps, say: (line: string) => void) {
  const now = deps.clock.now()
  const actor = await officeActor(deps)
  const scope = await parentSchool(actor, String(school._id), 'runParentSchool')
  const text = theTemplates().charter.replaceAll('〔学校名称〕', school.name).replaceAll('〔人数〕', '三')
  await charters.save(scope, { version: 0, text, adoptedOn: shanghaiDay(now) }, actor.name, now)

  const [first, second] = await Promise.all(
    TEAM.map((it, at) => lecturers.add(scope, `demo-lecturer-${at}`, { ...it, photoId: null })),
  )
  const outline = theTemplates().outlines.find((it) => it.code === 'phone-evening')
  await activities.add(scope, 'demo-activity', {
    title: outline?.title ?? '',
    theme: 'guidance',
    outline: outline?.text ?? '',
    onDay: shanghaiDay(now),
    from: '19:00',
    hours: 1.5,
    isOnline: false,
    place: '教学楼报告厅',
    lecturerIds: [String(first?._id)],
  })
  const soon = new Date(now.getTime() + 20 * MINUTE_MS)
  const later = new Date(now.getTime() + 3 * DAY_MS)
  await plan('手机放下来，话匣子打开', '一起练三句话，回家就能用。', soon, first)
  await plan('读懂孩子的求助信号', '哪些话要当真，怎么问，找谁帮忙。', later, second)

  const survey = await surveys.create(
    await surveyUnit(actor, String(school._id)),
    {
      requestId: 'demo-survey',
      title: '家长必备知识小调查',
      itemCount: 6,
      closesOn: shanghaiDay(new Date(now.getTime() + 7 * DAY_MS)),
      grades: [7],
      // So sure and so exact that of two classes every family that has joined is asked: a newcomer finds the survey on the phone.
      confidence: 99,
      margin: 3,
      wave: 'single',
    },
    now,
  )
  await open(await ownSurvey(actor, String(survey._id)), now)
  say('演示故事：家长学校有章程和讲师，两堂云课堂可以报名，一次知晓率调查正在进行')

  async function plan(title: string, summary: string, startAt: Date, by: typeof first) {
    const words = { title, summary, theme: 'guidance' as const, startAt: startAt.toISOString(), minutes: 60 }
    const more = { grades: [], lecturerIds: [String(by?._id)] }
    await lives.create(scope, `demo-live-${startAt.getTime()}`, { ...words, ...more }, now)
  }
}

const TEAM = [
  {
    name: '林晓',
    kind: 'teacher' as const,
    bio: '十二年班主任，两个孩子的妈妈。',
    teaches: '亲子沟通、手机管理',
    way: '先演一段，再分组练',
  },
  {
    name: '高原',
    kind: 'expert' as const,
    bio: '市教育科学研究院家庭教育研究员。',
    teaches: '情绪与求助信号',
    way: '讲真实的例子，当场练怎么问',
  },
]

async function officeActor({ clock }: Deps): Promise<StaffActor> {
  const person = await findDemoPerson('实验中学管理员')
  if (!person) throw new Error('The demo city has no 实验中学管理员')
  return {
    role: 'staff',
    personId: String(person._id),
    sessionId: '',
    name: person.name,
    loginName: person.loginName ?? null,
    posts: postsNow(person, clock.now()),
  }
}
