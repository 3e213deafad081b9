import mongoose, { Types } from 'mongoose'
import type { Deps } from '../../server/infra/deps.ts'
import { ensureIndexes } from '../../server/infra/mongo.ts'
import { StudentModel } from '../../server/modules/org/families/model.ts'
import { soundOf } from '../../server/modules/org/families/rules.ts'
import { FamilyKeysModel } from '../../server/modules/org/families/search/model.ts'
import { keysOf } from '../../server/modules/org/families/search/rules.ts'
import { findFamilies } from '../../server/modules/org/families/search/service.ts'
import type { UnitScope } from '../../server/modules/org/policy.ts'
import { quantile } from './load.ts'

/** Two cities of ten districts of ten schools: searched is one district, and one school, of the first. */
const CITIES = 2
const DISTRICTS = 10
const SCHOOLS = 10
const CHUNK = 5_000
const ROUNDS = 600
const SHOWN = 20

const SURNAMES = [
  ...'王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高梁郑罗宋谢唐韩曹许邓冯萧程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆廖',
]
const GIVEN = [...'伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建文晨雨欣怡子涵梓轩浩宇诗琪思远若曦一诺']

const newId = () => new Types.ObjectId()
const hex = (id: Types.ObjectId) => id.toHexString()

interface Place {
  ids: Types.ObjectId[]
  path: string
}

function places(): Place[] {
  return Array.from({ length: CITIES }, newId).flatMap((city) =>
    Array.from({ length: DISTRICTS }, newId).flatMap((district) =>
      Array.from({ length: SCHOOLS }, newId).map((school) => {
        const ids = [city, district, school, newId(), newId()]
        return { ids, path: `/${ids.map(hex).join('/')}/` }
      }),
    ),
  )
}

/** Writes so many families, past the models: students, and what they are found by, the phones of two guardians among it. */
async function fill(
  count: number,
  all: Place[],
  { fields }: Pick<Deps, 'fields'>,
  say: (line: string) => void,
) {
  let written = 0
  while (written < count) {
    const rows = Array.from({ length: Math.min(CHUNK, count - written) }, (_, at) => {
      const number = written + at
      return newFamily(number, all[number % all.length] as Place, fields)
    })
    await Promise.all([
      StudentModel.collection.insertMany(rows.map((it) => it.student)),
      FamilyKeysModel.collection.insertMany(rows.map((it) => it.keys)),
    ])
    written += rows.length
    if (written % 200_000 === 0) say(`  ${written} 个家庭……`)
  }
}

const sounds = new Map<string, ReturnType<typeof soundOf>>()
function soundOfPart(part: string) {
  const known = sounds.get(part) ?? soundOf(part)
  sounds.set(part, known)
  return known
}

function newFamily(number: number, { ids, path }: Place, fields: Deps['fields']) {
  const pick = (from: string[], by: number) => from[Math.floor(number / by) % from.length] ?? ''
  const parts = [pick(SURNAMES, 1), pick(GIVEN, SURNAMES.length), pick(GIVEN, SURNAMES.length * GIVEN.length)]
  const heard = parts.map(soundOfPart)
  const student = {
    _id: newId(),
    schoolId: ids[2],
    classId: ids[4],
    path,
    number: String(20_000_000 + number),
    name: parts.join(''),
    pinyin: heard.map((it) => it.pinyin).join(''),
    initials: heard.map((it) => it.initials).join(''),
    activatedAt: null,
    memberships: [],
    leftAt: null,
  }
  const phones = [`138${String(number).padStart(8, '0')}`, `139${String(number).padStart(8, '0')}`]
  return { student, keys: { _id: student._id, keys: keysOf(student, phones, (it) => fields.index(it)) } }
}

const scopeOf = (kind: 'district' | 'school', place: Place) => {
  const depth = kind === 'district' ? 1 : 2
  const path = `/${place.ids
    .slice(0, depth + 1)
    .map(hex)
    .join('/')}/`
  // The proof is made by hand: there is nobody here to sign in.
  return {
    kind,
    unitId: hex(place.ids[depth] as Types.ObjectId),
    path,
  } as unknown as UnitScope<'seeFamilies'>
}

/** What people type, letter after letter. */
const TYPED = [
  'z',
  'zh',
  'zha',
  'zhangw',
  'zs',
  'wx',
  'l',
  'lq',
  '王',
  '王伟',
  '陈思',
  'chenm',
  '5678',
  '20012',
  '13800012345',
]

/**
 * Search as one types against a lookup of one document by an exact key of an index, on the same database and by turns.
 * One line of figures a unit.
 */
export async function searchLines(deps: Deps, count: number, say: (line: string) => void) {
  say(`正在写入 ${count} 个家庭……`)
  const all = places()
  await fill(count, all, deps, say)
  await ensureIndexes()
  await mongoose.connection.db?.admin().command({ fsync: 1 })
  const [place] = all
  if (!place) throw new Error('No places')
  return [await line('district', place, count, deps), await line('school', place, count, deps)]
}

async function line(kind: 'district' | 'school', place: Place, count: number, deps: Deps) {
  const scope = scopeOf(kind, place)
  const times = { search: [] as number[], bare: [] as number[] }
  const timed = async (into: number[], work: () => Promise<unknown>) => {
    const startedAt = performance.now()
    await work()
    into.push(performance.now() - startedAt)
  }
  for (let round = -60; round < ROUNDS; round++) {
    const text = TYPED[Math.abs(round) % TYPED.length] ?? 'z'
    const number = String(20_000_000 + ((Math.abs(round) * 7_919) % count))
    const key = { schoolId: place.ids[2], number }
    const into = round < 0 ? { search: [], bare: [] } : times
    await timed(into.search, () => findFamilies(scope, text, { most: SHOWN }, deps))
    await timed(into.bare, () => StudentModel.collection.findOne(key))
  }
  const p = (of: number[], at: number) => Number(quantile(of, at).toFixed(2))
  return {
    name: `search families (${kind})`,
    families: count,
    p50Ms: p(times.search, 0.5),
    p95Ms: p(times.search, 0.95),
    bareP50Ms: p(times.bare, 0.5),
    bareP95Ms: p(times.bare, 0.95),
    ratio: Number((quantile(times.search, 0.95) / quantile(times.bare, 0.95)).toFixed(2)),
  }
}
