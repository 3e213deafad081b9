import type { StaffActor } from '../../server/http/actor.ts'
import type { Deps } from '../../server/infra/deps.ts'
import { ensureIndexes } from '../../server/infra/mongo.ts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { openSession } from '../../server/modules/accounts/service.ts'
import { CertificateModel } from '../../server/modules/certificates/model.ts'
import {
  EnrolmentModel,
  ProgrammeModel,
  type ProgrammeRecord,
} from '../../server/modules/courses/programmes/model.ts'
import { WatchModel } from '../../server/modules/courses/watch/model.ts'
import { ownLetter } from '../../server/modules/letters/policy.ts'
import { deliver } from '../../server/modules/letters/sending/service.ts'
import * as letters from '../../server/modules/letters/service.ts'
import { SlotModel } from '../../server/modules/meetings/model.ts'
import { GuardianshipModel, StudentModel } from '../../server/modules/org/families/model.ts'
import { unitScope } from '../../server/modules/org/policy.ts'
import { UnitModel, type UnitRecord } from '../../server/modules/org/tree/model.ts'
import { gradeName, mintJoinCode } from '../../server/modules/org/tree/rules.ts'
import { publishContent } from '../../server/scripts/publish.ts'
import { newUnit } from '../support/town.ts'
import { type Family, rowsOfClass, STUDENTS } from './families.ts'

/** 5 × 10 × 5 × 10 classes of 40 students are a city of 100,000. */
const DISTRICTS = 5
const SCHOOLS = 10
const GRADES = [5, 6, 7, 8, 9]
const CLASSES = 10

export interface City {
  cityId: string
  adminToken: string
  families: Family[]
  lessonId: string
  /** Sent to the whole city; nobody has opened one yet. */
  letterIds: string[]
}

/** Fills an empty database: what the rooms make in numbers is written past the models, the rest by the rooms. */
export async function buildCity(deps: Deps, letterCount: number, say: (line: string) => void): Promise<City> {
  await publishContent(deps, () => undefined)
  const programme = await ProgrammeModel.findOne().lean<ProgrammeRecord>()
  if (!programme) throw new Error('The repository carries no programme')

  const city = newUnit('city', '云溪市', '360100', null)
  const families: Family[] = []
  await UnitModel.collection.insertOne(city)
  for (let at = 1; at <= DISTRICTS; at++) {
    const district = newUnit('district', `第${at}区`, `36010${at}`, city)
    await UnitModel.collection.insertOne(district)
    for (let number = 1; number <= SCHOOLS; number++) {
      const school = newUnit(
        'school',
        `${district.name}第${number}学校`,
        `${district.code}${number}`,
        district,
      )
      families.push(...(await fillSchool(school, programme, deps)))
    }
    say(`  ${at * SCHOOLS * GRADES.length * CLASSES * STUDENTS} 名学生……`)
  }
  // After the rows: one sort for each index instead of a walk for each row.
  await ensureIndexes()
  return { ...(await office(city, letterCount, deps)), families, lessonId: firstLesson(programme) }
}

const firstLesson = ({ outline: [lesson] }: ProgrammeRecord) => String(lesson?.lessonId)

async function fillSchool(school: UnitRecord, programme: ProgrammeRecord, { fields, clock }: Deps) {
  const grades = GRADES.map((grade) => newUnit('grade', gradeName(grade), `G${grade}`, school, grade))
  const classes = grades.flatMap((parent) =>
    Array.from({ length: CLASSES }, (_, at) => newClass(parent, at + 1)),
  )
  const rows = classes.map((klass) => rowsOfClass(klass, school, programme, fields, clock.now()))
  await Promise.all([
    UnitModel.collection.insertMany([school, ...grades, ...classes]),
    StudentModel.collection.insertMany(rows.flatMap((it) => it.students)),
    GuardianshipModel.collection.insertMany(rows.flatMap((it) => it.guardianships)),
    PersonModel.collection.insertMany(rows.flatMap((it) => it.people)),
    SlotModel.collection.insertMany(rows.flatMap((it) => it.slots)),
    EnrolmentModel.collection.insertMany(rows.flatMap((it) => it.enrolments)),
    WatchModel.collection.insertMany(rows.flatMap((it) => it.watches)),
    insertSome(rows.flatMap((it) => it.certificates)),
  ])
  return rows.flatMap((it) => it.families)
}

const insertSome = async (certificates: object[]) =>
  certificates.length > 0 && CertificateModel.collection.insertMany(certificates)

/** The city's administrator, who has written some letters to everybody. */
async function office(city: UnitRecord, letterCount: number, { clock }: Deps) {
  const now = clock.now()
  const post = { post: 'city_admin' as const, unitId: city._id, path: city.path }
  const person = await PersonModel.create({
    name: '周敏',
    posts: [{ ...post, from: new Date(0), to: null }],
  })
  const personId = String(person._id)
  const { token } = await openSession(personId, { role: 'staff', device: 'bench' }, now)
  const admin: StaffActor = {
    role: 'staff',
    personId,
    sessionId: String(person._id),
    name: person.name,
    loginName: null,
    posts: [{ ...post, unitId: String(city._id) }],
  }
  const letterIds: string[] = []
  for (let number = 1; number <= letterCount; number++) letterIds.push(await sendLetter(admin, number, now))
  return { cityId: String(city._id), adminToken: token, letterIds }
}

/** As the console sends one, without telling WeChat. */
async function sendLetter(admin: StaffActor, number: number, now: Date) {
  const [post] = admin.posts
  const scope = await unitScope(admin, post?.unitId ?? '', 'writeLetters')
  const template = letters.letterTemplates().find((it) => it.code === 'term-start-grade7')
  const draft = await letters.createLetter(
    scope,
    {
      kind: 'letter',
      requestId: `bench-${number}`,
      title: `${template?.title ?? '给家长的一封信'}（${number}）`,
      body: (template?.body ?? '').replaceAll(/〔请填写[^〕]*〕/g, '九月一日'),
      pledge: '',
      confirmation: 'confirm',
      dueOn: null,
      audience: [scope.unitId],
    },
    admin,
  )
  const letter = await letters.queueLetter(await ownLetter(admin, String(draft._id)), null, now)
  await deliver({ ...letter, sentAt: letter.sentAt ?? now })
  return String(letter._id)
}

const newClass = (grade: UnitRecord, number: number): UnitRecord => ({
  ...newUnit('class', `${number}班`, `${grade.code}-${number}`, grade, grade.grade ?? 0),
  joinCode: mintJoinCode(),
})
