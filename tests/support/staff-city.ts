import { Types } from 'mongoose'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { UnitModel, type UnitRecord } from '../../server/modules/org/tree/model.ts'
import { ensureUnit } from '../../server/modules/org/tree/service.ts'
import { newUnit } from './town.ts'

/** Schools whose rows are written together. */
const TOGETHER = 100

interface Size {
  schools: number
  /** Of each school. */
  classes: number
}

export interface StaffedSchool {
  unit: UnitRecord
  head: Types.ObjectId
  teachers: Types.ObjectId[]
}

/** A city as large as a test wants, written past the models: a district of schools, each with its head and a 班主任 for each class. */
export async function buildStaffCity({ schools, classes }: Size) {
  const city = await ensureUnit({ kind: 'city', name: '云溪市', code: '360100', parent: null })
  const district = await ensureUnit({ kind: 'district', name: '东湖区', code: '360101', parent: city })
  const staffed: StaffedSchool[] = []
  for (let at = 0; at < schools; at += TOGETHER) {
    const some = Array.from({ length: Math.min(TOGETHER, schools - at) }, (_, n) =>
      filled(district, at + n, classes),
    )
    await UnitModel.collection.insertMany(some.flatMap((it) => it.units))
    await PersonModel.collection.insertMany(some.flatMap((it) => it.people))
    staffed.push(...some.map((it) => it.staffed))
  }
  return { city, district, schools: staffed }
}

function filled(district: UnitRecord, number: number, classes: number) {
  const unit = newUnit('school', `第${number}中学`, `S${number}`, district)
  const grade = newUnit('grade', '七年级', `S${number}-7`, unit, 7)
  const rooms = Array.from({ length: classes }, (_, n) =>
    newUnit('class', `${n + 1}班`, `${grade.code}-${n}`, grade, 7),
  )
  const head = staff(`校长${number}`, 'principal', unit)
  const teachers = rooms.map((it, n) => staff(`老师${number}-${n}`, 'class_teacher', it))
  return {
    units: [unit, grade, ...rooms],
    people: [head, ...teachers],
    staffed: { unit, head: head._id, teachers: teachers.map((it) => it._id) },
  }
}

const staff = (name: string, post: string, unit: UnitRecord) => ({
  _id: new Types.ObjectId(),
  name,
  posts: [postAt(post, unit)],
  sessions: [],
})

/** A post as it stands with a person, held from the beginning of time. */
export const postAt = (post: string, { _id, path }: UnitRecord) => ({
  ...{ _id: new Types.ObjectId(), post, unitId: _id, path },
  ...{ from: new Date(0), to: null },
})
