import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Types } from 'mongoose'
import { Refusal } from '../../../http/errors.ts'
import type { Deps } from '../../../infra/deps.ts'
import type { UnitScope } from '../../org/policy.ts'
import { drawPages } from '../copies/service.ts'
import { CertificateModel, type CertificateRecord } from '../model.ts'
import { PrintingModel, type PrintingRecord } from './model.ts'

/** A grade of twenty classes; a school prints grade by grade. */
const MOST_PAGES = 1200
const LEASE_MS = 60_000
const MOST_TRIES = 3
const PROGRESS_EVERY = 10
const KEPT_MS = 7 * 86_400_000
const SHOWN = 10

const folder = ({ env }: Pick<Deps, 'env'>) => join(env.DATA_DIR, 'printings')
export const fileOf = (it: PrintingRecord, deps: Pick<Deps, 'env'>) => join(folder(deps), it.file ?? '')

/** What is printed: valid certificates of one programme in a unit, class by class in the order of their numbers. */
const printable = (unitId: Types.ObjectId, programmeCode: string) => ({
  unitIds: unitId,
  programmeCode,
  status: 'valid' as const,
})

/** Asks for a file; the same request again gives the one it asked for the first time. */
export async function begin(
  scope: UnitScope<'seeFamilies'>,
  { requestId, code }: { requestId: string; code: string },
  now: Date,
) {
  if (scope.kind !== 'class' && scope.kind !== 'grade') {
    throw new Refusal('invalid', '请选择一个年级或一个班，再做打印文件')
  }
  const unitId = new Types.ObjectId(scope.unitId)
  const wanted = printable(unitId, code)
  const [total, first] = await Promise.all([
    CertificateModel.countDocuments(wanted),
    CertificateModel.findOne(wanted, { programmeTitle: 1 }).lean<CertificateRecord>(),
  ])
  if (!first) throw new Refusal('conflict', '这里还没有可以打印的绿证')
  if (total > MOST_PAGES) throw new Refusal('invalid', `一份最多${MOST_PAGES}张，请按班打印`)
  const key = { personId: new Types.ObjectId(scope.personId), requestId }
  const printing = await PrintingModel.findOneAndUpdate(
    key,
    {
      $setOnInsert: {
        unitId,
        unitName: scope.fullName,
        programmeCode: code,
        programmeTitle: first.programmeTitle,
        status: 'waiting',
        total,
        leaseUntil: now,
        askedAt: now,
      },
    },
    { upsert: true, returnDocument: 'after' },
  )
    .lean<PrintingRecord>()
    .catch(async (error: { code?: number }) => {
      if (error.code !== 11000) throw error
      return PrintingModel.findOne(key).lean<PrintingRecord>()
    })
  if (!printing?.unitId.equals(unitId)) throw new Refusal('conflict', '请刷新页面后再试')
  return printing
}

export const printingsOf = (scope: UnitScope<'seeFamilies'>) =>
  PrintingModel.find({
    unitId: new Types.ObjectId(scope.unitId),
    personId: new Types.ObjectId(scope.personId),
  })
    .sort({ _id: -1 })
    .limit(SHOWN)
    .lean<PrintingRecord[]>()

export const findPrinting = (printingId: string) => PrintingModel.findById(printingId).lean<PrintingRecord>()

/** Works off what was asked for, one file after the other; what a killed process held is taken up when its lease is over. */
export async function workThrough(deps: Pick<Deps, 'clock' | 'env' | 'files' | 'log'>) {
  for (;;) {
    const now = deps.clock.now()
    const printing = await PrintingModel.findOneAndUpdate(
      { status: { $in: ['waiting', 'running'] }, leaseUntil: { $lte: now } },
      { status: 'running', done: 0, leaseUntil: new Date(now.getTime() + LEASE_MS), $inc: { tries: 1 } },
      { sort: { leaseUntil: 1 }, returnDocument: 'after' },
    ).lean<PrintingRecord>()
    if (!printing) return
    await print(printing, deps).catch(async (error: unknown) => {
      deps.log.error({ err: error, printingId: String(printing._id) }, 'certificates not printed')
      const isLast = printing.tries >= MOST_TRIES
      await PrintingModel.updateOne({ _id: printing._id }, { status: isLast ? 'failed' : 'waiting' })
    })
  }
}

/** Draws the pages one by one into a file beside, which takes its name when it is whole. */
async function print(printing: PrintingRecord, deps: Pick<Deps, 'clock' | 'env' | 'files'>) {
  await mkdir(folder(deps), { recursive: true })
  const name = `${String(printing._id)}.pdf`
  const draft = join(folder(deps), `${name}.${printing.tries}`)
  const certificates = CertificateModel.find(printable(printing.unitId, printing.programmeCode))
    .sort({ _id: -1 })
    .limit(MOST_PAGES)
    .lean<CertificateRecord>()
    .cursor({ batchSize: 50 })
  const noted = async (done: number) => {
    if (done % PROGRESS_EVERY !== 0) return
    const leaseUntil = new Date(deps.clock.now().getTime() + LEASE_MS)
    await PrintingModel.updateOne({ _id: printing._id }, { done, leaseUntil })
  }
  let done = 0
  await pipeline(
    await drawPages(
      certificates,
      { title: `${printing.unitName} 家庭教育绿证`, madeAt: printing.askedAt },
      deps,
      (count) => {
        done = count
        return noted(count)
      },
    ),
    createWriteStream(draft),
  )
  await rename(draft, join(folder(deps), name))
  await PrintingModel.updateOne({ _id: printing._id }, { status: 'done', done, total: done, file: name })
}

/** Takes away files that are a week old. Harmless twice. */
export async function forgetOld({ clock, env }: Pick<Deps, 'clock' | 'env'>) {
  const before = new Date(clock.now().getTime() - KEPT_MS)
  const old = await PrintingModel.find({ askedAt: { $lt: before } })
    .limit(500)
    .lean<PrintingRecord[]>()
  for (const it of old) {
    if (it.file) await rm(fileOf(it, { env }), { force: true })
    await PrintingModel.deleteOne({ _id: it._id })
  }
}
