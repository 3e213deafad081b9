import { Types } from 'mongoose'
import type { StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import type { FieldCrypto } from '../../../infra/field-crypto.ts'
import type { UnitScope } from '../policy.ts'
import { ImportModel, type ImportRecord, RowModel, type RowRecord } from './model.ts'

const LEASE_MS = 60_000
const SHOWN_ERRORS = 50

export interface Begin {
  fileName: string
  bytes: number
  makeUnits: boolean
}

export async function begin(scope: UnitScope<'importRoster'>, actor: StaffActor, begun: Begin) {
  if (!/\.xlsx$/i.test(begun.fileName)) {
    throw new Refusal('unsupported', '请上传 .xlsx 表格；.xls 或 .csv 请先用 Excel 另存为“Excel 工作簿”')
  }
  const made = await ImportModel.create({
    unitId: new Types.ObjectId(scope.unitId),
    path: scope.path,
    begunBy: new Types.ObjectId(actor.personId),
    begunByName: actor.name,
    ...begun,
  })
  return String(made._id)
}

export const findImport = (importId: string) => ImportModel.findById(importId).lean<ImportRecord>()

export const importsOf = (scope: UnitScope<'importRoster'>) =>
  ImportModel.find({ unitId: new Types.ObjectId(scope.unitId), status: { $ne: 'begun' } })
    .sort({ _id: -1 })
    .limit(20)
    .lean<ImportRecord[]>()

/** The first problems of some imports, by import. */
export async function firstErrors(importIds: Types.ObjectId[]) {
  const found = await Promise.all(
    importIds.map((importId) =>
      RowModel.find(
        { importId, problem: { $type: 'string' } },
        { row: 1, student: 1, problem: 1, importId: 1 },
      )
        .sort({ row: 1 })
        .limit(SHOWN_ERRORS)
        .lean<RowRecord[]>(),
    ),
  )
  return Map.groupBy(found.flat(), (it) => String(it.importId))
}

/** Every row with a problem, in order, as the sheet said it. */
export async function* errorRows(importId: string, fields: FieldCrypto) {
  const rows = RowModel.find({ importId: new Types.ObjectId(importId), problem: { $type: 'string' } })
    .sort({ row: 1 })
    .lean<RowRecord[]>()
    .cursor()
  for await (const row of rows as AsyncIterable<RowRecord>) {
    const said = row.said ? (JSON.parse(fields.open(row.said)) as string[]) : []
    yield { row: row.row, problem: row.problem ?? '', said }
  }
}

/** The file is on disk: the checker may begin. Harmless twice. */
export const fileArrived = (importId: string) =>
  ImportModel.updateOne({ _id: importId, status: 'begun' }, { status: 'uploaded' })

export async function confirm(importId: string) {
  const found = await ImportModel.findOneAndUpdate(
    { _id: importId, status: 'checked' },
    { status: 'applying', leaseUntil: new Date(0) },
    { returnDocument: 'after' },
  ).lean<ImportRecord>()
  if (found) return found
  const standing = await findImport(importId)
  if (standing?.status === 'applying' || standing?.status === 'applied') return standing
  throw new Refusal('conflict', '这次导入现在不能写入，请先等检查完成')
}

export async function discard(importId: string) {
  const { matchedCount } = await ImportModel.updateOne(
    { _id: importId, status: { $in: ['begun', 'uploaded', 'checked', 'refused'] } },
    { status: 'refused', refusal: '已放弃' },
  )
  if (matchedCount === 0) throw new Refusal('conflict', '正在检查或已经写入，不能放弃')
  await RowModel.deleteMany({ importId: new Types.ObjectId(importId) })
}

/** Takes the next import that waits, or whose worker is gone, for a minute. Null when there is none. */
export const lease = (now: Date) =>
  ImportModel.findOneAndUpdate(
    { status: { $in: ['uploaded', 'checking', 'applying'] }, leaseUntil: { $lt: now } },
    { leaseUntil: new Date(now.getTime() + LEASE_MS) },
    { sort: { _id: 1 }, returnDocument: 'after' },
  ).lean<ImportRecord>()

/** Notes progress and keeps the lease. */
export const note = (importId: Types.ObjectId, change: Partial<ImportRecord>, now: Date) =>
  ImportModel.updateOne({ _id: importId }, { ...change, leaseUntil: new Date(now.getTime() + LEASE_MS) })
