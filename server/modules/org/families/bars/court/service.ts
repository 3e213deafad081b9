import { Types } from 'mongoose'
import { Refusal } from '../../../../../http/errors.ts'
import { record } from '../../../../audit/service.ts'
import { hideChild } from '../../../../certificates/service.ts'
import { noteJoined } from '../../../../letters/latecomers/service.ts'
import { withholdWords } from '../../../../letters/threads/personal/service.ts'
import { keepAway } from '../../../../letters/threads/seating/service.ts'
import { withholdSignatures } from '../../../../letters/voiding/service.ts'
import { givePrimary, inForce, takeTurns, unitOf } from '../../admission/service.ts'
import { part } from '../../departure/service.ts'
import { GuardianshipModel, type GuardianshipRecord, StudentModel, type StudentRecord } from '../../model.ts'
import type { FamilyInScope, SchoolsFamily } from '../../policy.ts'
import { MOST_GUARDIANS } from '../../rules.ts'
import { announceAsked, announceDecided } from '../messages/service.ts'
import { BarModel, type BarRecord } from '../model.ts'

/** What the order says and who acts on it. */
export interface Order {
  document: string
  now: Date
}

const whoOf = (bond: GuardianshipRecord) => ({
  studentId: bond.studentId,
  guardianshipId: bond._id,
  ...(bond.personId && { personId: bond.personId }),
  ...(bond.phoneIndex && { phoneIndex: bond.phoneIndex }),
  name: bond.name,
  relation: bond.relation,
})

/** A 班主任 asks the school to bar a guardian. Asked twice, it is one question. */
export async function askToBar(
  { student, scope }: FamilyInScope<'keepFamilies'>,
  bond: GuardianshipRecord,
  { document, now }: Order,
) {
  const asked = { askedBy: new Types.ObjectId(scope.personId), askedAt: now }
  const key = { guardianshipId: bond._id, status: 'asked' as const }
  await BarModel.updateOne(
    key,
    { $set: { document }, $setOnInsert: { ...whoOf(bond), because: 'court', ...asked } },
    { upsert: true },
  ).catch((error: { code?: number }) => {
    if (error.code !== 11000) throw error // asked at the same moment by somebody else
  })
  const detail = `${student.name}的${bond.relation}，班主任提出`
  await record('match.reported', { unit: unitOf(student), studentIds: [String(student._id)], detail }, now)
  const standing = await BarModel.findOne(key).lean<BarRecord>()
  if (standing) await announceAsked(standing, student, now)
}

/** Bars a guardian: from this moment nothing of the child is theirs, by whatever way they come. */
export async function bar(
  { student, scope }: SchoolsFamily,
  bond: GuardianshipRecord,
  { document, now }: Order,
) {
  const decided = { decidedBy: new Types.ObjectId(scope.personId), decidedAt: now }
  await BarModel.db.transaction(async () => {
    await part({ student, bond, because: 'barred' }, now)
    const askedFor = await BarModel.findOneAndUpdate(
      { guardianshipId: bond._id, status: 'asked' },
      { ...whoOf(bond), status: 'active', document, ...decided },
    ).lean<BarRecord>()
    if (askedFor) await announceDecided(askedFor, student, 'active', now)
    else {
      await BarModel.create([{ ...whoOf(bond), because: 'court', status: 'active', document, ...decided }])
    }
    await keepAway(student._id, now)
    await note('guardian.barred', student, bond, now)
  })
}

const note = (
  act: 'guardian.barred' | 'guardian.lifted',
  student: StudentRecord,
  { relation, personId }: { relation: string; personId?: Types.ObjectId | null | undefined },
  now: Date,
) =>
  record(
    act,
    {
      unit: unitOf(student),
      studentIds: [String(student._id)],
      ...(personId ? { personId: String(personId) } : {}),
      detail: `${student.name}的${relation}`,
    },
    now,
  )

/** The school does not follow what was asked. */
export async function dismissBar({ student, scope }: SchoolsFamily, barId: string, now: Date) {
  const dismissed = await BarModel.findOneAndUpdate(
    { _id: barId, studentId: student._id, status: 'asked' },
    { status: 'dismissed', decidedBy: new Types.ObjectId(scope.personId), decidedAt: now },
  ).lean<BarRecord>()
  if (!dismissed) throw new Refusal('not_found', '没有这条等待处理的提请')
  await announceDecided(dismissed, student, 'dismissed', now)
}

/** Lifts a bar: the guardianship is what it was, without being primary. */
export async function lift({ student, scope }: SchoolsFamily, barId: string, { document, now }: Order) {
  const lifted = { liftDocument: document, liftedBy: new Types.ObjectId(scope.personId), liftedAt: now }
  await BarModel.db.transaction(async () => {
    const found = await BarModel.findOneAndUpdate(
      { _id: barId, studentId: student._id, status: 'active' },
      { status: 'lifted', ...lifted },
    ).lean<BarRecord>()
    if (!found) throw new Refusal('not_found', '没有这条限制，或已经解除')
    if (found.because === 'court') await restore(student, found, now)
    await note('guardian.lifted', student, found, now)
  })
}

async function restore(student: StudentRecord, { guardianshipId, personId }: BarRecord, now: Date) {
  await takeTurns(student._id, personId ? String(personId) : null)
  const bonds = await inForce(student._id)
  const isBack = personId && bonds.some((it) => it.personId?.equals(personId))
  if (bonds.length >= MOST_GUARDIANS && !isBack) {
    throw new Refusal('conflict', `一个孩子最多登记${MOST_GUARDIANS}位家长，请先核对名单`)
  }
  const { classId, path } = student
  const bond = isBack
    ? null
    : await GuardianshipModel.findOneAndUpdate(
        { _id: guardianshipId },
        { to: null, endedBecause: null, classId, path },
        { returnDocument: 'after' },
      ).lean<GuardianshipRecord>()
  await givePrimary(student._id)
  if (bond?.joinedAt) {
    await StudentModel.updateOne({ _id: student._id, activatedAt: null }, { activatedAt: bond.joinedAt })
    if (personId) await noteJoined(student._id, String(personId), now)
  }
  if (!personId) return
  await hideChild(String(personId), student, false)
  await withholdSignatures(student._id, personId, false)
  await withholdWords(student._id, personId, false)
}
