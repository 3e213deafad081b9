import { createHash } from 'node:crypto'
import { Types } from 'mongoose'
import type { PostKind } from '#contract/org'
import { shanghaiDay } from '../infra/clock.ts'
import type { Deps } from '../infra/deps.ts'
import { PersonModel } from '../modules/accounts/model.ts'
import { ensureStaff } from '../modules/accounts/service.ts'
import { hashPassword } from '../modules/accounts/sign-in/service.ts'
import { GuardianshipModel, StudentModel } from '../modules/org/families/model.ts'
import { soundOf } from '../modules/org/families/rules.ts'
import type { UnitRecord } from '../modules/org/tree/model.ts'
import { schoolYearOn } from '../modules/org/terms/rules.ts'
import { className, classCode, DEPTH, entryYearOf, gradeName, idAt } from '../modules/org/tree/rules.ts'
import { ensureUnit } from '../modules/org/tree/service.ts'

/** The demo city's shape: junior schools have grades 7 and 8, the nine-year school also 6 and 9; two classes a grade; this many students a class. */
const STUDENTS_A_CLASS = 36
const DISTRICTS = [
  { name: '东湖区', code: '360101', schools: ['云溪市实验中学', '东湖区第三中学', '东湖区滨江学校'] },
  { name: '西山区', code: '360102', schools: ['西山区第一中学', '西山区育才学校'] },
]
/** One school leads from 小学 to 初中, so that a promotion has graduates, and 小升初 has somebody to send. */
const NINE_YEAR = '东湖区滨江学校'
const SURNAMES = [...'王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕']
const GIVEN =
  '子涵 雨桐 浩然 欣怡 梓轩 思远 一诺 佳怡 宇航 诗琪 俊杰 梦瑶 天佑 语嫣 博文 晨曦 嘉豪 若曦 明轩 雅静 志远 可馨 睿渊 安然'.split(
    ' ',
  )
const RELATIONS = ['妈妈', '爸爸', '奶奶', '外公']

/** The people one may play, beside those that fill the classes. Passwords are drawn at seeding and never stored in the clear. */
const STAFF: { as: string; name: string; login?: string; posts: [PostKind, string][]; phone?: string }[] = [
  { as: '市管理员', name: '周敏', login: 'city', posts: [['city_admin', '']] },
  { as: '东湖区管理员', name: '陈立', login: 'donghu', posts: [['district_admin', '东湖区']] },
  { as: '实验中学校长', name: '顾远', login: 'guyuan', posts: [['principal', '云溪市实验中学']] },
  { as: '东湖区审计员', name: '沈岩', login: 'shenyan', posts: [['auditor', '东湖区']] },
  { as: '实验中学管理员', name: '许静', login: 'shiyan', posts: [['school_admin', '云溪市实验中学']] },
  { as: '第三中学管理员', name: '方倩', login: 'sanzhong', posts: [['school_admin', '东湖区第三中学']] },
  {
    as: '李老师',
    name: '李文',
    login: 'liwen',
    phone: '19900000001',
    posts: [['class_teacher', '云溪市实验中学七年级2班']],
  },
  { as: '王老师', name: '王芳', phone: '19900000002', posts: [['class_teacher', '云溪市实验中学七年级1班']] },
]

/** Fills an empty database with the demo city 云溪市. Everything in it is made up; the same at every seeding. */
export async function seedDemoCity(deps: Deps, say: (line: string) => void) {
  const { fields, clock } = deps
  const now = clock.now()
  const city = await ensureUnit({ kind: 'city', name: '云溪市', code: '360100', parent: null })
  const units = new Map<string, UnitRecord>([['', city]])
  const classes: UnitRecord[] = []
  for (const { name, code, schools } of DISTRICTS) {
    const district = await ensureUnit({ kind: 'district', name, code, parent: city })
    units.set(name, district)
    for (const [at, schoolName] of schools.entries()) {
      const parent = district
      const school = await ensureUnit({
        kind: 'school',
        name: schoolName,
        code: `${code}${at + 1}`,
        parent,
        schoolType: schoolName === NINE_YEAR ? 'nineYear' : 'junior',
      })
      units.set(schoolName, school)
      for (const klass of await gradesOf(school, schoolYearOn(shanghaiDay(now), []))) {
        classes.push(klass)
        units.set(klass.fullName, klass)
      }
    }
  }
  let serial = 0
  for (const klass of classes) serial = await fillClass(klass, serial, fields, now)
  await seedStaff(units, deps, now)
  await seedParents(units, fields, now)
  say(`演示城市：2 个区、5 所学校、${classes.length} 个班、${classes.length * STUDENTS_A_CLASS} 名学生`)
  return { city, units, classes }
}

async function gradesOf(school: UnitRecord, schoolYear: number) {
  const classes: UnitRecord[] = []
  for (const number of school.name === NINE_YEAR ? [6, 7, 8, 9] : [7, 8]) {
    const name = gradeName(number)
    const grade = await ensureUnit({ kind: 'grade', name, code: `G${number}`, parent: school, grade: number })
    for (const at of [1, 2]) {
      const entryYear = entryYearOf(number, schoolYear)
      const code = classCode(entryYear, at)
      const unit = { kind: 'class', name: className(at), code, parent: grade, grade: number } as const
      classes.push(await ensureUnit({ ...unit, entryYear, schoolYear }))
    }
  }
  return classes
}

/** A number that looks drawn and is the same each time. */
const drawn = (seed: string, most: number) => createHash('md5').update(seed).digest().readUInt32BE(0) % most

async function fillClass(klass: UnitRecord, from: number, fields: Deps['fields'], now: Date) {
  const schoolId = new Types.ObjectId(idAt(klass.path, DEPTH.school) ?? '')
  const began = new Date(now.getTime() - 80 * 86_400_000)
  const students: object[] = []
  const bonds: object[] = []
  for (let at = 1; at <= STUDENTS_A_CLASS; at++) {
    const key = `${klass.fullName}${at}`
    const name = nameFor(klass, at)
    const _id = new Types.ObjectId()
    const joined = drawn(`${key}joined`, 100) < 72 ? began : null
    const where = { classId: klass._id, path: klass.path }
    students.push({
      _id,
      schoolId,
      ...where,
      number: `${klass.grade}0${Number.parseInt(klass.name)}${String(at).padStart(2, '0')}`,
      name,
      ...soundOf(name),
      activatedAt: joined,
      memberships: [{ ...where, from: began, to: null }],
      leftAt: null,
    })
    const phone = `1991${String(from + at).padStart(7, '0')}`
    bonds.push({
      studentId: _id,
      ...where,
      name: `${SURNAMES[drawn(`${key}g`, SURNAMES.length)]}${GIVEN[drawn(`${key}h`, GIVEN.length)]}`,
      relation: RELATIONS[drawn(`${key}r`, RELATIONS.length)],
      phone: fields.seal(phone),
      phoneIndex: fields.index(phone),
      isPrimary: true,
      joinedAt: joined,
      ...(joined && { personId: new Types.ObjectId() }),
      from: began,
      to: null,
    })
  }
  await StudentModel.insertMany(students)
  await GuardianshipModel.insertMany(bonds)
  await PersonModel.insertMany(
    bonds.flatMap((it) => ('personId' in it ? [accountOf(it as unknown as BondSeed)] : [])),
  )
  return from + STUDENTS_A_CLASS
}

interface BondSeed {
  personId: Types.ObjectId
  name: string
  phone: string
  phoneIndex: string
}

const accountOf = ({ personId, name, phone, phoneIndex }: BondSeed) => ({
  _id: personId,
  name,
  phone,
  phoneIndex,
})

/** The children of the people one may play stand at the top of their classes. */
function nameFor(klass: UnitRecord, at: number) {
  if (klass.fullName === '云溪市实验中学七年级2班' && at === 1) return '张三'
  if (klass.fullName === '云溪市实验中学七年级2班' && at === 2) return '王小雨'
  if (klass.fullName === '云溪市实验中学八年级1班' && at === 1) return '张小满'
  const key = `${klass.fullName}${at}`
  return `${SURNAMES[drawn(`${key}s`, SURNAMES.length)]}${GIVEN[drawn(`${key}n`, GIVEN.length)]}`
}

async function seedStaff(units: Map<string, UnitRecord>, deps: Deps, now: Date) {
  for (const { as, name, login, posts, phone } of STAFF) {
    await ensureStaff(
      {
        name,
        demoAs: as,
        ...(login && { loginName: login, passwordHash: await hashPassword(crypto.randomUUID()) }),
        ...(phone && { phone }),
        posts: posts.map(([post, unitName]) => {
          const unit = units.get(unitName)
          if (!unit) throw new Error(`The demo city has no ${unitName}`)
          return { post, unitId: unit._id, path: unit.path }
        }),
      },
      now,
      deps,
    )
  }
}

/** Parents to play: each stands for one way into the product. */
async function seedParents(units: Map<string, UnitRecord>, fields: Deps['fields'], now: Date) {
  const parents = [
    {
      as: '张三妈妈',
      name: '刘洋',
      phone: '19900000011',
      relation: '妈妈',
      of: [
        ['云溪市实验中学七年级2班', '张三'],
        ['云溪市实验中学八年级1班', '张小满'],
      ],
    },
    {
      as: '张三爸爸',
      name: '张强',
      phone: '19900000012',
      relation: '爸爸',
      of: [['云溪市实验中学七年级2班', '张三']],
    },
    {
      as: '王小雨奶奶',
      name: '孙秀英',
      phone: '19900000013',
      relation: '奶奶',
      of: [['云溪市实验中学七年级2班', '王小雨']],
    },
    { as: '新来的家长', name: '', phone: '19900000014', relation: '', of: [] },
  ]
  for (const { as, name, phone, relation, of } of parents) {
    const sealed = { phone: fields.seal(phone), phoneIndex: fields.index(phone) }
    await PersonModel.create({ name, demoAs: as, ...sealed })
    for (const [className = '', studentName] of of) {
      const klass = units.get(className)
      const student = klass && (await StudentModel.findOne({ classId: klass._id, name: studentName }))
      if (!student) throw new Error(`The demo city has no ${studentName}`)
      const { classId, path } = student
      await GuardianshipModel.create({
        studentId: student._id,
        classId,
        path,
        name,
        relation,
        ...sealed,
        from: now,
      })
    }
  }
}
