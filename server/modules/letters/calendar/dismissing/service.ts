import { Types } from 'mongoose'
import type { StaffActor } from '../../../../http/actor.ts'
import { Refusal } from '../../../../http/errors.ts'
import type { UnitScope } from '../../../org/policy.ts'
import { DEPTH, idAt } from '../../../org/tree/rules.ts'
import { LetterModel } from '../../model.ts'
import { DismissalModel, type DismissalRecord } from '../model.ts'
import { nodeKey } from '../rules.ts'
import { nodeAt } from '../service.ts'

type Writer = UnitScope<'writeLetters'>

const idOf = (scope: UnitScope, key: string) => `${key}:${scope.unitId}`
const keyAt = (scope: UnitScope, year: number, code: string) =>
  nodeKey(idAt(scope.path, DEPTH.city) ?? '', year, code)

/** 今年不发: with its reason, for whoever counts. Pressed twice, the first word stands. */
export async function dismiss(
  scope: Writer,
  { year, code, reason }: { year: number; code: string; reason: string },
  actor: StaffActor,
  now: Date,
) {
  if (DEPTH[scope.kind] < DEPTH.school)
    throw new Refusal('invalid', '不发哪封信由学校决定；全市都不发的节点，请在年度日历里停用')
  await nodeAt(scope.path, year, code)
  const key = keyAt(scope, year, code)
  const isOut = await LetterModel.exists({
    'node.key': key,
    path: scope.path,
    status: { $in: ['sending', 'sent'] },
  })
  if (isOut) throw new Refusal('conflict', '这个节点的信已经发出了')
  await DismissalModel.updateOne(
    { _id: idOf(scope, key) },
    {
      $setOnInsert: {
        ...{ nodeKey: key, path: scope.path, reason, byName: actor.name, at: now },
        unitId: new Types.ObjectId(scope.unitId),
      },
    },
    { upsert: true },
  )
}

export async function resume(scope: Writer, year: number, code: string) {
  await DismissalModel.deleteOne({ _id: idOf(scope, keyAt(scope, year, code)) })
}

/** What some units have dismissed of some nodes, the nearest unit's word first. */
export async function dismissalsOf(paths: readonly string[], keys: readonly string[]) {
  const found = await DismissalModel.find({
    nodeKey: { $in: [...keys] },
    path: { $in: [...paths] },
  }).lean<DismissalRecord[]>()
  return Map.groupBy(
    found.sort((a, b) => b.path.length - a.path.length),
    (it) => it.nodeKey,
  )
}
