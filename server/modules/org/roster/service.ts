import { Types } from 'mongoose'
import type { Leavers } from '#contract/roster'
import type { StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import type { FieldCrypto } from '../../../infra/field-crypto.ts'
import type { UnitScope } from '../policy.ts'
import { DEPTH, idAt, idsOf, within } from '../tree/rules.ts'
import { unitsWithin } from '../tree/service.ts'
import { mustBeSheet } from './files/service.ts'
import { ChunkModel, ImportModel, type ImportRecord, RowModel, type RowRecord } from './model.ts'
import { KEPT_DAYS } from './rules.ts'

const LEASE_MS = 60_000
const SHOWN_ERRORS = 50
const KEPT_MS = KEPT_DAYS * 86_400_000
/** What a worker can be at; past its lease another one takes over. */
const WORKING = ['uploaded', 'checking', 'applying', 'undoing'] as const

export interface Begin {
  fileName: string
  bytes: number
  makeUnits: boolean
}

export async function begin(scope: UnitScope<'importRoster'>, actor: StaffActor, begun: Begin) {
  mustBeSheet(begun.fileName)
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

export const statusOf = async (importId: string) =>
  (await ImportModel.findById(importId, { status: 1 }).lean<Pick<ImportRecord, 'status'>>())?.status ?? null

export const importsOf = (scope: UnitScope<'importRoster'>) =>
  ImportModel.find({ unitId: new Types.ObjectId(scope.unitId), status: { $ne: 'begun' } }, { outline: 0 })
    .sort({ _id: -1 })
    .limit(20)
    .lean<ImportRecord[]>()

/** The first problems of some imports, by import. */
export async function firstErrors(importIds: Types.ObjectId[]) {
  const found = await Promise.all(
    importIds.map((importId) =>
      RowModel.find({ importId, isKept: false }, { row: 1, student: 1, problem: 1, importId: 1 })
        .sort({ row: 1 })
        .limit(SHOWN_ERRORS)
        .lean<RowRecord[]>(),
    ),
  )
  return Map.groupBy(found.flat(), (it) => String(it.importId))
}

/** Every row with a problem, in order, as the sheet said it. */
export async function* errorRows(importId: string, fields: FieldCrypto) {
  const rows = RowModel.find({ importId: new Types.ObjectId(importId), isKept: false })
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

/** The districts an import writes to, or all those of its city. One list at a time is written in each. */
async function districtsOf({ path }: Pick<ImportRecord, 'path'>) {
  const own = idAt(path, DEPTH.district)
  if (own) return [new Types.ObjectId(own)]
  return (await unitsWithin(path, 'district')).map((it) => it._id)
}

const sayBusy = (error: unknown) => {
  if ((error as { code?: number }).code === 11000)
    throw new Refusal('conflict', '这个区县正在写入另一份名单，请等它写完再试')
  throw error as Error
}

export interface Yes {
  leavers: Leavers
  by: string
}

/** The check is agreed to: writing begins in the background, once however often the button is pressed. */
export async function confirm(job: ImportRecord, { leavers, by }: Yes, now: Date) {
  const writing = await districtsOf(job)
  const found = await ImportModel.findOneAndUpdate(
    { _id: job._id, status: 'checked', checkedAt: { $gt: new Date(now.getTime() - KEPT_MS) } },
    { status: 'applying', leavers, appliedBy: new Types.ObjectId(by), writing, leaseUntil: new Date(0) },
    { returnDocument: 'after' },
  )
    .lean<ImportRecord>()
    .catch(sayBusy)
  if (found) return found
  const standing = await findImport(String(job._id))
  if (standing?.status === 'applying' || standing?.status === 'applied') return standing
  if (standing?.status === 'checked') {
    throw new Refusal('conflict', `检查结果只保留${KEPT_DAYS}天，请重新上传这份表格`)
  }
  throw new Refusal('conflict', '这次导入现在不能写入，请先等检查完成')
}

/** Why a written list cannot be taken back, or null. */
export async function undoObjection(job: ImportRecord, now: Date): Promise<string | null> {
  const { appliedAt, path } = job
  if (job.status !== 'applied' || !appliedAt) return '只有写入完成的名单可以撤销'
  if (appliedAt.getTime() <= now.getTime() - KEPT_MS) return `写入已经超过${KEPT_DAYS}天，不能再撤销`
  const above = idsOf(path).map((it) => new Types.ObjectId(it))
  const later = await ImportModel.exists({
    appliedAt: { $gt: appliedAt },
    status: { $ne: 'undone' },
    $or: [{ unitId: { $in: above } }, { path: within(path) }],
  })
  return later ? '之后又写入过别的名单，只能撤销最近的一次' : null
}

/** Taking back begins in the background, once however often the button is pressed. */
export async function startUndo(job: ImportRecord, now: Date) {
  if (job.status === 'undoing' || job.status === 'undone') return job
  const objection = await undoObjection(job, now)
  if (objection) throw new Refusal('conflict', objection)
  const found = await ImportModel.findOneAndUpdate(
    { _id: job._id, status: 'applied' },
    { status: 'undoing', writing: await districtsOf(job), undone: 0, kept: 0, leaseUntil: new Date(0) },
    { returnDocument: 'after' },
  )
    .lean<ImportRecord>()
    .catch(sayBusy)
  return found ?? (await findImport(String(job._id))) ?? job
}

export async function discard(importId: string) {
  const { matchedCount } = await ImportModel.updateOne(
    { _id: importId, status: { $in: ['begun', 'uploaded', 'mapping', 'checked', 'refused', 'discarded'] } },
    { status: 'discarded', outline: null },
  )
  if (matchedCount === 0) throw new Refusal('conflict', '正在检查或已经写入，不能放弃')
  const own = { importId: new Types.ObjectId(importId) }
  await Promise.all([RowModel.deleteMany(own), ChunkModel.deleteMany(own)])
}

/** Takes the next import that waits, or whose worker is gone, for a minute. Null when there is none. */
export const lease = (now: Date) =>
  ImportModel.findOneAndUpdate(
    { status: { $in: WORKING }, leaseUntil: { $lt: now } },
    { leaseUntil: new Date(now.getTime() + LEASE_MS) },
    { sort: { _id: 1 }, returnDocument: 'after' },
  ).lean<ImportRecord>()

/** Notes progress and keeps the lease; what a person has stopped meanwhile stays stopped. */
export const note = (importId: Types.ObjectId, change: object, now: Date) =>
  ImportModel.updateOne(
    { _id: importId, status: { $in: WORKING } },
    { $set: { ...change, leaseUntil: new Date(now.getTime() + LEASE_MS) } },
  )

/** The last word on a list that was written or taken back: its district is free for the next one. */
export const finish = (importId: Types.ObjectId, change: object) =>
  ImportModel.updateOne(
    { _id: importId, status: { $in: WORKING } },
    { $set: { ...change, outline: null }, $unset: { writing: 1 } },
  )
