import mongoose, { type Types } from 'mongoose'
import { holdsIdNumber } from '../../infra/id-numbers.ts'
import { leadsToMany, sealedPathsOf, sealedTextsAt } from '../../infra/sealed.ts'
import { AuditModel } from '../../modules/audit/model.ts'
import { breakInWords } from '../../modules/audit/chain/rules.ts'
import { chainEnd, checkChain } from '../../modules/audit/chain/service.ts'
import { SheetModel, type SheetRecord } from '../../modules/letters/sheets/model.ts'
import { SignatureModel } from '../../modules/letters/signatures/model.ts'
import { checkCopies } from '../../modules/letters/verifying/service.ts'
import { SlotModel } from '../../modules/meetings/model.ts'
import { GuardianshipModel, StudentModel } from '../../modules/org/families/model.ts'
import { LineModel } from '../../modules/org/transfers/assignments/model.ts'
import { TransferModel } from '../../modules/org/transfers/model.ts'
import { UnitModel } from '../../modules/org/tree/model.ts'
import type { Check, Installation } from './check.ts'

type Registered = Pick<(typeof mongoose.models)[string], 'collection'>

const DAY = 86_400_000
/** Enough that a fault of one line in a hundred shows with near certainty. */
const SAMPLE = 500
/** A longer log is checked whole at night; here its last check is asked for. */
const LINES_AT_ONCE = 20_000
const LATEST_COPIES = 100

/** Some documents of a collection, however large it is: MongoDB draws them by a random cursor. */
const some = <T>(model: Registered, projection: Record<string, 1>, size = SAMPLE) =>
  model.collection.aggregate([{ $sample: { size } }, { $project: projection }]).toArray() as Promise<T[]>

/** What of a sheet is not what its marks say; null when all is. */
function wrongOf(sheet: SheetRecord): string | null {
  const families = (marks: object | undefined) =>
    Object.values(marks ?? {}).filter((it) => Object.keys(it as object).length > 0).length
  const counted = {
    expected: sheet.roster.length,
    reached: sheet.roster.length - sheet.unreached.length,
    read: families(sheet.readBy),
    confirmed: sheet.isForEach ? (sheet.confirmedIds ?? []).length : families(sheet.confirmedBy),
    signed: sheet.isForEach ? (sheet.signedIds ?? []).length : families(sheet.signedBy),
  }
  const names = Object.keys(counted) as (keyof typeof counted)[]
  const wrong = names.find((it) => counted[it] !== sheet[it])
  return wrong ? `${sheet.className}记着${sheet[wrong]}，重数是${counted[wrong]}` : null
}

interface Sealed {
  place: string
  value: string
}

/** Some values of every path that is said to be sealed. */
async function sealedValues(): Promise<Sealed[]> {
  const found: Sealed[] = []
  for (const model of Object.values(mongoose.models)) {
    for (const path of sealedPathsOf(model.schema)) {
      const rows = await some<Record<string, unknown>>(
        model,
        { [path]: 1 },
        leadsToMany(model.schema, path) ? 5 : 200,
      )
      const place = `${model.collection.name}.${path}`
      found.push(...rows.flatMap((row) => sealedTextsAt(row, path)).map((value) => ({ place, value })))
    }
  }
  return found
}

/** ID numbers that stand where a student number does. */
async function clearIdNumbers(): Promise<Sealed[]> {
  const places: [Registered, string[]][] = [
    [StudentModel, ['number']],
    [TransferModel, ['number']],
    [LineModel, ['number', 'newNumber']],
  ]
  const found = await Promise.all(
    places.flatMap(([model, paths]) =>
      paths.map(async (path) =>
        (await some<Record<string, string | undefined>>(model, { [path]: 1 })).map((row) => ({
          place: `${model.collection.name}.${path}`,
          value: row[path] ?? '',
        })),
      ),
    ),
  )
  return found.flat().filter((it) => holdsIdNumber(it.value))
}

const SEALED = /^\w{1,8}\.[\w-]+\.[\w-]+\.[\w-]*$/

function opens(value: string, fields: Installation['fields']) {
  try {
    fields.open(value)
    return true
  } catch {
    return false
  }
}

export const RECORDS: readonly Check[] = [
  {
    name: 'auditChain',
    title: '操作记录的链条完好',
    remedy: '请运行 npm run verify-audit 看断在哪里，并保全数据库和日志',
    async look({ now }) {
      if ((await AuditModel.estimatedDocumentCount()) <= LINES_AT_ONCE) {
        const { broken } = await checkChain()
        return broken ? breakInWords(broken) : null
      }
      const end = await chainEnd()
      if (end?.fault) return end.fault
      const isOld = !end?.checkedAt || end.checkedAt.getTime() < now().getTime() - 2 * DAY
      return isOld ? '两天没有核对过' : null
    },
  },
  {
    name: 'sheetCounters',
    title: '签收单的人数与逐家的记录一致（抽查）',
    remedy: '请把这一条连同签收单报给开发者；逐家的记录是准的',
    async look() {
      const wrong = (
        await some<SheetRecord>(
          SheetModel,
          {
            className: 1,
            roster: 1,
            unreached: 1,
            expected: 1,
            reached: 1,
            read: 1,
            confirmed: 1,
            signed: 1,
            readBy: 1,
            confirmedBy: 1,
            signedBy: 1,
            isForEach: 1,
            confirmedIds: 1,
            signedIds: 1,
          },
          100,
        )
      )
        .map(wrongOf)
        .filter((it) => it !== null)
      return wrong.length > 0 ? `${wrong.length}张对不上，如${wrong[0]}` : null
    },
  },
  {
    name: 'signedCopies',
    title: '签收单和签字时一样（抽查最近的）',
    remedy: '请运行 npm run verify-copies 全部核对，并保全数据库和文件',
    async look({ files, fields }) {
      const latest = await SignatureModel.find({}, { _id: 1 })
        .sort({ _id: -1 })
        .skip(LATEST_COPIES)
        .limit(1)
        .lean()
      const [before] = latest
      const { broken } = await checkCopies(
        { files, fields },
        { most: LATEST_COPIES, ...(before && { after: before._id }) },
      )
      return broken ? `《${broken.title}》编号 ${broken.signatureId}：${broken.because}` : null
    },
  },
  {
    name: 'guardianshipStudents',
    title: '每段监护关系都有孩子（抽查）',
    remedy: '请从备份核对被删的学生；不要手工删除学生文档',
    async look() {
      const bonds = await some<{ studentId: Types.ObjectId }>(GuardianshipModel, { studentId: 1 })
      const ids = [...new Set(bonds.map((it) => String(it.studentId)))]
      const there = await StudentModel.find({ _id: { $in: ids } }, { _id: 1 }).lean<
        { _id: Types.ObjectId }[]
      >()
      return there.length < ids.length ? `抽查里有${ids.length - there.length}个孩子不存在` : null
    },
  },
  {
    name: 'studentPaths',
    title: '学生的位置与班级一致（抽查）',
    remedy: '请看升级或调班是否中断过，让它继续做完',
    async look() {
      const students = await some<{ classId: Types.ObjectId; path: string; name: string }>(StudentModel, {
        classId: 1,
        path: 1,
      })
      const classes = await UnitModel.find(
        { _id: { $in: students.map((it) => it.classId) } },
        { path: 1 },
      ).lean<{ _id: Types.ObjectId; path: string }[]>()
      const pathOf = new Map(classes.map((it) => [String(it._id), it.path]))
      const wrong = students.filter((it) => pathOf.get(String(it.classId)) !== it.path)
      return wrong.length > 0 ? `抽查里有${wrong.length}名学生的位置不对` : null
    },
  },
  {
    name: 'overlappingBookings',
    title: '没有一位老师同时约了两家（抽查）',
    remedy: '请在控制台取消其中一个，并告知家长',
    async look({ now }) {
      const drawn = await some<{ teacherId: Types.ObjectId }>(SlotModel, { teacherId: 1 })
      const booked = await SlotModel.find(
        {
          teacherId: { $in: drawn.map((it) => it.teacherId) },
          status: 'booked',
          startAt: { $gte: new Date(now().getTime() - DAY) },
        },
        { teacherId: 1, startAt: 1, endAt: 1 },
      )
        .sort({ teacherId: 1, startAt: 1 })
        .limit(20_000)
        .lean<{ teacherId: Types.ObjectId; startAt: Date; endAt: Date }[]>()
      const clashes = booked.filter((it, at) => {
        const before = booked[at - 1]
        return before && String(before.teacherId) === String(it.teacherId) && before.endAt > it.startAt
      })
      return clashes.length > 0 ? `有${clashes.length}处重叠` : null
    },
  },
  {
    name: 'sealedOpens',
    title: '加密的内容都打得开（抽查）',
    remedy: '请把原来的密钥放回 FIELD_KEYS；没有它，谁也恢复不了',
    async look({ fields }) {
      const values = (await sealedValues()).filter((it) => SEALED.test(it.value))
      const shut = values.filter((it) => !opens(it.value, fields))
      return shut.length > 0 ? `${shut[0]?.place}等${shut.length}处，没有一把密钥打得开` : null
    },
  },
  {
    name: 'idNumbers',
    title: '没有证件号以明文当学号（抽查）',
    remedy: '请看工作进程是否在运行；它每晚会把这些号加密，仍有就查是哪个程序绕过系统写了数据库',
    async look() {
      const clear = await clearIdNumbers()
      return clear.length > 0 ? `${clear[0]?.place}等${clear.length}处是明文` : null
    },
  },
  {
    name: 'sealedAtAll',
    title: '手机号等都加密保存（抽查）',
    remedy: '请查是哪个程序绕过系统写了数据库，把这些值加密后再存',
    async look() {
      const clear = (await sealedValues()).filter((it) => !SEALED.test(it.value))
      return clear.length > 0 ? `${clear[0]?.place}等${clear.length}处是明文` : null
    },
  },
]
