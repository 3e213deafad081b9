import { Types } from 'mongoose'
import { mintToken, SESSION_DAYS } from '../../server/modules/accounts/rules.ts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { GuardianshipModel, StudentModel } from '../../server/modules/org/families/model.ts'
import { UnitModel, type UnitRecord } from '../../server/modules/org/tree/model.ts'
import { gradeName } from '../../server/modules/org/tree/rules.ts'

const DAY_MS = 86_400_000
const GRADES = [5, 6, 7, 8, 9]
/** Classes whose rows are written together. */
const TOGETHER = 50

/** How large a city is; every class has as many students, and every second child a father besides its mother. */
export interface Size {
  districts: number
  schools: number
  /** Of a grade; a school has five grades. */
  classes: number
  students: number
}

/** A mother who is signed in, and her child. */
export interface TownFamily {
  token: string
  personId: string
  studentId: string
  classId: string
  openId: string
}

export interface Town {
  city: UnitRecord
  adminId: string
  adminToken: string
  classes: UnitRecord[]
  /** The first that were asked for. */
  families: TownFamily[]
}

/** Fills an empty database with a city, past the models, in the shape they give it. */
export async function buildTown(
  size: Size,
  { signedIn, openIdOf }: { signedIn: number; openIdOf: (personId: string) => string },
): Promise<Town> {
  const city = newUnit('city', '云溪市', '360100', null)
  const admin = newPerson('周敏', 'o-admin', 'staff')
  const post = { _id: newId(), post: 'city_admin', unitId: city._id, path: city.path }
  await UnitModel.collection.insertOne(city)
  await PersonModel.collection.insertOne({
    ...admin.person,
    posts: [{ ...post, from: new Date(0), to: null }],
  })
  const adminId = String(admin.person._id)
  const town: Town = { city, adminId, adminToken: admin.token, classes: [], families: [] }
  for (let district = 1; district <= size.districts; district++) {
    town.classes.push(...(await fillDistrict(district, city, size)))
  }
  for (let at = 0; at < town.classes.length; at += TOGETHER) {
    const rows = town.classes
      .slice(at, at + TOGETHER)
      .map((it) => rowsOf(it, size.students, signedIn - town.families.length, openIdOf))
    await Promise.all([
      StudentModel.collection.insertMany(rows.flatMap((it) => it.students) as never[]),
      GuardianshipModel.collection.insertMany(rows.flatMap((it) => it.bonds) as never[]),
      PersonModel.collection.insertMany(rows.flatMap((it) => it.people) as never[]),
    ])
    town.families.push(...rows.flatMap((it) => it.families).slice(0, signedIn - town.families.length))
  }
  return town
}

async function fillDistrict(number: number, city: UnitRecord, { schools, classes }: Size) {
  const district = newUnit('district', `第${number}区`, `3601${number}`, city)
  const units = Array.from({ length: schools }, (_, at) => {
    const school = newUnit(
      'school',
      `${district.name}第${at + 1}学校`,
      `${district.code}-${at + 1}`,
      district,
    )
    const grades = GRADES.map((grade) => newUnit('grade', gradeName(grade), `G${grade}`, school, grade))
    const rooms = grades.flatMap((grade) =>
      Array.from({ length: classes }, (__, room) =>
        newUnit('class', `${room + 1}班`, `${grade.code}-${room + 1}`, grade, grade.grade ?? 0),
      ),
    )
    return { school, grades, rooms }
  })
  await UnitModel.collection.insertMany([
    district,
    ...units.flatMap((it) => [it.school, ...it.grades, ...it.rooms]),
  ] as never[])
  return units.flatMap((it) => it.rooms)
}

const newId = () => new Types.ObjectId()

/** A unit as the models give it, for whoever writes past them. */
export function newUnit(
  kind: UnitRecord['kind'],
  name: string,
  code: string,
  parent: UnitRecord | null,
  grade: number | null = null,
) {
  const _id = newId()
  const isInSchool = kind === 'grade' || kind === 'class'
  return {
    _id,
    kind,
    name,
    fullName: isInSchool ? `${parent?.fullName ?? ''}${name}` : name,
    parentId: parent?._id ?? null,
    path: `${parent?.path ?? '/'}${String(_id)}/`,
    code,
    grade,
    schoolType: kind === 'school' ? ('nineYear' as const) : null,
    stages: [],
    campuses: [],
    isFiveFour: false,
    hotlines: null,
    entryYear: null,
    schoolYear: null,
    campus: '',
    closedAt: null,
    createdAt: new Date(),
    updatedAt: new Date(),
  } satisfies UnitRecord as UnitRecord
}

function newPerson(name: string, openId: string | ((id: string) => string), role: 'guardian' | 'staff') {
  const now = new Date()
  const _id = newId()
  const { token, hash } = mintToken(String(_id))
  const session = {
    _id: newId(),
    hash,
    role,
    openedAt: now,
    expiresAt: new Date(now.getTime() + SESSION_DAYS[role] * DAY_MS),
    device: '苹果手机上的微信',
  }
  const person = {
    _id,
    name,
    phone: null,
    wxOpenId: typeof openId === 'string' ? openId : openId(String(_id)),
    passwordHash: null,
    totp: null,
    sessions: [session],
    posts: [],
    consent: { version: 2, isGiven: true, at: now },
    createdAt: now,
    updatedAt: now,
    __v: 0,
  }
  return { person, token }
}

function rowsOf(klass: UnitRecord, count: number, signedIn: number, openIdOf: (personId: string) => string) {
  const where = { classId: klass._id, path: klass.path }
  const now = new Date()
  const stamps = { createdAt: now, updatedAt: now, __v: 0 }
  const schoolId = new Types.ObjectId(klass.path.split('/')[3])
  const all = Array.from({ length: count }, (_, at) => {
    const student = {
      _id: newId(),
      schoolId,
      ...where,
      number: `${klass.code}-${at + 1}-${String(klass._id).slice(-6)}`,
      name: '王小雨',
      pinyin: 'wangxiaoyu',
      initials: 'wxy',
      activatedAt: now,
      memberships: [{ ...where, from: new Date(now.getTime() - 80 * DAY_MS), to: null }],
      leftAt: null,
      ...stamps,
    }
    const parents = ['妈妈', ...(at % 2 ? ['爸爸'] : [])].map((relation) => ({
      relation,
      ...newPerson('刘洋', openIdOf, 'guardian'),
    }))
    const bonds = parents.map(({ relation, person }) => ({
      studentId: student._id,
      ...where,
      name: person.name,
      relation,
      phone: null,
      personId: person._id,
      isPrimary: relation === '妈妈',
      joinedAt: now,
      deniedAt: null,
      from: now,
      to: null,
      leftAt: null,
      ...stamps,
    }))
    return { student, parents, bonds }
  })
  return {
    students: all.map((it) => it.student),
    bonds: all.flatMap((it) => it.bonds),
    people: all.flatMap((it) => it.parents.map(({ person }) => person)),
    families: all.slice(0, Math.max(0, signedIn)).flatMap(({ student, parents: [mother] }): TownFamily[] =>
      mother
        ? [
            {
              token: mother.token,
              personId: String(mother.person._id),
              studentId: String(student._id),
              classId: String(klass._id),
              openId: mother.person.wxOpenId,
            },
          ]
        : [],
    ),
  }
}
